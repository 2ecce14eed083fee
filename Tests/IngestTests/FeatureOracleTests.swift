import Support
import Testing

/// Transfers, parkings, conferences, holds, recordings, originates and keys of the recordings, held
/// against what their drivers did and against Asterisk's own files.
@Suite struct FeatureOracleTests {
  private static let recordings = [
    "agents", "basic-calls", "conference", "hangup-causes", "late", "mixed", "originate", "parking",
    "queues", "restart", "transfers",
  ].flatMap { ["\($0)-16", "\($0)-22"] }

  @Test(arguments: recordings)
  func `what happened within the calls is in the tables, and nothing else`(name: String)
    async throws
  {
    let bench = Bench()
    _ = try bench.take(Stream(fixture: name))
    let compared = try await compare(bench.path, name)
    #expect(compared.status == 0, "\(compared.output)\(compared.errors)")
  }

  @Test func `a store that says something else is found out`() async throws {
    for (name, change) in [
      ("transfers-22", "DELETE FROM transfers WHERE id = 3"),
      ("transfers-22", "UPDATE transfers SET method = 'refer' WHERE id = 4"),
      ("transfers-22", "UPDATE transfers SET destination_name = 'x' WHERE destination = 'queue'"),
      ("parking-16", "UPDATE parkings SET outcome = 'gave-up' WHERE id = 1"),
      ("parking-16", "UPDATE parkings SET parker_channel_id = NULL WHERE id = 2"),
      ("conference-16", "DELETE FROM conference_members WHERE id = 1"),
      ("originate-22", "UPDATE originates SET reason = 3 WHERE id = 3"),
      ("basic-calls-16", "DELETE FROM dtmf WHERE id = 1"),
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
    try await Oracle.run(
      "features.py", ["--db", store, "--capture", Fixture.recording(name)])
  }
}
