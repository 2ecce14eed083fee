/// A channel as Asterisk 12 and later show it in many events and lists, each header perhaps with a
/// word before its name: `ParkeeChannel`, `TransfererUniqueid`.
///
/// **Source:** `main/manager_channels.c`, `ast_manager_build_channel_state_string_prefix`.
public struct ChannelSnapshot: Sendable, Equatable {
  /// The name: `PJSIP/100-00000001`.
  public let channel: String
  /// Asterisk's number of the state: 0 down, 4 and 5 ringing, 6 up, …
  public let state: Int?
  /// The state's name: `Up`.
  public let stateName: String?
  /// The caller's number; nil when it is unknown.
  public let callerIDNum: String?
  /// The caller's name.
  public let callerIDName: String?
  /// The number at the other end.
  public let connectedLineNum: String?
  /// The name at the other end.
  public let connectedLineName: String?
  /// The language of prompts.
  public let language: String?
  /// The account code.
  public let accountCode: String?
  /// The context of the dialplan.
  public let context: String?
  /// The extension.
  public let exten: String?
  /// The priority.
  public let priority: Int?
  /// What tells this channel from every other: `1795392834.853`.
  public let uniqueid: String?
  /// The Uniqueid of the oldest channel that this one belongs to; nil before Asterisk 12.
  public let linkedid: String?

  /// Reads the channel whose headers begin with `prefix`; nil when there is none.
  init?(_ frame: Frame, prefix: String = "") {
    guard let channel = frame.known(prefix + "Channel") else { return nil }
    self.init(frame, prefix, channel)
  }

  /// Reads the channel that is always there.
  init(required frame: Frame, prefix: String = "") throws(AnswerError) {
    self.init(frame, prefix, try frame.required(prefix + "Channel"))
  }

  private init(_ frame: Frame, _ prefix: String, _ channel: String) {
    func text(_ name: String) -> String? { frame.known(prefix + name) }
    self.channel = channel
    state = frame.number(prefix + "ChannelState")
    stateName = text("ChannelStateDesc") ?? text("State")
    callerIDNum = text("CallerIDNum")
    callerIDName = text("CallerIDName")
    connectedLineNum = text("ConnectedLineNum")
    connectedLineName = text("ConnectedLineName")
    language = text("Language")
    accountCode = text("AccountCode")
    context = text("Context")
    exten = text("Exten") ?? text("Extension")
    priority = frame.number(prefix + "Priority")
    uniqueid = text("Uniqueid")
    linkedid = text("Linkedid")
  }
}
