import Support
import Testing

/// The calls of the recordings, held against Asterisk's own files, against what their drivers did,
/// and against the dials, bridges and holds in the same store.
@Suite struct CallOracleTests {
  private static let recordings = [
    "agents", "basic-calls", "conference", "hangup-causes", "late", "mixed", "originate", "parking",
    "queues", "restart", "transfers",
  ].flatMap { ["\($0)-16", "\($0)-22"] }

  @Test(arguments: recordings)
  func `who ended a call, its cause, parties and times are as Asterisk tells them`(name: String)
    async throws
  {
    let bench = Bench()
    _ = try bench.take(Stream(fixture: name))
    let compared = try await compare(bench.path, name)
    #expect(compared.status == 0, "\(compared.output)\(compared.errors)")
  }

  @Test func `a store that says something else is found out`() async throws {
    for (name, change) in [
      ("basic-calls-22", "UPDATE calls SET ended_by = 'callee' WHERE id = 1"),
      ("basic-calls-22", "UPDATE calls SET ended_by = 'caller' WHERE id = 2"),
      ("basic-calls-22", "UPDATE calls SET disposition = 'no-answer' WHERE id = 1"),
      ("basic-calls-22", "UPDATE calls SET talk_ms = talk_ms + 2000 WHERE id = 2"),
      ("basic-calls-22", "UPDATE calls SET callee_number = '100' WHERE id = 12"),
      ("hangup-causes-16", "UPDATE calls SET cause = 99 WHERE id = 8"),
      ("hangup-causes-16", "UPDATE calls SET ended_by = NULL WHERE id = 9"),
      ("queues-22", "UPDATE calls SET ended_by = 'callee' WHERE ended_by = 'agent'"),
      ("queues-22", "UPDATE calls SET queue_id = NULL WHERE queue_id = 1"),
      ("transfers-16", "UPDATE calls SET hold_ms = 0"),
      ("transfers-16", "UPDATE calls SET ring_ms = 1 WHERE id = 3"),
    ] {
      let bench = Bench()
      _ = try bench.take(Stream(fixture: name))
      let changed = bench.folder.file("changed.db")
      let made = try await Oracle.python(["-c", Oracle.change, bench.path, changed, change])
      #expect(made.status == 0, "\(made.errors)")
      let compared = try await compare(changed, name)
      #expect(compared.status == 1, "\(change): \(compared.output)\(compared.errors)")
    }
  }

  private func compare(_ store: String, _ name: String) async throws -> Outcome {
    try await Oracle.run("calls.py", ["--db", store, "--capture", Fixture.recording(name)])
  }
}
