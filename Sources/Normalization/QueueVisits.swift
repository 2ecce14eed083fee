import AMI

// A visit is one wait of one caller in one queue. It is found by the caller's channel, for that is
// all that the events of its end have in common; where another channel takes the caller's place,
// the visit moves to it.
//
// **Source:** apps/app_queue.c, `queue_exec`, `try_calling`, `wait_our_turn`, `leave_queue`.

/// The QUEUESTATUS of callers whom the queue did not let in; UNKNOWN says that there is no such
/// queue.
private let refusals: [String] = ["FULL", "JOINEMPTY", "JOINUNAVAIL", "UNKNOWN"]

/// What the QUEUESTATUS of callers who left without an agent means.
private let exits: [String: String] = [
  "TIMEOUT": "timeout", "LEAVEEMPTY": "left-empty", "LEAVEUNAVAIL": "left-empty",
  "WITHDRAW": "withdrawn",
]

extension Normalizer {
  // MARK: The caller

  mutating func queueCallerJoin(_ frame: borrowing Frame, at time: Instant) {
    guard let channel = channel(frame, .main, at: time), let name = frame.knownText(of: .queue)
    else { return }
    channels[channel].features.approachedQueue = nil
    let queue = queue(name, at: time)
    if let visit = queueing.visitByChannel[channel], queueing.visits[visit].phase != .done {
      if queueing.visits[visit].phase == .waiting, isVisit(visit, in: queue) {
        // A list had shown it already.
        queueing.visits[visit].row.openedBy = "join"
        queueing.visits[visit].row.joinedAt = time
        queueing.visits[visit].row.originalPosition = frame.integer(of: .position, in: Number.count)
        queueing.visits.touch(visit)
        return
      }
      goesOn(visit, at: time)
    }
    let visit = openVisit(of: channel, in: queue, by: "join", at: time)
    queueing.visits[visit].row.originalPosition = frame.integer(of: .position, in: Number.count)
  }

  mutating func queueCallerLeave(_ frame: borrowing Frame, at time: Instant) {
    guard let visit = visit(frame, in: [.waiting], at: time) else { return }
    // Before Asterisk 1.8 only QueueCallerAbandon tells the position.
    if let position = frame.integer(of: .position, in: Number.count) {
      queueing.visits[visit].row.lastPosition = position
    }
    leaveQueue(visit, at: time)
    queueing.visits[visit].phase = .left
    if let channel = queueing.visits[visit].channel { callGoesOn(channels[channel].call) }
  }

  /// The caller hung up, or time was up, or the queue was empty: QUEUESTATUS will tell.
  mutating func queueCallerAbandon(_ frame: borrowing Frame, at time: Instant) {
    guard let visit = visit(frame, in: [.waiting, .left], at: time) else { return }
    queueing.visits[visit].isAbandoned = true
    queueing.visits[visit].isIncompatible = queueing.visits[visit].offers.contains {
      guard let dest = queueing.offers[$0].dest else { return false }
      return channels[dest].row.state == 6 && queueing.offers[$0].row.dialStatus != "ANSWER"
    }
    if let position = frame.integer(of: .position, in: Number.count) {
      queueing.visits[visit].row.lastPosition = position
    }
    if queueing.visits[visit].row.originalPosition == nil {
      queueing.visits[visit].row.originalPosition = frame.integer(
        of: .originalPosition, in: Number.count)
    }
    queueing.visits.touch(visit)
  }

  mutating func varSet(_ frame: borrowing Frame, at time: Instant) {
    guard frame.has(.variable, "QUEUESTATUS") else { return notePriority(frame) }
    guard let status = frame.knownText(of: .value),
      let channel = knownChannel(frame, .uniqueid)
    else { return }
    if refusals.contains(status) { return refuse(channel, status, at: time) }
    channels[channel].features.approachedQueue = nil
    guard let visit = queueing.visitByChannel[channel] else { return }
    queueing.visits[visit].row.queueStatus = status
    queueing.visits.touch(visit)
    switch queueing.visits[visit].phase {
    case .waiting, .left:
      if let outcome = exits[status] {
        settle(visit, outcome, at: time)
      } else {
        goesOn(visit, at: time)
      }
    case .talking: endTalk(visit, at: time, by: "agent")
    case .done: break
    }
  }

