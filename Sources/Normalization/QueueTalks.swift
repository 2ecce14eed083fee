import AMI

// A talk is what a visit becomes once an agent is connected. It ends as the agent leaves, or the
// caller. AgentComplete tells most ends, but not that of a member behind a Local channel that
// stays: there the bridges do.
//
// **Source:** apps/app_queue.c, `setup_stasis_subs`, `handle_hangup`, `handle_blind_transfer`,
// `handle_local_optimization_end`.

extension Normalizer {
  mutating func agentConnect(_ frame: borrowing Frame, at time: Instant) {
    guard let visit = visit(frame, in: [.waiting, .left], at: time) else { return }
    leaveQueue(visit, at: time)
    queueing.visits[visit].phase = .talking
    queueing.visits[visit].row.outcome = "answered"
    queueing.visits[visit].row.connectedAt = max(
      time, queueing.visits[visit].row.joinedAt)
    queueing.visits[visit].row.waitMs =
      time.since(queueing.visits[visit].row.joinedAt).milliseconds
    noteAgent(visit, frame, channel(frame, .dest, at: time))
    if let offer = offer(frame, of: visit, at: time) {
      decide(offer, "connected", at: time)
    }
    decideOffers(of: visit, at: time)
    beginTalking(visit, at: time)
    holdFromStart(of: visit, at: time)
  }

  /// The talk is over. The event may name another channel than the caller's, or none.
  mutating func agentComplete(_ frame: borrowing Frame, at time: Instant) {
    guard let name = frame.knownText(of: .queue) else { return }
    let queue = queue(name, at: time)
    guard let visit = talk(frame, in: queue, at: time) ?? openTalk(frame, in: queue, at: time)
    else { return }
    queueing.visits[visit].isCompleted = true
    let reason = frame.knownText(of: .reason)?.lowercased()
    if let reason { queueing.visits[visit].row.endedBy = reason }
    queueing.visits.touch(visit)
    guard queueing.visits[visit].phase == .talking else { return }
    if let agent = queueing.visits[visit].agent, queueing.visits[visit].leaver == agent,
      channels[agent].row.endedAt == nil
    {
      queueing.visits[visit].row.talkEndedAt = nil
    }
    endTalk(visit, at: time, by: reason)
    settle(visit, "answered", at: time)
  }

  /// The visit whose talk an AgentComplete ends. It names no channel when these were gone before it
  /// was made: then the one of that agent whose length is told best. What it names tells the call.
  private func talk(_ frame: borrowing Frame, in queue: Int, at time: Instant) -> Int? {
    let caller = knownChannel(frame, .uniqueid).flatMap { queueing.visitByChannel[$0] }
    if let caller, isTalk(caller, in: queue) { return caller }
    let agent = knownChannel(frame, .destUniqueid).flatMap { queueing.talkByAgent[$0] }
    if let agent, isTalk(agent, in: queue) { return agent }
    let length = frame.seconds(of: .talkTime) ?? .zero
    let named = [HeaderName.uniqueid, .destUniqueid].compactMap { knownChannel(frame, $0) }
      .map { calls[channels[$0].call].row.id }
    return talks(of: agentName(frame), in: queue).filter { visit in
      !queueing.visits[visit].isCompleted
        && named.allSatisfy { $0 == queueing.visits[visit].row.callID.map { currentCallID($0) } }
    }.min { mismatch($0, time - length) < mismatch($1, time - length) }
  }

  private func talks(of agent: String?, in queue: Int) -> [Int] {
    (queueing.visitsByAgent[agent] ?? []).suffix(Ceilings.lookedThrough)
      .filter { isTalk($0, in: queue) }
  }

  /// How far a visit's talk began from when one did.
  private func mismatch(_ visit: Int, _ start: Instant) -> TimeSpan {
    (queueing.visits[visit].row.connectedAt ?? .epoch).distance(to: start)
  }

  private func isTalk(_ visit: Int, in queue: Int) -> Bool {
    queueing.visits[visit].row.connectedAt != nil && isVisit(visit, in: queue)
      && !queueing.visits[visit].isExpired
  }

  /// A talk that began before anything was observed, told by its end. One of the two channels may
  /// have been gone when the event was made, or both.
  private mutating func openTalk(_ frame: borrowing Frame, in queue: Int, at time: Instant) -> Int?
  {
    guard let talk = frame.seconds(of: .talkTime), let hold = frame.seconds(of: .holdTime) else {
      return nil
    }
    let connected = time - talk
    let caller = channel(frame, .main, at: time)
    let told = channel(frame, .dest, at: time)
    guard !isToldAgain(frame, in: queue, since: connected) else { return nil }
    let call = caller.map { channels[$0].call }
    let agent = told ?? member(frame.knownText(of: .interface), in: call, at: time)
    guard let party = caller ?? agent else { return nil }
    // Who is in the next queue by now stays there.
    let isElsewhere =
      caller.flatMap { queueing.visitByChannel[$0] }
      .map { queueing.visits[$0].phase != .done } ?? false
    let visit = openVisit(
      of: isElsewhere ? nil : caller, in: queue, by: "seen", at: connected - hold)
    if isElsewhere, let caller {
      queueing.visits[visit].row.channelID = channels[caller].row.id
      queueing.visits[visit].row.enteredChannelID = channels[caller].row.id
    }
    queueing.visits[visit].row.callID = calls[channels[party].call].row.id
    queueing.visits[visit].phase = .talking
    queueing.visits[visit].row.outcome = "answered"
    queueing.visits[visit].row.leftAt = connected
    queueing.visits[visit].row.connectedAt = connected
    queueing.visits[visit].row.waitMs = hold.milliseconds
    noteAgent(visit, frame, agent)
    beginTalking(visit, at: time)
    return visit
  }

