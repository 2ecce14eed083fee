import Glibc
import SQLite

/// The table `actions` of a store, written by a program beside the one that writes all else: it
/// takes no lock, but waits while a transaction of that one lasts.
///
/// There is a row before an action is sent, and it survives a power cut from then on (`synchronous
/// = FULL`, which only this connection pays for). So an action that has no row was not sent.
public final class ActionRegister {
  /// How long to wait for another's transaction, or while another makes or migrates the store, in
  /// milliseconds.
  static let busyTimeout = 10_000

  /// The store.
  public let path: String
  private let connection: Connection

  /// Opens a store; makes it when there is none, so that no action goes without its row, and
  /// migrates an older one.
  ///
  /// Throws `StoreError` when that cannot be done, or this user may not write it.
  public convenience init(path: String) throws {
    try self.init(path: path, patience: Self.busyTimeout)
  }

  /// `patience` is how long another program may hold its lock on a store that is not as it should
  /// be, in milliseconds.
  init(path: String, patience: Int) throws {
    self.path = path
    do {
      try Self.prepare(path, patience)
      connection = try Connection(path: path, mode: .readWrite)
      connection.busyTimeout(Self.busyTimeout)
      try connection.execute("PRAGMA synchronous = FULL")
      connection.keepWAL()
    } catch let error as SQLiteError {
      throw Self.explained(error, path)
    }
  }

  /// Adds a row for an action on `server`, which is one of `servers`: those of the configuration,
  /// which get their numbers in its order, as amirecd would give them.
  public func add(_ row: inout ActionRow, on server: String, of servers: [String]) throws {
    precondition(servers.contains(server), "a server that is not configured")
    try run {
      try connection.transaction {
        for name in servers where try number(of: name) == nil {
          try change(
            "INSERT INTO servers (id, name) SELECT coalesce(max(id) + 1, 0), ? FROM servers"
          ) {
            $0.append(name)
          }
        }
        row.serverID = try number(of: server)!
        try change(ActionRow.insertion) { row.bind(to: &$0) }
      }
      row.id = connection.lastInsertRowid
    }
  }

  /// Completes a row that was added.
  public func complete(_ row: ActionRow) throws {
    precondition(row.id != 0, "a row that was not added")
    try run {
      try change(ActionRow.update) {
        row.bind(to: &$0)
        $0.append(row.id)
      }
    }
  }

  private func number(of server: String) throws(SQLiteError) -> Int64? {
    let statement = try connection.prepare("SELECT id FROM servers WHERE name = ?")
    statement.bind(server, at: 1)
    return try statement.step() ? statement.int(at: 0) : nil
  }

  private func change(_ sql: String, _ bind: (inout Bindings) -> Void) throws(SQLiteError) {
    var bindings = Bindings()
    bind(&bindings)
    try connection.prepare(sql).run(bindings)
  }

  private func run(_ body: () throws -> Void) throws {
    do { try body() } catch let error as SQLiteError { throw Self.explained(error, path) }
  }

  private static func explained(_ error: SQLiteError, _ path: String) -> StoreError {
    let readOnly: Int32 = 8
    guard error.code & 0xFF == readOnly else { return StoreError(error, path: path) }
    return StoreError(
      .unreadable, path,
      "this user may not write it, and every action is written down; join its group, or be its owner",
      sqliteCode: error.code)
  }

  // MARK: A store that is not there, or older

  private static func prepare(_ path: String, _ patience: Int) throws {
    guard try !isCurrent(path) else { return }
    for attempt in 0... {
      do {
        return try make(path)
      } catch let error as StoreError where error.code == .locked {
        // An amirecd that starts makes or migrates it just now; one that has run for long does not.
        if try isCurrent(path) { return }
        guard attempt * pollMilliseconds < patience else { throw error }
        usleep(useconds_t(pollMilliseconds) * 1000)
      }
    }
  }

  private static let pollMilliseconds = 100

  /// Whether there is a store of this version. Throws when there is another file, or a newer store.
  private static func isCurrent(_ path: String) throws -> Bool {
    guard unsafe access(path, F_OK) == 0 else { return false }
    let connection = try Connection(path: path, mode: .readWrite)
    connection.busyTimeout(busyTimeout)
    return try Schema.found(in: connection, path: path) == Schema.version
  }

  /// Makes or migrates the store. What the superuser makes belongs to the folder's owner, so that
  /// amirecd can go on with it.
  private static func make(_ path: String) throws {
    let isNew = unsafe access(path, F_OK) != 0
    let store = try Store(path: path)
    guard isNew, geteuid() == 0 else { return }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    var status = stat()
    guard unsafe stat(folder, &status) == 0 else { return }
    for suffix in ["", "-wal", "-shm", ".lock"] {
      _ = unsafe chown(store.path + suffix, status.st_uid, status.st_gid)
    }
  }
}