  /// The priority with which a channel will enter queues. Underscores before the name hand it on to
  /// the channels that this one makes.
  private mutating func notePriority(_ frame: borrowing Frame) {
    guard
      frame.has(.variable, "QUEUE_PRIO") || frame.has(.variable, "_QUEUE_PRIO")
        || frame.has(.variable, "__QUEUE_PRIO"),
      let channel = knownChannel(frame, .uniqueid)
    else { return }
    channels[channel].features.queuePriority = frame.integer(of: .value, in: Number.int)
  }

  private mutating func refuse(_ channel: Int, _ status: String, at time: Instant) {
    guard let name = channels[channel].features.approachedQueue else { return }
    channels[channel].features.approachedQueue = nil
    let visit = openVisit(
      of: channel, in: queue(name, at: time), by: "refusal",
      at: channels[channel].features.approachedAt)
    queueing.visits[visit].row.queueStatus = status
    settle(visit, "refused", at: time)
  }

  /// A step of the dialplan: a channel comes to a queue, or goes on behind one.
  mutating func newextenOfCaller(_ frame: borrowing Frame, at time: Instant) {
    guard let channel = knownChannel(frame, .uniqueid) else { return }
    channels[channel].features.approachedQueue = nil
    if let visit = queueing.visitByChannel[channel] { follow(visit, frame, at: time) }
    guard frame.has(.application, "Queue"), let data = frame.knownText(of: .appData) else { return }
    let name = data.prefix { $0 != "," && $0 != "|" }
    guard !name.isEmpty else { return }
    channels[channel].features.approachedQueue = String(name)
    channels[channel].features.approachedAt = time
  }

  /// Where the caller goes behind the queue.
  private mutating func follow(_ visit: Int, _ frame: borrowing Frame, at time: Instant) {
    switch queueing.visits[visit].phase {
    case .waiting: return
    case .left: goesOn(visit, at: time)
    case .talking: if queueing.visits[visit].row.talkEndedAt == nil { return }
    case .done: break
    }
    guard queueing.visits[visit].row.nextContext == nil,
      queueing.visits[visit].row.outcome != "refused"
    else { return }
    queueing.visits[visit].row.nextContext = frame.knownText(of: .context)
    queueing.visits[visit].row.nextExten = frame.knownText(of: .exten)
    queueing.visits.touch(visit)
  }

  /// The caller's channel goes on behind the queue, and no QUEUESTATUS said why: a key let the
  /// caller out, or the version has no QUEUESTATUS.
  private mutating func goesOn(_ visit: Int, at time: Instant) {
    switch queueing.visits[visit].phase {
    case .waiting: settle(visit, "unknown", at: time)
    case .left:
      let isTimeout = queueing.visits[visit].isAbandoned
      settle(visit, isTimeout ? "timeout" : "exit-key", at: time)
    case .talking:
      endTalk(visit, at: time, by: nil)
      settle(visit, "answered", at: time)
    case .done: break
    }
  }

  // MARK: Finding

  /// The visit that an event of its queue means, if it is in one of these phases; one that was
  /// never seen to begin is opened, back-dated where the event tells its wait.
  mutating func visit(
    _ frame: borrowing Frame, in phases: [VisitPhase], at time: Instant
  ) -> Int? {
    guard let name = frame.knownText(of: .queue), let channel = channel(frame, .main, at: time)
    else { return nil }
    let queue = queue(name, at: time)
    let joined = time - (frame.seconds(of: .holdTime) ?? .zero)
    if let visit = queueing.visitByChannel[channel], isVisit(visit, in: queue) {
      guard phases.contains(queueing.visits[visit].phase) else { return nil }
      if queueing.visits[visit].row.openedBy == "seen" {
        queueing.visits[visit].row.joinedAt = min(queueing.visits[visit].row.joinedAt, joined)
        if let left = queueing.visits[visit].row.leftAt {
          queueing.visits[visit].row.waitMs =
            left.since(queueing.visits[visit].row.joinedAt).milliseconds
        }
      }
      return visit
    }
    guard channels[channel].row.endedAt == nil else { return nil }
    if let visit = orphan(in: queue, of: channel) {
      move(visit, to: channel)
      return visit
    }
    return openVisit(of: channel, in: queue, by: "seen", at: joined)
  }

