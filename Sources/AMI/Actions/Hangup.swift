/// Hangs up a channel, or all that an expression matches.
public struct Hangup: DeclaredAction {
  /// What was hung up.
  public struct Reply: ActionReply, Equatable {
    /// Asterisk's words for it.
    public let message: String
    /// The channels that an expression matched; empty for one channel by its name.
    public let channels: [String]

    /// Reads the response, and the list when there is one.
    public init(_ answer: Answer) throws(AnswerError) {
      message = answer.response.text(of: .message) ?? ""
      var channels: [String] = []
      for item in answer.items { channels.append(try item.required("Channel")) }
      self.channels = channels
    }
  }

  /// The channel, or an expression.
  public var channel: ChannelMatch
  /// Why; nil for no reason.
  public var cause: HangupCause?

  /// Hangs up `channel`.
  public init(channel: ChannelMatch, cause: HangupCause? = nil) {
    self.channel = channel
    self.cause = cause
  }

  /// Hangs up the channel with exactly this name.
  public init(channel: String, cause: HangupCause? = nil) {
    self.init(channel: .named(channel), cause: cause)
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Hangup", "Hangs up a channel, or all that an expression matches.",
    source: "main/manager.c, action_hangup", privileges: ["system", "call"], effect: .destroys,
    reply: .responseOrList(items: ["ChannelHungup"], end: "ChannelsHungupListComplete"),
    parameters: [
      .required(
        "Channel", \.channel, "The channel, or an expression between slashes like /^SIP/100-/."),
      .optional("Cause", \.cause, "Why: a number or a name like USER_BUSY."),
    ],
    notes: "Expressions since Asterisk 1.8. Without Cause the channels show cause 0 or 16.",
    danger: { action in
      action.meant("Channel")?.hasPrefix("/") == true
        ? "it hangs up every channel that the expression matches" : nil
    })
}

/// Ends a channel after a time.
public struct AbsoluteTimeout: DeclaredAction {
  /// The channel.
  public var channel: String
  /// After how long from now; zero takes a timeout back.
  public var timeout: Duration

  /// Ends `channel` after `timeout`.
  public init(channel: String, timeout: Duration) {
    self.channel = channel
    self.timeout = timeout
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "AbsoluteTimeout", "Ends a channel after a time.",
    source: "main/manager.c, action_timeout", privileges: ["system", "call"], effect: .destroys,
    parameters: [
      .required("Channel", \.channel, "The channel."),
      .required("Timeout", \.timeout, "After how long from now; 0 takes a timeout back."),
    ])
}
