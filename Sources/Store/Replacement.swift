import Glibc
public import Normalization
import SQLite

/// A store that is made anew in a file beside it, which replaces it in one step.
///
/// The lock of the store is held meanwhile. While the new file is made the old one is no WAL
/// database: its WAL was taken into it and is gone, so that no `-wal` or `-shm` of the old file can
/// ever be applied to the new one. Whoever reads the old file may go on. Without `finish` the old
/// file stays, and what was made of the new one is removed; if the process is killed, the next
/// replacement removes it.
///
/// **Source:** sqlite.org/wal.html, sqlite.org/howtocorrupt.html (section 1.2), rename(2)
public final class Replacement {
  /// What is added to the store's name for the new file.
  static let suffix = ".rebuild"
  /// The new file may need so much more room than the old one has, in percent.
  static let spacePercent: Int64 = 25

  /// The store's path, as it was given.
  public let path: String
  /// The store that is made: its recorded rows are there but for `blocks`, all others are missing.
  public private(set) var store: Store!

  private let file: String
  private let lock: StoreLock
  private let old: Connection
  private var isFinished = false

  private var newFile: String { file + Self.suffix }

  /// Begins to replace the store at `path`.
  ///
  /// - Throws: `StoreError` when there is no store, a later amirec wrote it, another program has it
  ///   open, or there is no room for a second one beside it.
  public init(of path: String) throws {
    self.path = path
    guard unsafe access(path, F_OK) == 0 else {
      throw StoreError(.unreadable, path, "there is no such store; check its name")
    }
    file = StoreLock.resolved(path)
    lock = try StoreLock(path: file)
    do {
      old = try Connection(path: file, mode: .readWrite)
      old.busyTimeout(Store.busyTimeout)
      guard try Schema.found(in: old, path: path) > 0 else {
        throw StoreError(.notAStore, path, "is empty; record or import first")
      }
      try leaveWAL()
      try makeFile()
      store = try Store(building: newFile)
      try begin()
    } catch let error as SQLiteError {
      throw StoreError(error, path: path)
    }
  }

  deinit {
    discard()
  }

  // MARK: Beginning

  /// Takes the WAL into the file and does without it.
  private func leaveWAL() throws {
    do {
      try old.execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")
    } catch let error where error.isRetryable {
      throw StoreError(
        .locked, path, "is open in another program; close that (sqlite3, Datasette …) and try again"
      )
    }
  }

  /// Makes the new file, with the old one's owner and rights, if there is room for it.
  private func makeFile() throws {
    var status = stat()
    guard unsafe stat(file, &status) == 0 else {
      throw StoreError.system(path, "cannot be looked at")
    }
    var space = statvfs()
    guard unsafe statvfs(file, &space) == 0 else {
      throw StoreError.system(path, "cannot be looked at")
    }
    let needed = Int64(status.st_size) / 100 * (100 + Self.spacePercent)
    let free = Int64(space.f_bavail) * Int64(space.f_frsize)
    guard free >= needed else {
      throw StoreError(
        .database, path,
        "is made anew in a file beside it, which may take \(needed >> 20) MiB, and \(free >> 20) MiB are "
          + "free; make room first")
    }
    unsafe unlink(newFile)
    let descriptor = unsafe open(newFile, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(0o600))
    guard descriptor >= 0 else {
      throw StoreError.system(path, "no new file can be made beside it")
    }
    defer { close(descriptor) }
    let mine = (geteuid(), getegid())
    if (status.st_uid, status.st_gid) != mine,
      fchown(descriptor, status.st_uid, status.st_gid) != 0
    {
      throw StoreError.system(
        path, "its owner cannot be given to the new file, so run this as that user or as root")
    }
    guard fchmod(descriptor, status.st_mode & 0o7777) == 0 else {
      throw StoreError.system(path, "its rights cannot be given to the new file")
    }
  }

  private func begin() throws {
    let statement = try store.connection.prepare("ATTACH ? AS old")
    statement.bind(file, at: 1)
    try statement.run()
    try store.begin()
    for table in try recordedTables() where table != "blocks" { try copy(table) }
  }

  // MARK: Recorded rows

  private func recordedTables() throws -> [String] {
    try names(
      """
      SELECT name FROM main.sqlite_schema JOIN old.sqlite_schema USING (type, name)
      WHERE type = 'table'
      """
    ).filter(Schema.recordedTables.contains)
  }

  /// Copies the rows of a table, or one, by the columns that both files have. Columns that only the
  /// new one has get their defaults.
  private func copy(_ table: String, id: Int64? = nil) throws {
    let columns = try commonColumns(table).joined(separator: ", ")
    try store.connection.execute(
      "INSERT INTO main.\"\(table)\" (\(columns)) SELECT \(columns) FROM old.\"\(table)\""
        + (id.map { " WHERE id = \($0)" } ?? ""))
  }

  /// The columns of a table that both files have, but for computed ones, quoted.
  private func commonColumns(_ table: String) throws -> [String] {
    try names(
      """
      SELECT '"' || name || '"' FROM pragma_table_xinfo('\(table)', 'main') AS n
      JOIN pragma_table_xinfo('\(table)', 'old') AS o USING (name, hidden)
      WHERE hidden = 0 ORDER BY n.cid
      """)
  }

  /// Copies a block as it is.
  public func copyBlock(_ id: Int64) throws {
    try store.run { try copy("blocks", id: id) }
  }

  /// The names of the servers by their numbers, ascending.
  public func servers() throws -> [(number: Int64, name: String)] {
    try store.run {
      let statement = try store.connection.prepare("SELECT id, name FROM servers ORDER BY id")
      var found: [(number: Int64, name: String)] = []
      while try statement.step() {
        found.append((statement.int(at: 0), statement.text(at: 1) ?? ""))
      }
      return found
    }
  }

