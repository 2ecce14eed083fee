import AMI
import SQLite

/// Compares the visits of queue_log with `queue_visits` and `queue_offers`.
final class VisitComparison {
  /// How far wait, talk and times may lie apart: whole seconds that were cut twice.
  static let tolerance = TimeSpan.milliseconds(1_200)
  /// How far the store's joining may lie from the log's for the same visit.
  static let joinedMax = TimeSpan.seconds(3)

  private let visits: Statement
  private let offers: Statement
  private let server: Int64
  /// Rows that have their visit in the log.
  private var matched: Set<Int64> = []

  /// A row of `queue_visits` with what names it.
  struct Row {
    var id: Int64
    var joinedAt: Instant
    var outcome: String?
    var wait: TimeSpan?
    var talk: TimeSpan?
    var agent: String?
    var interface: String?
    var endedBy: String?
    var lastPosition: Int64?
    var originalPosition: Int64?
    var enteredUniqueid: String?
    var uniqueid: String?
    var agentUniqueid: String?
    var callID: Int64?
    var connectedAt: Instant?
    var openedBy: String?
    var closedBy: String?
  }

  init(_ connection: borrowing Connection, server: Int64) throws {
    self.server = server
    visits = try connection.prepare(
      """
      SELECT v.id, v.joined_us, v.outcome, v.wait_ms, v.talk_ms, v.agent, v.interface, v.ended_by,
        v.last_position, v.original_position, e.uniqueid, c.uniqueid, a.uniqueid, v.call_id,
        v.connected_us, v.opened_by, v.closed_by
      FROM queue_visits v JOIN queues q ON q.id = v.queue_id
        LEFT JOIN channels e ON e.id = v.entered_channel_id
        LEFT JOIN channels c ON c.id = v.channel_id
        LEFT JOIN channels a ON a.id = v.agent_channel_id
      WHERE v.server_id = ? AND q.name = ? AND v.joined_us BETWEEN ? AND ?
        AND v.outcome IS NOT 'refused'
      ORDER BY v.joined_us, v.id
      """)
    offers = try connection.prepare(
      """
      SELECT outcome, agent, interface, ring_ms, ended_us FROM queue_offers
      WHERE visit_id = ? AND outcome IS NOT NULL
        AND outcome NOT IN ('answered-elsewhere', 'unknown')
      ORDER BY ended_us, id
      """)
  }

  /// Compares a visit that is over, or goes on at the log's end.
  func compare(
    _ visit: LoggedVisit, _ time: borrowing ObservedTime, until logEnd: Instant,
    _ findings: inout Findings
  ) throws {
    let end = visit.endedAt ?? logEnd
    let place = time.place(visit.joinedAt, end)
    if place == .outside {
      findings.outside += 1
      return
    }
    guard let row = try find(visit) else {
      if place == .gap {
        findings.gapVisits += 1
      } else if place == .partly, time.touches(visit.joinedAt, visit.endedAt) {
        findings.explain(.beginsWithin)
      } else {
        var missing = named(.visitMissing, visit)
        missing.field = "outcome"
        missing.file = visit.outcome ?? "waiting"
        findings.add(missing)
      }
      return
    }
    matched.insert(row.id)
    let differences = try differences(visit, row, time)
    if place == .gap {
      if differences.isEmpty {
        findings.visits += 1
        findings.offers += visit.offers.count
      } else {
        findings.gapDifferences += 1
      }
      return
    }
    findings.visits += 1
    if place == .partly, visit.endedAt == nil || !time.isObserved(second: end) {
      // It outlived what was recorded: only what is said can be wrong.
      if let outcome = row.outcome, outcome != visit.outcome {
        findings.add(differing(visit, row, "outcome", outcome, visit.outcome))
      }
      return
    }
    if visit.endedAt == nil, visit.outcome == nil, row.outcome == nil { return }
    findings.offers += visit.offers.count
    for difference in differences { findings.add(difference) }
  }

