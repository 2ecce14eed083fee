import AMI
import SQLite

/// Compares what queue_log says of members and agents (coming, going, pauses, logins) with
/// `queue_members` and `agent_intervals`, line by line.
final class AgentComparison {
  private let members: Statement
  private let intervals: Statement
  private let server: Int64
  /// The reason that an agent is paused for, by the log, so that a pause in another queue does not
  /// count again.
  private var paused: [String: String] = [:]

  init(_ connection: borrowing Connection, server: Int64) throws {
    self.server = server
    members = try connection.prepare(
      """
      SELECT 1 FROM queue_members m JOIN queues q ON q.id = m.queue_id
      WHERE m.server_id = ?1 AND q.name = ?2 AND (m.interface = ?3 OR m.agent = ?3)
        AND CASE ?4 WHEN 'ADDMEMBER' THEN m.started_us ELSE m.ended_us END BETWEEN ?5 AND ?6
      LIMIT 1
      """)
    intervals = try connection.prepare(
      """
      SELECT 1 FROM agent_intervals
      WHERE server_id = ?1 AND agent = ?2 AND state = ?3
        AND CASE ?4 WHEN 1 THEN started_us ELSE ended_us END BETWEEN ?5 AND ?6
        AND (reason IS NULL OR reason = coalesce(?7, reason))
      LIMIT 1
      """)
  }

  /// Compares a line, if it is about a member or an agent.
  func compare(
    _ line: QueueLogLine, _ time: borrowing ObservedTime, _ findings: inout Findings
  ) throws {
    guard let isThere = try find(line, isNeeded: time.isObserved(second: line.time)) else { return }
    findings.agentLines += 1
    guard !isThere else { return }
    var missing = Disagreement(.agentMissing, at: line.time)
    missing.queue = line.queue == "NONE" ? nil : line.queue
    missing.agent = line.agent
    missing.field = line.event
    missing.file = line.data.joined(separator: " ")
    findings.add(missing)
  }

  /// Whether there is a row for the line; nil for one that needs none.
  private func find(_ line: QueueLogLine, isNeeded: Bool) throws -> Bool? {
    switch line.event {
    case "QUEUESTART":
      paused.removeAll()
      return nil
    case "ADDMEMBER", "REMOVEMEMBER":
      guard isNeeded else { return nil }
      defer { members.reset() }
      members.bind(server, at: 1)
      members.bind(line.queue, at: 2)
      members.bind(line.agent, at: 3)
      members.bind(line.event, at: 4)
      members.bind(line.time - ObservedTime.lateMax, at: 5)
      members.bind(line.time + ObservedTime.lateMax, at: 6)
      return try members.step()
    case "PAUSE":
      let reason = line.data.first ?? ""
      guard paused.updateValue(reason, forKey: line.agent) != reason, isNeeded else { return nil }
      return try find(line, "paused", begins: true, reason: reason.isEmpty ? nil : reason)
    case "UNPAUSE":
      guard paused.removeValue(forKey: line.agent) != nil, isNeeded else { return nil }
      return try find(line, "paused", begins: false)
    case "AGENTLOGIN", "AGENTLOGOFF":
      guard isNeeded else { return nil }
      return try find(line, "logged-in", begins: line.event == "AGENTLOGIN")
    default: return nil
    }
  }

  private func find(
    _ line: QueueLogLine, _ state: String, begins: Bool, reason: String? = nil
  ) throws -> Bool {
    defer { intervals.reset() }
    intervals.bind(server, at: 1)
    intervals.bind(line.agent, at: 2)
    intervals.bind(state, at: 3)
    intervals.bind(begins ? 1 : 0, at: 4)
    intervals.bind(line.time - ObservedTime.lateMax, at: 5)
    intervals.bind(line.time + ObservedTime.lateMax, at: 6)
    intervals.bind(reason, at: 7)
    return try intervals.step()
  }
}
