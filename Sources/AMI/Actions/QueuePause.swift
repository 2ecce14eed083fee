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

  /// Pauses `interface` in `queue`, or in all its queues.
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
      .optional("Reason", \.reason, "Why; comes back in the event and in QueueStatus."),
    ])
}
