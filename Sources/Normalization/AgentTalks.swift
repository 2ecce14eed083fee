import AMI

// What an agent does with the callers of queues, merged over queues and calls.
//
// - ringing: from the first of the offers that ring it at a time to the end of the last
// - talking: as queue_visits has it; who left the caller to consult another, and may come back,
//   still talks
// - wrap-up: after a talk, for as long as the membership's own Wrapuptime (that of the queue is
//   told by no event), but not beyond the next ringing, talk or pause, nor the last membership.
//
// **Source:** apps/app_queue.c, `get_wrapuptime`, `update_queue`, `queue_member_blob_create`.

extension Normalizer {
  // MARK: Ringing

  /// A member is rung.
  mutating func beginRinging(_ offer: Int, at time: Instant) {
    guard let name = queueing.offers[offer].row.agent else { return }
    let agent = agent("queue", name)
    queueing.agents[agent].offers.append(offer)
    guard !queueing.agents[agent].isIn(.ringing) else { return }
    let start = queueing.offers[offer].row.calledAt
    openInterval(
      agent, .ringing, by: start < time ? "seen" : "event", from: start, at: time)
    closeInterval(agent, .wrapUp, at: start, by: "ringing")
  }

  /// A member's telephone stopped ringing.
  mutating func finishRinging(_ offer: Int, at time: Instant, by closedBy: String) {
    guard let name = queueing.offers[offer].row.agent else { return }
    let agent = agent("queue", name)
    guard let place = queueing.agents[agent].offers.firstIndex(of: offer) else { return }
    queueing.agents[agent].offers.remove(at: place)
    if queueing.agents[agent].offers.isEmpty {
      closeInterval(agent, .ringing, at: time, by: closedBy)
    }
  }

  // MARK: Talking

  /// A visit's talk begins.
  mutating func beginTalking(_ visit: Int, at time: Instant) {
    guard let name = queueing.visits[visit].row.agent,
      let start = queueing.visits[visit].row.connectedAt
    else { return }
    let agent = agent("queue", name)
    let ends = queueing.agents[agent].talks.map { queueing.visits[$0].row.talkEndedAt }
    if !ends.isEmpty, !ends.contains(nil) {
      // It left all callers, to whom it could have come back.
      queueing.agents[agent].talks.removeAll()
      closeInterval(agent, .talking, at: ends.compactMap { $0 }.max() ?? time, by: "ended")
    }
    queueing.agents[agent].talks.append(visit)
    closeInterval(agent, .wrapUp, at: start, by: "talking")
    guard !queueing.agents[agent].isIn(.talking) else { return }
    openInterval(agent, .talking, by: start < time ? "seen" : "event", from: start, at: time)
  }

  /// A visit's talk is over for good.
  mutating func finishTalking(_ visit: Int, at time: Instant, by closedBy: String) {
    guard let name = queueing.visits[visit].row.agent else { return }
    let agent = agent("queue", name)
    guard let place = queueing.agents[agent].talks.firstIndex(of: visit) else { return }
    queueing.agents[agent].talks.remove(at: place)
    guard queueing.agents[agent].talks.isEmpty else { return }
    let end = queueing.visits[visit].row.talkEndedAt ?? time
    closeInterval(agent, .talking, at: end, by: closedBy)
    if closedBy == "ended" { beginWrapUp(agent, after: visit, from: end, at: time) }
  }

  // MARK: Wrap-up

  private mutating func beginWrapUp(
    _ agent: Int, after visit: Int, from start: Instant, at time: Instant
  ) {
    let row = queueing.visits[visit].row
    guard let interface = row.interface,
      let queue = queueing.queueByID[row.queueID],
      let member = queueing.memberByKey[Queueing.key(queue, interface)],
      let seconds = queueing.members[member].row.wrapUp, seconds > 0
    else { return }
    for state in [AgentState.paused, .ringing] {
      let other = queueing.agents[agent].times[state.rawValue]
      if other.interval != nil || other.lastEnd > start { return }
    }
    openInterval(agent, .wrapUp, by: "event", from: start, at: time)
    queueing.agents[agent].wrapUpEndsAt = start + .seconds(seconds)
    queueing.nextWrapUpEnd = min(
      queueing.nextWrapUpEnd, queueing.agents[agent].wrapUpEndsAt)
  }

  /// Ends the wrap-ups whose time is up.
  @inline(__always)
  mutating func expireWrapUps(at time: Instant) {
    if time >= queueing.nextWrapUpEnd { endWrapUps(at: time) }
  }

  /// The clock was set back: what is left of wrap-ups is as long as it was.
  mutating func bringWrapUpsBack(from end: Instant, to time: Instant) {
    for agent in queueing.agents.indices where queueing.agents[agent].wrapUpEndsAt != .last {
      queueing.agents[agent].wrapUpEndsAt = time + queueing.agents[agent].wrapUpEndsAt.since(end)
    }
    queueing.nextWrapUpEnd = queueing.agents.map(\.wrapUpEndsAt).min() ?? .last
  }

  private mutating func endWrapUps(at time: Instant) {
    for agent in queueing.agents.indices where queueing.agents[agent].wrapUpEndsAt <= time {
      closeInterval(agent, .wrapUp, at: queueing.agents[agent].wrapUpEndsAt, by: "time-up")
    }
    queueing.nextWrapUpEnd = queueing.agents.map(\.wrapUpEndsAt).min() ?? .last
  }
}
