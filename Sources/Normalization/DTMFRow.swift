import AMI

/// A row of `dtmf`: one key; schema/0003-call-features.sql says what each column is.
public struct DTMFRow: Row, Sendable {
  public static let table = "dtmf"
  public static let columns = [
    "id", "server_id", "channel_id", "received_us", "digit", "direction", "duration_ms",
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var channelID: Int64 = 0
  var receivedAt = Instant.epoch
  var digit = ""
  var direction: String?
  var duration: Int64?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&channelID)
    visitor.visit(&receivedAt)
    visitor.visit(&digit)
    visitor.visit(&direction)
    visitor.visit(&duration)
  }
}
