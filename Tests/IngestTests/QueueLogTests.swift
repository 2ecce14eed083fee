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
    if scenario == "restart" {
      #expect(try bench.rows("SELECT id FROM queue_visits WHERE outcome IS NULL").isEmpty)
    }
  }

  @Test(arguments: ["queues", "agents", "transfers", "mixed", "late"], ["16", "22"])
  func `agents' figures are those of the stream, counted once more`(
    scenario: String, version: String
  ) async throws {
    let name = "\(scenario)-\(version)"
    let bench = Bench()
    _ = try bench.take(Stream(fixture: name))
    let outcome = try await Oracle.run(
      "agents.py", ["--db", bench.path, "--recording", Fixture.recording(name)])
    #expect(outcome.status == 0, "\(name): \(outcome.output)")
  }

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
      ("DELETE FROM agent_intervals WHERE state = 'talking'", "and no row says so"),
      (
        "UPDATE agent_intervals SET ended_us = ended_us + 5000000 WHERE state = 'talking'",
        "cease to talk"
      ),
    ]
    for (number, (sql, expected)) in changes.enumerated() {
      let copy = bench.folder.file("changed-\(number).db")
      _ = try await Oracle.python(["-c", Oracle.change, bench.path, copy, sql])
      let outcome = try await Oracle.run("queues.py", ["--db", copy] + arguments)
      #expect(outcome.status == 1)
      #expect(outcome.output.contains(expected), "\(sql): \(outcome.output)")
    }
  }

  @Test func `figures of agents that are wrong are named`() async throws {
    let bench = Bench()
    _ = try bench.take(Stream(fixture: "transfers-22"))
    let changes = [
      ("DELETE FROM agent_intervals WHERE state = 'ringing'", "ringing_s is 0.0"),
      ("UPDATE queue_visits SET hold_ms = 0", "hold_s is 0.0"),
      ("UPDATE queue_visits SET ended_by = 'caller'", "transferred_out is 0"),
      ("DELETE FROM queue_offers", "offers is 0"),
      ("UPDATE queue_visits SET next_exten = 'x'", "goes on at"),
    ]
    for (number, (sql, expected)) in changes.enumerated() {
      let copy = bench.folder.file("changed-\(number).db")
      _ = try await Oracle.python(["-c", Oracle.change, bench.path, copy, sql])
      let outcome = try await Oracle.run(
        "agents.py", ["--db", copy, "--recording", Fixture.recording("transfers-22")])
      #expect(outcome.status == 1)
      #expect(outcome.output.contains(expected), "\(sql): \(outcome.output)")
    }
  }
}
