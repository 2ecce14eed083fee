import AMI

/// A row of `parkings`: one stay of one channel in a parking lot; schema/0003-call-features.sql
/// says what each column is.
public struct ParkingRow: Row, Sendable {
  public static let table = "parkings"
  public static let columns = [
    "id", "server_id", "channel_id", "channel", "lot", "space", "parker", "parker_channel_id",
    "opened_by", "parked_us", "timeout_ms", "ended_us", "outcome", "retriever_channel_id",
  ]
  public static let timeLines = [["parked_us", "ended_us"]]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var channelID: Int64?
  var channel = ""
  var lot: String?
  var space: Int64?
  var parker: String?
  var parkerID: Int64?
  var openedBy = ""
  var parkedAt = Instant.epoch
  var timeout: Int64?
  var endedAt: Instant?
  var outcome: String?
  var retrieverID: Int64?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&channelID)
    visitor.visit(&channel)
    visitor.visit(&lot)
    visitor.visit(&space)
    visitor.visit(&parker)
    visitor.visit(&parkerID)
    visitor.visit(&openedBy)
    visitor.visit(&parkedAt)
    visitor.visit(&timeout)
    visitor.visit(&endedAt)
    visitor.visit(&outcome)
    visitor.visit(&retrieverID)
  }
}

/// A stay in a parking lot that goes on, or ended and was not written yet.
struct LiveParking: Live {
  var row = ParkingRow()
  var id: Int64 { row.id }
  var uniqueid = ""
  /// The slot of the channel, while it is held.
  var channel: Int?
  /// The session in which it was opened, or that listed it.
  var session = 0
  /// What lists say of it.
  var sighting = Sighting()
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&uniqueid)
    visitor.visit(&channel)
    visitor.visit(&session)
    sighting.visit(&visitor)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}
