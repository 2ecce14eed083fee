import AMI

/// A row of `agent_intervals`; schema/0002-queues.sql says what each column is.
public struct AgentIntervalRow: Row, Sendable {
  public static let table = "agent_intervals"
  public static let columns = [
    "id", "server_id", "agent", "source", "state", "reason", "opened_by", "started_us", "ended_us",
    "closed_by",
  ]
  public static let timeLines = [["started_us", "ended_us"]]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var agent = ""
  var source = ""
  var state = ""
  var reason: String?
  var openedBy = ""
  var startedAt = Instant.epoch
  var endedAt: Instant?
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
  var id: Int64 { row.id }
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

}

/// What an agent can be. Times in one state do not overlap; those in different states may.
enum AgentState: Int, CaseIterable {
  case loggedIn
  case paused
  case ringing
  case talking
  case wrapUp

  /// The word in the store.
  var word: String {
    switch self {
    case .loggedIn: "logged-in"
    case .paused: "paused"
    case .ringing: "ringing"
    case .talking: "talking"
    case .wrapUp: "wrap-up"
    }
  }
}

/// An agent, and what it is now. It is not forgotten below the ceiling: a server has as many as its
/// queues and app_agent_pool name.
struct LiveAgent: Visitable {
  var source = ""
  var name = ""
  /// By state.
  var times = AgentState.allCases.map { _ in Time() }
  /// Slots of the offers by which it is rung.
  var offers: [Int] = []
  /// Slots of the visits in which it talks, or left the caller but may come back.
  var talks: [Int] = []
  /// When its wrap-up will be over.
  var wrapUpEndsAt = Instant.last

  /// One state of an agent.
  struct Time: Visitable {
    /// The slot of the interval, while it is in that state.
    var interval: Int?
    /// When it last ceased to be.
    var lastEnd = Instant.first

    mutating func visit(_ visitor: inout some FieldVisitor) {
      visitor.visit(&interval)
      visitor.visit(&lastEnd)
    }
  }

  /// What it is found by.
  var key: String { Self.key(source, name) }
  /// Whether it is in no state.
  var isIdle: Bool { times.allSatisfy { $0.interval == nil } && offers.isEmpty && talks.isEmpty }

  func isIn(_ state: AgentState) -> Bool { times[state.rawValue].interval != nil }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&source)
    visitor.visit(&name)
    visitor.visit(&times, filler: Time())
    visitor.visit(&offers)
    visitor.visit(&talks)
    visitor.visit(&wrapUpEndsAt)
  }

  /// What an agent is found by.
  static func key(_ source: String, _ name: String) -> String { "\(source) \(name)" }
}
