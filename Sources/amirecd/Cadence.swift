/// Times at an interval. The first is somewhere in the second half of an interval, so that
/// recorders which begin together do not ask together; those that have passed meanwhile are left
/// out.
struct Cadence {
  /// The time between two.
  let interval: Duration
  /// The next time.
  private(set) var next: ContinuousClock.Instant

  /// Times from `start` on; nil for an interval of 0 seconds.
  init?(
    seconds: Int, from start: ContinuousClock.Instant,
    using random: inout some RandomNumberGenerator
  ) {
    guard seconds > 0 else { return nil }
    interval = .seconds(seconds)
    next = start + interval * Double.random(in: 0.5...1, using: &random)
  }

  /// Goes on to the first time that is later than `now`.
  mutating func pass(_ now: ContinuousClock.Instant) {
    guard next <= now else { return }
    let passed = (now - next) / interval
    next += interval * (Int(passed.rounded(.down)) + 1)
  }
}
