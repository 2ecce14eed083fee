import CSQLite

/// What SQLite refused, and where.
///
/// `description` is one line and never holds a bound value: those may be phone numbers.
public struct SQLiteError: Error, CustomStringConvertible, Sendable, Equatable {
  /// SQLite's extended result code. **Source:** sqlite.org/rescode.html
  public let code: Int32
  /// SQLite's message, or ours where SQLite has none.
  public let message: String
  /// The statement that failed, with its parameters as written.
  public let sql: String?
  /// The file of the connection.
  public let path: String?

  /// The most characters of the statement that `description` shows.
  static let sqlCharactersMax = 160

  public init(code: Int32, message: String, sql: String? = nil, path: String? = nil) {
    self.code = code
    self.message = message
    self.sql = sql
    self.path = path
  }

  /// The lowest eight bits of `code`: the kind of failure, such as 5 (busy), 13 (full), 26 (no
  /// database).
  public var primaryCode: Int32 { code & 0xFF }

  /// Whether the same statement may succeed later: another connection holds a lock.
  public var isRetryable: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }

  /// Whether a program that was killed left a change half done, and this connection may not undo
  /// it: one that may write does.
  public var isUnfinished: Bool { code == Self.readOnlyRollback }
  private static let readOnlyRollback = SQLITE_READONLY | 3 << 8

  /// Whether the statement was ended because its time was over.
  public var isInterruption: Bool { primaryCode == SQLITE_INTERRUPT }

  /// Whether a part of the file cannot be read, or is not as SQLite wrote it; other parts may be.
  public var isDamage: Bool {
    switch code {
    case SQLITE_CORRUPT, SQLITE_NOTADB: true
    case let code where code & 0xFF == SQLITE_CORRUPT: true
    // Read, read past the end of the file, and what a file system found wrong. CSQLite does not
    // have the names: they are expressions.
    case SQLITE_IOERR | 1 << 8, SQLITE_IOERR | 2 << 8, SQLITE_IOERR | 33 << 8: true
    default: false
    }
  }

  /// One line: message, code, file and statement.
  public var description: String {
    var line = "\(message) (SQLite \(code))"
    if let path, !path.isEmpty { line += ", \(path)" }
    if let sql { line += ": \(Self.oneLine(sql))" }
    return line
  }

  /// `sql` without its comments and line breaks, and not longer than a log line bears.
  private static func oneLine(_ sql: String) -> String {
    var line = ""
    for row in sql.split(whereSeparator: \.isNewline) {
      let words = row.split(whereSeparator: \.isWhitespace)
      if words.first?.hasPrefix("--") ?? true { continue }
      if !line.isEmpty { line += " " }
      line += words.joined(separator: " ")
      if line.count > sqlCharactersMax { return line.prefix(sqlCharactersMax) + "…" }
    }
    return line
  }
}
