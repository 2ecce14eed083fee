import AMI

/// A row of `queue_samples`; schema/0005-queue-samples.sql says what each column is.
public struct QueueSampleRow: Row, Sendable {
  public static let table = "queue_samples"
  public static let columns = [
    "id", "server_id", "queue_id", "source", "sampled_us", "callers", "longest_wait_s",
    "mean_hold_s", "mean_talk_s", "completed", "abandoned", "max_callers", "strategy", "weight",
    "service_level_s", "service_level_permille", "service_level2_permille", "logged_in",
    "available", "members", "members_paused", "members_in_call", "members_unknown",
    "members_idle", "members_in_use", "members_busy", "members_invalid", "members_unavailable",
    "members_ringing", "members_ringing_in_use", "members_on_hold",
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var queueID: Int64 = 0
  var source = ""
  var sampledAt = Instant.epoch
  var callers: Int64?
  var longestWait: Int64?
  var meanHold: Int64?
  var meanTalk: Int64?
  var completed: Int64?
  var abandoned: Int64?
  var maxCallers: Int64?
  var strategy: String?
  var weight: Int64?
  var serviceLevel: Int64?
  var serviceLevelPermille: Int64?
  var serviceLevel2Permille: Int64?
  var loggedIn: Int64?
  var available: Int64?
  var members: Int64?
  var membersPaused: Int64?
  var membersInCall: Int64?
  /// By their `Status`, 0 to 8. **Source:** include/asterisk/devicestate.h.
  var membersByStatus = [Int64?](repeating: nil, count: 9)

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&queueID)
    visitor.visit(&source)
    visitor.visit(&sampledAt)
    visitor.visit(&callers)
    visitor.visit(&longestWait)
    visitor.visit(&meanHold)
    visitor.visit(&meanTalk)
    visitor.visit(&completed)
    visitor.visit(&abandoned)
    visitor.visit(&maxCallers)
    visitor.visit(&strategy)
    visitor.visit(&weight)
    visitor.visit(&serviceLevel)
    visitor.visit(&serviceLevelPermille)
    visitor.visit(&serviceLevel2Permille)
    visitor.visit(&loggedIn)
    visitor.visit(&available)
    visitor.visit(&members)
    visitor.visit(&membersPaused)
    visitor.visit(&membersInCall)
    for status in membersByStatus.indices { visitor.visit(&membersByStatus[status]) }
  }
}
