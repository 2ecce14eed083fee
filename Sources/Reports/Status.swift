import SQLite

/// What a store holds, what the collector that writes to it does, and what the journals have that
/// the store lacks.
public struct Status: Sendable {
  /// How long the collector may be silent or behind, in seconds, before it is found wanting.
  public static let lagSecondsMax: Int64 = 10
  /// How long bytes may be in a journal before they are in a block of the store, in seconds: blocks
  /// are sealed after a minute.
  public static let archiveLagSecondsMax: Int64 = 300
  /// A WAL beyond this size is held by a reader, in bytes.
  public static let walBytesMax: Int64 = 256 << 20
  /// A journal beyond this size is not being taken in, in bytes.
  public static let journalBytesMax: Int64 = 1 << 30
  /// Less room than this on the disk of store or journal is too little, in bytes.
  public static let freeBytesLeast: Int64 = 256 << 20

  /// What is asked about.
  public struct Circumstances: Sendable {
    /// The store's path.
    public var store: String
    /// Why the store cannot be read; nil when it can.
    public var storeFailure: String?
    /// Bytes of the store's WAL.
    public var walBytes: Int64 = 0
    /// The servers that should be recorded, where a configuration says so.
    public var configured: [String] = []
    /// What the folder of the journals holds; nil when nobody knows of one.
    public var journal: JournalStatus?
    /// Bytes that are free on the disks of store and journal, by the path; those that cannot be
    /// known are left out.
    public var free: [(path: String, bytes: Int64)] = []

    /// A store, and nothing else.
    public init(store: String) { self.store = store }
  }

  struct Server {
    let name: String
    let version: String?
    let sessions: Int64
    let gaps: Int64
    let gapUs: Int64
    let lastUs: Int64?
  }

  /// What the store itself tells.
  struct Holdings {
    let size: Int64
    let held: Range<Int64>?
    let servers: [Server]
    /// Rows, bytes and such, by name, in the order in which they are shown.
    let counts: [(name: String, count: Int64)]
    /// Messages that were kept, but not read, by server, and their bytes.
    let skipped: [(server: String, messages: Int64, bytes: Int64)]
    /// Of what more went on lately than is held at a time, by server, and how much was let go of.
    let limits: [(server: String, kinds: String, count: Int64)]
  }

  let circumstances: Circumstances
  /// Nil when the store cannot be read.
  let holdings: Holdings?
  /// The last that the collector said, wherever; nil when there never was one.
  let collector: CollectorReport?
  let nowUs: Int64

  var path: String { circumstances.store }

  /// Reads all of it at one moment.
  ///
  /// - Throws: `ReportsError` when the store cannot be read.
  public init(
    of store: borrowing StoreFile, _ circumstances: Circumstances, nowUs: Int64
  ) throws(ReportsError) {
    self.nowUs = nowUs
    self.circumstances = circumstances
    do throws(SQLiteError) {
      try store.connection.execute("BEGIN")
      holdings = try Self.holdings(of: store, nowUs: nowUs)
      let row = try CollectorReport(of: store)
      try store.connection.execute("COMMIT")
      collector = Self.latest(row, circumstances.journal?.report)
    } catch {
      if error.isDamage { throw ReportsError.damaged(store.path, error) }
      throw ReportsError(.input, "\(store.path) cannot be read: \(error.message)")
    }
  }

  /// The status of a collector whose store cannot be read.
  public init(without circumstances: Circumstances, nowUs: Int64) {
    precondition(circumstances.storeFailure != nil, "say why")
    self.nowUs = nowUs
    self.circumstances = circumstances
    holdings = nil
    collector = circumstances.journal?.report
  }

  private static func latest(
    _ one: CollectorReport?, _ other: CollectorReport?
  ) -> CollectorReport? {
    guard let one else { return other }
    guard let other else { return one }
    return one.writtenUs > other.writtenUs ? one : other
  }

  /// The folder of the journals that a store was last written from; nil when none is known.
  public static func journal(of store: borrowing StoreFile) throws(ReportsError) -> String? {
    do throws(SQLiteError) {
      return try CollectorReport(of: store)?.journal
    } catch {
      if error.isDamage { throw ReportsError.damaged(store.path, error) }
      throw ReportsError(.input, "\(store.path) cannot be read: \(error.message)")
    }
  }

