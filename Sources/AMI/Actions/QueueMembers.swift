/// Adds a member to a queue.
public struct QueueAdd: DeclaredAction {
  /// The queue.
  public var queue: String
  /// What to dial: `PJSIP/100`.
  public var interface: String
  /// Members with a lower one are called first; nil for 0.
  public var penalty: Int?
  /// Whether the member begins paused; nil for no.
  public var paused: Bool?
  /// Why, when paused.
  public var reason: String?
  /// The name to show; nil for the interface.
  public var memberName: String?
  /// The device whose state counts; nil for the interface.
  public var stateInterface: String?

  /// Adds `interface` to `queue`.
  public init(
    queue: String, interface: String, penalty: Int? = nil, paused: Bool? = nil,
    reason: String? = nil, memberName: String? = nil, stateInterface: String? = nil
  ) {
    self.queue = queue
    self.interface = interface
    self.penalty = penalty
    self.paused = paused
    self.reason = reason
    self.memberName = memberName
    self.stateInterface = stateInterface
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "QueueAdd", "Adds a member to a queue.",
    source: "apps/app_queue.c, manager_add_queue_member", privileges: ["agent"],
    parameters: [
      .required("Queue", \.queue, "The queue."),
      .required("Interface", \.interface, "What to dial, like PJSIP/100."),
      .optional(
        "Penalty", \.penalty, "Members with a lower one are called first.", as: .integer(0 ... .max)
      ),
      .optional("Paused", \.paused, "Begin paused."),
      .optional("Reason", \.reason, "Why, when paused.", since: "22 at the latest, not in 16"),
      .optional("MemberName", \.memberName, "The name to show.", since: "1.6"),
      .optional("StateInterface", \.stateInterface, "The device whose state counts.", since: "1.6"),
    ])
}

/// Takes a member out of a queue.
public struct QueueRemove: DeclaredAction {
  /// The queue.
  public var queue: String
  /// The member's interface.
  public var interface: String

  /// Takes `interface` out of `queue`.
  public init(queue: String, interface: String) {
    self.queue = queue
    self.interface = interface
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "QueueRemove", "Takes a member out of a queue.",
    source: "apps/app_queue.c, manager_remove_queue_member", privileges: ["agent"],
    parameters: [
      .required("Queue", \.queue, "The queue."),
      .required("Interface", \.interface, "The member's interface, like PJSIP/100."),
    ],
    notes: "A member that stands in queues.conf cannot be taken out.")
}

/// Pauses a queue member, or lets it go on.
public struct QueuePause: DeclaredAction {
  /// The queue; nil for every queue the member is in.
  public var queue: String?
  /// The member's interface, `PJSIP/100`.
  public var interface: String
  /// Whether the member gets no calls from now on.
  public var paused: Bool
  /// Why; comes back in the event `QueueMemberPause` and in `QueueStatus`.
  public var reason: String?

  /// Pauses `interface` in `queue`, or in all its queues; or lets it go on.
  public init(queue: String? = nil, interface: String, paused: Bool, reason: String? = nil) {
    self.queue = queue
    self.interface = interface
    self.paused = paused
    self.reason = reason
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "QueuePause", "Pauses a queue member, or lets it go on.",
    source: "apps/app_queue.c, manager_pause_queue_member", privileges: ["agent"],
    parameters: [
      .required("Interface", \.interface, "The member's interface, like PJSIP/100."),
      .required("Paused", \.paused, "true: no calls from now on; false: calls again."),
      .optional("Queue", \.queue, "The queue; without it every queue the member is in."),
      .optional(
        "Reason", \.reason, "Why; comes back in the event and in QueueStatus.", since: "1.6"),
    ])
}

/// Sets the penalty of a queue member.
public struct QueuePenalty: DeclaredAction {
  /// The member's interface.
  public var interface: String
  /// Members with a lower one are called first; 0 or more.
  public var penalty: Int
  /// The queue; nil for every queue the member is in.
  public var queue: String?

  /// Gives `interface` this `penalty` in `queue`, or in all its queues.
  public init(interface: String, penalty: Int, queue: String? = nil) {
    self.interface = interface
    self.penalty = penalty
    self.queue = queue
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "QueuePenalty", "Sets the penalty of a queue member.", since: "1.6",
    source: "apps/app_queue.c, manager_queue_member_penalty", privileges: ["agent"],
    parameters: [
      .required("Interface", \.interface, "The member's interface, like PJSIP/100."),
      .required(
        "Penalty", \.penalty, "Members with a lower one are called first.", as: .integer(0 ... .max)
      ),
      .optional("Queue", \.queue, "The queue; without it every queue the member is in."),
    ])
}
