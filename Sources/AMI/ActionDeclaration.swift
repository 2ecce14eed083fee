/// An action with typed parameters and a typed answer.
///
/// One declaration makes the Swift call, the check before sending, help, completion and
/// documentation:
///
///     public struct QueueRemove: DeclaredAction {
///       public var queue: String
///       public var interface: String
///
///       public static let declaration = ActionDeclaration<Self>(
///         "QueueRemove", "Takes a member out of a queue.", privileges: ["agent"],
///         parameters: [
///           .required("Queue", \.queue, "The queue."),
///           .required("Interface", \.interface, "The member's interface."),
///         ])
///     }
public protocol DeclaredAction: Sendable {
  /// What the answer is read as.
  associatedtype Reply: ActionReply = Confirmation

  /// The action as data, and where its values are.
  static var declaration: ActionDeclaration<Self> { get }
}

/// An action of which an event tells later how it went.
public protocol OutcomeAction: DeclaredAction {
  /// What the event is read as.
  associatedtype Outcome: AnswerItem
}

extension DeclaredAction {
  /// The action as data.
  public static var description: ActionDescription { declaration.description }

  /// The request to send. Throws ``ActionError`` when a value is not what Asterisk takes.
  public func action() throws(ActionError) -> Action {
    let declaration = Self.declaration
    let fields = declaration.parameters.flatMap { $0.fields(self) }
    return try declaration.description.action(fields)
  }
}

/// An ``ActionDescription``, and how its parameters are read from values of `Call`.
public struct ActionDeclaration<Call>: Sendable {
  /// The action as data.
  public let description: ActionDescription
  let parameters: [DeclaredParameter<Call>]

  init(
    _ name: String, _ summary: String, since: String = "1.4", until: String? = nil,
    source: String, privileges: [String] = [], effect: ActionDescription.Effect = .changes,
    reply: ActionDescription.Reply = .response, outcome: ActionOutcome? = nil,
    parameters: [DeclaredParameter<Call>] = [], rules: [ActionDescription.Rule] = [],
    notes: String = "", danger: @escaping @Sendable (Action) -> String? = { _ in nil },
    delay: @escaping @Sendable (Action) -> Duration = { _ in .zero }
  ) {
    self.parameters = parameters
    description = ActionDescription(
      name: name, summary: summary, since: since, until: until, source: source,
      privileges: privileges, effect: effect, reply: reply, outcome: outcome,
      parameters: parameters.map(\.parameter), rules: rules, notes: notes, danger: danger,
      delay: delay)
  }
}

/// A parameter, and how it is read from a value of `Call`.
public struct DeclaredParameter<Call>: Sendable {
  let parameter: ActionParameter
  let fields: @Sendable (Call) -> [Action.Field]

  /// A parameter that must be there.
  static func required<Value: ActionValue>(
    _ name: String, _ value: @escaping @Sendable (Call) -> Value, _ summary: String,
    as kind: ActionParameter.Kind = Value.kind, isSecret: Bool = false
  ) -> Self {
    Self(
      parameter: ActionParameter(
        name: name, summary: summary, kind: kind, isRequired: true, isRepeated: false,
        isIndexed: false, isSecret: isSecret, since: nil)
    ) { [Action.Field(name, value($0).text(as: kind))] }
  }

  /// A parameter that is sent only when it is not nil, or has a `standard`.
  static func optional<Value: ActionValue>(
    _ name: String, _ value: @escaping @Sendable (Call) -> Value?, _ summary: String,
    as kind: ActionParameter.Kind = Value.kind, since: String? = nil, isSecret: Bool = false,
    standard: String? = nil
  ) -> Self {
    Self(
      parameter: ActionParameter(
        name: name, summary: summary, kind: kind, isRequired: false, isRepeated: false,
        isIndexed: false, isSecret: isSecret, since: since, standard: standard)
    ) { call in value(call).map { [Action.Field(name, $0.text(as: kind))] } ?? [] }
  }

  /// A parameter that is sent once per value.
  static func repeated<Value: ActionValue>(
    _ name: String, _ values: @escaping @Sendable (Call) -> [Value], _ summary: String,
    isRequired: Bool = false
  ) -> Self {
    Self(
      parameter: ActionParameter(
        name: name, summary: summary, kind: Value.kind, isRequired: isRequired, isRepeated: true,
        isIndexed: false, isSecret: false, since: nil)
    ) { call in values(call).map { Action.Field(name, $0.text(as: Value.kind)) } }
  }

  /// A parameter that is sent once per value, with the value's index in its name.
  static func indexed<Value: ActionValue>(
    _ name: String, _ values: @escaping @Sendable (Call) -> [Value?], _ summary: String,
    as kind: ActionParameter.Kind = Value.kind
  ) -> Self {
    Self(
      parameter: ActionParameter(
        name: name, summary: summary, kind: kind, isRequired: false, isRepeated: false,
        isIndexed: true, isSecret: false, since: nil)
    ) { call in
      values(call).enumerated().compactMap { index, value in
        value.map { Action.Field("\(name)(\(index))", $0.text(as: kind)) }
      }
    }
  }
}
