import Glibc
public import SQLite

/// A store opened for reading. Nothing in it is ever changed.
public struct StoreFile: ~Copyable {
  /// What `PRAGMA application_id` of a store says: "amir".
  public static let applicationID: Int64 = 0x616D_6972
  /// The number of the last migration this program knows; `PRAGMA user_version` of a store.
  public static let version: Int64 = 9
  /// How long a reader waits for a lock, which it needs only while a store is being made or moved,
  /// in milliseconds.
  static let busyTimeoutMs = 5000

  public let connection: Connection
  /// The path as the user gave it.
  public let path: String

  /// Opens the store at `path`.
  ///
  /// - Throws: `ReportsError` when there is no file, it is no store, or a newer one, or cannot be
  ///   read.
  public init(path: String) throws(ReportsError) {
    connection = try Self.connect(path)
    self.path = path
  }

  /// From now on questions have `seconds` to be answered; 0 for as long as it takes.
  ///
  /// A question that runs for hours keeps the collector from shortening its log, and is seldom
  /// meant.
  public func limitTime(toSeconds seconds: Int) {
    if seconds > 0 { connection.limitTime(toSeconds: seconds) }
  }

  /// The store's size in bytes, with what its `-wal` file holds.
  public var size: Int64 {
    Self.size(path) + Self.size(path + "-wal")
  }

  // MARK: Opening

  private static func connect(_ path: String) throws(ReportsError) -> Connection {
    try checkFile(path)
    let refusal: ReportsError
    do throws(SQLiteError) {
      let connection = try open(path)
      let objection = objection(
        to: path, application: try connection.integer("PRAGMA application_id"),
        version: try connection.integer("PRAGMA user_version"))
      guard let objection else { return connection }
      refusal = objection
    } catch {
      refusal = explained(error, path: path)
    }
    throw refusal
  }

  /// What speaks against reading a database as a store; nil when nothing does.
  private static func objection(
    to path: String, application: Int64, version: Int64
  ) -> ReportsError? {
    if application != applicationID {
      return ReportsError(
        .input,
        "\(path) is an SQLite database, but no store: give the file that amirecd or amirec import wrote"
      )
    }
    if version > Self.version {
      return ReportsError(
        .input,
        "\(path) has version \(version), and this amirec knows \(Self.version): use a newer amirec")
    }
    if version < Self.version {
      return ReportsError(
        .input,
        "\(path) has the older version \(version): amirec rebuild --db \(path) brings it up to date"
      )
    }
    return nil
  }

  /// Opens the file for reading, and reads from it.
  ///
  /// A file in WAL mode needs its `-shm` file. Where that is missing and may not be made (a folder
  /// or medium without write rights), nobody
  /// writes to the store from here, and it is read as it is, provided that no `-wal` file holds
  /// newer rows.
  private static func open(_ path: String) throws(SQLiteError) -> Connection {
    do throws(SQLiteError) {
      let connection = try Connection(path: path, mode: .readOnly)
      connection.busyTimeout(busyTimeoutMs)
      // A page that is none of the table's is found before its rows are taken for rows.
      try connection.execute("PRAGMA cell_size_check = ON")
      _ = try connection.integer("SELECT count(*) FROM sqlite_schema")
      return connection
    } catch {
      let cantOpen: Int32 = 14
      let readOnly: Int32 = 8
      guard error.primaryCode == cantOpen || error.primaryCode == readOnly,
        size(path + "-wal") == 0
      else { throw error }
      return try Connection(path: path, mode: .immutable)
    }
  }

  /// Tells a missing, unreadable, empty or foreign file before SQLite does, in words that help.
  private static func checkFile(_ path: String) throws(ReportsError) {
    guard let file = unsafe fopen(path, "r") else {
      if errno == ENOENT {
        throw ReportsError(
          .input,
          "there is no store at \(path): record one with amirecd, or amirec import FILE --db \(path)"
        )
      }
      throw TextFile.unreadable(path)
    }
    defer { unsafe fclose(file) }
    let magic = Array("SQLite format 3\0".utf8)
    var start = [UInt8](repeating: 0, count: magic.count)
    let count = unsafe fread(&start, 1, start.count, file)
    guard unsafe ferror(file) == 0 else { throw TextFile.unreadable(path) }
    guard count == magic.count, start == magic else {
      throw ReportsError(
        .input, "\(path) is no SQLite file: give the store that amirecd or amirec import wrote")
    }
  }

  private static func explained(_ error: SQLiteError, path: String) -> ReportsError {
    let readOnly: Int32 = 8
    let corrupt: Int32 = 11
    let cantOpen: Int32 = 14
    let noDatabase: Int32 = 26
    return switch error.primaryCode {
    case corrupt, noDatabase:
      ReportsError(.input, "\(path) is damaged (\(error.message)): restore it from a copy")
    case readOnly, cantOpen:
      ReportsError(
        .input,
        "\(path)-wal holds rows that cannot be read without write rights in the folder: "
          + "read it as the user of amirecd, or while amirecd runs")
    default: ReportsError(.input, "\(path) cannot be read: \(error.message)")
    }
  }

  private static func size(_ path: String) -> Int64 {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }
}

extension Connection {
  /// The integer that a statement of one row and column gives; 0 for NULL or no row.
  func integer(_ sql: String) throws(SQLiteError) -> Int64 {
    let statement = try prepare(sql)
    return try statement.step() ? statement.int(at: 0) : 0
  }
}
