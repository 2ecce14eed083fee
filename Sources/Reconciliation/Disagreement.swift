import AMI
public import SQLite

/// One thing that a store and a file of Asterisk's do not say alike.
public struct Disagreement: Sendable, Equatable {
  /// The columns of `row`.
  public static let columns = [
    "kind", "time", "queue", "agent", "channel", "uniqueid", "field", "store", "file", "call_id",
  ]

  /// The kinds of disagreement.
  public enum Kind: String, Sendable, CaseIterable {
    /// queue_log has a visit, the store has none.
    case visitMissing = "visit-missing"
    /// The store has a visit, queue_log has none.
    case visitTooMany = "visit-too-many"
    /// Both have the visit, and a field differs.
    case visitDiffers = "visit-differs"
    /// Other members were rung, or otherwise.
    case offersDiffer = "offers-differ"
    /// queue_log tells of a member's or agent's coming, going or pause, and no row does.
    case agentMissing = "agent-missing"
    /// A CDR or CEL event names a channel that the store does not have.
    case channelMissing = "channel-missing"
    /// Both have the channel, and a field differs.
    case channelDiffers = "channel-differs"
    /// The file joins two channels that lie in two calls.
    case callDiffers = "call-differs"
    /// The store has no such row in `cdrs`.
    case recordMissing = "record-missing"
    /// Both have the CDR, and a field differs.
    case recordDiffers = "record-differs"
    /// The store has a row in `cdrs`, the file has none.
    case recordTooMany = "record-too-many"
    /// The file has an event that `cels` has not, or the other way round.
    case eventMissing = "event-missing"
    case eventTooMany = "event-too-many"
  }

  public var kind: Kind
  /// Microseconds since 1970.
  public var time: Int64
  public var queue: String?
  public var agent: String?
  public var channel: String?
  public var uniqueid: String?
  /// What differs.
  public var field: String?
  /// What the store says.
  public var store: String?
  /// What the file says.
  public var file: String?
  /// The row in `calls`, where there is one.
  public var callID: Int64?

  init(_ kind: Kind, at time: Instant) {
    self.kind = kind
    self.time = time.microseconds
  }

  /// The values of `columns`.
  ///
  /// - Parameter text: how a time is written.
  public func row(time text: (Int64) -> String) -> [Value] {
    func value(_ text: String?) -> Value { text.map { .text($0) } ?? .null }
    return [
      .text(kind.rawValue), .text(text(time)), value(queue), value(agent), value(channel),
      value(uniqueid), value(field), value(store), value(file),
      callID.map { .integer($0) } ?? .null,
    ]
  }
}
