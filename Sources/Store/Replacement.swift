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

  /// What the old file holds of the stream.
  public private(set) var map: ArchiveMap!
  /// What was recorded and cannot be read any more, each in one sentence.
  public private(set) var losses: [String] = []

  /// The name under which the old file was kept, as something in it cannot be read.
  public private(set) var keptFile: String?

  /// Ids of blocks that stand for bytes which are lost.
  var lostIDs: Set<Int64> = []

  private let file: String
  private let lock: StoreLock
  let old: Connection
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
      // A page that is none of the table's is found before its rows are taken for rows.
      try old.execute("PRAGMA cell_size_check = ON")
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
    map = try ArchiveMap(of: old)
    try store.begin()
    for table in try recordedTables() where table != "blocks" { try copy(table) }
    try addMissingRows()
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

  /// The position of a server in the old file; nil when it has none that can be read.
  public func oldPosition(of server: Int64) throws -> Store.Position? {
    try store.run {
      do throws(SQLiteError) {
        let statement = try old.prepare(
          """
          SELECT p.session_id, s.connected_us, p.session_offset, p.last_us, p.state
          FROM positions p JOIN sessions s ON s.id = p.session_id WHERE p.id = ?
          """)
        statement.bind(server, at: 1)
        return try statement.step() ? Store.Position(statement) : nil
      } catch {
        guard error.isDamage else { throw error }
        return nil
      }
    }
  }

  /// Notes that something that was recorded cannot be read any more.
  public func lose(_ sentence: String) {
    if !losses.contains(sentence) { losses.append(sentence) }
  }

  func names(_ sql: String) throws -> [String] {
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
      try copyWhatWasAddedMeanwhile()
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

  /// `amirec action` writes without the lock.
  private func copyWhatWasAddedMeanwhile() throws {
    try copy("servers")
    guard try recordedTables().contains("actions") else { return }
    try store.connection.execute("DELETE FROM main.actions")
    try copy("actions")
  }

  private func replace() throws {
    if !losses.isEmpty { try keepDamagedFile() }
    try Self.sync(newFile)
    guard unsafe rename(newFile, file) == 0 else {
      throw StoreError.system(path, "the new file cannot be put in its place")
    }
    let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
    try Self.sync(folder.isEmpty ? "/" : folder)
  }

  /// The old file gets another name: a later program may read more of it.
  private func keepDamagedFile() throws {
    for number in 1... {
      let name = file + ".damaged" + (number == 1 ? "" : "-\(number)")
      if unsafe link(file, name) == 0 {
        keptFile = name
        return
      }
      guard errno == EEXIST else { throw StoreError.system(name, "the old file cannot be kept") }
    }
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
