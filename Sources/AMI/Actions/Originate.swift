/// Calls a channel, and connects it with an extension or an application when it answers.
public struct Originate: OutcomeAction {
  /// How a call that was begun with ``isAsync`` went: the event OriginateResponse.
  public struct Outcome: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "OriginateResponse"
    /// Whether the channel answered.
    public let isSuccess: Bool
    /// Why.
    public let reason: Reason?
    /// The channel; what was to be dialled when there was none.
    public let channel: String
    /// The channel's Uniqueid; nil when there was none.
    public let uniqueid: String?
    /// The context it was connected with.
    public let context: String?
    /// The extension it was connected with.
    public let exten: String?
    /// The application it was connected with.
    public let application: String?
    /// That application's arguments.
    public let data: String?
    /// The caller's number that was shown.
    public let callerIDNum: String?
    /// The caller's name that was shown.
    public let callerIDName: String?

    /// Reads an `OriginateResponse`.
    public init(_ item: Frame) throws(AnswerError) {
      isSuccess = try item.required("Response") == "Success"
      reason = item.number("Reason").flatMap { Reason(rawValue: $0) }
      channel = try item.required("Channel")
      uniqueid = item.known("Uniqueid")
      context = item.known("Context")
      exten = item.known("Exten")
      application = item.known("Application")
      data = item.known("Data")
      callerIDNum = item.known("CallerIDNum")
      callerIDName = item.known("CallerIDName")
    }
  }

  /// Why a call came about, or did not.
  ///
  /// **Source:** `include/asterisk/frame.h`, `enum ast_control_frame_type`; `main/pbx.c`.
  public enum Reason: Int, Sendable {
    /// No such device, a cause that is none of these, or nothing known.
    case failed = 0
    /// Hung up.
    case hungUp = 1
    /// It was ringing.
    case ringing = 2
    /// It rang until the time was over.
    case noAnswer = 3
    /// It answered.
    case answered = 4
    /// It was busy.
    case busy = 5
    /// The way there was full, or it refused.
    case congestion = 8
  }

  /// What the called channel is connected with.
  public enum Destination: Sendable, Equatable {
    /// The dialplan from here on.
    case dialplan(context: String, exten: String, priority: String = "1")
    /// One application.
    case application(String, data: String? = nil)
  }

  /// What to dial: `PJSIP/100`, `Local/100@internal`.
  public var channel: String
  /// What it is connected with when it answers.
  public var destination: Destination
  /// How long it may ring; nil for Asterisk's 30 s.
  public var timeout: Duration?
  /// The caller to show, as `"Name" <number>`.
  public var callerID: String?
  /// Variables of the new channel.
  public var variables: [Variable]
  /// The account code of the new channel.
  public var account: String?
  /// Whether to connect as soon as there is early media.
  public var earlyMedia: Bool?
  /// Whether Asterisk is to answer at once, and an `OriginateResponse` to tell how it went. Nil or
  /// false: it answers when the channel has, or has not, and no event follows.
  public var isAsync: Bool?
  /// The codecs to offer, by name.
  public var codecs: [String]
  /// The Uniqueid of the new channel.
  public var channelID: String?
  /// The Uniqueid of the second half of a Local channel.
  public var otherChannelID: String?
  /// A subroutine to run on the new channel before it is dialled.
  public var preDialGoSub: String?

  /// A call of `channel`.
  public init(
    channel: String, to destination: Destination, timeout: Duration? = nil,
    callerID: String? = nil, variables: [Variable] = [], account: String? = nil,
    earlyMedia: Bool? = nil, isAsync: Bool? = true, codecs: [String] = [],
    channelID: String? = nil, otherChannelID: String? = nil, preDialGoSub: String? = nil
  ) {
    self.channel = channel
    self.destination = destination
    self.timeout = timeout
    self.callerID = callerID
    self.variables = variables
    self.account = account
    self.earlyMedia = earlyMedia
    self.isAsync = isAsync
    self.codecs = codecs
    self.channelID = channelID
    self.otherChannelID = otherChannelID
    self.preDialGoSub = preDialGoSub
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Originate", "Calls a channel and connects it when it answers.",
    source: "main/manager.c, action_originate", privileges: ["originate"], effect: .destroys,
    outcome: ActionOutcome([Outcome.event], .actionID, needs: .init(field: "Async", isFlag: true)),
    parameters: [
      .required("Channel", \.channel, "What to dial, like PJSIP/100."),
      .optional("Exten", { $0.exten?.exten }, "The extension it is connected with."),
      .optional("Context", { $0.exten?.context }, "The context of Exten."),
      .optional("Priority", { $0.exten?.priority }, "The priority or label of Exten."),
      .optional("Application", { $0.application?.name }, "The application, instead of Exten."),
      .optional("Data", { $0.application?.data }, "The arguments of Application."),
      .optional(
        "Timeout", \.timeout, "How long it may ring; 30000 if not given.", as: .milliseconds),
      .optional("CallerID", \.callerID, "The caller to show, as \"Name\" <number>."),
      .repeated("Variable", \.variables, "A variable of the new channel."),
      .optional("Account", \.account, "The account code of the new channel."),
      .optional("EarlyMedia", \.earlyMedia, "Connect as soon as there is early media."),
      .optional("Async", \.isAsync, "Answer at once; OriginateResponse tells how it went."),
      .optional("Codecs", { $0.codecList }, "The codecs to offer, with commas between them."),
      .optional("ChannelId", \.channelID, "The Uniqueid of the new channel.", since: "12"),
      .optional(
        "OtherChannelId", \.otherChannelID,
        "The Uniqueid of the second half of a Local channel.", since: "12"),
      .optional(
        "PreDialGoSub", \.preDialGoSub,
        "A subroutine to run on the new channel first, as "
          + "context,exten,priority.", since: "22 at the latest, not in 16"),
    ],
    rules: [
      .oneOf(["Exten", "Application"]), .together(["Exten", "Context", "Priority"]),
      .with("Data", needs: ["Application"]),
    ],
    notes: "Asterisk takes commas in a Variable as the end of its value; write \\, for one.",
    delay: { action in
      action.isOn("Async")
        ? .zero : .milliseconds(action["Timeout"].flatMap { Int($0) } ?? 30_000)
    })

  private var exten: (context: String, exten: String, priority: String)? {
    guard case .dialplan(let context, let exten, let priority) = destination else { return nil }
    return (context, exten, priority)
  }

  private var application: (name: String, data: String?)? {
    guard case .application(let name, let data) = destination else { return nil }
    return (name, data)
  }

  private var codecList: String? { codecs.isEmpty ? nil : codecs.joined(separator: ",") }
}
