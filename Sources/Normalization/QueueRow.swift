import AMI

/// A row of `queues`; schema/0002-queues.sql says what each column is.
public struct QueueRow: Row, Sendable {
  public static let table = "queues"
  public static let columns = [
    "id", "server_id", "name", "strategy", "max_callers", "service_level_s", "weight",
    "first_seen_us",
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var name = ""
  var strategy: String?
  var maxCallers: Int64?
  var serviceLevel: Int64?
  var weight: Int64?
  var firstSeenAt = Instant.epoch

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&name)
    visitor.visit(&strategy)
    visitor.visit(&maxCallers)
    visitor.visit(&serviceLevel)
    visitor.visit(&weight)
    visitor.visit(&firstSeenAt)
  }
}

/// A queue. It is never forgotten: a server has as many as its configuration names.
struct LiveQueue: Live {
  var row = QueueRow()
  var id: Int64 { row.id }
  /// The session in which an answer to QueueStatus last listed it.
  var listedIn = 0
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&listedIn)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}
