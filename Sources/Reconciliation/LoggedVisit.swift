import AMI

/// A visit of a queue as queue_log tells it. Times are whole seconds, cut.
struct LoggedVisit {
  /// The callid of ENTERQUEUE.
  var enteredUniqueid: String
  /// The callid of what ended the wait: another one after an attended transfer into the queue.
  var uniqueid: String
  var queue: String
  var joinedAt: Instant
  /// Nil when the log does not begin with it, or while it goes on.
  var outcome: String?
  var wait: TimeSpan?
  var originalPosition: Int64?
  var lastPosition: Int64?
  var agent: String?
  var agentUniqueid: String?
  var connectedAt: Instant?
  var talk: TimeSpan?
  var endedBy: String?
  /// Its last entry, once it is over.
  var endedAt: Instant?
  var offers: [LoggedOffer] = []
  /// The number of the caller, as ENTERQUEUE has it.
  var callerNumber: String?
  /// Its lines, where they are wanted.
  var lines: [[UInt8]] = []
}

/// The ringing of one member as queue_log tells it.
struct LoggedOffer {
  var agent: String
  /// connected, in-vain (RINGNOANSWER: no answer, busy or not to be reached), cancelled.
  var outcome: String
  var endedAt: Instant
  var ring: TimeSpan
}

/// Puts the lines of queue_log together to visits.
///
/// **Source:** apps/app_queue.c, calls of `ast_queue_log`.
struct LoggedVisits {
  /// The most visits that may go on at once; beyond it the file is none that Asterisk wrote.
  static let liveMax = 100_000

  /// Whether visits keep their lines.
  var keepsLines = false
  /// Waits that the log has under two channels: attended transfers into a queue.
  private(set) var moved = 0
  private var live: [Key: LoggedVisit] = [:]
  /// Talks that ended a moment ago: Asterisk may write an attended transfer behind the
  /// COMPLETEAGENT of the transferer's hangup.
  private var ending: [(key: Key, visit: LoggedVisit)] = []

  private struct Key: Hashable {
    let uniqueid: String
    let queue: String
  }

  private static let exits = [
    "ABANDON": "abandoned", "EXITWITHTIMEOUT": "timeout", "EXITEMPTY": "left-empty",
    "EXITWITHKEY": "exit-key", "SYSCOMPAT": "incompatible", "WITHDRAW": "withdrawn",
  ]
  private static let ends = [
    "COMPLETECALLER": "caller", "COMPLETEAGENT": "agent", "BLINDTRANSFER": "transfer",
    "ATTENDEDTRANSFER": "transfer",
  ]

  /// Takes a line.
  ///
  /// - Returns: the visits that it ends.
  /// - Throws: `ReconciliationError` when more than `liveMax` visits never end.
  mutating func take(_ line: QueueLogLine) throws -> [LoggedVisit] {
    let finished = over(before: line.time - .seconds(1))
    return try finished + change(line)
  }

  private mutating func change(_ line: QueueLogLine) throws -> [LoggedVisit] {
    let key = Key(uniqueid: line.callid, queue: line.queue)
    switch line.event {
    case "QUEUESTART": return end(at: line.time)
    case "ENTERQUEUE": return try enter(line, key)
    case "RINGNOANSWER", "RINGCANCELED":
      live[key]?.offers.append(
        LoggedOffer(
          agent: line.agent, outcome: line.event == "RINGNOANSWER" ? "in-vain" : "cancelled",
          endedAt: line.time, ring: .milliseconds(line.number(0) ?? 0)))
      keep(line, key)
    case "CONNECT":
      adopt(line, key)
      connect(line, key)
    case let event where Self.exits[event] != nil:
      adopt(line, key)
      return leave(line, key)
    case let event where Self.ends[event] != nil: return complete(line, key)
    default: break
    }
    return []
  }

  /// The log ends, or the server began anew: what goes on has no end in it.
  ///
  /// - Parameter time: when the server began anew; nil for the log's end.
  mutating func end(at time: Instant? = nil) -> [LoggedVisit] {
    let rest = live.values.map { visit in
      var visit = visit
      visit.endedAt = time
      if time != nil, visit.outcome == nil { visit.outcome = "unknown" }
      return visit
    }
    live.removeAll()
    return over() + rest.sorted { ($0.joinedAt, $0.uniqueid) < ($1.joinedAt, $1.uniqueid) }
  }

