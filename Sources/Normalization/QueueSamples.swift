import AMI

// The lists that answer QueueStatus and QueueSummary, as samples. A list that breaks off, as the
// session ends, leaves none.

extension Normalizer {
  /// A list's items come within this time of each other, in microseconds; what is older was broken
  /// off.
  private static let listTime: Int64 = 60_000_000

  /// An item of QueueStatus: a queue.
  mutating func sampleQueue(_ frame: borrowing Frame, _ queue: Int, at time: Int64) {
    var row = QueueSampleRow()
    row.source = "status"
    row.callers = frame.integer(named: "Calls")
    row.longestWait = 0
    row.meanHold = frame.integer(of: .holdTime)
    row.meanTalk = frame.integer(of: .talkTime)
    row.completed = frame.integer(named: "Completed")
    row.abandoned = frame.integer(named: "Abandoned")
    row.maxCallers = frame.integer(named: "Max")
    row.strategy = frame.knownText(named: "Strategy")
    row.weight = frame.integer(named: "Weight")
    row.serviceLevel = frame.integer(named: "ServiceLevel")
    row.serviceLevelPermille = frame.permille(named: "ServicelevelPerf")
    row.serviceLevel2Permille = frame.permille(named: "ServicelevelPerf2")
    row.members = 0
    row.membersPaused = 0
    for status in row.membersByStatus.indices { row.membersByStatus[status] = 0 }
    begin(row, of: queue, frame, at: time)
  }

  /// An item of QueueSummary: a queue, told in short.
  mutating func queueSummary(_ frame: borrowing Frame, at time: Int64) {
    guard let name = frame.knownText(of: .queue) else { return }
    var row = QueueSampleRow()
    row.source = "summary"
    row.callers = frame.integer(named: "Callers")
    row.longestWait = frame.integer(named: "LongestHoldTime")
    row.meanHold = frame.integer(of: .holdTime)
    row.meanTalk = frame.integer(of: .talkTime)
    row.loggedIn = frame.integer(named: "LoggedIn")
    row.available = frame.integer(named: "Available")
    begin(row, of: queue(name, at: time), frame, at: time)
  }

  private mutating func begin(
    _ row: QueueSampleRow, of queue: Int, _ frame: borrowing Frame, at time: Int64
  ) {
    var sample = QueueSample()
    sample.row = row
    sample.row.serverID = serverID
    sample.row.queueID = queueing.queues[queue].row.id
    sample.row.sampledAt = time
    sample.actionID = frame.text(of: .actionID) ?? ""
    let samples = queueing.samples
    queueing.samples = samples.filter {
      $0.row.sampledAt > time - Self.listTime
        && ($0.actionID, $0.row.queueID, $0.row.source)
          != (sample.actionID, sample.row.queueID, sample.row.source)
    }
    queueing.samples.append(sample)
  }

  /// An item of QueueStatus: a member.
  mutating func sampleMember(_ frame: borrowing Frame) {
    guard let place = sample(frame) else { return }
    queueing.samples[place].row.members = (queueing.samples[place].row.members ?? 0) + 1
    if frame.text(named: "Paused") == "1" {
      queueing.samples[place].row.membersPaused =
        (queueing.samples[place].row.membersPaused ?? 0) + 1
    }
    if let isInCall = frame.integer(named: "InCall") {
      queueing.samples[place].row.membersInCall =
        (queueing.samples[place].row.membersInCall ?? 0) + isInCall
    }
    guard let status = frame.integer(of: .status),
      queueing.samples[place].row.membersByStatus.indices.contains(Int(status))
    else { return }
    let count = queueing.samples[place].row.membersByStatus[Int(status)] ?? 0
    queueing.samples[place].row.membersByStatus[Int(status)] = count + 1
  }

  /// An item of QueueStatus: a caller.
  mutating func sampleEntry(_ frame: borrowing Frame) {
    guard let place = sample(frame), let wait = frame.integer(named: "Wait") else { return }
    let longest = queueing.samples[place].row.longestWait ?? 0
    queueing.samples[place].row.longestWait = max(longest, wait)
  }

  /// The sample of the list of QueueStatus to which an item belongs. The first versions sent a
  /// QueueEntry without its ActionID.
  private func sample(_ frame: borrowing Frame) -> Int? {
    guard !queueing.samples.isEmpty, let name = frame.knownText(of: .queue),
      let queue = queueing.queueByName[name]
    else { return nil }
    let actionID = frame.text(of: .actionID)
    return queueing.samples.lastIndex {
      $0.row.source == "status" && $0.actionID == actionID ?? $0.actionID
        && $0.row.queueID == queueing.queues[queue].row.id
    }
  }

  /// A list came to its end: its samples count.
  mutating func queueListComplete(_ source: String, _ frame: borrowing Frame) {
    let actionID = frame.text(of: .actionID) ?? ""
    for var sample in queueing.samples
    where sample.actionID == actionID && sample.row.source == source {
      sample.row.id = counters.queueSamples.next(serverID)
      queueing.completeSamples.append(sample.row)
    }
    queueing.samples.removeAll { $0.actionID == actionID && $0.row.source == source }
  }
}

extension Frame {
  /// A percentage with one digit behind the point, in tenths of a percent.
  fileprivate func permille(named name: String) -> Int64? {
    guard let text = text(named: name) else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = Int64(parts[0]), (0...100).contains(whole) else {
      return nil
    }
    guard parts.count == 2 else { return whole * 10 }
    guard let tenths = parts[1].first?.wholeNumberValue else { return nil }
    return whole * 10 + Int64(tenths)
  }
}
