import AMI

/// A row of `event_counts`: how many events of one name came in one hour.
public struct EventCountRow: Row, Sendable {
  public static let table = "event_counts"
  public static let columns = ["id", "server_id", "hour_us", "name", "count", "list_items"]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var hourAt = Instant.epoch
  var name = ""
  var count: Int64 = 0
  var listItems: Int64 = 0

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&hourAt)
    visitor.visit(&name)
    visitor.visit(&count)
    visitor.visit(&listItems)
  }
}

/// A row of `system_events`: what the server said of itself.
public struct SystemEventRow: Row, Sendable {
  public static let table = "system_events"
  public static let columns = ["id", "server_id", "session_id", "received_us", "name", "headers"]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var sessionID: Int64 = 0
  var receivedAt = Instant.epoch
  var name = ""
  var headers = ""

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&sessionID)
    visitor.visit(&receivedAt)
    visitor.visit(&name)
    visitor.visit(&headers)
  }
}
