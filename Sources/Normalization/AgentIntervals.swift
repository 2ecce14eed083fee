import AMI

// What an agent was, merged over all queues: logged in while there is a dynamic membership in any
// queue (or a login with app_agent_pool), paused while any membership is paused.

extension Normalizer {
  /// An agent's memberships changed. `loggedIn` and `paused` are since when the frame says so.
  mutating func reviewAgent(
    _ agent: String, loggedIn: Int64? = nil, paused: Int64? = nil, by openedBy: String,
    at time: Int64, closedBy: String? = nil
  ) {
    let members = queueing.members.used.filter {
      queueing.members[$0].row.endedAt == nil && queueing.members[$0].row.agent == agent
    }
    let isDynamic = members.contains { queueing.members[$0].row.membership == "dynamic" }
    setInterval(
      "queue", agent, "logged-in", isDynamic, by: openedBy, at: time, since: loggedIn,
      closedBy: closedBy ?? "removed")
    let pauses = members.filter { queueing.members[$0].row.isPaused }
      .sorted { queueing.members[$0].row.id < queueing.members[$1].row.id }
    let reason = pauses.compactMap { queueing.members[$0].row.pausedReason }.first
    setInterval(
      "queue", agent, "paused", !pauses.isEmpty, reason: reason, by: openedBy, at: time,
      since: paused, closedBy: closedBy ?? (members.isEmpty ? "removed" : "unpaused"))
  }

  mutating func agentLogin(_ frame: borrowing Frame, at time: Int64) {
    guard let agent = frame.text(named: "Agent") else { return }
    setInterval("agent-pool", agent, "logged-in", true, by: "event", at: time, closedBy: "")
  }

  /// The event tells how long the agent was logged in: a login that was not seen is reckoned back.
  mutating func agentLogoff(_ frame: borrowing Frame, at time: Int64) {
    guard let agent = frame.text(named: "Agent") else { return }
    if let seconds = frame.text(named: "Logintime").flatMap({ Int64($0) }) {
      setInterval(
        "agent-pool", agent, "logged-in", true, by: "seen", at: time,
        since: time - seconds * 1_000_000, closedBy: "")
    }
    setInterval("agent-pool", agent, "logged-in", false, by: "event", at: time, closedBy: "logoff")
  }

  /// An answer to the action Agents. Only who is not known to be logged in changes anything.
  mutating func agents(_ frame: borrowing Frame, at time: Int64) {
    guard let agent = frame.text(named: "Agent"), let status = frame.text(named: "Status"),
      status == "AGENT_IDLE" || status == "AGENT_ONCALL"
    else { return }
    setInterval(
      "agent-pool", agent, "logged-in", true, by: "snapshot", at: time,
      since: frame.seconds(named: "LoggedInTime"), closedBy: "")
  }

  /// Agents of app_agent_pool went with the server.
  mutating func closeAgentPool(seenBefore number: Int, at time: Int64) {
    for slot in queueing.intervals.used
    where queueing.intervals[slot].row.endedAt == nil && queueing.intervals[slot].session < number
      && queueing.intervals[slot].row.source == "agent-pool"
    {
      closeInterval(slot, at: time, by: "restart")
    }
  }

  private mutating func setInterval(
    _ source: String, _ agent: String, _ state: String, _ isOn: Bool, reason: String? = nil,
    by openedBy: String, at time: Int64, since: Int64? = nil, closedBy: String
  ) {
    let key = LiveAgentInterval.key(source, agent, state)
    var start = min(since ?? time, time)
    if let slot = queueing.intervalByKey[key] {
      if isOn, queueing.intervals[slot].row.reason == reason { return }
      // The reason changed while it went on.
      start = time
      closeInterval(slot, at: time, by: isOn ? "reason-changed" : closedBy)
    }
    guard isOn else { return }
    var interval = LiveAgentInterval()
    interval.row.id = counters.agentIntervals.next(serverID)
    interval.row.serverID = serverID
    interval.row.agent = agent
    interval.row.source = source
    interval.row.state = state
    interval.row.reason = reason
    interval.row.openedBy = openedBy
    interval.row.startedAt = start
    interval.session = session.number
    let slot = queueing.intervals.insert(interval)
    queueing.intervals.touch(slot)
    queueing.intervalByKey[key] = slot
  }

  private mutating func closeInterval(_ slot: Int, at time: Int64, by closedBy: String) {
    let row = queueing.intervals[slot].row
    queueing.intervals[slot].row.endedAt = max(time, row.startedAt)
    queueing.intervals[slot].row.closedBy = closedBy
    queueing.intervals.touch(slot)
    queueing.intervalByKey[LiveAgentInterval.key(row.source, row.agent, row.state)] = nil
  }
}

extension Frame {
  /// The value of a header in seconds since 1970, in microseconds; nil for 0, which means never.
  func seconds(named name: String) -> Int64? {
    guard let seconds = text(named: name).flatMap({ Int64($0) }), seconds > 0, seconds < 1 << 40
    else { return nil }
    return seconds * 1_000_000
  }
}
