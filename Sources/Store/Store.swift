public import Normalization
package import SQLite

/// The SQLite file, opened for writing: one writer at a time, kept apart by a lock beside the file.
///
/// Changes are made in transactions: `begin`, rows and blocks, `commit`. A program that is killed
/// loses what was not committed and nothing else; after a power cut the last commits may be missing
/// (`synchronous = NORMAL` in WAL mode), never the file.
///
/// **Source:** sqlite.org/wal.html, sqlite.org/pragma.html
public final class Store {
  /// How long to wait for a reader's checkpoint or another writer's single rows, in milliseconds.
  static let busyTimeout = 10_000
  /// The WAL is taken into the file when it has this many pages of 4 KiB.
  static let checkpointPages = 4096

  public let path: String
  package let connection: Connection
  /// Which message is being worked off; nil where that cannot be noted.
  public let mark: FrameMark?
  /// Nil for a file that nobody knows of yet.
  private let lock: StoreLock?
  private var statements: [String: PreparedStatement] = [:]
  private var bindings = Bindings()
  /// Whether a transaction is open.
  public private(set) var isInTransaction = false

  /// Opens a store for writing; makes it when there is none, migrates it when it is older.
  ///
  /// - Throws: `StoreError` when the file is no store, a newer one, or being written by another
  ///   program.
  public init(path: String) throws {
    self.path = path
    lock = try StoreLock(path: path)
    Rights.makeFile(path)
    do {
      connection = try Connection(path: path, mode: .create)
      connection.busyTimeout(Self.busyTimeout)
      _ = try Schema.found(in: connection, path: path)
      try connection.execute(
        """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;
        PRAGMA wal_autocheckpoint = \(Self.checkpointPages); PRAGMA temp_store = MEMORY;
        PRAGMA journal_size_limit = \(Self.walBytesKept)
        """)
      // Readers without write rights need the -wal and -shm files, so they stay.
      connection.keepWAL()
      try Schema.migrate(connection, path: path)
      try Self.checkStates(connection, path: path)
      mark = FrameMark(store: StoreLock.resolved(path))
    } catch let error as SQLiteError {
      throw StoreError(error, path: path)
    }
  }

  /// Begins a store in an empty file that nobody knows of yet: what breaks while it is written
  /// breaks nothing else, so nothing is synced, and nothing can be rolled back.
  init(building path: String) throws {
    self.path = path
    lock = nil
    mark = nil
    do {
      connection = try Connection(path: path, mode: .readWrite)
      connection.busyTimeout(Self.busyTimeout)
      try connection.execute(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384")
      try Schema.migrate(connection, path: path)
    } catch let error as SQLiteError {
      throw StoreError(error, path: path)
    }
  }

  /// Refuses a store whose saved states are of another version: it could not be gone on with.
  static func checkStates(_ connection: borrowing Connection, path: String) throws {
    let statement = try connection.prepare("SELECT substr(state, 1, 16) FROM positions")
    while try statement.step() {
      if !StateReader.isCurrent(head: statement.blob(at: 0)) { throw StoreError.older(path) }
    }
  }

  // MARK: Transactions

  /// Begins a transaction unless one is open.
  public func begin() throws {
    guard !isInTransaction else { return }
    // IMMEDIATE would also lock a store that is attached to a new one.
    try run { try connection.execute(lock == nil ? "BEGIN" : "BEGIN IMMEDIATE") }
    isInTransaction = true
  }

  /// Commits the open transaction, if there is one.
  public func commit() throws {
    guard isInTransaction else { return }
    try run { try connection.execute("COMMIT") }
    isInTransaction = false
  }

  /// Takes back what the open transaction did.
  public func rollback() {
    guard isInTransaction else { return }
    try? connection.execute("ROLLBACK")
    isInTransaction = false
  }

  /// Takes the WAL into the file and syncs both to the disk, as far as readers let it.
  ///
  /// - Returns: whether all of it is in the file now.
  @discardableResult
  public func checkpoint() throws -> Bool {
    precondition(!isInTransaction, "commit first")
    return try run {
      let statement = try connection.prepare("PRAGMA wal_checkpoint(PASSIVE)")
      guard try statement.step() else { return false }
      return statement.int(at: 0) == 0 && statement.int(at: 1) == statement.int(at: 2)
    }
  }

  // MARK: Statements

  /// Runs `body`; what SQLite says becomes an error about this store.
  func run<Result: ~Copyable>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as SQLiteError {
      throw StoreError(error, path: path)
    }
  }

