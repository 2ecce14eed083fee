import AMI

// The lists that answer QueueStatus and QueueSummary, as samples. A list that breaks off, as the
// session ends, leaves none.

extension Normalizer {
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
    queueing.samples.begin(sample)
  }

  /// An item of QueueStatus: a member.
  mutating func sampleMember(_ frame: borrowing Frame) {
    guard let place = sample(frame) else { return }
    let isPaused = frame.text(named: "Paused") == "1"
    let isInCall = frame.integer(named: "InCall")
    let status = frame.integer(of: .status)
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
    guard let place = sample(frame), let wait = frame.integer(named: "Wait") else { return }
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
    guard parts.count <= 2, let whole = Int64(parts[0]), (0...100).contains(whole) else {
      return nil
    }
    guard parts.count == 2 else { return whole * 10 }
    guard let tenths = parts[1].first?.wholeNumberValue else { return nil }
    return whole * 10 + Int64(tenths)
  }
}
