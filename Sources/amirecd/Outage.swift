import Logging

/// A time in which a server is not recorded: says so once, and again only when the reason changes
/// or much time has passed.
struct Outage {
  /// How long a reason that stays the same is not repeated.
  static let repeatInterval = Duration.seconds(600)

  /// The last reason.
  private(set) var message = ""

  private let log: Logger
  private let clock = ContinuousClock()
  private var start: ContinuousClock.Instant?
  private var lastLogged: ContinuousClock.Instant?
  private var attempts = 0

  init(log: Logger) { self.log = log }

  /// Whether the server is not recorded, or not for long enough to say that it is again.
  var isLasting: Bool { start != nil }

  /// Notes a session's end or a failed attempt.
  mutating func add(_ reason: String) {
    let now = clock.now
    if start == nil {
      start = now
      attempts = 0
    } else {
      attempts += 1
    }
    let isNew = reason != message || lastLogged == nil
    let isDue = lastLogged.map { now - $0 >= Self.repeatInterval } ?? true
    message = reason
    guard isNew || isDue else { return log.debug("\(reason)") }
    lastLogged = now
    let tail = attempts > 0 ? " (\(attempts) attempts in vain so far)" : ""
    log.warning("not recorded: \(reason)\(tail)")
  }

  /// Notes that the server is recorded now.
  mutating func end(_ words: String) {
    var tail = ""
    if let start { tail = "; after \(Self.seconds(clock.now - start)) s without" }
    log.notice("\(words)\(tail)")
    start = nil
    lastLogged = nil
    message = ""
  }

  private static func seconds(_ duration: Duration) -> String {
    let tenths = (duration / .milliseconds(100)).rounded()
    return "\(tenths / 10)"
  }
}
