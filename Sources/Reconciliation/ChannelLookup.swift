import AMI
import SQLite

/// Finds the rows of `channels` that files tell of.
final class ChannelLookup {
  /// How far before its record a channel without a uniqueid is looked for.
  static let nameSearch = TimeSpan.hours(1)

  /// A row of `channels`.
  struct Channel {
    var id: Int64
    var callID: Int64
    var name: String
    var uniqueid: String
    var startedAt: Instant
    var endedAt: Instant?
    var answeredAt: Instant?
    var openedBy: String
    var closedBy: String?
  }

  private let server: Int64
  private let byUniqueid: Statement
  private let byName: Statement

  /// - Parameter beyondGaps: whether a channel that ended in a gap, and so has the gap's beginning
  ///   for its end, may be one of which a file tells later things.
  init(_ connection: borrowing Connection, server: Int64, beyondGaps: Bool) throws {
    self.server = server
    let columns =
      "id, call_id, name, uniqueid, started_us, ended_us, answered_us, opened_by, closed_by"
    let lives =
      "(coalesce(ended_us, ?4) >= ?3" + (beyondGaps ? " OR closed_by = 'gap')" : ")")
    // Uniqueids come again when a server begins anew within a second.
    byUniqueid = try connection.prepare(
      """
      SELECT \(columns) FROM channels WHERE server_id = ?1 AND uniqueid = ?2
        AND (started_us <= ?4 OR opened_by <> 'newchannel') AND \(lives)
      ORDER BY abs(started_us - ?3)
      """)
    byName = try connection.prepare(
      """
      SELECT \(columns) FROM channels WHERE server_id = ?1 AND name = ?2
        AND started_us BETWEEN ?5 AND ?4 AND \(lives)
      ORDER BY started_us DESC
      """)
  }

  /// The channel of a uniqueid, alive in this time; nil when the store has none.
  func channel(uniqueid: String, from start: Instant, to end: Instant) throws -> Channel? {
    try find(byUniqueid, uniqueid, start, end)
  }

  /// The channel of a name, alive in this time; nil when the store has none.
  func channel(named name: String, from start: Instant, to end: Instant) throws -> Channel? {
    byName.bind(start - Self.nameSearch, at: 5)
    return try find(byName, name, start, end)
  }

  private func find(
    _ statement: borrowing Statement, _ key: String, _ start: Instant, _ end: Instant
  ) throws -> Channel? {
    defer { statement.reset() }
    statement.bind(server, at: 1)
    statement.bind(key, at: 2)
    statement.bind(start - ObservedTime.lateMax, at: 3)
    statement.bind(end + ObservedTime.lateMax, at: 4)
    guard try statement.step() else { return nil }
    return Channel(
      id: statement.int(at: 0), callID: statement.int(at: 1), name: statement.text(at: 2) ?? "",
      uniqueid: statement.text(at: 3) ?? "", startedAt: statement.time(at: 4),
      endedAt: statement.optionalTime(at: 5), answeredAt: statement.optionalTime(at: 6),
      openedBy: statement.text(at: 7) ?? "", closedBy: statement.text(at: 8))
  }
}
