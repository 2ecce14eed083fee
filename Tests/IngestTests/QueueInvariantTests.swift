import Support
import Testing

/// What holds of queues and agents in every store, whatever the stream was: queries that find what
/// breaks it.
@Suite struct QueueInvariantTests {
  struct Invariant: Sendable, CustomTestStringConvertible {
    let name: String
    let sql: String
    var testDescription: String { name }
  }

  static let invariants = [
    Invariant(
      name: "a visit lies in its call",
      sql: """
        SELECT v.id FROM queue_visits v JOIN calls c ON c.id = v.call_id
        WHERE opened_by IN ('join', 'refusal') AND joined_us < c.started_us
          OR coalesce(talk_ended_us, left_us) > c.ended_us
        UNION ALL
        SELECT v.id FROM queue_visits v
        JOIN channels c ON c.id IN (v.channel_id, v.entered_channel_id, v.agent_channel_id)
        WHERE c.call_id IS NOT v.call_id
        """),
    Invariant(
      name: "a visit's times follow each other, and its lengths are theirs",
      sql: """
        SELECT id FROM queue_visits
        WHERE left_us < joined_us OR connected_us < joined_us OR talk_ended_us < connected_us
          OR wait_ms <> (coalesce(connected_us, left_us) - joined_us) / 1000
          OR talk_ms <> (talk_ended_us - connected_us) / 1000
          OR (talk_ms IS NULL) <> (talk_ended_us IS NULL) OR (talk_ms IS NULL) <> (hold_ms IS NULL)
          OR hold_ms < 0 OR hold_ms > talk_ms
        """),
    Invariant(
      name: "a visit is answered if an agent was connected, and has left if it has an outcome",
      sql: """
        SELECT id FROM queue_visits
        WHERE (outcome IS 'answered') <> (connected_us IS NOT NULL)
          OR (outcome IS 'answered') <> (agent IS NOT NULL)
          OR outcome IS NOT NULL AND left_us IS NULL
          OR outcome = 'refused' AND queue_status IS NULL
          OR outcome NOT IN ('answered', 'timeout', 'left-empty', 'withdrawn', 'exit-key',
            'refused', 'abandoned', 'incompatible', 'unknown')
        """),
    Invariant(
      name: "an offer lies in its visit, and one of them at most is connected",
      sql: """
        SELECT o.id FROM queue_offers o JOIN queue_visits v ON v.id = visit_id
        WHERE o.queue_id <> v.queue_id OR o.ended_us < called_us
          OR v.opened_by = 'join' AND called_us < joined_us
          OR ring_ms <> (o.ended_us - called_us) / 1000
          OR (o.outcome IS NULL) <> (ring_ms IS NULL)
          OR o.outcome IS NULL AND v.outcome IS NOT NULL
          OR v.outcome = 'refused'
          OR o.outcome = 'connected' AND o.agent IS NOT v.agent
        UNION ALL
        SELECT visit_id FROM queue_offers WHERE outcome = 'connected'
        GROUP BY visit_id HAVING count(*) > 1
        """),
    Invariant(
      name: "times of one agent in one state do not overlap",
      sql: """
        SELECT id FROM (
          SELECT id, started_us, max(coalesce(ended_us, 1 << 62)) OVER (
            PARTITION BY server_id, source, agent, state ORDER BY started_us, id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached_us
          FROM agent_intervals)
        WHERE started_us < reached_us
        UNION ALL
        SELECT id FROM agent_intervals
        WHERE ended_us < started_us OR (ended_us IS NULL) <> (closed_by IS NULL)
        """),
    Invariant(
      name: "an agent rings while it is rung, and talks while a visit has it talk",
      sql: """
        SELECT o.id FROM queue_offers o WHERE NOT EXISTS (
          SELECT 1 FROM agent_intervals a
          WHERE a.server_id = o.server_id AND a.agent = o.agent AND state = 'ringing'
            AND coalesce(a.ended_us, 1 << 62) >= coalesce(o.ended_us, 1 << 62)
            AND a.started_us <= coalesce(o.ended_us, 1 << 62))
        UNION ALL
        SELECT v.id FROM queue_visits v WHERE connected_us IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM agent_intervals a
          WHERE a.server_id = v.server_id AND a.agent = v.agent AND state = 'talking'
            AND coalesce(a.ended_us, 1 << 62) >= coalesce(talk_ended_us, 0)
            AND a.started_us <= coalesce(talk_ended_us, 1 << 62))
        UNION ALL
        SELECT a.id FROM agent_intervals a
        WHERE state = 'ringing' AND NOT EXISTS (
          SELECT 1 FROM queue_offers o WHERE o.server_id = a.server_id AND o.agent = a.agent
            AND called_us <= started_us AND coalesce(o.ended_us, 1 << 62) >= started_us)
        UNION ALL
        SELECT a.id FROM agent_intervals a
        WHERE state = 'talking' AND NOT EXISTS (
          SELECT 1 FROM queue_visits v WHERE v.server_id = a.server_id AND v.agent = a.agent
            AND connected_us <= started_us AND coalesce(talk_ended_us, 1 << 62) >= started_us)
        """),
    Invariant(
      name: "memberships of one interface in one queue do not overlap",
      sql: """
        SELECT id FROM (
          SELECT id, started_us, max(coalesce(ended_us, 1 << 62)) OVER (
            PARTITION BY queue_id, interface ORDER BY started_us, id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached_us
          FROM queue_members)
        WHERE started_us < reached_us
        UNION ALL
        SELECT id FROM queue_members
        WHERE ended_us < started_us OR (ended_us IS NULL) <> (closed_by IS NULL)
        """),
    Invariant(
      name: "a sample counts each member once",
      sql: """
        SELECT id FROM queue_samples
        WHERE members <> members_unknown + members_idle + members_in_use + members_busy
            + members_invalid + members_unavailable + members_ringing + members_ringing_in_use
            + members_on_hold
          OR (source = 'status') <> (members IS NOT NULL)
          OR (source = 'summary') <> (logged_in IS NOT NULL)
          OR members_paused > members OR members_in_call > members OR available > logged_in
        """),
    // AgentConnect comes a moment before the bridge, and a visit that was seen when it ended had
    // its bridge before. Half a second is far more than the moment.
    Invariant(
      name: "a talk lies in a bridge, where the server tells of bridges",
      sql: """
        SELECT v.id FROM queue_visits v
        WHERE talk_ended_us IS NOT NULL AND opened_by <> 'seen'
          AND EXISTS (SELECT 1 FROM bridges b WHERE b.server_id = v.server_id)
          AND talk_ended_us - connected_us - 500000 > (
            SELECT coalesce(sum(min(left_us, talk_ended_us) - max(entered_us, connected_us)), 0)
            FROM (
              SELECT max(entered_us, coalesce(reached_us, 0)) AS entered_us, left_us FROM (
                SELECT entered_us, coalesce(left_us, 1 << 62) AS left_us,
                  max(coalesce(left_us, 1 << 62)) OVER (ORDER BY entered_us
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached_us
                FROM bridge_members m
                WHERE m.channel_id IN (v.channel_id, v.entered_channel_id, v.agent_channel_id)
                  AND coalesce(m.left_us, 1 << 62) > v.connected_us
                  AND m.entered_us < v.talk_ended_us))
            WHERE left_us > entered_us)
        """),
    Invariant(
      name: "nothing of before the server's last start is open",
      sql: """
        SELECT v.id FROM queue_visits v JOIN servers s ON s.id = server_id
        WHERE joined_us < boot_us AND (outcome IS NULL OR outcome = 'answered' AND talk_ms IS NULL)
        UNION ALL
        SELECT o.id FROM queue_offers o JOIN servers s ON s.id = server_id
        WHERE called_us < boot_us AND outcome IS NULL
        UNION ALL
        SELECT i.id FROM agent_intervals i JOIN servers s ON s.id = server_id
        WHERE started_us < boot_us - 2000000 AND ended_us IS NULL
        UNION ALL
        SELECT m.id FROM queue_members m JOIN servers s ON s.id = server_id
        WHERE started_us < boot_us - 2000000 AND ended_us IS NULL
        """),
  ]

