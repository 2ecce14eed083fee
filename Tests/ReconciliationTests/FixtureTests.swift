import Reconciliation
import Support
import Testing

/// What a store says of every recording, against what Asterisk itself wrote down.
@Suite(.serialized, .ownsZone) struct FixtureTests {
  private static let scenarios = [
    "agents", "basic-calls", "conference", "hangup-causes", "late", "mixed", "originate", "parking",
    "queues", "registrations", "restart", "transfers",
  ]
  /// Visits, CDRs and channel events that must have been compared, at least: otherwise agreement
  /// would mean nothing.
  private static let compared: [String: (visits: Int, records: Int, events: Int)] = [
    "agents": (3, 26, 160), "basic-calls": (0, 68, 440), "conference": (0, 26, 130),
    "hangup-causes": (0, 285, 990), "late": (10, 110, 500), "mixed": (66, 450, 2400),
    "originate": (0, 41, 170), "parking": (0, 38, 300), "queues": (38, 150, 840),
    "registrations": (0, 0, 0), "restart": (8, 26, 140), "transfers": (8, 100, 960),
  ]

  @Test(arguments: scenarios, ["16", "22"])
  func `a recording and its logs agree`(scenario: String, version: String) throws {
    let name = "\(scenario)-\(version)"
    let laboratory = Laboratory()
    try laboratory.take(Laboratory.records(name))
    let findings = try laboratory.compare(with: Laboratory.files(name))
    #expect(findings.count == 0, "\(name): \(findings.disagreements)")
    #expect(findings.flaws.isEmpty)
    let least = try #require(Self.compared[scenario])
    #expect(findings.visits >= least.visits && findings.records >= least.records)
    #expect(findings.events >= least.events)
    #expect(findings.gapVisits == 0 && findings.gapCalls == 0)
  }

  private static let changes: [(sql: String, kind: Disagreement.Kind, field: String?)] = [
    (
      "UPDATE queue_visits SET wait_ms = wait_ms + 3000 WHERE outcome = 'abandoned'", .visitDiffers,
      "wait_ms"
    ),
    (
      "UPDATE queue_visits SET talk_ms = talk_ms + 3000 WHERE talk_ms > 0", .visitDiffers, "talk_ms"
    ),
    (
      "UPDATE queue_visits SET outcome = 'timeout' WHERE outcome = 'abandoned'", .visitDiffers,
      "outcome"
    ),
    ("UPDATE queue_visits SET agent = 'x', interface = 'y'", .visitDiffers, "agent"),
    ("UPDATE queue_visits SET ended_by = 'x'", .visitDiffers, "ended_by"),
    ("UPDATE queue_visits SET last_position = 9", .visitDiffers, "last_position"),
    ("DELETE FROM queue_visits WHERE outcome = 'abandoned'", .visitMissing, "outcome"),
    (
      """
      INSERT INTO queue_visits (id, server_id, queue_id, channel_id, opened_by, joined_us, left_us,
        outcome)
      SELECT 99999, 0, queue_id, channel_id, 'join', joined_us, left_us, outcome FROM queue_visits
      WHERE outcome = 'answered' LIMIT 1
      """, .visitTooMany, "outcome"
    ),
    ("DELETE FROM queue_offers WHERE outcome = 'connected'", .offersDiffer, "offers"),
    ("UPDATE queue_offers SET ring_ms = ring_ms + 2000", .offersDiffer, "offers"),
    ("DELETE FROM queue_members", .agentMissing, "ADDMEMBER"),
    ("UPDATE agent_intervals SET started_us = 0", .agentMissing, "PAUSE"),
    (
      "UPDATE agent_intervals SET reason = 'x' WHERE reason IS NOT NULL", .agentMissing, "PAUSE"
    ),
    (
      "UPDATE channels SET uniqueid = 'x' WHERE uniqueid GLOB '179*' AND counts", .channelMissing,
      nil
    ),
    ("UPDATE channels SET started_us = started_us + 3000000", .channelDiffers, "started_us"),
    ("UPDATE channels SET ended_us = ended_us - 3000000", .channelDiffers, "ended_us"),
    ("UPDATE channels SET answered_us = NULL", .channelDiffers, "answered_us"),
    ("UPDATE channels SET cause = 99", .channelDiffers, "cause"),
    ("UPDATE channels SET call_id = 1 WHERE name GLOB 'PJSIP*'", .callDiffers, "dstchannel"),
    ("UPDATE calls SET disposition = 'failed'", .callDiffers, "disposition"),
    ("DELETE FROM cdrs WHERE id % 3 = 0", .recordMissing, nil),
    ("UPDATE cdrs SET billsec = billsec + 1", .recordDiffers, "billsec"),
    ("UPDATE cdrs SET dst = 'x'", .recordDiffers, "dst"),
    (
      """
      INSERT INTO cdrs (id, server_id, channel_id, received_us, uniqueid, start)
      SELECT 99999, 0, channel_id, received_us, uniqueid, start FROM cdrs LIMIT 1
      """, .recordTooMany, nil
    ),
    ("DELETE FROM cels WHERE id % 7 = 0", .eventMissing, "APP_START"),
  ]

  @Test(arguments: changes.indices)
  func `what is wrong in a store is named`(place: Int) throws {
    let change = Self.changes[place]
    let laboratory = Laboratory()
    try laboratory.take(Laboratory.records("queues-22"))
    try laboratory.change(change.sql)
    let findings = try laboratory.compare(with: Laboratory.files("queues-22"))
    #expect(findings.count > 0)
    #expect(
      findings.disagreements.contains {
        $0.kind == change.kind && (change.field == nil || $0.field == change.field)
      }, "\(change.sql): \(findings.disagreements.prefix(3))")
  }
}
