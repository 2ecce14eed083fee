import AMI

// What an agent was, merged over all queues: logged in while there is a dynamic membership in any
// queue (or a login with app_agent_pool), paused while any membership is paused. What it does with
// callers is in AgentTalks.swift.

extension Normalizer {
  /// An agent's memberships changed. `loggedIn` and `paused` are since when the frame says so.
  mutating func reviewAgent(
    _ name: String, loggedIn: Instant? = nil, paused: Instant? = nil, by openedBy: String,
    at time: Instant, closedBy: String? = nil
  ) {
    let memberships = queueing.memberships[name] ?? Memberships()
    if memberships.count == 0 { queueing.memberships[name] = nil }
    let agent = agent("queue", name)
    set(
      agent, .loggedIn, memberships.dynamic > 0, by: openedBy, at: time, since: loggedIn,
      closedBy: closedBy ?? "removed")
    let reason = memberships.paused.filter { queueing.members[$0].row.pausedReason != nil }
      .min { queueing.members[$0].row.id < queueing.members[$1].row.id }
      .flatMap { queueing.members[$0].row.pausedReason }
    set(
      agent, .paused, !memberships.paused.isEmpty, reason: reason, by: openedBy, at: time,
      since: paused,
      closedBy: closedBy ?? (memberships.count == 0 ? "removed" : "unpaused"))
    if memberships.count == 0 { closeInterval(agent, .wrapUp, at: time, by: closedBy ?? "removed") }
  }

  /// An agent is logged in. A list shows it a moment before, while it is greeted; and who was
  /// logged in before a time that was not observed had logged off in it.
  ///
  /// **Source:** apps/app_agent_pool.c, `agent_login_exec`, `agent_run`.
  mutating func agentLogin(_ frame: borrowing Frame, at time: Instant) {
    guard let name = frame.text(named: "Agent") else { return }
    let agent = agent("agent-pool", name)
    if let slot = queueing.agents[agent].times[AgentState.loggedIn.rawValue].interval {
      if queueing.intervals[slot].session < session.number {
        closeInterval(agent, .loggedIn, at: session.endedAt, by: "unobserved")
      } else if queueing.intervals[slot].row.openedBy == "snapshot" {
        queueing.intervals[slot].row.openedBy = "event"
        queueing.intervals[slot].row.startedAt = time
        queueing.intervals.touch(slot)
      }
    }
    set(agent, .loggedIn, true, by: "event", at: time, closedBy: "")
    if let slot = knownChannel(frame, .uniqueid) { waitsForCallers(slot) }
  }

  /// The event tells how long the agent was logged in: a login that was not seen is reckoned back.
  mutating func agentLogoff(_ frame: borrowing Frame, at time: Instant) {
    guard let name = frame.text(named: "Agent") else { return }
    let agent = agent("agent-pool", name)
    if let length = frame.seconds(named: "Logintime") {
      set(
        agent, .loggedIn, true, by: "seen", at: time, since: time - length,
        closedBy: "")
    }
    set(agent, .loggedIn, false, by: "event", at: time, closedBy: "logoff")
    if let slot = knownChannel(frame, .uniqueid) { channels[slot].isAgent = false }
  }

  /// An answer to the action Agents. Only who is not known to be logged in changes anything.
  mutating func agents(_ frame: borrowing Frame, at time: Instant) {
    guard let name = frame.text(named: "Agent"), let status = frame.text(named: "Status"),
      status == "AGENT_IDLE" || status == "AGENT_ONCALL"
    else { return }
    set(
      agent("agent-pool", name), .loggedIn, true, by: "snapshot", at: time,
      since: frame.date(named: "LoggedInTime"), closedBy: "")
  }

  /// Agents of app_agent_pool went with the server.
  mutating func closeAgentPool(seenBefore number: Int, at time: Instant) {
    for agent in queueing.agents.indices where queueing.agents[agent].source == "agent-pool" {
      guard let slot = queueing.agents[agent].times[AgentState.loggedIn.rawValue].interval,
        queueing.intervals[slot].session < number
      else { continue }
      closeInterval(agent, .loggedIn, at: time, by: "restart")
    }
  }

  /// The agent of this name.
  mutating func agent(_ source: String, _ name: String) -> Int {
    let key = LiveAgent.key(source, name)
    if let agent = queueing.agentByKey[key] { return agent }
    var agent = LiveAgent()
    agent.source = source
    agent.name = name
    for state in agent.times.indices { agent.times[state].lastEnd = queueing.agentsLetGoAt }
    queueing.agents.append(agent)
    queueing.agentByKey[key] = queueing.agents.count - 1
    return queueing.agents.count - 1
  }

  /// An agent is in a state, or is not.
  private mutating func set(
    _ agent: Int, _ state: AgentState, _ isOn: Bool, reason: String? = nil, by openedBy: String,
    at time: Instant, since: Instant? = nil, closedBy: String
  ) {
    var start = since ?? time
    if let slot = queueing.agents[agent].times[state.rawValue].interval {
      if isOn, queueing.intervals[slot].row.reason == reason { return }
      // The reason changed while it went on.
      start = time
      closeInterval(agent, state, at: time, by: isOn ? "reason-changed" : closedBy)
    }
    guard isOn else { return }
    if state == .paused { closeInterval(agent, .wrapUp, at: time, by: "paused") }
    openInterval(agent, state, reason: reason, by: openedBy, from: start, at: time)
  }

  /// Opens an interval that began at `start`, but not before the agent's last one in that state
  /// ended.
  mutating func openInterval(
    _ agent: Int, _ state: AgentState, reason: String? = nil, by openedBy: String,
    from start: Instant, at time: Instant
  ) {
    var interval = LiveAgentInterval()
    interval.row.id = counters.agentIntervals.next(serverID)
    interval.row.serverID = serverID
    interval.row.agent = queueing.agents[agent].name
    interval.row.source = queueing.agents[agent].source
    interval.row.state = state.word
    interval.row.reason = reason
    interval.row.openedBy = openedBy
    // An end that lies ahead is by a clock that was set back since.
    let lastEnd = queueing.agents[agent].times[state.rawValue].lastEnd
    interval.row.startedAt = max(min(start, time), lastEnd > time ? .first : lastEnd)
    interval.session = session.number
    let slot = queueing.intervals.insert(interval)
    queueing.intervals.touch(slot)
    queueing.agents[agent].times[state.rawValue].interval = slot
  }

  /// Closes the agent's interval of a state, if there is one.
  mutating func closeInterval(
    _ agent: Int, _ state: AgentState, at time: Instant, by closedBy: String
  ) {
    guard let slot = queueing.agents[agent].times[state.rawValue].interval else { return }
    let end = max(time, queueing.intervals[slot].row.startedAt)
    queueing.intervals[slot].row.endedAt = end
    queueing.intervals[slot].row.closedBy = closedBy
    queueing.intervals.touch(slot)
    queueing.agents[agent].times[state.rawValue].interval = nil
    queueing.agents[agent].times[state.rawValue].lastEnd = end
    if state == .wrapUp { queueing.agents[agent].wrapUpEndsAt = .last }
  }
}

extension Frame {
  /// The value of a header in seconds since 1970; nil for 0, which means never.
  func date(named name: String) -> Instant? {
    guard let seconds = integer(named: name, in: Number.date), seconds > 0 else { return nil }
    return .seconds(seconds)
  }
}