  /// Tells what the store has and the log, which covers this time, has not.
  func tellRest(
    from first: Instant, to last: Instant, _ connection: borrowing Connection,
    _ time: borrowing ObservedTime, _ findings: inout Findings
  ) throws {
    let statement = try connection.prepare(
      """
      SELECT v.id, v.joined_us, coalesce(v.talk_ended_us, v.left_us, v.joined_us), q.name,
        c.uniqueid, c.name, v.outcome, v.call_id
      FROM queue_visits v JOIN queues q ON q.id = v.queue_id
        LEFT JOIN channels c ON c.id = v.channel_id
      WHERE v.server_id = ? AND v.joined_us BETWEEN ? AND ? ORDER BY v.joined_us, v.id
      """)
    statement.bind(server, at: 1)
    statement.bind(first, at: 2)
    statement.bind(last, at: 3)
    while try statement.step() {
      let joined = statement.time(at: 1)
      guard !matched.contains(statement.int(at: 0)), !time.isInGap(joined, statement.time(at: 2))
      else { continue }
      if statement.text(at: 6) == "refused" {
        findings.explain(.refused)
        continue
      }
      var extra = Disagreement(.visitTooMany, at: joined)
      extra.queue = statement.text(at: 3)
      extra.uniqueid = statement.text(at: 4)
      extra.channel = statement.text(at: 5)
      extra.field = "outcome"
      extra.store = statement.text(at: 6) ?? "waiting"
      extra.callID = statement.optionalInt(at: 7)
      findings.add(extra)
    }
  }

  // MARK: Finding

  /// The row of a visit; nil when there is none.
  func find(_ visit: LoggedVisit) throws -> Row? {
    defer { visits.reset() }
    visits.bind(server, at: 1)
    visits.bind(visit.queue, at: 2)
    visits.bind(visit.joinedAt - Self.joinedMax, at: 3)
    visits.bind(visit.joinedAt + Self.joinedMax, at: 4)
    var best: Row?
    while try visits.step() {
      let row = read()
      guard !matched.contains(row.id), isSame(visit, row) else { continue }
      if let found = best,
        found.joinedAt.distance(to: visit.joinedAt) <= row.joinedAt.distance(to: visit.joinedAt)
      {
        continue
      }
      best = row
    }
    return best
  }

  private func isSame(_ visit: LoggedVisit, _ row: Row) -> Bool {
    if let entered = row.enteredUniqueid {
      return entered == visit.enteredUniqueid || entered == visit.uniqueid
    }
    // A row that a fill made of a caller whose channel no file tells.
    if row.openedBy == "queue-log" {
      return row.joinedAt == visit.joinedAt && row.outcome == visit.outcome
        && row.originalPosition == visit.originalPosition
    }
    return row.agentUniqueid != nil && row.agentUniqueid == visit.agentUniqueid
  }

  private func read() -> Row {
    Row(
      id: visits.int(at: 0), joinedAt: visits.time(at: 1), outcome: visits.text(at: 2),
      wait: visits.optionalInt(at: 3).map { .milliseconds($0) },
      talk: visits.optionalInt(at: 4).map { .milliseconds($0) },
      agent: visits.text(at: 5), interface: visits.text(at: 6), endedBy: visits.text(at: 7),
      lastPosition: visits.optionalInt(at: 8), originalPosition: visits.optionalInt(at: 9),
      enteredUniqueid: visits.text(at: 10), uniqueid: visits.text(at: 11),
      agentUniqueid: visits.text(at: 12), callID: visits.optionalInt(at: 13),
      connectedAt: visits.optionalTime(at: 14), openedBy: visits.text(at: 15),
      closedBy: visits.text(at: 16))
  }

  // MARK: Differences