  /// How many bytes of a connection's stream, from its beginning on, the blocks of a store hold: of
  /// the server of this name, and the connection made at this time; 0 for one that is not known.
  public static func storedBytes(
    in store: borrowing StoreFile, server: String, connectedUs: Int64
  ) throws(ReportsError) -> Int64 {
    do throws(SQLiteError) {
      let statement = try store.connection.prepare(
        """
        SELECT max(s.bytes) FROM sessions s JOIN servers v ON v.id = s.server_id
        WHERE v.name = :server AND s.connected_us = :connected
        """)
      statement.bind(.text(server), named: ":server")
      statement.bind(.integer(connectedUs), named: ":connected")
      return try statement.step() ? statement.int(at: 0) : 0
    } catch {
      throw ReportsError(.input, "\(store.path) cannot be read: \(error.message)")
    }
  }

  // MARK: Reading

  private static let counted = [
    ("sessions", "SELECT count(*) FROM sessions"),
    ("frames", "SELECT sum(frames) FROM sessions"),
    ("bytes_received", "SELECT sum(bytes) FROM sessions"),
    ("events", "SELECT sum(count) FROM event_counts"),
    ("calls", "SELECT count(*) FROM calls"),
    ("channels", "SELECT count(*) FROM channels"),
    ("gaps", "SELECT count(*) FROM gaps"),
  ]

  private static func holdings(
    of store: borrowing StoreFile, nowUs: Int64
  ) throws(SQLiteError) -> Holdings {
    var counts: [(name: String, count: Int64)] = []
    for (name, sql) in counted { counts.append((name, try store.connection.integer(sql))) }
    return Holdings(
      size: store.size, held: try Coverage.held(by: store),
      servers: try servers(of: store, nowUs: nowUs), counts: counts,
      skipped: try skipped(in: store),
      limits: try limits(in: store, since: nowUs - limitsTime))
  }

  /// For how long status says that a limit was reached, in microseconds.
  static let limitsTime: Int64 = 86_400_000_000

  private static func limits(
    in store: borrowing StoreFile, since time: Int64
  ) throws(SQLiteError) -> [(server: String, kinds: String, count: Int64)] {
    let statement = try store.connection.prepare(
      """
      SELECT v.name, group_concat(DISTINCT l.kind), sum(l.count)
      FROM limits l JOIN servers v ON v.id = l.server_id
      WHERE l.last_us >= \(time) GROUP BY v.id ORDER BY v.id
      """)
    var found: [(server: String, kinds: String, count: Int64)] = []
    while try statement.step() {
      found.append((statement.text(at: 0) ?? "", statement.text(at: 1) ?? "", statement.int(at: 2)))
    }
    return found
  }

  private static func skipped(
    in store: borrowing StoreFile
  ) throws(SQLiteError) -> [(server: String, messages: Int64, bytes: Int64)] {
    let statement = try store.connection.prepare(
      """
      SELECT v.name, count(*), sum(g.length) FROM gaps g JOIN servers v ON v.id = g.server_id
      WHERE g.reason = 'skipped' GROUP BY v.id ORDER BY v.id
      """)
    var found: [(server: String, messages: Int64, bytes: Int64)] = []
    while try statement.step() {
      found.append((statement.text(at: 0) ?? "", statement.int(at: 1), statement.int(at: 2)))
    }
    return found
  }

  private static func servers(
    of store: borrowing StoreFile, nowUs: Int64
  ) throws(SQLiteError) -> [Server] {
    let statement = try store.connection.prepare(
      """
      SELECT
        name,
        asterisk_version,
        (SELECT count(*) FROM sessions WHERE server_id = servers.id),
        (SELECT count(*) FROM gaps WHERE server_id = servers.id),
        (
          SELECT coalesce(sum(coalesce(ended_us, :now) - started_us), 0)
          FROM gaps
          WHERE server_id = servers.id
        ),
        max(
          coalesce((SELECT last_us FROM positions WHERE id = servers.id), 0),
          coalesce((SELECT max(last_us) FROM blocks WHERE server_id = servers.id), 0))
      FROM servers
      ORDER BY id
      """)
    statement.bind(.integer(nowUs), named: ":now")
    var servers: [Server] = []
    while try statement.step() {
      let last = statement.int(at: 5)
      servers.append(
        Server(
          name: statement.text(at: 0) ?? "", version: statement.text(at: 1),
          sessions: statement.int(at: 2), gaps: statement.int(at: 3),
          gapUs: statement.int(at: 4), lastUs: last == 0 ? nil : last))
    }
    return servers
  }
}
