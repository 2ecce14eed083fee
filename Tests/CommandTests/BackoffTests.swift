import Testing

@testable import amirecd

@Suite struct BackoffTests {
  @Test func `waits grow from a second to half a minute, and are never quite the same`() {
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff()
    var longest = Duration.zero
    var all: Set<Duration> = []
    for attempt in 1...50 {
      let wait = backoff.wait(using: &random)
      #expect(wait >= .seconds(1))
      #expect(wait <= .seconds(min(30, 1 << min(attempt, 6))))
      if attempt > 5 { #expect(wait >= .seconds(15)) }
      longest = max(longest, wait)
      all.insert(wait)
    }
    #expect(all.count > 40)
    backoff.reset()
    #expect(backoff.wait(using: &random) <= .seconds(2))
  }
}
