import Glibc
import Logging
import Synchronization

/// Writes log lines to standard error: `TIME LEVEL SUBJECT: MESSAGE`, in one write each.
///
/// Under systemd, which knows the time, the line is `<N>SUBJECT: MESSAGE` with N the level as
/// syslog numbers it. **Source:** sd-daemon(3), JOURNAL_STREAM in systemd.exec(5).
struct ErrorLog: LogHandler {
  /// The least important level that is written, for all loggers: SIGHUP may change it.
  static let threshold = Mutex(Logger.Level.info)

  private static let isUnderSystemd = unsafe getenv("JOURNAL_STREAM") != nil

  /// What the lines are about: a server's name, or amirecd.
  let subject: String
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level {
    get { Self.threshold.withLock { $0 } }
    set { Self.threshold.withLock { $0 = newValue } }
  }

  init(subject: String) { self.subject = subject }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let message = "\(event.message)".replacing("\n", with: " ")
    let line =
      Self.isUnderSystemd
      ? "<\(event.level.syslog)>\(subject): \(message)\n"
      : "\(WallClock.text(WallClock.microseconds())) \(event.level) \(subject): \(message)\n"
    let bytes = Array(line.utf8)
    unsafe write(STDERR_FILENO, bytes, bytes.count)
  }
}

extension Logger.Level {
  /// The level's number in syslog(3).
  fileprivate var syslog: Int {
    switch self {
    case .critical: 2
    case .error: 3
    case .warning: 4
    case .notice: 5
    case .info: 6
    case .debug, .trace: 7
    }
  }
}