  /// The last channel that was made to reach a member's interface and ended just now: of this call,
  /// or of any.
  private func member(_ interface: String?, in call: Int?, at time: Instant) -> Int? {
    // `Local/EXTENSION@CONTEXT/OPTIONS`
    guard let name = interface?.split(separator: "/").prefix(2).joined(separator: "/") else {
      return nil
    }
    return channels.used.filter {
      (call == nil || channels[$0].call == call) && !channels[$0].isFarHalf
        && !channels[$0].isExpired && channels[$0].row.name.hasPrefix("\(name)-")
        && channels[$0].row.endedAt.map { time.since($0) < Self.settleTime } ?? (call != nil)
    }.max { channels[$0].row.id < channels[$1].row.id }
  }

  /// Whether this talk's end was told already.
  private func isToldAgain(
    _ frame: borrowing Frame, in queue: Int, since connected: Instant
  ) -> Bool {
    talks(of: agentName(frame), in: queue).contains {
      mismatch($0, connected) < Self.settleTime
    }
  }

  private mutating func noteAgent(_ visit: Int, _ frame: borrowing Frame, _ agent: Int?) {
    queueing.visits[visit].row.agent = agentName(frame)
    queueing.visitsByAgent[agentName(frame), default: []].append(visit)
    queueing.visits[visit].row.interface = frame.knownText(of: .interface)
    if let agent {
      queueing.visits[visit].agent = agent
      queueing.visits[visit].row.agentChannelID = channels[agent].row.id
      queueing.talkByAgent[agent] = visit
      isAgent(agent)
    }
    queueing.visits.touch(visit)
  }

  /// Members are known by their name, where they have one.
  func agentName(_ frame: borrowing Frame) -> String? {
    frame.knownText(of: .memberName) ?? frame.knownText(of: .interface)
  }

  /// Ends the talk, unless it has ended.
  mutating func endTalk(_ visit: Int, at time: Instant, by endedBy: String?) {
    if queueing.visits[visit].row.talkEndedAt == nil,
      let start = queueing.visits[visit].row.connectedAt
    {
      // What tells it may come when its channels are gone.
      let over = queueing.visits[visit].agent.flatMap { calls[channels[$0].call].row.endedAt }
      let time = min(time, over ?? time)
      queueing.visits[visit].row.talkEndedAt = max(time, start)
      queueing.visits[visit].row.talkMs = time.since(start).milliseconds
      queueing.visits[visit].row.holdMs = holdMs(of: visit, until: max(time, start))
    }
    if queueing.visits[visit].row.endedBy == nil { queueing.visits[visit].row.endedBy = endedBy }
    queueing.visits.touch(visit)
  }

  // MARK: Bridges

  /// A Local channel is optimized away: what it led to takes its place in the bridge.
  mutating func swapped(_ frame: borrowing Frame, to channel: Int) {
    guard let old = knownChannel(frame, .swapUniqueid), channels[old].row.technology == "Local"
    else { return }
    if let visit = queueing.visitByChannel[old], queueing.visits[visit].phase == .talking {
      move(visit, to: channel)
    }
    if let visit = queueing.talkByAgent.removeValue(forKey: old) {
      queueing.visits[visit].agent = channel
      queueing.talkByAgent[channel] = visit
      queueing.visits.touch(visit)
    }
  }

  /// A channel left a bridge: when it was the agent, or the agent's telephone behind a Local
  /// channel, the talk is over.
  mutating func queueTalkLeft(_ channel: Int, _ bridge: Int, at time: Instant) {
    guard !queueing.talkByAgent.isEmpty else { return }
    var found = queueing.talkByAgent[channel]
    if found == nil {
      for member in bridges[bridge].members where channels[members[member].channel].isFarHalf {
        guard let near = channels[members[member].channel].partner else { continue }
        if let visit = queueing.talkByAgent[near] { found = visit }
      }
    }
    guard let visit = found, queueing.visits[visit].phase == .talking,
      queueing.visits[visit].row.talkEndedAt == nil
    else { return }
    queueing.visits[visit].leaver = channel
    queueing.visits[visit].leftBridgeID = bridges[bridge].row.id
    queueing.talkByLeaver[channel] = visit
    endTalk(visit, at: time, by: nil)
  }

  /// A channel entered a bridge: an agent may have come back, such as from a transfer that was
  /// given up.
  mutating func queueTalkEntered(_ channel: Int, _ bridge: Int) {
    guard !queueing.talkByLeaver.isEmpty, let visit = queueing.talkByLeaver[channel],
      queueing.visits[visit].phase == .talking,
      queueing.visits[visit].leftBridgeID == bridges[bridge].row.id
    else { return }
    queueing.talkByLeaver[channel] = nil
    queueing.visits[visit].leaver = nil
    queueing.visits[visit].row.talkEndedAt = nil
    queueing.visits[visit].row.talkMs = nil
    queueing.visits[visit].row.holdMs = nil
    queueing.visits.touch(visit)
  }
}
