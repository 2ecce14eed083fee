import AMI

/// A row of `originates`: the result of one Originate; schema/0003-call-features.sql says what each
/// column is.
public struct OriginateRow: Row, Sendable {
  public static let table = "originates"
  public static let columns = [
    "id", "server_id", "received_us", "action_id", "channel", "uniqueid", "channel_id",
    "context", "exten", "application", "data", "response", "reason", "reason_word",
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var receivedAt = Instant.epoch
  var actionID: String?
  var channel: String?
  var uniqueid: String?
  var channelID: Int64?
  var context: String?
  var exten: String?
  var application: String?
  var data: String?
  var response: String?
  var reason: Int64?
  var reasonWord: String?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&receivedAt)
    visitor.visit(&actionID)
    visitor.visit(&channel)
    visitor.visit(&uniqueid)
    visitor.visit(&channelID)
    visitor.visit(&context)
    visitor.visit(&exten)
    visitor.visit(&application)
    visitor.visit(&data)
    visitor.visit(&response)
    visitor.visit(&reason)
    visitor.visit(&reasonWord)
  }
}