  /// Runs a statement that is kept for the next time, with the values that `bind` appends.
  package func execute(_ sql: String, _ bind: (inout Bindings) -> Void = { _ in }) throws {
    try run {
      bindings.removeAll()
      bind(&bindings)
      try prepared(sql).statement.run(bindings)
    }
  }

  /// The first row's first column; nil when there is no row, or NULL in it.
  package func integer(_ sql: String, _ values: Value...) throws -> Int64? {
    try first(sql, values) { $0.optionalInt(at: 0) } ?? nil
  }

  /// What `read` makes of the first row; nil when there is none.
  func first<Result>(
    _ sql: String, _ values: [Value], _ read: (borrowing Statement) -> Result
  ) throws -> Result? {
    try run {
      let statement = try connection.prepare(sql)
      for (place, value) in values.enumerated() { statement.bind(value, at: place + 1) }
      return try statement.step() ? read(statement) : nil
    }
  }

  private func prepared(_ sql: String) throws -> PreparedStatement {
    if let statement = statements[sql] { return statement }
    let statement = PreparedStatement(try connection.prepare(sql))
    statements[sql] = statement
    return statement
  }

  // MARK: Rows

  private struct RowBinder: FieldVisitor {
    var bindings: Bindings
    mutating func visit(_ value: inout Int64) { bindings.append(value) }
    mutating func visit(_ value: inout Int64?) { bindings.append(value) }
    mutating func visit(_ value: inout Bool) { bindings.append(value) }
    mutating func visit(_ value: inout String) { bindings.append(value) }
    mutating func visit(_ value: inout String?) { bindings.append(value) }
  }

  private var writers: [ObjectIdentifier: PreparedStatement] = [:]

  /// Inserts a row, or replaces the values of the one with its id.
  public func write<R: Row>(_ row: inout R) throws {
    try run {
      let writer = try writer(for: R.self)
      var binder = RowBinder(bindings: bindings)
      bindings = Bindings()
      binder.bindings.removeAll()
      row.visit(&binder)
      bindings = binder.bindings
      try writer.statement.run(bindings)
    }
  }

  /// What is written to a column: its value, or that of a time which it must not be before.
  private func value<R: Row>(of column: Int, in type: R.Type) -> String {
    let earlier = R.timeLines.flatMap { line in
      line.firstIndex(of: R.columns[column]).map { Array(line[..<$0]) } ?? []
    }
    guard !earlier.isEmpty else { return "?\(column + 1)" }
    let limits = earlier.map { name in
      let place = R.columns.firstIndex(of: name)!
      return "coalesce(?\(place + 1), ?\(column + 1))"
    }
    return "max(?\(column + 1), \(limits.joined(separator: ", ")))"
  }

  private func writer<R: Row>(for type: R.Type) throws -> PreparedStatement {
    if let writer = writers[ObjectIdentifier(type)] { return writer }
    let columns = R.columns.map { "\"\($0)\"" }
    let places = R.columns.indices.map { value(of: $0, in: R.self) }.joined(separator: ", ")
    let changes = columns.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    let sql =
      "INSERT INTO \(R.table) (\(columns.joined(separator: ", "))) VALUES (\(places)) "
      + "ON CONFLICT (id) DO UPDATE SET \(changes)"
    let writer = PreparedStatement(try connection.prepare(sql))
    writers[ObjectIdentifier(type)] = writer
    return writer
  }
}

/// A statement that is kept: a reference, because statements themselves cannot stand in a
/// dictionary.
final class PreparedStatement {
  let statement: Statement
  init(_ statement: consuming Statement) { self.statement = statement }
}

extension Store: RowSink {
  /// All that belonged to a call belongs to another now.
  public func merge(_ merge: inout CallMergeRow) throws {
    let (kept, gone) = (merge.callID, merge.id)
    for table in ["channels", "dials", "bridges", "transfers", "queue_visits", "call_merges"] {
      try execute("UPDATE \(table) SET call_id = ? WHERE call_id = ?") {
        $0.append(kept)
        $0.append(gone)
      }
    }
    try execute("DELETE FROM calls WHERE id = ?") { $0.append(gone) }
    try write(&merge)
  }
}
