import AMI

/// A row of `calls`; schema/0001-core.sql says what each column is.
public struct CallRow: Row, Sendable {
  public static let table = "calls"
  public static let columns = [
    "id", "server_id", "linkedid", "caller_number", "caller_name", "dialled",
    "callee_number", "callee_name", "started_us", "answered_us", "ended_us", "ring_ms", "talk_ms",
    "hold_ms", "direction", "disposition", "ended_by", "cause", "cause_channel_id", "channels",
    "queue_id", "recording_id",
  ]
  public static let timeLines = [["started_us", "answered_us"], ["started_us", "ended_us"]]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var linkedid: String?
  var callerNumber: String?
  var callerName: String?
  var dialled: String?
  var calleeNumber: String?
  var calleeName: String?
  var startedAt = Instant.epoch
  var answeredAt: Instant?
  var endedAt: Instant?
  var ringTime: Int64 = 0
  var talkTime: Int64 = 0
  var holdTime: Int64 = 0
  var direction: String?
  var disposition: String?
  var endedBy: String?
  var cause: Int64?
  var causeChannelID: Int64?
  var channels: Int64 = 0
  var queueID: Int64?
  var recordingID: Int64?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&linkedid)
    visitor.visit(&callerNumber)
    visitor.visit(&callerName)
    visitor.visit(&dialled)
    visitor.visit(&calleeNumber)
    visitor.visit(&calleeName)
    visitor.visit(&startedAt)
    visitor.visit(&answeredAt)
    visitor.visit(&endedAt)
    visitor.visit(&ringTime)
    visitor.visit(&talkTime)
    visitor.visit(&holdTime)
    visitor.visit(&direction)
    visitor.visit(&disposition)
    visitor.visit(&endedBy)
    visitor.visit(&cause)
    visitor.visit(&causeChannelID)
    visitor.visit(&channels)
    visitor.visit(&queueID)
    visitor.visit(&recordingID)
  }
}

/// A row of `call_merges`: a call that is part of another now.
public struct CallMergeRow: Row, Sendable {
  public static let table = "call_merges"
  public static let columns = ["id", "server_id", "call_id", "merged_us"]

  /// The call that is no more.
  public internal(set) var id: Int64 = 0
  var serverID: Int64 = 0
  /// The call that it is part of.
  public internal(set) var callID: Int64 = 0
  var mergedAt = Instant.epoch

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&callID)
    visitor.visit(&mergedAt)
  }
}

/// A call of which some channel lives or ended a moment ago.
struct LiveCall: Live {
  var row = CallRow()
  var id: Int64 { row.id }
  /// Slots of its channels that are still held.
  var channels: [Int] = []
  /// How many of these live.
  var open = 0
  /// How many of these are waited for: they live, or events about them may still come.
  var held = 0
  /// The linkedids that lead to it.
  var linkedids: [String] = []
  /// The channel that gives caller's number, name and dialled number.
  var firstChannel: Int64 = 0
  /// The first channel that counts; 0 while there is none.
  var caller: Int64 = 0
  /// The first channel besides that talked, else the first that was dialled; 0 while there is none.
  var callee: Int64 = 0
  /// Whether that one talked.
  var calleeTalked = false
  /// How it ended, as far as it shows.
  var ending = CallEnding()
  /// The hangup cause of its first channel, and which one that is.
  var firstCause: Int64?
  var firstCauseChannel: Int64?
  /// Whether somebody was dialled.
  var wasDialled = false
  /// Its dials before it is answered, its members of bridges that talk, its holds.
  var ring = Stopwatch()
  var talk = Stopwatch()
  var hold = Stopwatch()
  /// The id of its first visit to a queue; 0 while there is none.
  var firstVisit: Int64 = 0
  /// The last end of one of its channels.
  var lastEnd = Instant.epoch
  /// When two parties were first connected.
  var connectedAt: Instant?
  /// Whether that was seen, and not shown by a list.
  var isConnectSeen = true
  /// When a channel that counts first came up.
  var upAt: Instant?
  /// Whether that was seen: it was not up before.
  var isUpSeen = true
  /// DialStatus of the last dial that failed.
  var dialStatus: String?
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&channels)
    visitor.visit(&open)
    visitor.visit(&held)
    visitor.visit(&linkedids)
    visitor.visit(&firstChannel)
    visitor.visit(&caller)
    visitor.visit(&callee)
    visitor.visit(&calleeTalked)
    ending.visit(&visitor)
    visitor.visit(&firstCause)
    visitor.visit(&firstCauseChannel)
    visitor.visit(&wasDialled)
    ring.visit(&visitor)
    talk.visit(&visitor)
    hold.visit(&visitor)
    visitor.visit(&firstVisit)
    visitor.visit(&lastEnd)
    visitor.visit(&connectedAt)
    visitor.visit(&isConnectSeen)
    visitor.visit(&upAt)
    visitor.visit(&isUpSeen)
    visitor.visit(&dialStatus)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }

  /// Another call turns out to be part of this one; it began later.
  mutating func take(_ other: LiveCall) {
    takeAnswer(of: other)
    lastEnd = max(lastEnd, other.lastEnd)
    if caller == 0 { caller = other.caller }
    if callee == 0 || other.calleeTalked && !calleeTalked {
      callee = other.callee
      calleeTalked = other.calleeTalked
      row.calleeNumber = other.row.calleeNumber
      row.calleeName = other.row.calleeName
    }
    if ending.party == .none { ending = other.ending }
    wasDialled = wasDialled || other.wasDialled
    if firstCause == nil {
      firstCause = other.firstCause
      firstCauseChannel = other.firstCauseChannel
    }
    if connectedAt != nil { row.answeredAt = answeredAt }
    ring.merge(other.ring)
    if let connectedAt { ring.halt(at: connectedAt) }
    talk.merge(other.talk)
    hold.merge(other.hold)
    row.ringTime = ring.milliseconds
    row.talkTime = talk.milliseconds
    row.holdTime = hold.milliseconds
    if other.firstVisit != 0, firstVisit == 0 || other.firstVisit < firstVisit {
      firstVisit = other.firstVisit
      row.queueID = other.row.queueID
    }
    if let recording = other.row.recordingID {
      row.recordingID = min(recording, row.recordingID ?? recording)
    }
  }

  /// The earlier answer of two.
  private mutating func takeAnswer(of other: LiveCall) {
    if let time = other.connectedAt, time < connectedAt ?? .last {
      connectedAt = time
      isConnectSeen = other.isConnectSeen
    }
    if let time = other.upAt, time < upAt ?? .last {
      upAt = time
      isUpSeen = other.isUpSeen
    }
  }

  /// When the call was answered; nil where that was not, or was not seen.
  var answeredAt: Instant? {
    if let connectedAt { return isConnectSeen ? connectedAt : nil }
    return isUpSeen ? upAt : nil
  }
}
