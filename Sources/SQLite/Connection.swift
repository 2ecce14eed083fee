import CSQLite
import Glibc

/// One connection to one database file. It closes when its owner lets it go.
///
/// A connection belongs to one thread at a time: SQLite's own locks are off.
@safe public struct Connection: ~Copyable {
  /// How a file is opened.
  public enum Mode: Sendable {
    /// Never writes. A file in WAL mode needs its `-wal` and `-shm` files, or a folder in which
    /// they may be made.
    case readOnly
    /// Never writes and takes no locks: for files that nobody changes meanwhile, such as a store on
    /// a read-only medium.
    /// What stands only in a `-wal` file is not seen. **Source:** sqlite.org/uri.html, `immutable`
    case immutable
    /// Reads and writes a file that exists.
    case readWrite
    /// Reads and writes, and makes the file if there is none.
    case create
  }

  private let handle: OpaquePointer

  /// Opens `path`. An empty file becomes a database with the first write only; SQLite reads the
  /// file with the first statement,
  /// so that what is no database is told then (code 26).
  ///
  /// - Throws: `SQLiteError` when the file cannot be opened as asked (code 14).
  public init(path: String, mode: Mode) throws(SQLiteError) {
    let access =
      switch mode {
      case .readOnly, .immutable: SQLITE_OPEN_READONLY
      case .readWrite: SQLITE_OPEN_READWRITE
      case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      }
    var flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    var name = path
    if case .immutable = mode {
      flags |= SQLITE_OPEN_URI
      name = "file:\(Self.percentEncoded(path))?immutable=1"
    }
    var handle: OpaquePointer?
    let code = unsafe sqlite3_open_v2(name, &handle, flags, nil)
    guard code == SQLITE_OK, let opened = unsafe handle else {
      let message = unsafe String(cString: sqlite3_errstr(code))
      unsafe sqlite3_close_v2(handle)
      throw SQLiteError(code: code, message: message, path: path)
    }
    unsafe self.handle = opened
  }

  /// Opens a file for reading only. What a program that was killed left half done (a rollback
  /// journal beside the file) is undone first, where this user may write.
  ///
  /// **Source:** sqlite.org/rescode.html, SQLITE_READONLY_ROLLBACK
  public static func reading(path: String) throws(SQLiteError) -> Connection {
    let connection = try Connection(path: path, mode: .readOnly)
    guard connection.meetsRollback() else { return connection }
    // Any statement that reads undoes it; where that fails the reader will say what is the matter.
    try? Connection(path: path, mode: .readWrite).execute("SELECT count(*) FROM sqlite_schema")
    return try Connection(path: path, mode: .readOnly)
  }

  private func meetsRollback() -> Bool {
    do throws(SQLiteError) {
      try execute("PRAGMA schema_version")
      return false
    } catch {
      return error.isUnfinished
    }
  }

  deinit {
    unsafe sqlite3_close_v2(handle)
  }

  /// Lets the `-wal` and `-shm` files stay when the last connection closes, so that readers without
  /// write rights in the folder can read the file.
  ///
  /// **Source:** sqlite.org/c3ref/c_fcntl_begin_atomic_write.html, SQLITE_FCNTL_PERSIST_WAL
  public func keepWAL() {
    var on: Int32 = 1
    unsafe sqlite3_file_control(handle, "main", SQLITE_FCNTL_PERSIST_WAL, &on)
  }

  /// Leaves what the WAL holds there when the connection closes.
  ///
  /// **Source:** sqlite.org/c3ref/c_dbconfig_defensive.html, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE
  public func skipCheckpointOnClose() {
    unsafe amirec_skip_checkpoint_on_close(handle)
  }

  /// Runs one or several statements to their ends; rows they give are dropped.
  ///
  /// - Throws: `SQLiteError` with the statement that failed. Those before it have run.
  public func execute(_ sql: String) throws(SQLiteError) {
    var rest = sql[...]
    while let statement = try nextStatement(in: &rest, flags: 0) {
      while try statement.step() {}
    }
  }

