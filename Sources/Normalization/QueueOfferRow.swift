import AMI

/// A row of `queue_offers`; schema/0002-queues.sql says what each column is.
public struct QueueOfferRow: Row, Sendable {
  public static let table = "queue_offers"
  public static let columns = [
    "id", "server_id", "visit_id", "queue_id", "channel_id", "agent", "interface", "called_us",
    "ended_us", "outcome", "dial_status", "ring_ms",
  ]
  public static let timeLines = [["called_us", "ended_us"]]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var visitID: Int64 = 0
  var queueID: Int64 = 0
  var channelID: Int64?
  var agent: String?
  var interface: String?
  var calledAt = Instant.epoch
  var endedAt: Instant?
  var outcome: String?
  var dialStatus: String?
  var ringMs: Int64?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&visitID)
    visitor.visit(&queueID)
    visitor.visit(&channelID)
    visitor.visit(&agent)
    visitor.visit(&interface)
    visitor.visit(&calledAt)
    visitor.visit(&endedAt)
    visitor.visit(&outcome)
    visitor.visit(&dialStatus)
    visitor.visit(&ringMs)
  }
}

/// An offer that is open, or was decided and not written yet.
struct LiveOffer: Live {
  var row = QueueOfferRow()
  var id: Int64 { row.id }
  /// The slot of its visit.
  var visit = 0
  /// The slot of the member's channel, while that one is held.
  var dest: Int?
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&visit)
    visitor.visit(&dest)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}
