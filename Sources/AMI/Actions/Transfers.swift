/// Sends whoever is bridged with a channel somewhere else, at once.
public struct BlindTransfer: OutcomeAction {
  /// How a blind transfer went: the event of the same name.
  public struct Outcome: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "BlindTransfer"
    /// `Success`, `Fail`, `Invalid` or `Not Permitted`. A transfer to an extension that does not
    /// exist is a success.
    public let result: String
    /// The channel that transferred.
    public let transferer: ChannelSnapshot?
    /// The channel that was transferred; nil when it was a whole bridge.
    public let transferee: ChannelSnapshot?
    /// The bridge both were in; nil when in none.
    public let bridge: BridgeSnapshot?
    /// Whether the transferer's device asked, or an action, and not a feature code.
    public let isExternal: Bool?
    /// The context it went to.
    public let context: String?
    /// The extension it went to.
    public let exten: String?

    /// Reads a `BlindTransfer`.
    public init(_ item: Frame) throws(AnswerError) {
      result = try item.required("Result")
      transferer = ChannelSnapshot(item, prefix: "Transferer")
      transferee = ChannelSnapshot(item, prefix: "Transferee")
      bridge = item.known("BridgeUniqueid") == nil ? nil : try BridgeSnapshot(item)
      isExternal = item.flag("IsExternal")
      context = item.known("Context")
      exten = item.known("Extension")
    }
  }

  /// The channel that transfers.
  public var channel: String
  /// The extension to go to.
  public var exten: String
  /// The context to go to; nil for the one the channel transfers to by itself.
  public var context: String?

  /// Sends whoever is bridged with `channel` to `exten`.
  public init(channel: String, exten: String, context: String? = nil) {
    self.channel = channel
    self.exten = exten
    self.context = context
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "BlindTransfer", "Sends whoever is bridged with a channel somewhere else, at once.",
    since: "12", source: "main/manager.c, action_blind_transfer", privileges: ["call"],
    effect: .destroys,
    outcome: ActionOutcome(
      [Outcome.event], .headers(["TransfererChannel", "TransfererUniqueid"], field: "Channel")),
    parameters: [
      .required("Channel", \.channel, "The channel that transfers."),
      .required("Exten", \.exten, "The extension to go to."),
      .optional(
        "Context", \.context, "The context to go to; without it the channel's TRANSFER_CONTEXT."),
    ],
    notes: "An extension that does not exist is a success too; the transferred channel then ends.")
}

/// Begins an attended transfer, as if the channel had dialled the feature code.
public struct Atxfer: OutcomeAction {
  /// How an attended transfer went: the event AttendedTransfer. One that was broken off, was
  /// busy or not answered sends none.
  public struct Outcome: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "AttendedTransfer"
    /// `Success`, `Fail`, `Invalid` or `Not Permitted`.
    public let result: String
    /// The transferer's channel to the one who is transferred.
    public let transferer: ChannelSnapshot?
    /// The transferer's channel to the target.
    public let secondTransferer: ChannelSnapshot?
    /// The channel that was transferred; nil when it was a whole bridge.
    public let transferee: ChannelSnapshot?
    /// The channel of the target; nil when there is none.
    public let target: ChannelSnapshot?
    /// What it went to: `Bridge`, `App`, `Link`, `Threeway`, `Fail`.
    public let destinationType: String?
    /// The application, when it went to one.
    public let destinationApplication: String?
    /// The bridge, when it went to one.
    public let destinationBridge: String?

    /// Reads an `AttendedTransfer`.
    public init(_ item: Frame) throws(AnswerError) {
      result = try item.required("Result")
      transferer = ChannelSnapshot(item, prefix: "OrigTransferer")
      secondTransferer = ChannelSnapshot(item, prefix: "SecondTransferer")
      transferee = ChannelSnapshot(item, prefix: "Transferee")
      target = ChannelSnapshot(item, prefix: "TransferTarget")
      destinationType = item.known("DestType")
      destinationApplication = item.known("DestApp")
      destinationBridge = item.known("DestBridgeUniqueid")
    }
  }

  /// The channel that transfers.
  public var channel: String
  /// The extension to ask.
  public var exten: String
  /// The context of `exten`; nil for the one the channel transfers to by itself.
  public var context: String?

  /// Has `channel` ask `exten`.
  public init(channel: String, exten: String, context: String? = nil) {
    self.channel = channel
    self.exten = exten
    self.context = context
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Atxfer", "Begins an attended transfer, as by the feature code.", since: "1.8",
    source: "main/manager.c, action_atxfer", privileges: ["call"], effect: .destroys,
    outcome: ActionOutcome(
      [Outcome.event],
      .headers(["OrigTransfererChannel", "OrigTransfererUniqueid"], field: "Channel")),
    parameters: [
      .required("Channel", \.channel, "The channel that transfers."),
      .required("Exten", \.exten, "The extension to ask."),
      .optional(
        "Context", \.context, "The context of Exten; without it the channel's TRANSFER_CONTEXT."),
    ],
    notes: "The answer only says that it has begun. The event comes when the transferer has hung "
      + "up; a transfer that was broken off, was busy or not answered sends none. It needs the "
      + "feature code atxfer in features.conf, and a channel in a bridge.")
}

/// Moves a channel, and perhaps a second one, to another place of the dialplan.
public struct Redirect: DeclaredAction {
  /// A place of the dialplan.
  public struct Place: Sendable, Equatable {
    /// The context.
    public var context: String
    /// The extension.
    public var exten: String
    /// The priority, a number from 1 or a label.
    public var priority: String

    /// `exten` in `context`, by default from its first priority on.
    public init(context: String, exten: String, priority: String = "1") {
      self.context = context
      self.exten = exten
      self.priority = priority
    }
  }

  /// The channel.
  public var channel: String
  /// Where it goes.
  public var place: Place
  /// A second channel that is moved at the same moment.
  public var extraChannel: String?
  /// Where that goes; nil for ``place``.
  public var extraPlace: Place?

  /// Moves `channel` to `place`.
  public init(
    channel: String, to place: Place, extraChannel: String? = nil, extraPlace: Place? = nil
  ) {
    self.channel = channel
    self.place = place
    self.extraChannel = extraChannel
    self.extraPlace = extraPlace
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Redirect", "Moves a channel, and perhaps a second one, within the dialplan.",
    source: "main/manager.c, action_redirect", privileges: ["call"], effect: .destroys,
    parameters: [
      .required("Channel", \.channel, "The channel."),
      .required("Exten", \.place.exten, "The extension it goes to."),
      .required("Context", \.place.context, "The context it goes to."),
      .required("Priority", \.place.priority, "The priority it goes to, a number or a label."),
      .optional("ExtraChannel", \.extraChannel, "A second channel, moved at the same moment."),
      .optional(
        "ExtraExten", \.extraPlace?.exten, "The extension that goes to; without it Exten.",
        since: "1.6"),
      .optional("ExtraContext", \.extraPlace?.context, "The context of ExtraExten.", since: "1.6"),
      .optional(
        "ExtraPriority", \.extraPlace?.priority, "The priority of ExtraExten.", since: "1.6"),
    ],
    rules: [
      .together(["ExtraExten", "ExtraContext", "ExtraPriority"]),
      .with("ExtraExten", needs: ["ExtraChannel"]),
    ],
    notes: "A channel that is moved out of a bridge leaves the other one to go on alone, which "
      + "mostly ends it; move both at once.")
}
