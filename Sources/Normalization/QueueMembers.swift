import AMI

extension Normalizer {
  mutating func queueMemberAdded(_ frame: borrowing Frame, at time: Instant) {
    noteMember(frame, by: "added", at: time)
  }

  /// A member as an event or a list shows it.
  mutating func queueMember(_ frame: borrowing Frame, at time: Instant) {
    noteMember(frame, by: "seen", at: time)
  }

  mutating func queueMemberRemoved(_ frame: borrowing Frame, at time: Instant) {
    guard let slot = noteMember(frame, by: "seen", at: time) else { return }
    closeMember(slot, at: time, by: "removed")
  }

  /// A server that went down took its memberships with it; those that it kept it tells anew.
  mutating func closeQueueMembers(seenBefore number: Int, at time: Instant) {
    for slot in queueing.members.inOrder
    where queueing.members[slot].row.endedAt == nil && queueing.members[slot].session < number {
      closeMember(slot, at: max(time, queueing.members[slot].row.startedAt), by: "restart")
    }
    closeAgentPool(seenBefore: number, at: time)
  }

  /// A complete list of its queue does not name a member any more: it was removed unobserved.
  mutating func closeUnlistedMembers() {
    let listed = Set(
      queueing.queues.used.filter { queueing.queues[$0].listedIn == session.number }
        .map { queueing.queues[$0].row.id })
    for slot in queueing.members.inOrder
    where queueing.members[slot].row.endedAt == nil
      && queueing.members[slot].session < session.number
      && listed.contains(queueing.members[slot].row.queueID)
    {
      let time = max(session.endedAt, queueing.members[slot].row.startedAt)
      closeMember(slot, at: time, by: "unobserved")
    }
  }

  mutating func closeMember(_ slot: Int, at time: Instant, by closedBy: String) {
    queueing.members[slot].row.endedAt = max(time, queueing.members[slot].row.startedAt)
    queueing.members[slot].row.closedBy = closedBy
    queueing.members.touch(slot)
    let row = queueing.members[slot].row
    if let queue = queueing.queueByID[row.queueID] {
      queueing.memberByKey[Queueing.key(queue, row.interface)] = nil
    }
    queueing.memberships[row.agent]?.remove(slot, row)
    reviewAgent(
      row.agent, by: "event", at: time,
      closedBy: closedBy == "removed" ? nil : closedBy)
  }

  /// Takes over what a frame shows of a member; one that was not known is opened.
  ///
  /// Lists call the interface `Location` and the name `Name`.
  @discardableResult
  private mutating func noteMember(
    _ frame: borrowing Frame, by openedBy: String, at time: Instant
  ) -> Int? {
    guard let name = frame.knownText(of: .queue),
      let interface = frame.knownText(of: .interface) ?? frame.text(named: "Location")
    else { return nil }
    let queue = queue(name, at: time)
    let key = Queueing.key(queue, interface)
    if openedBy == "added", let old = queueing.memberByKey[key],
      queueing.members[old].session < session.number
    {
      // Who is added now had been removed, or the server was started anew.
      let ended = max(session.endedAt, queueing.members[old].row.startedAt)
      closeMember(old, at: ended, by: "unobserved")
    }
    let slot: Int
    let isNew = queueing.memberByKey[key] == nil
    if let known = queueing.memberByKey[key] {
      slot = known
    } else {
      var member = LiveQueueMember()
      member.row.id = counters.queueMembers.next(serverID)
      member.row.serverID = serverID
      member.row.queueID = queueing.queues[queue].row.id
      member.row.interface = interface
      member.row.openedBy = openedBy
      member.row.startedAt = time
      if openedBy == "seen", let since = frame.date(named: "LoginTime") {
        member.row.startedAt = min(since, time)
      }
      slot = queueing.members.insert(member)
      queueing.members.touch(slot)
      queueing.memberByKey[key] = slot
    }
    queueing.members[slot].session = session.number
    queueing.members[slot].seenAt = time
    var row = queueing.members[slot].row
    row.agent = frame.knownText(of: .memberName) ?? frame.text(named: "Name") ?? interface
    row.stateInterface = frame.text(named: "StateInterface") ?? row.stateInterface
    row.membership = frame.text(named: "Membership") ?? row.membership
    row.penalty = frame.integer(named: "Penalty", in: Number.count) ?? row.penalty
    row.ringInUse = frame.integer(named: "Ringinuse", in: Number.count) ?? row.ringInUse
    row.wrapUp = frame.integer(named: "Wrapuptime", in: Number.count) ?? row.wrapUp
    row.status = frame.integer(of: .status, in: Number.count) ?? row.status
    row.isInCall = frame.integer(named: "InCall", in: Number.count) ?? row.isInCall
    row.callsTaken = frame.integer(named: "CallsTaken", in: Number.count) ?? row.callsTaken
    row.lastCallAt = frame.date(named: "LastCall") ?? row.lastCallAt
    if let paused = frame.text(named: "Paused") {
      row.isPaused = paused == "1"
      row.pausedReason = row.isPaused ? frame.text(named: "PausedReason") : nil
      if row.pausedReason == "" { row.pausedReason = nil }
    }
    let old = queueing.members[slot].row
    let isSame =
      (row.agent, row.stateInterface, row.membership, row.penalty, row.ringInUse)
      == (old.agent, old.stateInterface, old.membership, old.penalty, old.ringInUse)
      && (row.isPaused, row.pausedReason, row.wrapUp)
        == (old.isPaused, old.pausedReason, old.wrapUp)
      && (row.status, row.isInCall, row.callsTaken, row.lastCallAt)
        == (old.status, old.isInCall, old.callsTaken, old.lastCallAt)
    if !isSame {
      queueing.members[slot].row = row
      queueing.members.touch(slot)
    }
    if isNew {
      queueing.memberships[row.agent, default: Memberships()].add(slot, row)
    } else if !isSame {
      queueing.memberships[old.agent]?.remove(slot, old)
      queueing.memberships[row.agent, default: Memberships()].add(slot, row)
    }
    guard
      (row.agent, row.membership, row.isPaused, row.pausedReason)
        != (old.agent, old.membership, old.isPaused, old.pausedReason)
    else { return slot }
    if !isNew, row.agent != old.agent { reviewAgent(old.agent, by: "event", at: time) }
    // Since when is told by lists, and by events about members that were there before.
    let wasThere = isNew && openedBy == "seen"
    reviewAgent(
      row.agent, loggedIn: wasThere ? frame.date(named: "LoginTime") : nil,
      paused: wasThere ? frame.date(named: "LastPause") : nil,
      by: wasThere ? "snapshot" : "event", at: time)
    return slot
  }
}
