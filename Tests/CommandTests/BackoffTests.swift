import Testing

@testable import amirecd

@Suite struct BackoffTests {
  @Test func `waits grow from a second to half a minute, and are never quite the same`() {
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff()
    var longest = Duration.zero
    var all: Set<Duration> = []
    for attempt in 1...50 {
      let wait = backoff.wait(after: .failure, using: &random)
      #expect(wait >= .seconds(1))
      #expect(wait <= .seconds(min(30, 1 << min(attempt, 6))))
      if attempt > 5 { #expect(wait >= .seconds(15)) }
      longest = max(longest, wait)
      all.insert(wait)
    }
    #expect(all.count > 40)
    backoff.reset()
    #expect(backoff.wait(after: .failure, using: &random) <= .seconds(2))
  }

  @Test func `a refused login is tried four times in any ten minutes at most`() {
    var random = SystemRandomNumberGenerator()
    for _ in 1...200 {
      var backoff = Backoff()
      var time = Duration.zero
      var attempts = [time]
      while attempts.count < 30 {
        // Whatever else goes wrong between two refusals.
        if Bool.random(using: &random) {
          time += backoff.wait(after: .failure, using: &random)
        } else {
          time += backoff.wait(after: .refusal, using: &random)
          attempts.append(time)
        }
      }
      for (first, fifth) in zip(attempts, attempts.dropFirst(4)) {
        #expect(fifth - first >= .seconds(600))
      }
      for (one, next) in zip(attempts, attempts.dropFirst()) { #expect(next - one >= .seconds(60)) }
    }
  }

  @Test func `refusals do not slow down what comes after a failure`() {
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff()
    for _ in 1...10 {
      #expect(backoff.wait(after: .refusal, using: &random) <= Backoff.mostAfterRefusal)
    }
    #expect(backoff.wait(after: .failure, using: &random) <= .seconds(2))
    backoff.reset()
    #expect(backoff.wait(after: .refusal, using: &random) <= Backoff.firstAfterRefusal)
  }
}
