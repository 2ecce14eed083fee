/// Asks for every channel.
public struct CoreShowChannels: DeclaredAction {
  /// A channel, and what it is doing.
  public struct Channel: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "CoreShowChannel"
    /// The channel.
    public let snapshot: ChannelSnapshot
    /// The application it runs.
    public let application: String?
    /// That application's arguments.
    public let applicationData: String?
    /// How long it has existed.
    public let duration: Duration?
    /// The bridge it is in; nil when in none, and before Asterisk 12.
    public let bridgeID: String?

    /// Reads a `CoreShowChannel`.
    public init(_ item: Frame) throws(AnswerError) {
      snapshot = try ChannelSnapshot(required: item)
      application = item.known("Application")
      applicationData = item.known("ApplicationData")
      duration = item.clock("Duration")
      bridgeID = item.known("BridgeId")
    }
  }

  /// What the answer is read as.
  public typealias Reply = [Channel]

  /// Every channel.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "CoreShowChannels", "Asks for every channel.", since: "1.6",
    source: "main/manager.c, action_coreshowchannels", privileges: ["system", "reporting"],
    effect: .reads, reply: .list(of: Channel.self, end: "CoreShowChannelsComplete"))
}

/// Asks for one channel, or all, in every detail.
public struct ChannelStatus: DeclaredAction {
  /// A channel in every detail.
  public struct Channel: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "Status"
    /// The channel.
    public let snapshot: ChannelSnapshot
    /// The technology: `PJSIP`.
    public let type: String?
    /// The number that was dialled to get here.
    public let dnid: String?
    /// The number at the other end, a redirection included.
    public let effectiveConnectedLineNum: String?
    /// The name at the other end, a redirection included.
    public let effectiveConnectedLineName: String?
    /// When an absolute timeout will end it, seconds since 1970; nil for never.
    public let hangupTime: Int?
    /// The bridge it is in; nil when in none.
    public let bridgeID: String?
    /// The application it runs.
    public let application: String?
    /// That application's arguments.
    public let applicationData: String?
    /// The formats the device speaks: `(ulaw)`.
    public let nativeFormats: String?
    /// The format that is read.
    public let readFormat: String?
    /// How what is read is translated.
    public let readTranslation: String?
    /// The format that is written.
    public let writeFormat: String?
    /// How what is written is translated.
    public let writeTranslation: String?
    /// The call groups it is in, as a number of bits.
    public let callGroup: String?
    /// The call groups it may pick up from, as a number of bits.
    public let pickupGroup: String?
    /// How long it has existed.
    public let duration: Duration?
    /// The variables that were asked for.
    public let variables: [Variable]

    /// Reads a `Status`.
    public init(_ item: Frame) throws(AnswerError) {
      snapshot = try ChannelSnapshot(required: item)
      type = item.known("Type")
      dnid = item.known("DNID")
      effectiveConnectedLineNum = item.known("EffectiveConnectedLineNum")
      effectiveConnectedLineName = item.known("EffectiveConnectedLineName")
      hangupTime = item.time("TimeToHangup")
      bridgeID = item.known("BridgeID")
      application = item.known("Application")
      applicationData = item.known("Data")
      nativeFormats = item.known("Nativeformats")
      readFormat = item.known("Readformat")
      readTranslation = item.known("Readtrans")
      writeFormat = item.known("Writeformat")
      writeTranslation = item.known("Writetrans")
      callGroup = item.known("Callgroup")
      pickupGroup = item.known("Pickupgroup")
      duration = item.seconds("Seconds")
      variables = item.texts(named: "Variable").compactMap { text in
        guard let mark = text.firstIndex(of: "=") else { return nil }
        return Variable(String(text[..<mark]), String(text[text.index(after: mark)...]))
      }
    }
  }

  /// What the answer is read as.
  public typealias Reply = [Channel]

  /// The channel; nil for all.
  public var channel: String?
  /// Variables and functions to show of each channel.
  public var variables: [String]
  /// Whether to show every variable of each channel.
  public var allVariables: Bool?

  /// `channel`, or all channels.
  public init(channel: String? = nil, variables: [String] = [], allVariables: Bool? = nil) {
    self.channel = channel
    self.variables = variables
    self.allVariables = allVariables
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Status", "Asks for one channel, or all, in every detail.",
    source: "main/manager.c, action_status", privileges: ["system", "call", "reporting"],
    effect: .reads, reply: .list(of: Channel.self, end: "StatusComplete"),
    parameters: [
      .optional("Channel", \.channel, "The channel; without it all."),
      .optional(
        "Variables", { $0.variables.isEmpty ? nil : $0.variables.joined(separator: ",") },
        "Variables and functions to show, with commas between them."),
      .optional("AllVariables", \.allVariables, "Show every variable.", since: "11"),
    ])
}