  private func differences(
    _ visit: LoggedVisit, _ row: Row, _ time: borrowing ObservedTime
  ) throws -> [Disagreement] {
    var found: [Disagreement] = []
    func check(_ field: String, _ store: String?, _ file: String?) {
      if let file, store != file { found.append(differing(visit, row, field, store, file)) }
    }
    check("outcome", row.outcome, visit.outcome)
    if row.uniqueid != nil { check("uniqueid", row.uniqueid, visit.uniqueid) }
    if row.interface != visit.agent { check("agent", row.agent, visit.agent) }
    // Of a filled row no file may have told the agent's channel.
    if row.closedBy != "queue-log" || !(row.agentUniqueid ?? "").isEmpty {
      check("agent_uniqueid", row.agentUniqueid, visit.agentUniqueid)
    }
    check("ended_by", row.endedBy, visit.endedBy)
    check("last_position", row.lastPosition.map { "\($0)" }, visit.lastPosition.map { "\($0)" })
    if let original = row.originalPosition {
      check("original_position", "\(original)", visit.originalPosition.map { "\($0)" })
    }
    func near(_ field: String, _ ours: TimeSpan?, _ theirs: TimeSpan?) {
      guard let theirs else { return }
      if let ours, ours.distance(to: theirs) <= Self.tolerance { return }
      let store = ours.map { "\($0.milliseconds)" }
      found.append(differing(visit, row, field, store, "\(theirs.milliseconds)"))
    }
    if row.joinedAt.distance(to: visit.joinedAt) > Self.tolerance {
      found.append(
        differing(
          visit, row, "joined_us", "\(row.joinedAt)", "\(visit.joinedAt)"))
    }
    near("wait_ms", row.wait, visit.wait)
    near("talk_ms", row.talk, visit.talk)
    if let difference = try offersDiffer(visit, row, time) { found.append(difference) }
    return found
  }

  /// Compares who was rung, in which order, with which result and how long.
  private func offersDiffer(
    _ visit: LoggedVisit, _ row: Row, _ time: borrowing ObservedTime
  ) throws -> Disagreement? {
    defer { offers.reset() }
    offers.bind(row.id, at: 1)
    var ours: [(offer: LoggedOffer, interface: String)] = []
    while try offers.step() {
      let word = offers.text(at: 0) ?? ""
      let outcome = ["busy", "no-answer", "dumped"].contains(word) ? "in-vain" : word
      ours.append(
        (
          LoggedOffer(
            agent: offers.text(at: 1) ?? "", outcome: outcome, endedAt: offers.time(at: 4),
            ring: .milliseconds(offers.int(at: 3))), offers.text(at: 2) ?? ""
        ))
    }
    // What was rung before the recording began is not known.
    let began = time.sessions.first { $0.lowerBound > visit.joinedAt }?.lowerBound ?? .first
    var theirs = visit.offers.filter { $0.endedAt > began }
    // What was rung about then may be in one list only.
    let vague = began == .first ? .first : began + ObservedTime.lateMax * 2
    while ours.count > theirs.count, let first = ours.first, first.offer.endedAt <= vague {
      ours.removeFirst()
    }
    while theirs.count > ours.count, let first = theirs.first, first.endedAt <= vague {
      theirs.removeFirst()
    }
    let isSame =
      ours.count == theirs.count
      && zip(ours, theirs).allSatisfy { our, their in
        our.offer.outcome == their.outcome
          && (our.offer.agent == their.agent || our.interface == their.agent)
          && our.offer.ring.distance(to: their.ring) <= Self.tolerance
      }
    if isSame { return nil }
    func text(_ offers: [LoggedOffer]) -> String {
      offers.map { "\($0.agent) \($0.outcome) \($0.ring.milliseconds) ms" }.joined(separator: ", ")
    }
    var difference = differing(
      visit, row, "offers", text(ours.map(\.offer)), text(theirs))
    difference.kind = .offersDiffer
    return difference
  }

  private func differing(
    _ visit: LoggedVisit, _ row: Row, _ field: String, _ store: String?, _ file: String?
  ) -> Disagreement {
    var difference = named(.visitDiffers, visit)
    difference.callID = row.callID
    difference.field = field
    difference.store = store
    difference.file = file
    return difference
  }

  private func named(_ kind: Disagreement.Kind, _ visit: LoggedVisit) -> Disagreement {
    var difference = Disagreement(kind, at: visit.joinedAt)
    difference.queue = visit.queue
    difference.uniqueid = visit.uniqueid
    difference.agent = visit.agent
    return difference
  }
}
