import Logging

/// Something that keeps work from going on: said once, and again when it changes or much time has
/// passed.
struct Trouble {
  /// How long nothing is tried after a failure, in microseconds.
  static let retryInterval: Int64 = 5_000_000
  /// How long a failure that stays the same is not logged again, in microseconds.
  static let repeatInterval: Int64 = 600_000_000

  /// What is wrong, in one line.
  let message: String
  /// When to try again, in microseconds of the monotonic clock.
  private(set) var pausedUntil: Int64
  private let since: Int64
  private var loggedAt: Int64

  /// Notes a failure at a time, and logs it if it is new.
  init(
    _ message: String, after last: Trouble?, at now: Int64, _ log: Logger,
    level: Logger.Level = .error
  ) {
    self.message = message
    since = last?.since ?? now
    pausedUntil = now + Self.retryInterval
    loggedAt = now
    if let last, last.message == message, now - last.loggedAt < Self.repeatInterval {
      loggedAt = last.loggedAt
    } else {
      log.log(level: level, "\(message)")
    }
  }

  /// How long it lasted.
  var ended: String { "after \((WallClock.monotonicMicroseconds() - since) / 1_000_000) s" }

  /// Has it tried again without waiting.
  mutating func retryAtOnce() { pausedUntil = 0 }
}
