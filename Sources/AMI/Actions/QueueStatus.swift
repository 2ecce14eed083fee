/// Asks what queues are doing: their figures, their members, the callers who wait.
public struct QueueStatus: DeclaredAction {
  /// The queue; nil for all.
  public var queue: String?
  /// The member, by its interface; nil for all.
  public var member: String?

  /// The state of `queue` and `member`, or of all.
  public init(queue: String? = nil, member: String? = nil) {
    self.queue = queue
    self.member = member
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "QueueStatus", "Asks what queues are doing: figures, members, waiting callers.",
    source: "apps/app_queue.c, manager_queues_status", effect: .reads,
    reply: .list(
      items: ["QueueParams", "QueueMember", "QueueEntry"], end: "QueueStatusComplete",
      isEmpty: []),
    parameters: [
      .optional("Queue", \.queue, "The queue; without it all."),
      .optional("Member", \.member, "The member, by its interface; without it all."),
    ])

  /// What queues are doing.
  public struct Reply: ActionReply {
    /// The queues and their figures.
    public var queues: [Queue] = []
    /// The members, one per queue and member.
    public var members: [Member] = []
    /// The callers who wait.
    public var entries: [Entry] = []

    /// Reads the list.
    public init(_ answer: Answer) throws(AnswerError) {
      for item in answer.items {
        switch item.text(of: .event) {
        case "QueueParams": queues.append(try Queue(item))
        case "QueueMember": members.append(try Member(item))
        case "QueueEntry": entries.append(try Entry(item))
        default: break
        }
      }
    }
  }

  /// A queue and its figures since the last reset.
  public struct Queue: Sendable, Equatable {
    /// The name.
    public let queue: String
    /// The most callers that may wait; 0 for any number.
    public let max: Int?
    /// How members are chosen: `ringall`, `leastrecent`, `fewestcalls`, `random`, `rrmemory`,
    /// `linear`, `wrandom`.
    public let strategy: String?
    /// Callers who wait now.
    public let calls: Int?
    /// Average wait.
    public let holdTime: Duration?
    /// Average talk.
    public let talkTime: Duration?
    /// Calls that were connected.
    public let completed: Int?
    /// Calls that left without.
    public let abandoned: Int?
    /// The wait within which an answer counts for ``serviceLevelPerformance``.
    public let serviceLevel: Duration?
    /// Percent of the calls that were answered within ``serviceLevel``.
    public let serviceLevelPerformance: Double?
    /// The same, by Asterisk's second formula, which counts those abandoned in time too.
    public let serviceLevelPerformance2: Double?
    /// How much this queue comes before others.
    public let weight: Int?

    /// Reads a `QueueParams`.
    public init(_ item: Frame) throws(AnswerError) {
      queue = try item.required("Queue")
      max = item.number("Max")
      strategy = item.known("Strategy")
      calls = item.number("Calls")
      holdTime = item.seconds("Holdtime")
      talkTime = item.seconds("TalkTime")
      completed = item.number("Completed")
      abandoned = item.number("Abandoned")
      serviceLevel = item.seconds("ServiceLevel")
      serviceLevelPerformance = item.decimal("ServicelevelPerf")
      serviceLevelPerformance2 = item.decimal("ServicelevelPerf2")
      weight = item.number("Weight")
    }
  }

  /// A member of a queue.
  public struct Member: Sendable, Equatable {
    /// The queue.
    public let queue: String
    /// The member's name, its interface when it has none.
    public let name: String
    /// The interface that is dialled.
    public let interface: String
    /// The device whose state counts.
    public let stateInterface: String?
    /// `static`, `dynamic` or `realtime`.
    public let membership: String?
    /// Members with a lower one are called first.
    public let penalty: Int?
    /// Calls taken since the last reset.
    public let callsTaken: Int?
    /// The end of the last call, seconds since 1970; nil for never.
    public let lastCall: Int?
    /// The last pause, seconds since 1970; nil for never and before Asterisk 14.
    public let lastPause: Int?
    /// When the member came in, seconds since 1970; nil before Asterisk 16.23.
    public let loginTime: Int?
    /// Whether the member is in a call of this queue.
    public let inCall: Bool?
    /// The device's state, Asterisk's number: see ``DeviceState``.
    public let status: DeviceState?
    /// Whether the member is paused.
    public let paused: Bool?
    /// Why.
    public let pausedReason: String?
    /// The pause after a call.
    public let wrapupTime: Duration?

    /// Reads a `QueueMember`.
    public init(_ item: Frame) throws(AnswerError) {
      queue = try item.required("Queue")
      interface = try item.required("Location")
      name = item.known("Name") ?? interface
      stateInterface = item.known("StateInterface")
      membership = item.known("Membership")
      penalty = item.number("Penalty")
      callsTaken = item.number("CallsTaken")
      lastCall = item.time("LastCall")
      lastPause = item.time("LastPause")
      loginTime = item.time("LoginTime")
      inCall = item.flag("InCall")
      status = item.number("Status").flatMap { DeviceState(rawValue: $0) }
      paused = item.flag("Paused")
      pausedReason = item.known("PausedReason")
      wrapupTime = item.seconds("Wrapuptime")
    }
  }

  /// A caller who waits.
  public struct Entry: Sendable, Equatable {
    /// The queue.
    public let queue: String
    /// The place in the queue, from 1.
    public let position: Int?
    /// The caller's channel.
    public let channel: String
    /// Its Uniqueid; nil before Asterisk 1.6.
    public let uniqueid: String?
    /// The caller's number.
    public let callerIDNum: String?
    /// The caller's name.
    public let callerIDName: String?
    /// The number the caller is connected with.
    public let connectedLineNum: String?
    /// The name the caller is connected with.
    public let connectedLineName: String?
    /// How long the caller has waited.
    public let wait: Duration?
    /// The caller's priority; higher ones are served first. Nil before Asterisk 13.
    public let priority: Int?

    /// Reads a `QueueEntry`.
    public init(_ item: Frame) throws(AnswerError) {
      queue = try item.required("Queue")
      position = item.number("Position")
      channel = try item.required("Channel")
      uniqueid = item.known("Uniqueid")
      callerIDNum = item.known("CallerIDNum")
      callerIDName = item.known("CallerIDName")
      connectedLineNum = item.known("ConnectedLineNum")
      connectedLineName = item.known("ConnectedLineName")
      wait = item.seconds("Wait")
      priority = item.number("Priority")
    }
  }
}
