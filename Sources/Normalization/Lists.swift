import AMI

/// How far the lists have come in which the server says what there is.
struct Lists: Visitable {
  /// One list that is being told.
  struct Progress: Visitable {
    /// The ActionID of its items; nil while none came.
    var actionID: String?
    /// Its number among all lists.
    var number = 0
    var items = 0
    /// When its first item came.
    var startedAt = Instant.epoch

    mutating func visit(_ visitor: inout some FieldVisitor) {
      visitor.visit(&actionID)
      visitor.visit(&number)
      visitor.visit(&items)
      visitor.visit(&startedAt)
    }
  }

  /// By the action that asks.
  enum Question: Int, CaseIterable {
    case channels
    case status
    case bridges
    case bridgeInfo
    case parkedCalls
    case conferences
    case conferenceMembers
  }

  private var open = Question.allCases.map { _ in Progress() }
  private var lastNumber = 0
  /// The session in which all channels were last listed, and whether their bridges were.
  var channelsListedIn = 0
  var showsBridges = false
  /// Types of the bridges in the list, each once; lots of the parked calls in theirs.
  var bridgeTypes: [String] = []
  var lots: [String] = []
  /// The channels of a BridgeInfo: which bridge it is comes last.
  var bridgeChannels: [String] = []
  /// When what is missing is to be looked at again.
  var reviewAt = Instant.last

  /// An item of a list came.
  mutating func item(_ question: Question, _ frame: borrowing Frame, at time: Instant) -> Int {
    let actionID = frame.text(of: .actionID)
    let place = question.rawValue
    if open[place].items == 0 || open[place].actionID != actionID {
      lastNumber += 1
      open[place] = Progress(actionID: actionID, number: lastNumber, items: 0, startedAt: time)
      begin(question)
    }
    open[place].items += 1
    return open[place].number
  }

  private mutating func begin(_ question: Question) {
    switch question {
    case .bridges: bridgeTypes = []
    case .parkedCalls: lots = []
    case .bridgeInfo: bridgeChannels = []
    case .channels, .status, .conferences, .conferenceMembers: break
    }
  }

  /// The list ended.
  ///
  /// - Returns: it, if all its items came; nil when some did not.
  mutating func end(
    _ question: Question, _ frame: borrowing Frame, at time: Instant
  ) -> Progress? {
    let place = question.rawValue
    var list = open[place]
    if list.items == 0 || list.actionID != frame.text(of: .actionID) {
      lastNumber += 1
      list = Progress(actionID: nil, number: lastNumber, items: 0, startedAt: time)
      begin(question)
    }
    open[place] = Progress()
    return frame.integer(of: .listItems, in: Number.count) == Int64(list.items) ? list : nil
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    for place in open.indices { open[place].visit(&visitor) }
    visitor.visit(&lastNumber)
    visitor.visit(&channelsListedIn)
    visitor.visit(&showsBridges)
    visitor.visit(&bridgeTypes)
    visitor.visit(&lots)
    visitor.visit(&bridgeChannels)
    visitor.visit(&reviewAt)
  }
}
