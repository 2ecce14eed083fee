import SQLite

/// What a store holds, and what the collector that writes to it does.
///
/// The collector keeps one row in `collector`. Its column `servers` is a JSON array of objects:
///
/// | key | value |
/// |---|---|
/// | `name` | the server's name |
/// | `state` | `connected` once logged in; any other word says what it does instead |
/// | `connected_us` | since when, UTC microseconds; null while not connected |
/// | `behind_bytes` | bytes received that the store does not hold yet |
/// | `behind_us` | how long ago the first of these came, in microseconds; 0 when there are none |
/// | `error` | the last failure in one line; null when there was none |
public struct Status: Sendable {
  /// How long the collector may be silent or behind, in seconds, before it is found wanting.
  public static let lagSecondsMax: Int64 = 10

  struct Server {
    let name: String
    let version: String?
    let sessions: Int64
    let gaps: Int64
    let gapUs: Int64
    let lastUs: Int64?
  }

  struct Collector {
    let version: String
    let pid: Int64
    let startedUs: Int64
    let writtenUs: Int64
    let stoppedUs: Int64?
    let servers: [Link]
  }

  /// The collector's connection to one server.
  struct Link {
    let name: String
    let state: String
    let connectedUs: Int64?
    let behindBytes: Int64
    let behindUs: Int64
    let error: String?
  }

  let path: String
  let size: Int64
  let held: Range<Int64>?
  let servers: [Server]
  /// Rows, bytes and such, by name, in the order in which they are shown.
  let counts: [(name: String, count: Int64)]
  let collector: Collector?
  let nowUs: Int64

  /// Reads all of it at one moment.
  ///
  /// - Throws: `ReportsError` when the store cannot be read.
  public init(of store: borrowing StoreFile, nowUs: Int64) throws(ReportsError) {
    self.nowUs = nowUs
    path = store.path
    size = store.size
    do throws(SQLiteError) {
      try store.connection.execute("BEGIN")
      held = try Coverage.held(by: store)
      servers = try Self.servers(of: store, nowUs: nowUs)
      var counts: [(name: String, count: Int64)] = []
      for (name, sql) in Self.counted {
        counts.append((name, try store.connection.integer(sql)))
      }
      self.counts = counts
      collector = try Self.collector(of: store)
      try store.connection.execute("COMMIT")
    } catch {
      throw ReportsError(.input, "\(store.path) cannot be read: \(error.message)")
    }
  }

  /// What is wrong with the collector, each in one line; nothing for one that works or ended in
  /// order, and none for a store of imports.
  public var complaints: [String] {
    guard let collector, collector.stoppedUs == nil else { return [] }
    let silence = nowUs - collector.writtenUs
    if silence > Self.lagSecondsMax * 1_000_000 {
      return [
        "the collector is gone: it last wrote \(silence.roundedSeconds) s ago; "
          + "see systemctl status amirecd"
      ]
    }
    var complaints: [String] = []
    for link in collector.servers {
      if link.state != "connected" {
        let reason = link.error.map { " (\($0))" } ?? ""
        complaints.append("server \(link.name) is not recorded: \(link.state)\(reason)")
      } else if link.behindUs > Self.lagSecondsMax * 1_000_000 {
        complaints.append(
          "server \(link.name) is \(link.behindUs.roundedSeconds) s behind "
            + "(\(link.behindBytes) bytes): is the disk slow or full?")
      }
    }
    return complaints
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

  private static func collector(of store: borrowing StoreFile) throws(SQLiteError) -> Collector? {
    let row = try store.connection.prepare(
      "SELECT version, pid, started_us, written_us, stopped_us FROM collector")
    guard try row.step() else { return nil }
    let each = try store.connection.prepare(
      """
      SELECT
        value ->> 'name', value ->> 'state', value ->> 'connected_us', value ->> 'behind_bytes',
        value ->> 'behind_us', value ->> 'error'
      FROM collector, json_each(collector.servers)
      """)
    var links: [Link] = []
    while try each.step() {
      links.append(
        Link(
          name: each.text(at: 0) ?? "", state: each.text(at: 1) ?? "unknown",
          connectedUs: each.optionalInt(at: 2), behindBytes: each.int(at: 3),
          behindUs: each.int(at: 4), error: each.text(at: 5)))
    }
    return Collector(
      version: row.text(at: 0) ?? "", pid: row.int(at: 1), startedUs: row.int(at: 2),
      writtenUs: row.int(at: 3), stoppedUs: row.optionalInt(at: 4), servers: links)
  }
}
