import AMI

/// What a user wants to be sent.
struct ActionRequest {
  /// As long as any that a connection makes.
  static let exampleActionID = "00000000-1"

  /// As it was written.
  let name: String
  private(set) var fields: [Action.Field]
  /// Whether what is not known is sent as it is.
  let isUnchecked: Bool
  private(set) var waits = false

  init(name: String, fields: [Action.Field], isUnchecked: Bool) {
    self.name = name
    self.fields = fields
    self.isUnchecked = isUnchecked
  }

  /// What is known of the action.
  var description: ActionDescription? { ActionCatalogue.action(named: name) }

  /// The name in Asterisk's spelling, where it is known.
  var spelling: String { ActionCatalogue.spelling(of: name) ?? name }

  /// The action as it was written, which may be one that cannot be sent.
  var asWritten: Action { Action(spelling, fields) }

  /// How long a call that this makes may ring.
  func ringTime(of action: Action) -> Duration? {
    guard action.name == "Originate" else { return nil }
    let timeout = action.fields.first { $0.name == "Timeout" }.flatMap { Int($0.value) }
    return timeout.map { .milliseconds($0) }
  }

  /// Asks for the event that tells the outcome, with the field without which none comes.
  mutating func waitForOutcome() {
    waits = true
    guard let needs = description?.outcome?.needs, needs.isFlag,
      !fields.contains(where: { $0.name.lowercased() == needs.field.lowercased() })
    else { return }
    fields.append(.init(needs.field, "true"))
  }

  /// The action to send.
  ///
  /// Throws `Failure` with the code of a wrong usage when it cannot be sent, in words without any
  /// value.
  func action() throws -> Action {
    try checkName()
    let action: Action
    do throws(ActionError) {
      action = try checked()
      var whole = action
      whole.actionID = Self.exampleActionID
      _ = try whole.encoded()
    } catch {
      throw Failure(Failure.usage, "\(error)\(hint(error))")
    }
    if waits, let outcome = description?.outcome, let needs = outcome.needs,
      !outcome.follows(action)
    {
      throw Failure(
        Failure.usage,
        "--wait needs \(needs.field)\(needs.isFlag ? "=true" : ""): no event follows without it")
    }
    return action
  }

  private func checked() throws(ActionError) -> Action {
    guard let description, !isUnchecked else { return Action(spelling, fields) }
    return try description.action(fields)
  }

  /// Throws `Failure` when the name is probably a typo, or nothing could be waited for.
  private func checkName() throws {
    if !isUnchecked, ActionCatalogue.spelling(of: name) == nil, !name.isEmpty {
      let nearest = ActionCatalogue.names(near: name)
      guard nearest.isEmpty else {
        throw Failure(
          Failure.usage,
          "there is no action \(name); the nearest: \(nearest.joined(separator: ", ")); "
            + "--unchecked sends it all the same")
      }
    }
    if waits, description?.outcome == nil {
      throw Failure(
        Failure.usage,
        "no event tells the outcome of \(spelling): its answer says all; leave out --wait")
    }
  }

  private func hint(_ error: ActionError) -> String {
    switch error.code {
    case .unknownField, .missing, .missingWith, .noneOf, .notTogether, .repeated, .unfitValue:
      "; amirec action --help \(spelling) says more"
    default: ""
    }
  }
}
