/// Why a channel was, or is to be, hung up: a number of Q.850, with Asterisk's name for it.
///
/// **Source:** `include/asterisk/causes.h`.
public struct HangupCause: ActionValue, Equatable {
  /// The number, 0 to 127.
  public let code: Int

  /// The cause with this number; nil outside 0 to 127.
  public init?(_ code: Int) {
    guard (0...127).contains(code) else { return nil }
    self.init(checked: code)
  }

  /// The cause with this number or name, in any case, with or without `AST_CAUSE_`; nil when there
  /// is none.
  public init?(named name: String) {
    if let code = Int(name) {
      self.init(code)
      return
    }
    var word = name.uppercased()
    if word.hasPrefix("AST_CAUSE_") { word.removeFirst("AST_CAUSE_".count) }
    guard let cause = Self.all.first(where: { $0.name == word }) else { return nil }
    self.init(checked: cause.code)
  }

  private init(checked code: Int) { self.code = code }

  /// Asterisk's name for it, without `AST_CAUSE_`; nil for a number without one.
  public var name: String? { Self.all.first { $0.code == code }?.name }

  /// A number or a name.
  public static var kind: ActionParameter.Kind { .cause }
  /// The number.
  public func text(as kind: ActionParameter.Kind) -> String { String(code) }

  /// Every name, those that mean the same last.
  public static let all: [(name: String, code: Int)] = [
    ("UNALLOCATED", 1),
    ("NO_ROUTE_TRANSIT_NET", 2),
    ("NO_ROUTE_DESTINATION", 3),
    ("MISDIALLED_TRUNK_PREFIX", 5),
    ("CHANNEL_UNACCEPTABLE", 6),
    ("CALL_AWARDED_DELIVERED", 7),
    ("PRE_EMPTED", 8),
    ("NUMBER_PORTED_NOT_HERE", 14),
    ("NORMAL_CLEARING", 16),
    ("USER_BUSY", 17),
    ("NO_USER_RESPONSE", 18),
    ("NO_ANSWER", 19),
    ("SUBSCRIBER_ABSENT", 20),
    ("CALL_REJECTED", 21),
    ("NUMBER_CHANGED", 22),
    ("REDIRECTED_TO_NEW_DESTINATION", 23),
    ("ANSWERED_ELSEWHERE", 26),
    ("DESTINATION_OUT_OF_ORDER", 27),
    ("INVALID_NUMBER_FORMAT", 28),
    ("FACILITY_REJECTED", 29),
    ("RESPONSE_TO_STATUS_ENQUIRY", 30),
    ("NORMAL_UNSPECIFIED", 31),
    ("NORMAL_CIRCUIT_CONGESTION", 34),
    ("NETWORK_OUT_OF_ORDER", 38),
    ("NORMAL_TEMPORARY_FAILURE", 41),
    ("SWITCH_CONGESTION", 42),
    ("ACCESS_INFO_DISCARDED", 43),
    ("REQUESTED_CHAN_UNAVAIL", 44),
    ("FACILITY_NOT_SUBSCRIBED", 50),
    ("OUTGOING_CALL_BARRED", 52),
    ("INCOMING_CALL_BARRED", 54),
    ("BEARERCAPABILITY_NOTAUTH", 57),
    ("BEARERCAPABILITY_NOTAVAIL", 58),
    ("BEARERCAPABILITY_NOTIMPL", 65),
    ("CHAN_NOT_IMPLEMENTED", 66),
    ("FACILITY_NOT_IMPLEMENTED", 69),
    ("INVALID_CALL_REFERENCE", 81),
    ("INCOMPATIBLE_DESTINATION", 88),
    ("INVALID_MSG_UNSPECIFIED", 95),
    ("MANDATORY_IE_MISSING", 96),
    ("MESSAGE_TYPE_NONEXIST", 97),
    ("WRONG_MESSAGE", 98),
    ("IE_NONEXIST", 99),
    ("INVALID_IE_CONTENTS", 100),
    ("WRONG_CALL_STATE", 101),
    ("RECOVERY_ON_TIMER_EXPIRE", 102),
    ("MANDATORY_IE_LENGTH_ERROR", 103),
    ("PROTOCOL_ERROR", 111),
    ("INTERWORKING", 127),
    ("BUSY", 17),
    ("FAILURE", 38),
    ("NORMAL", 16),
    ("NOANSWER", 19),
    ("CONGESTION", 34),
    ("UNREGISTERED", 20),
    ("NOTDEFINED", 0),
    ("NOSUCHDRIVER", 66),
  ]
}
