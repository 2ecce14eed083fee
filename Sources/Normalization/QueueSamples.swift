import AMI

// The lists that answer QueueStatus and QueueSummary, as samples. A list that breaks off, as the
// session ends, leaves none.

extension Normalizer {
  /// An item of QueueStatus: a queue.
  mutating func sampleQueue(_ frame: borrowing Frame, _ queue: Int, at time: Instant) {
    var row = QueueSampleRow()
    row.source = "status"
    row.callers = frame.integer(named: "Calls", in: Number.count)
    row.longestWait = 0
    row.meanHold = frame.integer(of: .holdTime, in: Number.count)
    row.meanTalk = frame.integer(of: .talkTime, in: Number.count)
    row.completed = frame.integer(named: "Completed", in: Number.count)
    row.abandoned = frame.integer(named: "Abandoned", in: Number.count)
    row.maxCallers = frame.integer(named: "Max", in: Number.count)
    row.strategy = frame.knownText(named: "Strategy")
    row.weight = frame.integer(named: "Weight", in: Number.int)
    row.serviceLevel = frame.integer(named: "ServiceLevel", in: Number.count)
    row.serviceLevelPermille = frame.permille(named: "ServicelevelPerf")
    row.serviceLevel2Permille = frame.permille(named: "ServicelevelPerf2")
    row.members = 0
    row.membersPaused = 0
    for status in row.membersByStatus.indices { row.membersByStatus[status] = 0 }
    begin(row, of: queue, frame, at: time)
  }

  /// An item of QueueSummary: a queue, told in short.
  mutating func queueSummary(_ frame: borrowing Frame, at time: Instant) {
    guard let name = frame.knownText(of: .queue) else { return }
    var row = QueueSampleRow()
    row.source = "summary"
    row.callers = frame.integer(named: "Callers", in: Number.count)
    row.longestWait = frame.integer(named: "LongestHoldTime", in: Number.count)
    row.meanHold = frame.integer(of: .holdTime, in: Number.count)
    row.meanTalk = frame.integer(of: .talkTime, in: Number.count)
    row.loggedIn = frame.integer(named: "LoggedIn", in: Number.count)
    row.available = frame.integer(named: "Available", in: Number.count)
    begin(row, of: queue(name, at: time), frame, at: time)
  }

  private mutating func begin(
    _ row: QueueSampleRow, of queue: Int, _ frame: borrowing Frame, at time: Instant
  ) {
    var sample = QueueSample()
    sample.row = row
    sample.row.serverID = serverID
    sample.row.queueID = queueing.queues[queue].row.id
    sample.row.sampledAt = time
    sample.actionID = frame.text(of: .actionID) ?? ""
    queueing.samples.begin(sample)
  }

  /// An item of QueueStatus: a member.
  mutating func sampleMember(_ frame: borrowing Frame) {
    guard let place = sample(frame) else { return }
    let isPaused = frame.text(named: "Paused") == "1"
    let isInCall = frame.integer(named: "InCall", in: Number.count)
    let status = frame.integer(of: .status, in: Number.count)
    queueing.samples.change(place) { row in
      row.members = (row.members ?? 0) + 1
      if isPaused { row.membersPaused = (row.membersPaused ?? 0) + 1 }
      if let isInCall { row.membersInCall = (row.membersInCall ?? 0) + isInCall }
      guard let status, row.membersByStatus.indices.contains(Int(status)) else { return }
      row.membersByStatus[Int(status)] = (row.membersByStatus[Int(status)] ?? 0) + 1
    }
  }

  /// An item of QueueStatus: a caller.
  mutating func sampleEntry(_ frame: borrowing Frame) {
    guard let place = sample(frame), let wait = frame.integer(named: "Wait", in: Number.count)
    else { return }
    queueing.samples.change(place) { $0.longestWait = max($0.longestWait ?? 0, wait) }
  }

  /// The sample of the list of QueueStatus to which an item belongs. The first versions sent a
  /// QueueEntry without its ActionID.
  private func sample(_ frame: borrowing Frame) -> OpenSamples.Place? {
    guard let name = frame.knownText(of: .queue), let queue = queueing.queueByName[name] else {
      return nil
    }
    return queueing.samples.place(
      of: queueing.queues[queue].row.id, inListOf: frame.text(of: .actionID))
  }

  /// A list came to its end: its samples count.
  mutating func queueListComplete(_ source: String, _ frame: borrowing Frame) {
    for var row in queueing.samples.end(source, frame.text(of: .actionID) ?? "") {
      row.id = counters.queueSamples.next(serverID)
      queueing.completeSamples.append(row)
    }
  }
}

extension Frame {
  /// A percentage with one digit behind the point, in tenths of a percent.
  fileprivate func permille(named name: String) -> Int64? {
    guard let text = text(named: name) else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = Number.integer(parts[0], in: 0...100) else { return nil }
    guard parts.count == 2 else { return whole * 10 }
    guard let tenths = Number.integer(parts[1].prefix(1), in: 0...9) else { return nil }
    return whole * 10 + tenths
  }
}
