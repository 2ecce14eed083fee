import AMI

/// A row of `transfers`: one attempt to transfer a call; schema/0003-call-features.sql says what
/// each column is.
public struct TransferRow: Row, Sendable {
  public static let table = "transfers"
  public static let columns = [
    "id", "server_id", "call_id", "kind", "method", "transferer", "transferer_channel_id",
    "second_channel_id", "transferee_channel_id", "target_channel_id", "bridge_id", "context",
    "exten", "destination", "destination_name", "application", "dest_type", "started_us",
    "ended_us", "outcome", "result", "target_status",
  ]
  public static let timeLines = [["started_us", "ended_us"]]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var callID: Int64?
  var kind = ""
  var method: String?
  var transferer: String?
  var transfererID: Int64?
  var secondID: Int64?
  var transfereeID: Int64?
  var targetID: Int64?
  var bridgeID: Int64?
  var context: String?
  var exten: String?
  var destination = ""
  var destinationName: String?
  var application: String?
  var destType: String?
  var startedAt = Instant.epoch
  var endedAt: Instant?
  var outcome: String?
  var result: String?
  var targetStatus: String?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&callID)
    visitor.visit(&kind)
    visitor.visit(&method)
    visitor.visit(&transferer)
    visitor.visit(&transfererID)
    visitor.visit(&secondID)
    visitor.visit(&transfereeID)
    visitor.visit(&targetID)
    visitor.visit(&bridgeID)
    visitor.visit(&context)
    visitor.visit(&exten)
    visitor.visit(&destination)
    visitor.visit(&destinationName)
    visitor.visit(&application)
    visitor.visit(&destType)
    visitor.visit(&startedAt)
    visitor.visit(&endedAt)
    visitor.visit(&outcome)
    visitor.visit(&result)
    visitor.visit(&targetStatus)
  }
}

/// A transfer of which some channel is still held.
struct LiveTransfer: Live {
  var row = TransferRow()
  var id: Int64 { row.id }
  /// Slots of the channels that take part, while they are held.
  var transferer: Int?
  var second: Int?
  var transferee: Int?
  var target: Int?
  /// Whether the transferred party was set to the extension, and whether it has begun there.
  var isPlaced = false
  var hasRun = false
  /// Whether it is known what took the transferred party.
  var isSettled = false
  var isChanged = false
  var isUsed = false

  /// Whether it led there, and which one that was is still to come.
  func isUnnamed(_ destination: String) -> Bool {
    row.destination == destination && row.destinationName == nil
      && (destination == "conference" || destination == "queue")
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&transferer)
    visitor.visit(&second)
    visitor.visit(&transferee)
    visitor.visit(&target)
    visitor.visit(&isPlaced)
    visitor.visit(&hasRun)
    visitor.visit(&isSettled)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}
