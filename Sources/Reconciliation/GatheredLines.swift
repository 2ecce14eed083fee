import AMI

/// The lines of files that tell of times in gaps: all that a fill uses.
struct GatheredLines: Sendable {
  /// The most lines of one fill.
  static let linesMax = 2_000_000

  private(set) var queueLog: [QueueLogLine] = []
  private(set) var cdrs: [[UInt8]] = []
  private(set) var cels: [[UInt8]] = []
  /// Lines beyond `linesMax`.
  private(set) var dropped = 0
  /// What is in force of each agent: the last lines that say so, by agent and queue.
  private var standing: [String: [String: QueueLogLine]] = [:]
  private var isAgentTold: Set<String> = []

  private var count: Int { queueLog.count + cdrs.count + cels.count }

  /// Takes a line about a member or an agent if it lies in a gap, with what was in force before.
  mutating func take(_ line: QueueLogLine, _ time: borrowing ObservedTime) {
    switch line.event {
    case "QUEUESTART":
      standing.removeAll()
      isAgentTold.removeAll()
      if time.isInGap(second: line.time) { add(line) }
    case "ADDMEMBER", "REMOVEMEMBER", "PAUSE", "UNPAUSE", "AGENTLOGIN", "AGENTLOGOFF":
      let subject = ["PAUSE": "pause", "UNPAUSE": "pause"][line.event] ?? "member"
      if time.isInGap(second: line.time) {
        if isAgentTold.insert(line.agent).inserted {
          for before in standing[line.agent, default: [:]].values { add(before) }
        }
        add(line)
      }
      standing[line.agent, default: [:]]["\(subject) \(line.queue)"] = line
    default: break
    }
  }

  mutating func take(_ visit: LoggedVisit, _ time: borrowing ObservedTime, until end: Instant) {
    guard time.place(visit.joinedAt, visit.endedAt ?? end) == .gap else { return }
    for bytes in visit.lines {
      if let line = QueueLogLine(bytes) { add(line) }
    }
  }

  mutating func add(_ record: CDRRecord) {
    if count < Self.linesMax { cdrs.append(record.bytes) } else { dropped += 1 }
  }

  mutating func take(_ event: CELRecord, _ time: borrowing ObservedTime) {
    guard time.place(event.time, event.time) == .gap else { return }
    if count < Self.linesMax { cels.append(event.bytes) } else { dropped += 1 }
  }

  private mutating func add(_ line: QueueLogLine) {
    if count < Self.linesMax { queueLog.append(line) } else { dropped += 1 }
  }

  /// Takes a record that was used before.
  mutating func add(_ bytes: [UInt8], _ kind: LogKind) {
    switch kind {
    case .queueLog: if let line = QueueLogLine(bytes) { queueLog.append(line) }
    case .cdr: cdrs.append(bytes)
    case .cel: cels.append(bytes)
    }
  }
}
