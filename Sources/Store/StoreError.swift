import Glibc
import SQLite

/// Why a store cannot be used, in one line that says what to do.
public struct StoreError: Error, Sendable, CustomStringConvertible {
  /// The kinds of failure.
  public enum Code: Sendable, Equatable {
    /// There is no such file, or it may not be opened.
    case unreadable
    /// The file is no SQLite database, or one of another program.
    case notAStore
    /// A later amirec wrote it.
    case newer
    /// An earlier amirec wrote it, and only a rebuild brings it up to date.
    case older
    /// Another program writes it.
    case locked
    /// What it holds contradicts itself.
    case damaged
    /// SQLite failed: disk full, input or output error.
    case database
  }

  public let code: Code
  public let path: String
  public let message: String
  /// SQLite's extended result code, where it is the cause.
  public let sqliteCode: Int32?

  public init(_ code: Code, _ path: String, _ message: String, sqliteCode: Int32? = nil) {
    self.code = code
    self.path = path
    self.message = message
    self.sqliteCode = sqliteCode
  }

  /// Whether there is no room on the disk. **Source:** sqlite.org/rescode.html (SQLITE_FULL)
  public var isFull: Bool { sqliteCode.map { $0 & 0xFF == 13 } ?? false }

  static func older(_ path: String) -> StoreError {
    StoreError(
      .older, path,
      "was left by another version of amirec; amirec rebuild --db \(path) makes its tables anew from "
        + "the recorded stream")
  }

  /// What says which tables there are cannot be read.
  static func unfindable(_ path: String, _ error: SQLiteError) -> StoreError {
    StoreError(
      .damaged, path,
      "is damaged where it says what it holds (\(error.message)), so that nothing in it can be found; "
        + "take a copy from before, or try .recover of the sqlite3 shell", sqliteCode: error.code)
  }

  /// A call of the system on `path` failed, as `errno` says.
  static func system(_ path: String, _ what: String) -> StoreError {
    let reason = unsafe String(cString: strerror(errno))
    return StoreError(.unreadable, path, "\(what): \(reason)")
  }

  init(_ error: SQLiteError, path: String) {
    let primary = error.code & 0xFF
    switch primary {
    case 26:
      self.init(
        .notAStore, path,
        "is no SQLite database, or its beginning is gone; name a store made by amirec, or take a copy "
          + "from before")
    case _ where error.isDamage:
      self.init(
        .damaged, path,
        "is damaged (\(error.message)); amirec verify --db \(path) says where, and amirec rebuild "
          + "saves what can be read", sqliteCode: error.code)
    case _ where error.isUnfinished:
      self.init(
        .unreadable, path,
        "was left half changed by a program that was killed; amirec verify --db \(path), run by a user "
          + "who may write it, puts that right", sqliteCode: error.code)
    case 14:
      self.init(
        .unreadable, path, "cannot be opened; check that it exists and who may read and write it",
        sqliteCode: error.code)
    case 13:
      self.init(
        .database, path, "the disk is full; make room and go on: nothing is lost",
        sqliteCode: error.code)
    case 5, 6:
      self.init(
        .locked, path, "is being written by another program; try again when it is done",
        sqliteCode: error.code)
    default: self.init(.database, path, error.description, sqliteCode: error.code)
    }
  }

  public var description: String { "\(path): \(message)" }
}