  /// The position of a server in the old file; nil when it has none.
  public func oldPosition(of server: Int64) throws -> Store.Position? {
    try store.first(
      """
      SELECT p.session_id, s.connected_us, p.session_offset, p.last_us, p.state
      FROM old.positions p JOIN old.sessions s ON s.id = p.session_id WHERE p.id = ?
      """, [.integer(server)], Store.Position.init)
  }

  /// How many bytes of the stream are in the blocks.
  public func streamBytes() throws -> Int64 {
    try store.integer("SELECT sum(size) FROM old.blocks") ?? 0
  }

  // MARK: Derived rows

  /// What became of one table's rows.
  public struct Change: Sendable, Equatable {
    public let table: String
    /// Rows in the old file; 0 where it has no such table.
    public let before: Int64
    /// Rows in the new one.
    public let after: Int64
    /// Rows with an id that the old file has not.
    public let added: Int64
    /// Rows of the old file with an id that the new one has not.
    public var removed: Int64 { before - (after - added) }
    /// Rows with another value in any column that both files have.
    public let changed: Int64
  }

  /// Compares the derived tables of both files, in the order of their declaration.
  public func changes() throws -> [Change] {
    try store.run {
      try names(
        """
        SELECT t.name FROM main.sqlite_schema t JOIN pragma_table_xinfo(t.name, 'main') c
        WHERE t.type = 'table' AND c.name = 'server_id' ORDER BY t.rowid
        """
      ).filter { !Schema.recordedTables.contains($0) }.map { try change(of: $0) }
    }
  }

  private func change(of table: String) throws -> Change {
    let columns = try commonColumns(table)
    let after = try store.integer("SELECT count(*) FROM main.\"\(table)\"") ?? 0
    guard !columns.isEmpty else {
      return Change(table: table, before: 0, after: after, added: after, changed: 0)
    }
    let differs = columns.map { "n.\($0) IS NOT o.\($0)" }.joined(separator: " OR ")
    let sums = try store.first(
      """
      SELECT total(o.id IS NULL), total(o.id IS NOT NULL AND (\(differs)))
      FROM main."\(table)" n LEFT JOIN old."\(table)" o ON o.id = n.id
      """, []
    ) { (added: $0.int(at: 0), changed: $0.int(at: 1)) }!
    return Change(
      table: table, before: try store.integer("SELECT count(*) FROM old.\"\(table)\"") ?? 0,
      after: after, added: sums.added, changed: sums.changed)
  }

  private func names(_ sql: String) throws -> [String] {
    let statement = try store.connection.prepare(sql)
    var found: [String] = []
    while try statement.step() { found.append(statement.text(at: 0) ?? "") }
    return found
  }

  // MARK: Ending

  /// Puts the new file in the old one's place: at any moment, even if the power fails, one of the
  /// two is there, whole.
  ///
  /// - Parameter options: how the tables of each server were filled, by its name.
  public func finish(options: [String: Normalizer.Options]) throws {
    do {
      try store.begin()
      // Whoever adds to the old file without its lock has to wait, and finds the new one.
      try old.execute("BEGIN IMMEDIATE")
      for table in try recordedTables() where table != "blocks" {
        try store.connection.execute("DELETE FROM main.\"\(table)\"")
        try copy(table)
      }
      try copyWhatIsTheUsers()
      for (name, options) in options { try store.set(options, ofServer: name) }
      try store.commit()
      try store.connection.execute("DETACH old")
      store = nil
      try replace()
      isFinished = true
      try? old.execute("ROLLBACK")
      try Self.useWAL(try Connection(path: file, mode: .readWrite))
    } catch let error as SQLiteError {
      throw StoreError(error, path: path)
    }
  }

  /// Tables, views, indexes and triggers that somebody added to the store stay in it.
  private func copyWhatIsTheUsers() throws {
    let statement = try store.connection.prepare(
      """
      SELECT o.type, o.name, o.sql FROM old.sqlite_schema o
      LEFT JOIN main.sqlite_schema n USING (type, name)
      WHERE n.name IS NULL AND o.sql IS NOT NULL
        AND o.name NOT LIKE 'sqlite^_%' ESCAPE '^'
      ORDER BY o.type <> 'table', o.rowid
      """)
    var found: [(type: String, name: String, sql: String)] = []
    while try statement.step() {
      found.append(
        (statement.text(at: 0) ?? "", statement.text(at: 1) ?? "", statement.text(at: 2) ?? ""))
    }
    for item in found {
      // An index of a column that is gone has no place any more.
      guard (try? store.connection.execute(item.sql)) != nil else { continue }
      if item.type == "table" { try copy(item.name) }
    }
  }

  private func replace() throws {
    try Self.sync(newFile)
    guard unsafe rename(newFile, file) == 0 else {
      throw StoreError.system(path, "the new file cannot be put in its place")
    }
    let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
    try Self.sync(folder.isEmpty ? "/" : folder)
  }

  /// Has the disk catch up with a file or folder.
  private static func sync(_ path: String) throws {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0, fsync(descriptor) == 0 else {
      throw StoreError.system(path, "cannot be brought to the disk")
    }
    close(descriptor)
  }

  /// Makes a WAL database of a file again, with the files that readers without write rights need.
  private static func useWAL(_ connection: consuming Connection) throws(SQLiteError) {
    try connection.execute("PRAGMA journal_mode = WAL")
    connection.keepWAL()
    try connection.execute("SELECT count(*) FROM sqlite_schema")
  }

  private func discard() {
    guard !isFinished else { return }
    store = nil
    unsafe unlink(newFile)
    if let connection = try? Connection(path: file, mode: .readWrite) {
      try? Self.useWAL(connection)
    }
  }
}
