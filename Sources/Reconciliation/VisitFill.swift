import AMI
import SQLite
import Store

/// Fills `queue_visits` and `queue_offers` from queue_log.
struct VisitFill {
  private let writer: FillWriter
  private let time: ObservedTime
  private let comparison: VisitComparison

  init(_ writer: FillWriter, _ time: ObservedTime) throws {
    self.writer = writer
    self.time = time
    comparison = try VisitComparison(writer.store.connection, server: writer.server)
  }

  func apply(_ lines: [QueueLogLine]) throws {
    var visits = LoggedVisits()
    // Lines of a visit stand in their order; so they stay within a second.
    let sorted = lines.enumerated().sorted {
      ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
    }
    var ended: [LoggedVisit] = []
    for (_, line) in sorted { ended += try visits.take(line) }
    ended += visits.end()
    for visit in ended where visit.endedAt != nil {
      guard time.place(visit.joinedAt, visit.endedAt!) == .gap else { continue }
      if let row = try comparison.find(visit) {
        try end(row, visit)
      } else {
        try add(visit)
      }
    }
  }

  // MARK: Visits

  private func add(_ visit: LoggedVisit) throws {
    let queue = try queue(visit.queue, at: visit.joinedAt)
    let caller = try channel(visit.uniqueid, at: visit.joinedAt)
    let entered = try channel(visit.enteredUniqueid, at: visit.joinedAt)
    let agent = try visit.agentUniqueid.flatMap { try channel($0, at: visit.connectedAt ?? .epoch) }
    let left = visit.connectedAt ?? visit.endedAt!
    let isAnswered = visit.outcome == "answered"
    let id = try writer.insert(
      "queue_visits",
      [
        "call_id": Value(caller?.call ?? entered?.call ?? agent?.call), "queue_id": .integer(queue),
        "channel_id": Value(caller?.id), "entered_channel_id": Value(entered?.id),
        "opened_by": .text("queue-log"), "joined_us": .time(visit.joinedAt),
        "left_us": .time(left), "outcome": Value(visit.outcome),
        "wait_ms": .integer((visit.wait ?? left.since(visit.joinedAt)).milliseconds),
        "original_position": Value(visit.originalPosition),
        "last_position": Value(visit.lastPosition), "agent": Value(visit.agent),
        "agent_channel_id": Value(agent?.id), "connected_us": Value(visit.connectedAt),
        "talk_ended_us": Value(isAnswered ? visit.endedAt : nil),
        "talk_ms": Value(talkMs(visit)), "ended_by": Value(visit.endedBy),
        "closed_by": .text(visit.outcome == "unknown" ? "restart" : "queue-log"),
      ])
    for offer in visit.offers { try add(offer, id, queue) }
    try writer.store.execute("UPDATE calls SET queue_id = ? WHERE id = ? AND queue_id IS NULL") {
      $0.append(queue)
      $0.append(caller?.call)
    }
  }

  private func talkMs(_ visit: LoggedVisit) -> Int64? {
    guard let connected = visit.connectedAt, let ended = visit.endedAt else { return nil }
    return (visit.talk ?? ended.since(connected)).milliseconds
  }

  /// Gives a row that a gap left without its end, or without its reason, what the log tells.
  private func end(_ row: VisitComparison.Row, _ visit: LoggedVisit) throws {
    let isOpen = row.outcome == nil || row.outcome == "unknown"
    if isOpen, let outcome = visit.outcome, outcome != "unknown" {
      let agent = try visit.agentUniqueid.flatMap {
        try channel($0, at: visit.connectedAt ?? .epoch)
      }
      let left = visit.connectedAt ?? visit.endedAt!
      try writer.update(
        "queue_visits", row.id,
        [
          "left_us": .time(left), "outcome": .text(outcome),
          "wait_ms": .integer((visit.wait ?? left.since(row.joinedAt)).milliseconds),
          "last_position": Value(visit.lastPosition ?? row.lastPosition),
          "original_position": Value(row.originalPosition ?? visit.originalPosition),
          "agent": Value(visit.agent), "agent_channel_id": Value(agent?.id),
          "connected_us": Value(visit.connectedAt),
          "talk_ended_us": Value(visit.connectedAt == nil ? nil : visit.endedAt),
          "talk_ms": Value(talkMs(visit)), "ended_by": Value(visit.endedBy),
          "closed_by": .text("queue-log"),
        ])
    } else if row.outcome == "answered", visit.endedBy != nil, ended(row, otherwiseThan: visit),
      time.isInGap(second: visit.endedAt!), row.closedBy != "queue-log"
    {
      let connected = row.connectedAt ?? visit.connectedAt ?? visit.endedAt!
      try writer.update(
        "queue_visits", row.id,
        [
          "talk_ended_us": .time(max(connected, visit.endedAt!)),
          "talk_ms": Value(talkMs(visit)), "ended_by": Value(visit.endedBy),
          "closed_by": .text("queue-log"),
        ])
    }
    let queue = try queue(visit.queue, at: visit.joinedAt)
    for offer in visit.offers where time.isInGap(second: offer.endedAt) {
      try complete(offer, row.id, queue)
    }
    try endOffers(of: row.id, visit)
  }

