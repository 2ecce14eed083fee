/// Puts two channels into one bridge.
public struct Bridge: DeclaredAction {
  /// Who hears a tone first.
  public enum Tone: String, ActionChoice {
    /// Nobody.
    case no
    /// The first channel.
    case channel1 = "Channel1"
    /// The second channel.
    case channel2 = "Channel2"
    /// Both.
    case both = "Both"
  }

  /// The first channel.
  public var channel1: String
  /// The second channel.
  public var channel2: String
  /// Who hears a tone first; nil for nobody.
  public var tone: Tone?

  /// Puts `channel1` and `channel2` into one bridge.
  public init(channel1: String, channel2: String, tone: Tone? = nil) {
    self.channel1 = channel1
    self.channel2 = channel2
    self.tone = tone
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Bridge", "Puts two channels into one bridge.", since: "1.8",
    source: "main/features.c, action_bridge", privileges: ["call"], effect: .destroys,
    parameters: [
      .required("Channel1", \.channel1, "The first channel."),
      .required("Channel2", \.channel2, "The second channel."),
      .optional("Tone", \.tone, "Who hears a tone first."),
    ],
    notes: "Both leave what they were in.")
}

/// Asks for every bridge.
public struct BridgeList: DeclaredAction {
  /// What the answer is read as.
  public typealias Reply = [BridgeSnapshot]

  /// `basic`, `parking`, `confbridge`, …; nil for all.
  public var bridgeType: String?

  /// Bridges of `bridgeType`, or all.
  public init(bridgeType: String? = nil) { self.bridgeType = bridgeType }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "BridgeList", "Asks for every bridge.", since: "12",
    source: "main/manager_bridges.c, manager_bridges_list", effect: .reads,
    reply: .list(of: BridgeSnapshot.self, end: "BridgeListComplete"),
    parameters: [
      .optional("BridgeType", \.bridgeType, "basic, parking, …; without it all.")
    ])
}

/// Asks for one bridge and the channels in it.
public struct BridgeInfo: DeclaredAction {
  /// A bridge and the channels in it.
  public struct Reply: ActionReply, Equatable {
    /// The bridge.
    public let bridge: BridgeSnapshot
    /// The channels in it.
    public let channels: [ChannelSnapshot]

    /// Reads the items and the event that ends the list, which describes the bridge.
    public init(_ answer: Answer) throws(AnswerError) {
      guard let completion = answer.completion else {
        throw AnswerError(frame: "Response", header: "EventList")
      }
      bridge = try BridgeSnapshot(completion)
      var channels: [ChannelSnapshot] = []
      for item in answer.items { channels.append(try ChannelSnapshot(required: item)) }
      self.channels = channels
    }
  }

  /// The bridge.
  public var bridgeUniqueid: String

  /// The bridge with this id.
  public init(bridgeUniqueid: String) { self.bridgeUniqueid = bridgeUniqueid }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "BridgeInfo", "Asks for one bridge and the channels in it.", since: "12",
    source: "main/manager_bridges.c, manager_bridge_info", effect: .reads,
    reply: .list(items: ["BridgeInfoChannel"], end: "BridgeInfoComplete", isEmpty: []),
    parameters: [.required("BridgeUniqueid", \.bridgeUniqueid, "The bridge.")])
}

/// A bridge as Asterisk shows it in events and lists.
///
/// **Source:** `main/manager_bridges.c`, `ast_manager_build_bridge_state_string_prefix`.
public struct BridgeSnapshot: AnswerItem, Equatable {
  /// The name of the event in a list of bridges.
  public static let event = "BridgeListItem"

  /// What tells it from every other.
  public let uniqueid: String
  /// What it is for: `basic`, `parking`, `confbridge`, `agent_hold`, …
  public let type: String?
  /// How it mixes: `simple_bridge`, `native_rtp`, `softmix`, `holding_bridge`.
  public let technology: String?
  /// Who made it: `ConfBridge`, `Parking`; nil for an ordinary call.
  public let creator: String?
  /// Its name, such as that of the conference; nil for an ordinary call.
  public let name: String?
  /// How many channels are in it.
  public let channelCount: Int?
  /// How the picture to show is chosen; nil before Asterisk 15.
  public let videoSourceMode: String?

  /// Reads the headers that begin with `Bridge`.
  public init(_ frame: Frame) throws(AnswerError) {
    uniqueid = try frame.required("BridgeUniqueid")
    type = frame.known("BridgeType")
    technology = frame.known("BridgeTechnology")
    creator = frame.known("BridgeCreator")
    name = frame.known("BridgeName")
    channelCount = frame.number("BridgeNumChannels")
    videoSourceMode = frame.known("BridgeVideoSourceMode")
  }
}
