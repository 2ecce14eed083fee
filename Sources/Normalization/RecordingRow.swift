import AMI

/// A row of `recordings`: one recording of a channel or a conference; schema/0003-call-features.sql
/// says what each column is.
public struct RecordingRow: Row, Sendable {
  public static let table = "recordings"
  public static let columns = [
    "id", "server_id", "kind", "channel_id", "conference_id", "file", "started_us", "ended_us",
    "closed_by",
  ]
  public static let timeLines = [["started_us", "ended_us"]]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var kind = ""
  var channelID: Int64?
  var conferenceID: Int64?
  var file: String?
  var startedAt = Instant.epoch
  var endedAt: Instant?
  var closedBy: String?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&kind)
    visitor.visit(&channelID)
    visitor.visit(&conferenceID)
    visitor.visit(&file)
    visitor.visit(&startedAt)
    visitor.visit(&endedAt)
    visitor.visit(&closedBy)
  }
}

/// A recording that goes on, or ended and was not written yet.
struct LiveRecording: Live {
  var row = RecordingRow()
  var id: Int64 { row.id }
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}
