/// Asks for the short figures of queues.
public struct QueueSummary: DeclaredAction {
  /// The short figures of a queue.
  public struct Summary: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "QueueSummary"
    /// The name.
    public let queue: String
    /// Members who could take calls at all.
    public let loggedIn: Int?
    /// Members who could take one now.
    public let available: Int?
    /// Callers who wait.
    public let callers: Int?
    /// Average wait.
    public let holdTime: Duration?
    /// Average talk.
    public let talkTime: Duration?
    /// How long the first caller has waited.
    public let longestHoldTime: Duration?

    /// Reads a `QueueSummary`.
    public init(_ item: Frame) throws(AnswerError) {
      queue = try item.required("Queue")
      loggedIn = item.number("LoggedIn")
      available = item.number("Available")
      callers = item.number("Callers")
      holdTime = item.seconds("HoldTime")
      talkTime = item.seconds("TalkTime")
      longestHoldTime = item.seconds("LongestHoldTime")
    }
  }

  /// What the answer is read as.
  public typealias Reply = [Summary]

  /// The queue; nil for all.
  public var queue: String?

  /// The figures of `queue`, or of all.
  public init(queue: String? = nil) { self.queue = queue }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "QueueSummary", "Asks for the short figures of queues.", since: "1.6",
    source: "apps/app_queue.c, manager_queues_summary", effect: .reads,
    reply: .list(of: Summary.self, end: "QueueSummaryComplete"),
    parameters: [.optional("Queue", \.queue, "The queue; without it all.")],
    notes: "A queue that does not exist gives an empty list.")
}