  @Test(arguments: [
    "queues-16", "queues-22", "agents-16", "agents-22", "transfers-16", "transfers-22", "late-16",
    "late-22", "mixed-16", "mixed-22", "restart-16", "restart-22", "parking-16", "parking-22",
  ])
  func `what holds in every store holds in that of a recording`(name: String) throws {
    let bench = Bench()
    _ = try bench.take(Stream(fixture: name))
    for invariant in Self.invariants {
      let broken = try bench.rows(invariant.sql)
      #expect(broken.isEmpty, "\(name): \(invariant): \(broken.prefix(5))")
    }
  }

  @Test(arguments: [
    ("a visit lies in its call", "UPDATE queue_visits SET joined_us = 1"),
    ("a visit's times follow", "UPDATE queue_visits SET hold_ms = talk_ms + 1"),
    ("a visit is answered", "UPDATE queue_visits SET agent = NULL"),
    ("an offer lies in its visit", "UPDATE queue_offers SET ring_ms = ring_ms + 1"),
    (
      "times of one agent",
      "UPDATE agent_intervals SET ended_us = started_us + 1000000000 WHERE state = 'paused'"
    ),
    ("an agent rings", "DELETE FROM agent_intervals WHERE state = 'ringing'"),
    ("memberships of one", "UPDATE queue_members SET started_us = 1"),
    ("a sample counts", "UPDATE queue_samples SET members_idle = members_idle + 1"),
    ("a talk lies in a bridge", "DELETE FROM bridge_members"),
    ("nothing of before", "UPDATE servers SET boot_us = 1 << 60"),
  ])
  func `what is broken is found`(name: String, change: String) async throws {
    let bench = Bench()
    _ = try bench.take(Stream(fixture: "queues-22"))
    let copy = bench.folder.file("changed.db")
    _ = try await Oracle.python(["-c", Oracle.change, bench.path, copy, change])
    let invariant = try #require(Self.invariants.first { $0.name.hasPrefix(name) })
    let script =
      "import sqlite3, sys; print(len(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall()))"
    let outcome = try await Oracle.python(["-c", script, copy, invariant.sql])
    #expect(outcome.status == 0 && !outcome.output.hasPrefix("0"), "\(outcome.output)")
  }
}
