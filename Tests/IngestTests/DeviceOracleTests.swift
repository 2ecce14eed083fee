import Store
import Support
import Testing

/// Registrations, device states, security events, user events and media quality of every recording
/// that has receive times, held against an independent count, and against what the driver did.
@Suite struct DeviceOracleTests {
  private static let recordings = Fixture.recordings.filter {
    !$0.hasPrefix("large") && !$0.hasPrefix("slow")
  }

  @Test(arguments: recordings)
  func `the rows are what the bytes say`(recording: String) async throws {
    try await Place.two.held {
      let bench = Bench()
      _ = try bench.take(Stream(fixture: recording))
      let outcome = try await Self.compare(bench, recording)
      #expect(outcome.status == 0, "\(outcome.output)")
    }
  }

  @Test(arguments: [
    "UPDATE registrations SET state = 'reachable' WHERE kind = 'registration'",
    "DELETE FROM registrations WHERE id = (SELECT max(id) FROM registrations)",
    "UPDATE device_states SET started_us = started_us + 1",
    "UPDATE security_events SET remote_port = 1",
  ])
  func `a store that says something else is found out`(change: String) async throws {
    let bench = Bench()
    _ = try bench.take(Stream(fixture: "registrations-16"))
    let changed = bench.folder.file("changed.db")
    let made = try await Oracle.python(["-c", Oracle.change, bench.path, changed, change])
    #expect(made.status == 0, "\(made.output)")
    let outcome = try await Self.compare(bench, "registrations-16", store: changed)
    #expect(outcome.status == 1, "\(outcome.output)")
  }

  private static func compare(_ bench: Bench, _ recording: String, store: String? = nil)
    async throws -> Outcome
  {
    try await Oracle.run(
      "devices.py",
      ["--db", store ?? bench.path, "--capture", Fixture.recording(recording)])
  }
}
