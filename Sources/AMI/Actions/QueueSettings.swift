/// Reads queues.conf and queuerules.conf again.
public struct QueueReload: DeclaredAction {
  /// The queue; nil for all.
  public var queue: String?
  /// Whether to read the members again; nil for no.
  public var members: Bool?
  /// Whether to read queuerules.conf again; nil for no.
  public var rules: Bool?
  /// Whether to read the other settings of queues again; nil for no.
  public var parameters: Bool?

  /// Reads what is asked for again, of `queue` or of all.
  public init(
    queue: String? = nil, members: Bool? = nil, rules: Bool? = nil, parameters: Bool? = nil
  ) {
    self.queue = queue
    self.members = members
    self.rules = rules
    self.parameters = parameters
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "QueueReload", "Reads queues.conf and queuerules.conf again.", since: "1.6",
    source: "apps/app_queue.c, manager_queue_reload",
    parameters: [
      .optional("Queue", \.queue, "The queue; without it all."),
      .optional("Members", \.members, "Read the members again.", as: .yesNo),
      .optional("Rules", \.rules, "Read queuerules.conf again.", as: .yesNo),
      .optional("Parameters", \.parameters, "Read the other settings again.", as: .yesNo),
    ],
    notes: "A queue that does not exist is a success too.")
}

/// Sets the figures of queues to zero.
public struct QueueReset: DeclaredAction {
  /// The queue; nil for all.
  public var queue: String?

  /// Sets the figures of `queue`, or of all, to zero.
  public init(queue: String? = nil) { self.queue = queue }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "QueueReset", "Sets the figures of queues to zero.", since: "1.6",
    source: "apps/app_queue.c, manager_queue_reset",
    parameters: [.optional("Queue", \.queue, "The queue; without it all.")],
    notes: "A queue that does not exist is a success too.")
}

/// Asks for the rules of queuerules.conf, by which penalties change while a caller waits.
public struct QueueRule: DeclaredAction {
  /// A rule: what changes when.
  public struct Rule: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The changes, in their order.
    public let changes: [Change]
  }

  /// A change of the penalties a caller accepts. A value with `+` or `-` is added, any other takes
  /// the place of the old one.
  public struct Change: Sendable, Equatable {
    /// After how long a wait.
    public let wait: Duration
    /// The new upper bound.
    public let max: String?
    /// The new lower bound.
    public let min: String?
    /// The new penalty below which members count as if they had it; nil before Asterisk 18.
    public let raise: String?

    init?(_ text: String) {
      let parts = text.split(separator: ",", omittingEmptySubsequences: false)
      guard let seconds = parts.first.flatMap({ Number.integer($0, in: Number.count) }) else {
        return nil
      }
      wait = .seconds(seconds)
      func part(_ place: Int) -> String? {
        parts.count > place && !parts[place].isEmpty ? String(parts[place]) : nil
      }
      max = part(1)
      min = part(2)
      raise = part(3)
    }
  }

  /// The rules.
  public struct Reply: ActionReply, Equatable {
    /// In the server's order.
    public let rules: [Rule]

    /// Reads the response: each `RuleList` is a name, and each `Rule` after it a change.
    public init(_ answer: Answer) throws(AnswerError) {
      var rules: [Rule] = []
      let frame = answer.response
      for header in frame.headers {
        let value = Text.decode(frame.bytes[header.valueRange])
        switch Text.decode(frame.bytes[header.nameRange]).lowercased() {
        case "rulelist": rules.append(Rule(name: value, changes: []))
        case "rule":
          guard let last = rules.popLast(), let change = Change(value) else {
            throw AnswerError(frame: "Response", header: "Rule")
          }
          rules.append(Rule(name: last.name, changes: last.changes + [change]))
        default: break
        }
      }
      self.rules = rules
    }
  }

  /// The rule; nil for all.
  public var rule: String?

  /// The rule with this name, or all.
  public init(rule: String? = nil) { self.rule = rule }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "QueueRule", "Asks for the rules of queuerules.conf.", since: "1.6",
    source: "apps/app_queue.c, manager_queue_rule_show", effect: .reads,
    parameters: [.optional("Rule", \.rule, "The rule; without it all.")],
    notes: "A rule that does not exist gives an empty answer.")
}
