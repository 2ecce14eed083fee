import AMI

extension Normalizer {
  /// The queue of this name.
  mutating func queue(_ name: String, at time: Instant) -> Int {
    if let slot = queueing.queueByName[name] { return slot }
    if queueing.queues.count >= ceilings.queues, name != Ceilings.otherNames {
      note(.queues, 1, at: time)
      return self.queue(Ceilings.otherNames, at: time)
    }
    var queue = LiveQueue()
    queue.row.id = counters.queues.next(serverID)
    queue.row.serverID = serverID
    queue.row.name = name
    queue.row.firstSeenAt = time
    let slot = queueing.queues.insert(queue)
    queueing.queues.touch(slot)
    queueing.queueByName[name] = slot
    queueing.queueByID[queue.row.id] = slot
    return slot
  }

  /// An answer to QueueStatus: a queue and its settings.
  mutating func queueParams(_ frame: borrowing Frame, at time: Instant) {
    guard let name = frame.knownText(of: .queue) else { return }
    let slot = queue(name, at: time)
    sampleQueue(frame, slot, at: time)
    var row = queueing.queues[slot].row
    row.strategy = frame.text(named: "Strategy")
    row.maxCallers = frame.integer(named: "Max", in: Number.count)
    row.serviceLevel = frame.integer(named: "ServiceLevel", in: Number.count)
    row.weight = frame.integer(named: "Weight", in: Number.int)
    let old = queueing.queues[slot].row
    queueing.queues[slot].listedIn = session.number
    guard
      (row.strategy, row.maxCallers, row.serviceLevel, row.weight)
        != (old.strategy, old.maxCallers, old.serviceLevel, old.weight)
    else { return }
    queueing.queues[slot].row = row
    queueing.queues.touch(slot)
  }

  /// An answer to QueueStatus: a caller who waits, since `Wait` seconds.
  ///
  /// A list is made when it is asked for; events of before may come after it. A visit that is known
  /// is left as it is, and one that ended is not opened again.
  mutating func queueEntry(_ frame: borrowing Frame, at time: Instant) {
    guard let name = frame.knownText(of: .queue), let channel = channel(frame, .main, at: time),
      channels[channel].row.endedAt == nil
    else { return }
    let queue = queue(name, at: time)
    let joined = time - (frame.seconds(named: "Wait") ?? .zero)
    var visit: Int
    if let known = queueing.visitByChannel[channel], isVisit(known, in: queue) {
      visit = known
      guard queueing.visits[visit].phase == .waiting else {
        if joined <= (queueing.visits[visit].row.leftAt ?? time) + .seconds(1) { return }
        visit = openVisit(of: channel, in: queue, by: "snapshot", at: joined)
        return notePlace(visit, frame)
      }
      queueing.visits[visit].session = session.number
      if queueing.visits[visit].row.openedBy == "seen" {
        queueing.visits[visit].row.openedBy = "snapshot"
        queueing.visits[visit].row.joinedAt = min(joined, queueing.visits[visit].row.joinedAt)
        queueing.visits.touch(visit)
      }
    } else {
      visit = openVisit(of: channel, in: queue, by: "snapshot", at: joined)
    }
    notePlace(visit, frame)
  }

  private mutating func notePlace(_ visit: Int, _ frame: borrowing Frame) {
    let old = queueing.visits[visit].row
    let priority = frame.integer(of: .priority, in: Number.int) ?? old.priority
    let position = frame.integer(of: .position, in: Number.count) ?? old.lastPosition
    guard (priority, position) != (old.priority, old.lastPosition) else { return }
    queueing.visits[visit].row.priority = priority
    queueing.visits[visit].row.lastPosition = position
    queueing.visits.touch(visit)
  }

  /// Until when a visit may have lasted that ended unobserved: a list of an earlier session may
  /// have lacked its channel already.
  private func lastKnown(_ visit: Int) -> Instant {
    guard let channel = queueing.visits[visit].channel, channels[channel].sighting.isLost else {
      return session.endedAt
    }
    return channels[channel].sighting.lostAt
  }

  /// The list is complete: who waited when an earlier session ended and is not in it left
  /// unobserved.
  mutating func queueStatusComplete() {
    closeUnlistedMembers()
    for visit in queueing.visits.inOrder
    where queueing.visits[visit].phase == .waiting
      && queueing.visits[visit].session < session.number
    {
      guard let queue = queueing.queueByID[queueing.visits[visit].row.queueID],
        queueing.queues[queue].listedIn == session.number
      else { continue }
      // As long as a member was seen to be rung for it, it waited.
      let rung = queueing.visits[visit].offers.compactMap { queueing.offers[$0].row.endedAt }.max()
      let seen = max(queueing.visits[visit].row.joinedAt, rung ?? .first)
      settle(visit, "unknown", at: max(lastKnown(visit), seen))
    }
  }
}
