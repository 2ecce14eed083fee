import AMI
import SQLite
import Store

/// Fills `agent_intervals` (ringing, talking) from the offers and visits that the files completed:
/// what the stream could not know it took to go on, or never saw.
struct OccupationFill {
  private let writer: FillWriter
  private let time: ObservedTime

  /// A time from one moment to another.
  private struct Span {
    var start: Instant
    var end: Instant
  }

  private struct Row {
    var id: Int64
    var start: Instant
    var end: Instant?

    func overlaps(_ span: Span) -> Bool { start <= span.end && end ?? .last >= span.start }
  }

  init(_ writer: FillWriter, _ time: ObservedTime) {
    self.writer = writer
    self.time = time
  }

  func apply() throws {
    try apply(
      "talking",
      told: "SELECT DISTINCT agent FROM queue_visits WHERE server_id = ?1"
        + " AND 'queue-log' IN (opened_by, closed_by) AND agent IS NOT NULL ORDER BY agent",
      spans: "SELECT connected_us, talk_ended_us FROM queue_visits WHERE server_id = ?1"
        + " AND agent = ?2 AND connected_us <= talk_ended_us ORDER BY connected_us")
    try apply(
      "ringing",
      told: "SELECT DISTINCT agent FROM queue_offers WHERE server_id = ?1"
        + " AND filled_by IS NOT NULL AND agent IS NOT NULL ORDER BY agent",
      spans: "SELECT called_us, ended_us FROM queue_offers WHERE server_id = ?1"
        + " AND agent = ?2 AND called_us <= ended_us ORDER BY called_us")
  }

  private func apply(_ state: String, told: String, spans sql: String) throws {
    let agents = try writer.store.connection.prepare(told)
    agents.bind(writer.server, at: 1)
    var names: [String] = []
    while try agents.step() { names.append(agents.text(at: 0) ?? "") }
    for name in names { try apply(state, name, spans(sql, of: name)) }
  }

  /// The times of an agent, merged where they overlap.
  private func spans(_ sql: String, of agent: String) throws -> [Span] {
    let statement = try writer.store.connection.prepare(sql)
    statement.bind(writer.server, at: 1)
    statement.bind(agent, at: 2)
    var merged: [Span] = []
    while try statement.step() {
      let span = Span(start: statement.time(at: 0), end: statement.time(at: 1))
      if let last = merged.last, span.start <= last.end {
        merged[merged.count - 1].end = max(last.end, span.end)
      } else {
        merged.append(span)
      }
    }
    return merged
  }

  private func apply(_ state: String, _ agent: String, _ spans: [Span]) throws {
    var rows = try rows(state, agent)
    var wasCut = false
    for span in spans {
      guard let place = rows.firstIndex(where: { $0.overlaps(span) }) else {
        if wasCut || time.isInGap(span.start, span.end) {
          try writer.addInterval(agent, "queue", state, from: span.start, to: span.end)
        }
        continue
      }
      // It ended unseen: what came later was taken for the same.
      guard time.isInGap(second: span.end), rows[place].end != span.end else { continue }
      guard rows[place].end.map({ $0 > span.end || time.isInGap($0, $0) }) ?? true else { continue }
      wasCut = true
      let end = max(span.end, rows[place].start)
      rows[place].end = end
      try writer.endInterval(rows[place].id, at: end)
    }
  }

  private func rows(_ state: String, _ agent: String) throws -> [Row] {
    let statement = try writer.store.connection.prepare(
      """
      SELECT id, started_us, ended_us FROM agent_intervals
      WHERE server_id = ? AND source = 'queue' AND agent = ? AND state = ? ORDER BY started_us, id
      """)
    statement.bind(writer.server, at: 1)
    statement.bind(agent, at: 2)
    statement.bind(state, at: 3)
    var found: [Row] = []
    while try statement.step() {
      found.append(
        Row(
          id: statement.int(at: 0), start: statement.time(at: 1), end: statement.optionalTime(at: 2)
        ))
    }
    return found
  }
}