  /// Compiles one statement that will be run often.
  ///
  /// - Throws: `SQLiteError` when SQLite does not take it, and with code 21 when `sql` holds no
  ///   statement or more than one.
  public func prepare(_ sql: String) throws(SQLiteError) -> Statement {
    var rest = sql[...]
    guard let statement = try nextStatement(in: &rest, flags: UInt32(SQLITE_PREPARE_PERSISTENT))
    else {
      throw SQLiteError(code: SQLITE_MISUSE, message: "no statement", sql: sql, path: path)
    }
    // What follows may fail to compile only because the first has not run yet.
    let isAlone: Bool
    do throws(SQLiteError) {
      isAlone = try nextStatement(in: &rest, flags: 0) == nil
    } catch {
      isAlone = false
    }
    guard isAlone else {
      throw SQLiteError(
        code: SQLITE_MISUSE, message: "more than one statement", sql: sql, path: path)
    }
    return statement
  }

  /// How long a statement waits for another connection's lock before it fails with code 5.
  public func busyTimeout(_ milliseconds: Int) {
    unsafe sqlite3_busy_timeout(handle, Int32(milliseconds))
  }

  /// From now on for `seconds`, statements of this connection run; what still runs then fails with
  /// code 9.
  ///
  /// **Source:** sqlite.org/c3ref/progress_handler.html
  public func limitTime(toSeconds seconds: Int) {
    precondition(seconds > 0, "a limit of no time")
    // The time is handed on in place of the pointer: so nothing must outlive the connection.
    // Seconds since the machine was started fit into any pointer.
    let (end, isNever) = Self.uptimeSeconds().addingReportingOverflow(seconds)
    let deadline = unsafe UnsafeMutableRawPointer(bitPattern: isNever ? .max : end)
    unsafe sqlite3_progress_handler(
      handle, Self.progressInterval,
      { deadline in Connection.uptimeSeconds() >= Int(bitPattern: deadline) ? 1 : 0 }, deadline)
  }

  /// How many instructions of a statement run between two looks at the clock: less than a
  /// millisecond.
  private static let progressInterval: Int32 = 10_000

  private static func uptimeSeconds() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec
  }

  /// Rows that the last INSERT, UPDATE or DELETE changed.
  public var changes: Int { Int(unsafe sqlite3_changes64(handle)) }

  /// The rowid of the last INSERT.
  public var lastInsertRowid: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

  /// Whether a transaction is open.
  public var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

  /// The file's absolute path; empty for a database in memory.
  public var path: String {
    guard let name = unsafe sqlite3_db_filename(handle, "main") else { return "" }
    return unsafe String(cString: name)
  }

  /// Runs `body` in one transaction that takes the write lock at once (`BEGIN IMMEDIATE`): all of
  /// it happens, or nothing.
  ///
  /// - Throws: what `body` throws, after rolling back; `SQLiteError` when the transaction cannot
  ///   begin or commit.
  public func transaction<Result: ~Copyable>(_ body: () throws -> Result) throws -> Result {
    try execute("BEGIN IMMEDIATE")
    do {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      // SQLite has rolled back by itself after some errors, such as a full disk.
      if isInTransaction { try? execute("ROLLBACK") }
      throw error
    }
  }

  /// Compiles the first statement of `sql` and goes past it; nil when there are only spaces and
  /// comments.
  private func nextStatement(
    in sql: inout Substring, flags: UInt32
  ) throws(SQLiteError) -> Statement? {
    var text = String(sql)
    var compiled: OpaquePointer?
    var used = 0
    let code = text.withUTF8 { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
        var tail: UnsafePointer<CChar>?
        let code = unsafe sqlite3_prepare_v3(
          handle, characters.baseAddress, Int32(characters.count), flags, &compiled, &tail)
        if let tail = unsafe tail, let base = characters.baseAddress {
          used = unsafe tail - base
        }
        return code
      }
    }
    guard code == SQLITE_OK else {
      throw unsafe SQLiteError(handle, code: code, sql: text)
    }
    guard let statement = unsafe compiled else { return nil }
    sql = sql[sql.utf8.index(sql.startIndex, offsetBy: used)...]
    return unsafe Statement(statement)
  }

  /// `path` as part of a URI.
  private static func percentEncoded(_ path: String) -> String {
    let digits = Array("0123456789ABCDEF")
    var encoded = ""
    for byte in path.utf8 {
      switch UInt8(byte) {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "-")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        encoded += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
    return encoded
  }
}

extension SQLiteError {
  /// The failure of the connection's last call.
  init(_ connection: OpaquePointer?, code: Int32, sql: String?) {
    unsafe self.init(
      code: code, message: String(cString: sqlite3_errmsg(connection)), sql: sql,
      path: sqlite3_db_filename(connection, "main").map { unsafe String(cString: $0) })
  }
}
