/// A row of `agent_intervals`; schema/0002-queues.sql says what each column is.
public struct AgentIntervalRow: Row, Sendable {
  public static let table = "agent_intervals"
  public static let columns = [
    "id", "server_id", "agent", "source", "state", "reason", "opened_by", "started_us", "ended_us",
    "closed_by",
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var agent = ""
  var source = ""
  var state = ""
  var reason: String?
  var openedBy = ""
  var startedAt: Int64 = 0
  var endedAt: Int64?
  var closedBy: String?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&agent)
    visitor.visit(&source)
    visitor.visit(&state)
    visitor.visit(&reason)
    visitor.visit(&openedBy)
    visitor.visit(&startedAt)
    visitor.visit(&endedAt)
    visitor.visit(&closedBy)
  }
}

/// An interval that goes on, or ended and was not written yet.
struct LiveAgentInterval: Live {
  var row = AgentIntervalRow()
  /// The session in which it was opened.
  var session = 0
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&session)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }

  /// What the interval of one agent in one state is found by.
  static func key(_ source: String, _ agent: String, _ state: String) -> String {
    "\(source) \(state) \(agent)"
  }
}