  /// A wait in the same queue and call whose own channel is gone: another has taken its place. It
  /// is looked for among the call's last channels.
  private func orphan(in queue: Int, of channel: Int) -> Int? {
    for other in latestChannels(of: channels[channel].call)
    where channels[other].row.endedAt != nil {
      if let visit = queueing.visitByChannel[other], queueing.visits[visit].phase == .waiting,
        isVisit(visit, in: queue)
      {
        return visit
      }
    }
    return nil
  }

  func isVisit(_ visit: Int, in queue: Int) -> Bool {
    queueing.visits[visit].row.queueID == queueing.queues[queue].row.id
  }

  // MARK: Opening, moving and closing

  mutating func openVisit(
    of channel: Int?, in queue: Int, by openedBy: String, at time: Instant
  ) -> Int {
    var visit = LiveVisit()
    visit.row.id = counters.queueVisits.next(serverID)
    visit.row.serverID = serverID
    visit.row.queueID = queueing.queues[queue].row.id
    visit.row.openedBy = openedBy
    visit.row.joinedAt = time
    visit.channel = channel
    visit.session = session.number
    if let channel {
      visit.row.priority = channels[channel].features.queuePriority
      visit.row.callID = calls[channels[channel].call].row.id
      visit.row.channelID = channels[channel].row.id
      visit.row.enteredChannelID = channels[channel].row.id
    }
    let slot = queueing.visits.insert(visit)
    queueing.visits.touch(slot)
    if let channel {
      givesUp(channel, at: time)
      queueing.visitByChannel[channel] = slot
      noteQueue(of: channel, visit.row)
    }
    return slot
  }

  /// A channel begins another visit: whoever is in one queue is in no other.
  private mutating func givesUp(_ channel: Int, at time: Instant) {
    guard let visit = queueing.visitByChannel[channel], queueing.visits[visit].phase != .done else {
      return
    }
    goesOn(visit, at: max(time, queueing.visits[visit].row.joinedAt))
  }

  /// The caller of a visit is another channel from now on.
  mutating func move(_ visit: Int, to channel: Int) {
    if let old = queueing.visits[visit].channel, queueing.visitByChannel[old] == visit {
      queueing.visitByChannel[old] = nil
    }
    givesUp(channel, at: queueing.visits[visit].row.joinedAt)
    queueing.visits[visit].channel = channel
    queueing.visits[visit].row.channelID = channels[channel].row.id
    queueing.visits[visit].row.callID = calls[channels[channel].call].row.id
    queueing.visits.touch(visit)
    queueing.visitByChannel[channel] = visit
  }

  mutating func leaveQueue(_ visit: Int, at time: Instant) {
    queueing.visits.touch(visit)
    guard queueing.visits[visit].row.leftAt == nil else { return }
    queueing.visits[visit].row.leftAt = max(time, queueing.visits[visit].row.joinedAt)
    queueing.visits[visit].row.waitMs =
      time.since(queueing.visits[visit].row.joinedAt).milliseconds
  }

  /// It shows how the visit ended.
  mutating func settle(_ visit: Int, _ outcome: String, at time: Instant) {
    leaveQueue(visit, at: time)
    queueing.visits[visit].row.outcome = outcome
    queueing.visits[visit].phase = .done
    decideOffers(of: visit, at: time)
    finishTalking(visit, at: time, by: queueing.visits[visit].row.closedBy ?? "ended")
    queueing.settled.append(visit, at: time)
  }

  /// An attended transfer by a channel that waits in a queue: the party that it was talking to
  /// waits on in its place.
  mutating func transferIntoQueue(_ frame: borrowing Frame) {
    guard frame.has(.result, "Success"), frame.has(.destApp, "Queue"),
      let transferee = knownChannel(frame, .transfereeUniqueid)
        ?? knownChannel(frame, .localTwoUniqueid)
    else { return }
    for transferer in [HeaderName.secondTransfererUniqueid, .origTransfererUniqueid] {
      guard let channel = knownChannel(frame, transferer),
        let visit = queueing.visitByChannel[channel], queueing.visits[visit].phase == .waiting
      else { continue }
      return move(visit, to: transferee)
    }
  }

  // MARK: What channels do

