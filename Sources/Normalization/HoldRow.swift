import AMI

/// A row of `holds`: one time on hold; schema/0003-call-features.sql says what each column is.
public struct HoldRow: Row, Sendable {
  public static let table = "holds"
  public static let columns = [
    "id", "server_id", "channel_id", "music_class", "started_us", "ended_us", "closed_by",
  ]
  public static let timeLines = [["started_us", "ended_us"]]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var channelID: Int64 = 0
  var musicClass: String?
  var startedAt = Instant.epoch
  var endedAt: Instant?
  var closedBy: String?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&channelID)
    visitor.visit(&musicClass)
    visitor.visit(&startedAt)
    visitor.visit(&endedAt)
    visitor.visit(&closedBy)
  }
}

/// A hold that goes on, or ended and was not written yet.
struct LiveHold: Live {
  var row = HoldRow()
  var id: Int64 { row.id }
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}
