import AMI

/// A row of `dials`; schema/0001-core.sql says what each column is.
public struct DialRow: Row, Sendable {
  public static let table = "dials"
  public static let columns = [
    "id", "server_id", "call_id", "channel_id", "dest_channel_id", "dial_string", "started_us",
    "ringing_us", "ended_us", "status", "forward",
  ]
  public static let timeLines = [["started_us", "ringing_us", "ended_us"]]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var callID: Int64 = 0
  var channelID: Int64?
  var destChannelID: Int64 = 0
  var dialString: String?
  var startedAt = Instant.epoch
  var ringingAt: Instant?
  var endedAt: Instant?
  var status: String?
  var forward: String?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&callID)
    visitor.visit(&channelID)
    visitor.visit(&destChannelID)
    visitor.visit(&dialString)
    visitor.visit(&startedAt)
    visitor.visit(&ringingAt)
    visitor.visit(&endedAt)
    visitor.visit(&status)
    visitor.visit(&forward)
  }
}

/// A dial that goes on, or ended and was not written yet.
struct LiveDial: Live {
  var row = DialRow()
  var id: Int64 { row.id }
  /// The slot of the dialled channel.
  var dest = 0
  /// Whether its status will show after its end (Asterisk before 12).
  var isKept = false
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&dest)
    visitor.visit(&isKept)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}