  private mutating func enter(_ line: QueueLogLine, _ key: Key) throws -> [LoggedVisit] {
    let before = live.removeValue(forKey: key)
    var visit = LoggedVisit(
      enteredUniqueid: line.callid, uniqueid: line.callid, queue: line.queue, joinedAt: line.time)
    visit.originalPosition = line.number(2)
    visit.callerNumber = line.data.count > 1 && !line.data[1].isEmpty ? line.data[1] : nil
    live[key] = visit
    keep(line, key)
    guard live.count <= Self.liveMax else {
      throw ReconciliationError(
        .input,
        "more than \(Self.liveMax) visits of queue_log have no end; check that its files are whole")
    }
    return before.map { [$0] } ?? []
  }

  /// An attended transfer into a queue: ENTERQUEUE names one channel, the end of the wait another.
  private mutating func adopt(_ line: QueueLogLine, _ key: Key) {
    guard live[key] == nil else { return }
    let waiting = live.filter {
      $0.key.queue == key.queue && $0.value.outcome == nil && fits($0.value, line)
    }
    guard let old = waiting.min(by: { $0.value.joinedAt < $1.value.joinedAt }) else { return }
    var visit = old.value
    live[old.key] = nil
    visit.uniqueid = line.callid
    live[key] = visit
    moved += 1
  }

  /// Whether a wait is as long as the line says that it was.
  private func fits(_ visit: LoggedVisit, _ line: QueueLogLine) -> Bool {
    let place = line.event == "CONNECT" ? 0 : line.event == "EXITWITHKEY" ? 3 : 2
    guard let wait = line.span(place) else { return true }
    return (visit.joinedAt + wait).distance(to: line.time) <= .seconds(2)
  }

  private mutating func connect(_ line: QueueLogLine, _ key: Key) {
    guard live[key] != nil else { return }
    live[key]!.outcome = "answered"
    live[key]!.agent = line.agent
    live[key]!.wait = line.span(0)
    live[key]!.agentUniqueid = line.data.count > 1 ? line.data[1] : nil
    live[key]!.connectedAt = line.time
    live[key]!.offers.append(
      LoggedOffer(
        agent: line.agent, outcome: "connected", endedAt: line.time,
        ring: line.span(2) ?? .zero))
    keep(line, key)
  }

  private mutating func leave(_ line: QueueLogLine, _ key: Key) -> [LoggedVisit] {
    keep(line, key)
    guard var visit = live.removeValue(forKey: key) else { return [] }
    visit.outcome = Self.exits[line.event]
    visit.endedAt = line.time
    let first = line.event == "EXITWITHKEY" ? 1 : 0
    if line.event != "SYSCOMPAT" {
      visit.lastPosition = line.number(first)
      visit.originalPosition = line.number(first + 1) ?? visit.originalPosition
      visit.wait = line.span(first + 2)
    }
    return [visit]
  }

  private mutating func complete(_ line: QueueLogLine, _ key: Key) -> [LoggedVisit] {
    keep(line, key)
    let isTransfer = line.event.hasSuffix("TRANSFER")
    guard var visit = live.removeValue(forKey: key) else {
      if isTransfer, let slot = ending.lastIndex(where: { $0.key == key }) {
        ending[slot].visit.endedBy = Self.ends[line.event]
        if keepsLines { ending[slot].visit.lines.append(line.bytes) }
      }
      return []
    }
    visit.endedBy = Self.ends[line.event]
    visit.endedAt = line.time
    visit.talk = line.span(isTransfer ? 3 : 1)
    ending.append((key, visit))
    return []
  }

  /// The talks that ended before a time: no line will change them.
  private mutating func over(before time: Instant = .last) -> [LoggedVisit] {
    let count = ending.firstIndex { ($0.visit.endedAt ?? .epoch) >= time } ?? ending.count
    defer { ending.removeFirst(count) }
    return ending.prefix(count).map(\.visit)
  }

  private mutating func keep(_ line: QueueLogLine, _ key: Key) {
    if keepsLines { live[key]?.lines.append(line.bytes) }
  }
}
