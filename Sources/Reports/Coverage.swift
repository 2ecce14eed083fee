import SQLite

/// How much of a period was observed.
struct Coverage {
  /// Microseconds without a session or in a gap, of the server with the most.
  let unobservedUs: Int64
  /// Microseconds of the period that have passed.
  let passedUs: Int64
  /// The server with the most, where the answer is about several.
  let server: String?

  /// Looks at the sessions and gaps of one server, or of all.
  ///
  /// A session is observed from its login (or where none was seen, its beginning) to its end; what
  /// of it lies in a gap is not.
  init(
    of store: borrowing StoreFile, in period: Period, server: String?, nowUs: Int64
  ) throws(SQLiteError) {
    let from = period.fromUs
    let to = max(from, min(period.toUs, nowUs))
    passedUs = to - from
    var servers: [(name: String, observed: [Range<Int64>], missed: [Range<Int64>])] = []
    let names = try store.connection.prepare(
      "SELECT id, name FROM servers WHERE :server IS NULL OR name = :server ORDER BY name")
    names.bind(server, at: 1)
    while try names.step() {
      let id = names.int(at: 0)
      servers.append(
        (
          names.text(at: 1) ?? "",
          try Self.ranges(
            Self.sessions + " WHERE server_id = ?", id: id, in: from..<to, store: store),
          try Self.ranges(
            "SELECT started_us, coalesce(ended_us, \(to)) FROM gaps WHERE server_id = ?",
            id: id, in: from..<to, store: store)
        ))
    }
    var worst: (unobservedUs: Int64, name: String)?
    for server in servers {
      let observed = Self.length(server.observed, without: server.missed)
      let unobserved = passedUs - observed
      if worst.map({ unobserved > $0.unobservedUs }) ?? true {
        worst = (unobserved, server.name)
      }
    }
    unobservedUs = worst?.unobservedUs ?? passedUs
    self.server = servers.count > 1 ? worst?.name : nil
  }

  /// The first and last moment that the store observed; nil for an empty one.
  static func held(by store: borrowing StoreFile) throws(SQLiteError) -> Range<Int64>? {
    let statement = try store.connection.prepare(
      "SELECT min(began_us), max(ended_us) FROM (\(sessions))")
    guard try statement.step(), let first = statement.optionalInt(at: 0) else { return nil }
    return first..<max(first, statement.int(at: 1))
  }

  /// Begin and end of each session. One that is open lasts until the collector last wrote, or the
  /// last bytes.
  static let sessions = """
    SELECT
      coalesce(logged_in_us, connected_us) AS began_us,
      coalesce(
        ended_us,
        max(
          coalesce((SELECT last_us FROM positions WHERE session_id = sessions.id), 0),
          coalesce((SELECT max(last_us) FROM blocks WHERE session_id = sessions.id), 0),
          coalesce((SELECT written_us FROM collector WHERE source = 'live'), 0))) AS ended_us
    FROM sessions
    """

  /// The ranges that a query of two columns gives, cut to `bounds`.
  private static func ranges(
    _ sql: String, id: Int64, in bounds: Range<Int64>, store: borrowing StoreFile
  ) throws(SQLiteError) -> [Range<Int64>] {
    let statement = try store.connection.prepare(sql)
    statement.bind(id, at: 1)
    var ranges: [Range<Int64>] = []
    while try statement.step() {
      let begin = statement.int(at: 0)
      let range = (begin..<max(begin, statement.int(at: 1))).clamped(to: bounds)
      if !range.isEmpty { ranges.append(range) }
    }
    return ranges
  }

  /// How long it is that at least one of `ranges` holds and none of `holes`.
  private static func length(_ ranges: [Range<Int64>], without holes: [Range<Int64>]) -> Int64 {
    var changes: [(at: Int64, ranges: Int, holes: Int)] = []
    for range in ranges {
      changes.append((range.lowerBound, 1, 0))
      changes.append((range.upperBound, -1, 0))
    }
    for hole in holes {
      changes.append((hole.lowerBound, 0, 1))
      changes.append((hole.upperBound, 0, -1))
    }
    changes.sort { $0.at < $1.at }
    var length: Int64 = 0
    var open = (ranges: 0, holes: 0)
    var last: Int64 = 0
    for change in changes {
      if open.ranges > 0, open.holes == 0 { length += change.at - last }
      open.ranges += change.ranges
      open.holes += change.holes
      last = change.at
    }
    return length
  }
}
