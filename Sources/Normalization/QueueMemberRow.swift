import AMI

/// A row of `queue_members`; schema/0002-queues.sql says what each column is.
public struct QueueMemberRow: Row, Sendable {
  public static let table = "queue_members"
  public static let columns = [
    "id", "server_id", "queue_id", "agent", "interface", "state_interface", "membership",
    "penalty", "paused", "paused_reason", "ring_in_use", "wrap_up_s", "status", "in_call",
    "calls_taken", "last_call_us", "opened_by", "started_us",
    "ended_us",
    "closed_by",
  ]
  public static let timeLines = [["started_us", "ended_us"]]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var queueID: Int64 = 0
  var agent = ""
  var interface = ""
  var stateInterface: String?
  var membership: String?
  var penalty: Int64?
  var isPaused = false
  var pausedReason: String?
  var ringInUse: Int64?
  var wrapUp: Int64?
  var status: Int64?
  var isInCall: Int64?
  var callsTaken: Int64?
  var lastCallAt: Instant?
  var openedBy = ""
  var startedAt = Instant.epoch
  var endedAt: Instant?
  var closedBy: String?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&queueID)
    visitor.visit(&agent)
    visitor.visit(&interface)
    visitor.visit(&stateInterface)
    visitor.visit(&membership)
    visitor.visit(&penalty)
    visitor.visit(&isPaused)
    visitor.visit(&pausedReason)
    visitor.visit(&ringInUse)
    visitor.visit(&wrapUp)
    visitor.visit(&status)
    visitor.visit(&isInCall)
    visitor.visit(&callsTaken)
    visitor.visit(&lastCallAt)
    visitor.visit(&openedBy)
    visitor.visit(&startedAt)
    visitor.visit(&endedAt)
    visitor.visit(&closedBy)
  }
}

/// A membership that goes on, or ended and was not written yet.
struct LiveQueueMember: Live {
  var row = QueueMemberRow()
  var id: Int64 { row.id }
  /// The session in which it was last seen.
  var session = 0
  /// When that was.
  var seenAt = Instant.epoch
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&session)
    visitor.visit(&seenAt)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}

/// An agent's memberships that go on, in all queues.
struct Memberships {
  private(set) var count = 0
  /// How many of them are dynamic.
  private(set) var dynamic = 0
  /// Slots of those that are paused.
  private(set) var paused: [Int] = []

  mutating func add(_ slot: Int, _ row: QueueMemberRow) {
    count += 1
    if row.membership == "dynamic" { dynamic += 1 }
    if row.isPaused { paused.append(slot) }
  }

  /// Takes one away, whose row is as it was when it was added.
  mutating func remove(_ slot: Int, _ row: QueueMemberRow) {
    count -= 1
    if row.membership == "dynamic" { dynamic -= 1 }
    if row.isPaused { paused.removeFirst(of: slot) }
  }
}
