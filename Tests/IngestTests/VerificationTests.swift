import Ingest
import SQLite
import Store
import Support
import Testing

/// Whether a store is in order, and what it says when it is not.
@Suite struct VerificationTests {
  private static let recordings = Fixture.recordings.filter { !$0.hasPrefix("large") }

  @Test(arguments: recordings)
  func `every recording makes a store that is in order`(recording: String) async throws {
    try await Place.two.held {
      let bench = Bench()
      _ = try bench.take(Stream(fixture: recording))
      for check in try Verification.run(path: bench.path) {
        #expect(check.contradictions == [], "\(recording), \(check.name)")
      }
    }
  }

  @Test func `a stream that is stopped, and two servers, are in order too`() throws {
    let stream = try Stream(fixture: "restart-22")
    let bench = Bench()
    _ = try bench.take(Stream(fixture: "parking-16"), server: "other")
    for stop in stride(from: 5, to: stream.records.count, by: stream.records.count / 7) {
      _ = try bench.take(stream, stopAfter: stop, commitEvery: 3)
      for check in try Verification.run(path: bench.path) {
        #expect(check.contradictions == [], "\(check.name), stopped after \(stop)")
      }
    }
  }

  /// For each check a change that it must find.
  private static let damages = [
    ("blocks", "UPDATE blocks SET frames = frames + 1"),
    ("blocks", "UPDATE blocks SET crc32 = crc32 + 1"),
    ("blocks", "UPDATE blocks SET first_us = first_us - 1"),
    ("blocks", "UPDATE blocks SET event_names = '{\"A\":1}'"),
    (
      "integrity",
      "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'direction TEXT,', 'direction TEXT NOT NULL,') WHERE name = 'calls'"
    ),
    ("foreign-keys", "DELETE FROM channels WHERE id = 1"),
    ("ids", "UPDATE dials SET id = id + (1 << 40) WHERE id = 1"),
    (
      "sessions",
      "INSERT INTO sessions (id, server_id, connected_us, source, time_source, bytes, frames, cut_frames) SELECT 2, 0, ended_us + 1, 'live', 'received', 0, 0, 0 FROM sessions; UPDATE sessions SET ended_us = NULL WHERE id = 1; UPDATE blocks SET session_id = 2 WHERE id = (SELECT max(id) FROM blocks)"
    ),
    (
      "sessions",
      "INSERT INTO sessions (id, server_id, connected_us, source, time_source, bytes, frames, cut_frames) SELECT 2, 0, ended_us + 1, 'live', 'received', 0, 0, 0 FROM sessions; UPDATE blocks SET session_id = 2 WHERE id = (SELECT min(id) FROM blocks)"
    ),
    (
      "contiguity", "UPDATE blocks SET session_offset = session_offset + 1 WHERE session_offset > 0"
    ),
    ("session-sums", "UPDATE sessions SET frames = frames - 1"),
    ("session-sums", "UPDATE sessions SET bytes = bytes + 1"),
    ("positions", "UPDATE positions SET session_offset = session_offset - 1"),
    ("positions", "DELETE FROM positions"),
    ("event-counts", "UPDATE event_counts SET count = count + 1 WHERE id = 1"),
    ("event-counts", "DELETE FROM event_counts WHERE id = 3"),
    (
      "log-blocks",
      "INSERT INTO log_blocks (id, server_id, fill, kind, zone, filled_us, first_us, last_us, lines, size, codec, crc32, bytes) VALUES (1, 0, 1, 'cdr', 'UTC', 0, 0, 0, 1, 1, 'none', 0, x'41')"
    ),
    ("times", "UPDATE channels SET ended_us = started_us - 1 WHERE id = 1"),
    ("times", "UPDATE queue_offers SET ended_us = called_us - 1 WHERE id = 1"),
    ("call-ends", "UPDATE calls SET ended_us = NULL WHERE id = 2"),
    ("call-ends", "UPDATE calls SET ended_us = ended_us + 1 WHERE id = 2"),
    ("call-ends", "UPDATE calls SET started_us = started_us - 1 WHERE id = 2"),
    ("call-channels", "UPDATE calls SET channels = channels + 1 WHERE id = 1"),
    (
      "merges",
      "INSERT INTO call_merges (id, server_id, call_id, merged_us) SELECT max(id), 0, min(id), 1 FROM calls"
    ),
    ("dials", "UPDATE dials SET ended_us = NULL WHERE id = 1"),
    ("bridge-members", "UPDATE bridge_members SET left_us = left_us + 1000000000 WHERE id = 1"),
    (
      "bridge-members",
      "UPDATE bridge_members SET entered_us = entered_us - 1000000000 WHERE id = 1"
    ),
    ("visits", "UPDATE queue_visits SET left_us = left_us + 1000000000 WHERE id = 1"),
    ("visits", "UPDATE queue_visits SET call_id = call_id + 1 WHERE id = 1"),
    ("offers", "UPDATE queue_offers SET called_us = called_us - 1000000000 WHERE id = 1"),
    ("outcomes", "UPDATE queue_visits SET outcome = NULL WHERE id = 1"),
    (
      "agent-intervals",
      "UPDATE agent_intervals SET ended_us = NULL; INSERT INTO agent_intervals (id, server_id, agent, source, state, opened_by, started_us) SELECT id + 1000, server_id, agent, source, state, opened_by, started_us + 1 FROM agent_intervals WHERE id = 1"
    ),
    ("talks", "UPDATE bridge_members SET left_us = entered_us"),
    ("restart", "UPDATE holds SET ended_us = NULL; UPDATE servers SET boot_us = 9000000000000000"),
    (
      "restart",
      "UPDATE channels SET ended_us = NULL WHERE id = 1; UPDATE servers SET boot_us = 9000000000000000"
    ),
  ]

  @Test func `each check finds what it is there for`() async throws {
    let whole = Bench()
    _ = try whole.take(Stream(fixture: "queues-22"))
    let checks = try Verification.run(path: whole.path)
    #expect(Set(checks.map(\.name)) == Set(Self.damages.map(\.0)), "a check without a test")
    try whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    let cp = try #require(Program.installed("cp"))
    for (name, damage) in Self.damages {
      let copy = whole.folder.file("\(name).db")
      #expect(try await cp.run([whole.path, copy]).status == 0)
      try Connection(path: copy, mode: .readWrite).execute(damage)
      let found = try Verification.run(path: copy).filter { !$0.contradictions.isEmpty }
      #expect(found.map(\.name).contains(name), "\(damage)")
    }
  }

  @Test func `a store of another version is not looked at`() throws {
    let bench = Bench()
    _ = try bench.take(Stream(fixture: "conference-16"))
    try bench.execute("PRAGMA user_version = 4")
    let error = #expect(throws: StoreError.self) { _ = try Verification.run(path: bench.path) }
    #expect(error?.code == .older)
  }
}
