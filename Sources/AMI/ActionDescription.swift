/// An action as data: its name, its parameters, what answers it and what it does. Help, completion,
/// documentation and the check before sending come from it. All that are known stand in
/// ``ActionCatalogue``.
public struct ActionDescription: Sendable {
  /// What Asterisk sends back.
  public enum Reply: Sendable, Equatable {
    /// One response.
    case response
    /// A response, then items, then an event that ends the list. `isEmpty` are the beginnings of
    /// those error messages that mean an empty list.
    case list(items: [String], end: String, isEmpty: [String])
    /// One response; when the channel is a regular expression, a list.
    case responseOrList(items: [String], end: String)
    /// Lines of text.
    case output
  }

  /// What a rule about several parameters demands.
  public enum Rule: Sendable, Equatable {
    /// At least one of these.
    case anyOf([String])
    /// All of these or none.
    case together([String])
    /// Exactly one of these.
    case oneOf([String])
    /// The first demands the others.
    case with(String, needs: [String])
    /// A parameter with this value demands the others. An indexed one means its index 0.
    case when(String, is: String, needs: [String])

    /// The parameters it is about.
    public var names: [String] {
      switch self {
      case .anyOf(let names), .together(let names), .oneOf(let names): names
      case .with(let name, let others), .when(let name, _, let others): [name] + others
      }
    }
  }

  /// What an action does to the server.
  public enum Effect: Sendable, Equatable {
    /// Nothing: it asks.
    case reads
    /// It begins calls, changes settings, members, variables, or what this connection receives.
    case changes
    /// It moves or ends calls, throws agents out, removes dialplan, or can stop the server.
    case destroys
  }

  /// The name, in Asterisk's spelling.
  public let name: String
  /// What it does, one sentence.
  public let summary: String
  /// The first version of Asterisk that has it.
  public let since: String
  /// The last version that has it; nil when it is still there.
  public let until: String?
  /// Where the facts come from.
  public let source: String
  /// The write classes of which the user needs one; empty when every user may.
  public let privileges: [String]
  /// What it does to the server.
  public let effect: Effect
  /// What Asterisk sends back.
  public let reply: Reply
  /// The event that tells how it went in the end; nil when the answer says all.
  public let outcome: ActionOutcome?
  /// What it takes, in the order in which it is sent.
  public let parameters: [ActionParameter]
  /// What several parameters must have in common.
  public let rules: [Rule]
  /// What is worth knowing besides; sentences.
  public let notes: String
  /// Why this very action should be confirmed by a person.
  let danger: @Sendable (Action) -> String?
  /// How much longer than usual Asterisk may take to answer this very action.
  let delay: @Sendable (Action) -> Duration

  /// The module of Asterisk that has it, by its ``source``: `chan_sip`; nil for the core.
  public var module: String? {
    let path = source.prefix { $0 != "," }.split(separator: "/")
    guard path.count > 1, path[0] != "main" else { return nil }
    let name = path[1].hasSuffix(".c") ? path[1].dropLast(2) : path[1]
    // A folder of its own lacks what other names begin with: res/parking.
    return name.contains("_") ? String(name) : "\(path[0])_\(name)"
  }

  /// Whether it moves or ends calls, throws agents out, removes dialplan, or can stop the server.
  public var isDestructive: Bool { effect == .destroys }

  /// Whether `response`, an error, says that the list asked for is empty.
  ///
  /// **Source:** recorded answers to `ConfbridgeListRooms`, `PJSIPShowContacts`.
  public func meansEmpty(_ response: Frame) -> Bool {
    guard case .list(_, _, let messages) = reply,
      let message = response.text(of: .message)?.lowercased()
    else { return false }
    return messages.contains { message.hasPrefix($0.lowercased()) }
  }

  /// The parameter with this name, in any case; an index is ignored.
  public func parameter(named name: String) -> ActionParameter? {
    let (name, index) = Self.split(name)
    return parameters.first {
      $0.name.lowercased() == name.lowercased() && (index == nil || $0.isIndexed)
    }
  }

  /// Why `action` should be confirmed by a person before it is sent, in one sentence: it ends calls
  /// on more than one channel. Nil when it need not be.
  public func danger(of action: Action) -> String? { danger(action) }

  /// How much longer than others `action` may take to be answered: an `Originate` that is not
  /// `Async` is answered when the call was, or was not.
  public func delay(of action: Action) -> Duration { delay(action) }

  /// `UnitAmount(3)` as its name and index.
  static func split(_ name: String) -> (name: String, index: Int?) {
    guard name.hasSuffix(")"), let open = name.lastIndex(of: "("),
      let index = Int(name[name.index(after: open)...].dropLast()), index >= 0
    else { return (name, nil) }
    return (String(name[..<open]), index)
  }
}

/// The event that tells how an action went in the end.
public struct ActionOutcome: Sendable {
  /// How the event is told from others of its name.
  public enum Match: Sendable, Equatable {
    /// It carries the ActionID of the action.
    case actionID
    /// One of these headers of the event equals this field of the action.
    case headers([String], field: String)
  }

  /// The names of the events, one of which comes.
  public let events: [String]
  /// How it is told from others.
  public let match: Match
  /// The field without which no such event comes; nil when it always does.
  public let needs: Need?
  /// The class that the user must be allowed to read (`read` in manager.conf), or no event comes.
  public let readClass: String

  /// A field without which no event comes.
  public struct Need: Sendable, Equatable {
    /// The field.
    public let field: String
    /// Whether it must be `true`, as `Async` of `Originate`; else any value will do.
    public let isFlag: Bool
  }

  init(_ events: [String], _ match: Match, needs: Need? = nil, readClass: String = "call") {
    self.events = events
    self.match = match
    self.needs = needs
    self.readClass = readClass
  }

  /// Whether such an event will follow on `action` at all.
  public func follows(_ action: Action) -> Bool {
    guard let needs else { return true }
    return needs.isFlag ? action.isOn(needs.field) : action[needs.field]?.isEmpty == false
  }

  /// Whether `event` tells the outcome of `action`, which was sent with its ActionID.
  public func isTold(by event: Frame, of action: Action) -> Bool {
    guard let name = event.text(of: .event), events.contains(name) else { return false }
    switch match {
    case .actionID:
      return action.actionID != nil && event.text(of: .actionID) == action.actionID
    case .headers(let headers, let field):
      guard let wanted = action[field] else { return false }
      return headers.contains { event.text(named: $0)?.lowercased() == wanted.lowercased() }
    }
  }
}