  /// A channel ended: of a caller, an agent, or a member that was ringing.
  mutating func queueChannelClosed(_ channel: Int, at time: Instant, by closedBy: String) {
    channels[channel].features.approachedQueue = nil
    if let offer = queueing.offerByDest[channel] {
      endRinging(offer, status: nil, at: time, by: closedBy == "hangup" ? "ended" : closedBy)
    }
    queueUnholds(channel, at: time)
    if let visit = queueing.talkByAgent[channel], queueing.visits[visit].phase == .talking {
      endTalk(visit, at: time, by: closedBy == "hangup" ? "agent" : nil)
      finishTalking(visit, at: time, by: closedBy == "hangup" ? "ended" : closedBy)
    }
    if let visit = queueing.talkByLeaver[channel], queueing.visits[visit].phase == .talking {
      finishTalking(visit, at: time, by: "ended")
    }
    guard let visit = queueing.visitByChannel[channel] else { return }
    if closedBy != "hangup", queueing.visits[visit].phase != .done {
      queueing.visits[visit].row.closedBy = closedBy
    }
    switch queueing.visits[visit].phase {
    case .waiting, .left:
      settle(visit, outcomeOfHangup(visit, by: closedBy), at: time)
    case .talking:
      endTalk(visit, at: time, by: closedBy == "hangup" ? "caller" : nil)
      settle(visit, "answered", at: time)
    case .done: break
    }
  }

  private func outcomeOfHangup(_ visit: Int, by closedBy: String) -> String {
    if queueing.visits[visit].isIncompatible { return "incompatible" }
    if queueing.visits[visit].isAbandoned { return "abandoned" }
    return queueing.visits[visit].phase == .left && closedBy == "hangup" ? "abandoned" : "unknown"
  }

  /// A channel is not held any more.
  mutating func queueForget(_ channel: Int) {
    if let visit = queueing.visitByChannel[channel] {
      // It was told after the channel's end.
      if queueing.visits[visit].phase != .done {
        goesOn(visit, at: max(channels[channel].row.endedAt!, queueing.visits[visit].row.joinedAt))
      }
      queueing.visitByChannel[channel] = nil
      queueing.visits[visit].channel = nil
    }
    if let visit = queueing.talkByAgent.removeValue(forKey: channel) {
      queueing.visits[visit].agent = nil
    }
    if let visit = queueing.talkByLeaver.removeValue(forKey: channel) {
      queueing.visits[visit].leaver = nil
    }
    if let offer = queueing.offerByDest.removeValue(forKey: channel) {
      queueing.offers[offer].dest = nil
    }
  }

  /// Forgets visits that ended more than `lingerTime` ago.
  @inline(__always)
  mutating func expireVisits(at time: Instant) {
    while let visit = queueing.settled.next(before: time - Self.lingerTime) { forgetVisit(visit) }
  }

  /// Forgets as many of the visits that are over, the first ones, and those that ended with them.
  mutating func expireVisits(first count: Int) {
    guard let last = queueing.settled.time(ofFirst: count) else { return }
    while let visit = queueing.settled.next(before: last + .microseconds(1)) { forgetVisit(visit) }
  }

  private mutating func forgetVisit(_ visit: Int) {
    queueing.visits[visit].isExpired = true
    if let channel = queueing.visits[visit].channel, queueing.visitByChannel[channel] == visit {
      queueing.visitByChannel[channel] = nil
    }
    if let agent = queueing.visits[visit].agent, queueing.talkByAgent[agent] == visit {
      queueing.talkByAgent[agent] = nil
    }
    if let leaver = queueing.visits[visit].leaver, queueing.talkByLeaver[leaver] == visit {
      queueing.talkByLeaver[leaver] = nil
    }
    for holder in queueing.visits[visit].holders { queueing.visitByHolder[holder] = nil }
    if queueing.visits[visit].row.connectedAt != nil {
      let agent = queueing.visits[visit].row.agent
      queueing.visitsByAgent[agent]?.removeFirst(of: visit)
      if queueing.visitsByAgent[agent]?.isEmpty ?? false { queueing.visitsByAgent[agent] = nil }
    }
    queueing.visits[visit].channel = nil
    queueing.visits[visit].agent = nil
    queueing.visits[visit].leaver = nil
    queueing.leaving.append(visit)
  }
}
