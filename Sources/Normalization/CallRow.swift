/// A row of `calls`; schema/0001-core.sql says what each column is.
public struct CallRow: Row, Sendable {
  public static let table = "calls"
  public static let columns = [
    "id", "server_id", "linkedid", "caller_number", "caller_name", "dialled", "started_us",
    "answered_us", "ended_us", "direction", "disposition", "cause", "channels",
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var linkedid: String?
  var callerNumber: String?
  var callerName: String?
  var dialled: String?
  var startedAt: Int64 = 0
  var answeredAt: Int64?
  var endedAt: Int64?
  var direction: String?
  var disposition: String?
  var cause: Int64?
  var channels: Int64 = 0

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&linkedid)
    visitor.visit(&callerNumber)
    visitor.visit(&callerName)
    visitor.visit(&dialled)
    visitor.visit(&startedAt)
    visitor.visit(&answeredAt)
    visitor.visit(&endedAt)
    visitor.visit(&direction)
    visitor.visit(&disposition)
    visitor.visit(&cause)
    visitor.visit(&channels)
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
  var mergedAt: Int64 = 0

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
  /// Slots of its channels that are still held.
  var channels: [Int] = []
  /// How many of these live.
  var open = 0
  /// How many of these are waited for: they live, or events about them may still come.
  var held = 0
  /// The linkedids that lead to it.
  var linkedids: [String] = []
  /// The channel that gives caller, dialled number and cause.
  var firstChannel: Int64 = 0
  /// When two parties were first connected.
  var connectedAt: Int64?
  /// When a channel that counts first came up.
  var upAt: Int64?
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
    visitor.visit(&connectedAt)
    visitor.visit(&upAt)
    visitor.visit(&dialStatus)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}
