import Support
import Testing

/// What the queues' tables say against what Asterisk itself logged, in every recording with a
/// queue.
@Suite struct QueueLogTests {
  private static let scenarios = [
    "queues", "agents", "transfers", "late", "mixed", "restart", "parking",
  ]

  @Test(arguments: scenarios, ["16", "22"])
  func `visits, offers and refusals are those of queue_log and of who called`(
    scenario: String, version: String
  ) async throws {
    let name = "\(scenario)-\(version)"
    let bench = Bench()
    _ = try bench.take(Stream(fixture: name))
    let outcome = try await Oracle.run(
      "queues.py", ["--db", bench.path, "--recording", Fixture.recording(name)])
    #expect(outcome.status == 0, "\(name): \(outcome.output)")
    #expect(try bench.rows("SELECT * FROM pragma_foreign_key_check").isEmpty)
    #expect(
      try bench.rows(
        "SELECT v.id FROM queue_visits v JOIN channels c ON c.id = v.channel_id "
          + "WHERE c.call_id <> v.call_id"
      ).isEmpty)
    #expect(try bench.rows(Self.overlaps).isEmpty)
    #expect(try bench.rows(Self.openAfterTalk).isEmpty)
    if scenario == "restart" {
      #expect(try bench.rows("SELECT id FROM queue_visits WHERE outcome IS NULL").isEmpty)
    }
  }

  /// Times of one agent in one state that overlap.
  private static let overlaps = """
    SELECT a.id || ' ' || b.id FROM agent_intervals a JOIN agent_intervals b
      ON b.server_id = a.server_id AND b.source = a.source AND b.agent = a.agent
      AND b.state = a.state AND b.id > a.id
    WHERE a.started_us < coalesce(b.ended_us, 1 << 62)
      AND b.started_us < coalesce(a.ended_us, 1 << 62)
    """

  /// Agents who ring or talk, and no offer or visit of theirs is open.
  private static let openAfterTalk = """
    SELECT agent || ' ' || state FROM agent_intervals WHERE ended_us IS NULL AND (
      state = 'ringing' AND agent NOT IN (SELECT agent FROM queue_offers WHERE ended_us IS NULL)
      OR state = 'talking' AND agent NOT IN (
        SELECT v.agent FROM queue_visits v JOIN channels c ON c.id = v.channel_id
        WHERE v.agent IS NOT NULL AND c.ended_us IS NULL))
    """

  @Test func `a visit that is missing, and one that is wrong, are named`() async throws {
    let bench = Bench()
    _ = try bench.take(Stream(fixture: "transfers-22"))
    let arguments = ["--recording", Fixture.recording("transfers-22")]
    let changes = [
      (
        "UPDATE queue_visits SET wait_ms = wait_ms + 2000 WHERE outcome = 'abandoned'", "wait_ms is"
      ),
      (
        "UPDATE queue_visits SET outcome = 'timeout' WHERE outcome = 'abandoned'",
        "outcome is timeout"
      ),
      ("DELETE FROM queue_visits WHERE outcome = 'abandoned'", "no visit"),
      ("DELETE FROM queue_offers", "offers is []"),
    ]
    for (number, (sql, expected)) in changes.enumerated() {
      let copy = bench.folder.file("changed-\(number).db")
      _ = try await Oracle.python(["-c", Oracle.change, bench.path, copy, sql])
      let outcome = try await Oracle.run("queues.py", ["--db", copy] + arguments)
      #expect(outcome.status == 1)
      #expect(outcome.output.contains(expected), "\(sql): \(outcome.output)")
    }
  }
}