  /// Who was still rung when the visit was answered, or ended, is not rung any more.
  private func endOffers(of id: Int64, _ visit: LoggedVisit) throws {
    guard let left = visit.connectedAt ?? visit.endedAt, time.isInGap(second: left) else { return }
    try writer.store.execute(
      """
      UPDATE queue_offers SET ended_us = max(called_us, ?1), filled_by = 'queue-log',
        ring_ms = max(0, ?1 - called_us) / 1000,
        outcome = CASE WHEN ?2 IS NULL THEN 'cancelled' WHEN agent IS ?2 THEN 'connected'
          ELSE 'answered-elsewhere' END
      WHERE visit_id = ?3 AND ended_us IS NULL
      """
    ) {
      $0.append(left)
      $0.append(visit.connectedAt == nil ? nil : visit.agent)
      $0.append(id)
    }
  }

  /// Whether a talk ended in another way than the log tells, or at another time: behind a gap the
  /// end of a member's next talk may have been taken for it.
  private func ended(_ row: VisitComparison.Row, otherwiseThan visit: LoggedVisit) -> Bool {
    guard row.endedBy == visit.endedBy, let connected = row.connectedAt, let talk = row.talk
    else {
      return true
    }
    return connected + talk > visit.endedAt! + ObservedTime.lateMax
  }

  // MARK: Offers

  private func add(_ offer: LoggedOffer, _ visit: Int64, _ queue: Int64) throws {
    try writer.insert(
      "queue_offers",
      [
        "visit_id": .integer(visit), "queue_id": .integer(queue), "agent": .text(offer.agent),
        "called_us": .time(offer.endedAt - offer.ring),
        "ended_us": .time(offer.endedAt), "outcome": .text(Self.word(offer.outcome)),
        "ring_ms": .integer(offer.ring.milliseconds), "filled_by": .text("queue-log"),
      ])
  }

  /// queue_log does not tell a busy member from one who does not answer.
  private static func word(_ outcome: String) -> String {
    outcome == "in-vain" ? "no-answer" : outcome
  }

  /// An offer of a visit that the store has: its row gets its end, or a row is added.
  private func complete(_ offer: LoggedOffer, _ visit: Int64, _ queue: Int64) throws {
    let store = writer.store
    let known = try store.integer(
      """
      SELECT id FROM queue_offers WHERE visit_id = ?1 AND (agent = ?2 OR interface = ?2)
        AND outcome IS NOT NULL AND outcome <> 'unknown' AND abs(ended_us - ?3) <= ?4 LIMIT 1
      """, .integer(visit), .text(offer.agent), .time(offer.endedAt),
      .integer((ObservedTime.lateMax * 2).microseconds))
    guard known == nil else { return }
    let open = try store.integer(
      """
      SELECT id FROM queue_offers WHERE visit_id = ?1 AND (agent = ?2 OR interface = ?2)
        AND (outcome IS NULL OR outcome = 'unknown') AND called_us <= ?3 ORDER BY id LIMIT 1
      """, .integer(visit), .text(offer.agent), .time(offer.endedAt + ObservedTime.lateMax))
    guard let open else { return try add(offer, visit, queue) }
    try writer.update(
      "queue_offers", open,
      [
        "ended_us": .time(offer.endedAt), "outcome": .text(Self.word(offer.outcome)),
        "ring_ms": .integer(offer.ring.milliseconds), "filled_by": .text("queue-log"),
      ])
  }

  // MARK: Names

  private func queue(_ name: String, at time: Instant) throws -> Int64 {
    let known = try writer.store.integer(
      "SELECT id FROM queues WHERE server_id = ? AND name = ?", .integer(writer.server),
      .text(name))
    if let known { return known }
    return try writer.insert(
      "queues", id: writer.idBase + Store.checksum(of: name),
      ["name": .text(name), "first_seen_us": .time(time)])
  }

  private func channel(_ uniqueid: String, at time: Instant) throws -> (id: Int64, call: Int64?)? {
    let id = try writer.store.integer(
      """
      SELECT id FROM channels WHERE server_id = ? AND uniqueid = ?
      ORDER BY abs(started_us - ?) LIMIT 1
      """, .integer(writer.server), .text(uniqueid), .time(time))
    guard let id else { return nil }
    return (
      id, try writer.store.integer("SELECT call_id FROM channels WHERE id = ?", .integer(id))
    )
  }
}
