/// Asks for a variable or function of a channel, or a global one.
public struct Getvar: DeclaredAction {
  /// The value of a variable.
  public struct Reply: ActionReply, Equatable {
    /// The name as it was asked for.
    public let variable: String
    /// The value; empty when it is not set.
    public let value: String

    /// Reads `Variable` and `Value`.
    public init(_ answer: Answer) throws(AnswerError) {
      variable = try answer.response.required("Variable")
      value = try answer.response.required("Value")
    }
  }

  /// The channel; nil for a global variable.
  public var channel: String?
  /// The name, or a function such as `CHANNEL(state)`.
  public var variable: String

  /// `variable` of `channel`, or a global one.
  public init(channel: String? = nil, variable: String) {
    self.channel = channel
    self.variable = variable
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Getvar", "Asks for a variable or function of a channel, or a global one.",
    source: "main/manager.c, action_getvar", privileges: ["call", "reporting"], effect: .reads,
    parameters: [
      .optional("Channel", \.channel, "The channel; without it a global variable."),
      .required("Variable", \.variable, "The name, or a function such as CHANNEL(state)."),
    ],
    notes: "A value with a line end comes back cut: the rest of it looks like headers.")
}

/// Sets a variable or function of a channel, or a global one.
public struct Setvar: DeclaredAction {
  /// The channel; nil for a global variable.
  public var channel: String?
  /// The name, or a function such as `CALLERID(name)`.
  public var variable: String
  /// The value; may be empty.
  public var value: String

  /// Sets `variable` of `channel`, or a global one.
  public init(channel: String? = nil, variable: String, value: String) {
    self.channel = channel
    self.variable = variable
    self.value = value
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Setvar", "Sets a variable or function of a channel, or a global one.",
    source: "main/manager.c, action_setvar", privileges: ["call"],
    parameters: [
      .optional("Channel", \.channel, "The channel; without it a global variable."),
      .required("Variable", \.variable, "The name, or a function such as CALLERID(name)."),
      .optional("Value", \.value, "The value; nothing sets it to nothing."),
    ])
}
