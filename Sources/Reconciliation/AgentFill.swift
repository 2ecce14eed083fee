import AMI
import SQLite
import Store

/// Fills `agent_intervals` (logged in, paused) from queue_log.
struct AgentFill {
  private let writer: FillWriter
  private let time: ObservedTime

  /// A time in one state, merged over queues.
  private struct Interval {
    var agent: String
    var source: String
    var state: String
    var reason: String?
    var startedAt: Instant
    var endedAt: Instant?
  }

  /// What is in force.
  private struct State {
    /// By agent: the queues that it is a member of.
    var queues: [String: Set<String>] = [:]
    /// By agent: the queues in which it is paused.
    var pauses: [String: Set<String>] = [:]
    /// By source, agent and state.
    var open: [String: Interval] = [:]
    var done: [Interval] = []

    mutating func begin(
      _ source: String, _ agent: String, _ state: String, _ reason: String?, at time: Instant
    ) {
      let key = "\(source) \(state) \(agent)"
      if let before = open[key] {
        guard before.reason != reason else { return }
        end(source, agent, state, at: time)
      }
      open[key] = Interval(
        agent: agent, source: source, state: state, reason: reason, startedAt: time)
    }

    mutating func end(_ source: String, _ agent: String, _ state: String, at time: Instant) {
      guard var interval = open.removeValue(forKey: "\(source) \(state) \(agent)") else { return }
      interval.endedAt = time
      done.append(interval)
    }
  }

  init(_ writer: FillWriter, _ time: ObservedTime) {
    self.writer = writer
    self.time = time
  }

  func apply(_ lines: [QueueLogLine]) throws {
    var state = State()
    let sorted = lines.enumerated().sorted {
      ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
    }
    for (_, line) in sorted { try take(line, &state) }
    for interval in state.done { try apply(interval) }
  }

  private func take(_ line: QueueLogLine, _ state: inout State) throws {
    switch line.event {
    case "QUEUESTART": state = State(done: state.done)
    case "ADDMEMBER":
      let agent = try name(ofInterface: line.agent)
      state.queues[agent, default: []].insert(line.queue)
      state.begin("queue", agent, "logged-in", nil, at: line.time)
      guard line.data.first == "PAUSED" else { return }
      state.pauses[agent, default: []].insert(line.queue)
      state.begin("queue", agent, "paused", nil, at: line.time)
    case "REMOVEMEMBER":
      let agent = try name(ofInterface: line.agent)
      state.queues[agent]?.remove(line.queue)
      unpause(agent, line, &state)
      if state.queues[agent]?.isEmpty ?? true {
        state.end("queue", agent, "logged-in", at: line.time)
      }
    case "PAUSE":
      state.pauses[line.agent, default: []].insert(line.queue)
      let reason = line.data.first.flatMap { $0.isEmpty ? nil : $0 }
      state.begin("queue", line.agent, "paused", reason, at: line.time)
    case "UNPAUSE": unpause(line.agent, line, &state)
    case "AGENTLOGIN": state.begin("agent-pool", line.agent, "logged-in", nil, at: line.time)
    case "AGENTLOGOFF":
      // The line tells how long it was.
      if let length = line.span(1) {
        state.begin(
          "agent-pool", line.agent, "logged-in", nil, at: line.time - length)
      }
      state.end("agent-pool", line.agent, "logged-in", at: line.time)
    default: break
    }
  }

  private func unpause(_ agent: String, _ line: QueueLogLine, _ state: inout State) {
    state.pauses[agent]?.remove(line.queue)
    if state.pauses[agent]?.isEmpty ?? true { state.end("queue", agent, "paused", at: line.time) }
  }

  /// ADDMEMBER names the interface, PAUSE the member.
  private func name(ofInterface interface: String) throws -> String {
    let statement = try writer.store.connection.prepare(
      """
      SELECT agent FROM queue_members WHERE server_id = ? AND interface = ?
      ORDER BY started_us DESC LIMIT 1
      """)
    statement.bind(writer.server, at: 1)
    statement.bind(interface, at: 2)
    return try statement.step() ? statement.text(at: 0) ?? interface : interface
  }

  private func apply(_ interval: Interval) throws {
    guard let ended = interval.endedAt else { return }
    let row = try row(of: interval)
    if let row {
      guard time.isInGap(second: ended), row.isUncertain else { return }
      try writer.endInterval(row.id, at: ended)
    } else if time.isInGap(second: interval.startedAt) {
      try writer.addInterval(
        interval.agent, interval.source, interval.state, interval.reason,
        from: interval.startedAt, to: ended)
    }
  }

  /// The row of an interval: one that began with it, or that was open as the gap began.
  private func row(of interval: Interval) throws -> (id: Int64, isUncertain: Bool)? {
    let statement = try writer.store.connection.prepare(
      """
      SELECT id, ended_us, closed_by FROM agent_intervals
      WHERE server_id = ?1 AND agent = ?2 AND state = ?3 AND started_us <= ?5 + ?6
        AND coalesce(ended_us, ?5) >= ?4 - ?6 ORDER BY abs(started_us - ?4) LIMIT 1
      """)
    statement.bind(writer.server, at: 1)
    statement.bind(interval.agent, at: 2)
    statement.bind(interval.state, at: 3)
    statement.bind(interval.startedAt, at: 4)
    statement.bind(interval.endedAt, at: 5)
    statement.bind(ObservedTime.lateMax.microseconds, at: 6)
    guard try statement.step() else { return nil }
    let closedBy = statement.text(at: 2)
    let ended = statement.optionalTime(at: 1)
    let isUncertain =
      (closedBy == nil || closedBy == "unobserved" || closedBy == "restart")
      && (ended.map { time.isInGap($0, $0) } ?? true)
    return (statement.int(at: 0), isUncertain)
  }
}

extension FillWriter {
  /// Adds a row of `agent_intervals`.
  func addInterval(
    _ agent: String, _ source: String, _ state: String, _ reason: String? = nil,
    from start: Instant, to end: Instant
  ) throws {
    try insert(
      "agent_intervals",
      [
        "agent": .text(agent), "source": .text(source), "state": .text(state),
        "reason": Value(reason), "opened_by": .text("queue-log"), "started_us": .time(start),
        "ended_us": .time(end), "closed_by": .text("queue-log"),
      ])
  }

  /// Gives a row of `agent_intervals` its end.
  func endInterval(_ id: Int64, at time: Instant) throws {
    try update(
      "agent_intervals", id, ["ended_us": .time(time), "closed_by": .text("queue-log")])
  }
}
