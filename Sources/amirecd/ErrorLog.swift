import Display
import Glibc
import Logging
import Synchronization

/// Writes log lines to standard error: `TIME LEVEL SUBJECT: MESSAGE`, in one write each. A message
/// is one line of a bounded length, and holds nothing that a terminal would obey, whoever sent it.
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
    let message = VisibleText.line("\(event.message)")
    Self.write(
      Self.isUnderSystemd
        ? "<\(event.level.syslog)>\(subject): \(message)"
        : "\(WallClock.text(WallClock.microseconds())) \(event.level) \(subject): \(message)")
  }

  /// Writes to standard error what is no line of the log: why the program does not start.
  static func complain(_ message: String) {
    for line in message.split(whereSeparator: \.isNewline) { write(VisibleText.line(String(line))) }
  }

  private static func write(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
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
