import AMI

/// A row of `queue_visits`; schema/0002-queues.sql says what each column is.
public struct QueueVisitRow: Row, Sendable {
  public static let table = "queue_visits"
  public static let columns = [
    "id", "server_id", "call_id", "queue_id", "channel_id", "entered_channel_id", "opened_by",
    "joined_us", "left_us", "outcome", "queue_status", "wait_ms", "original_position",
    "last_position", "priority", "agent", "interface", "agent_channel_id", "connected_us",
    "talk_ended_us", "talk_ms", "hold_ms", "ended_by", "next_context", "next_exten", "closed_by",
  ]
  public static let timeLines = [
    ["joined_us", "connected_us", "talk_ended_us"], ["joined_us", "left_us"],
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var callID: Int64?
  var queueID: Int64 = 0
  var channelID: Int64?
  var enteredChannelID: Int64?
  var openedBy = ""
  var joinedAt = Instant.epoch
  var leftAt: Instant?
  var outcome: String?
  var queueStatus: String?
  var waitMs: Int64?
  var originalPosition: Int64?
  var lastPosition: Int64?
  var priority: Int64?
  var agent: String?
  var interface: String?
  var agentChannelID: Int64?
  var connectedAt: Instant?
  var talkEndedAt: Instant?
  var talkMs: Int64?
  var holdMs: Int64?
  var endedBy: String?
  var nextContext: String?
  var nextExten: String?
  var closedBy: String?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&callID)
    visitor.visit(&queueID)
    visitor.visit(&channelID)
    visitor.visit(&enteredChannelID)
    visitor.visit(&openedBy)
    visitor.visit(&joinedAt)
    visitor.visit(&leftAt)
    visitor.visit(&outcome)
    visitor.visit(&queueStatus)
    visitor.visit(&waitMs)
    visitor.visit(&originalPosition)
    visitor.visit(&lastPosition)
    visitor.visit(&priority)
    visitor.visit(&agent)
    visitor.visit(&interface)
    visitor.visit(&agentChannelID)
    visitor.visit(&connectedAt)
    visitor.visit(&talkEndedAt)
    visitor.visit(&talkMs)
    visitor.visit(&holdMs)
    visitor.visit(&endedBy)
    visitor.visit(&nextContext)
    visitor.visit(&nextExten)
    visitor.visit(&closedBy)
  }
}

/// How far a visit has come.
enum VisitPhase: Int {
  /// The caller waits.
  case waiting
  /// The caller left the queue, and it does not show yet why.
  case left
  /// An agent was connected.
  case talking
  /// It is over; what belongs to it may still come for a moment.
  case done
}

/// A visit that goes on, or ended a moment ago.
struct LiveVisit: Live {
  var row = QueueVisitRow()
  var id: Int64 { row.id }
  var phase = VisitPhase.waiting
  /// The slot of the caller's channel, while that one is held.
  var channel: Int?
  /// The slot of the agent's channel, while that one is held.
  var agent: Int?
  /// The slot of the channel whose leaving a bridge ended the talk, for the case that it comes
  /// back.
  var leaver: Int?
  /// The bridge that it left.
  var leftBridgeID: Int64 = 0
  /// Slots of the channels that have put the other side on hold.
  var holders: [Int] = []
  /// Since when there are any, and how long there were before, in microseconds.
  var heldSince: Instant?
  var held = TimeSpan.zero
  /// Slots of the offers that are open.
  var offers: [Int] = []
  /// Whether QueueCallerAbandon came: the caller hung up, or time was up, or the queue was empty.
  var isAbandoned = false
  /// Whether an agent was up then whose dial had not ended in an answer.
  var isIncompatible = false
  /// The session in which it was last known to wait.
  var session = 0
  /// Whether AgentComplete came.
  var isCompleted = false
  /// Whether nothing more is expected.
  var isExpired = false
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    var number = phase.rawValue
    visitor.visit(&number)
    phase = VisitPhase(rawValue: number) ?? .done
    visitor.visit(&channel)
    visitor.visit(&agent)
    visitor.visit(&leaver)
    visitor.visit(&leftBridgeID)
    visitor.visit(&holders)
    visitor.visit(&heldSince)
    visitor.visit(&held)
    visitor.visit(&offers)
    visitor.visit(&isAbandoned)
    visitor.visit(&isIncompatible)
    visitor.visit(&session)
    visitor.visit(&isCompleted)
    visitor.visit(&isExpired)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}
