import SQLite
import Support
import Testing

@testable import Reports

extension ReportsTests {
  @Suite struct StatusTests {
    /// The status of the sample after `sql`, some seconds after the collector last wrote.
    private func status(_ sql: String = "", after seconds: Int64 = 2) throws -> Status {
      let store = try TestStore(Sample.sql + sql)
      let written = (Sample.start + 81_000) * 1_000_000
      return try Status(
        of: StoreFile(path: store.path), nowUs: written + seconds * 1_000_000)
    }

    @Test func `a store says what it holds`() throws {
      let status = try status()
      let counts = Dictionary(uniqueKeysWithValues: status.counts)
      #expect(
        counts == [
          "sessions": 3, "frames": 15, "bytes_received": 1290, "events": 16, "calls": 10,
          "channels": 15, "gaps": 3,
        ])
      let text = status.text(in: try Zone.use("Europe/Berlin"))
      #expect(text.contains("2025-03-29T23:58:21+01:00 to 2025-03-30T23:30:00+02:00"))
      #expect(text.contains("pbx1, Asterisk 22.10.1, sessions 2, gaps 3 (3564 s)"))
      #expect(text.contains("pbx1 connected since 2025-03-30T01:01:01+01:00, 0 bytes (0 s) behind"))
      #expect(status.complaints == [])
    }

    @Test(arguments: [
      ("", 10, []),
      ("", 11, ["the collector is gone: it last wrote 11 s ago; see systemctl status amirecd"]),
      ("UPDATE collector SET stopped_us = written_us;", 5000, []),
      ("DELETE FROM collector;", 5000, []),
      (
        "UPDATE collector SET servers = json_set(servers, '$[0].behind_us', 10000000);", 2, []
      ),
      (
        """
        UPDATE collector SET servers =
          json_set(servers, '$[0].behind_us', 10000001, '$[0].behind_bytes', 7);
        """, 2, ["server pbx1 is 10 s behind (7 bytes): is the disk slow or full?"]
      ),
      (
        """
        UPDATE collector SET servers =
          json_array(json_object('name', 'a', 'state', 'waiting', 'error', 'refused'));
        """, 2, ["server a is not recorded: waiting (refused)"]
      ),
    ])
    func `a collector that is behind or gone is complained of`(
      sql: String, seconds: Int64, complaints: [String]
    ) throws {
      #expect(try status(sql, after: seconds).complaints == complaints)
    }

    @Test func `an empty store has a status`() throws {
      let store = try TestStore()
      let status = try Status(of: StoreFile(path: store.path), nowUs: Sample.now)
      #expect(status.text(in: try Zone.use("UTC")).contains("none has written to this store"))
      #expect(status.json(in: try Zone.use("UTC")).contains("\"collector\":null"))
    }

    @Test func `the JSON is read by another program`() async throws {
      guard let python = Program.installed("python3") else { return }
      let json = try status().json(in: Zone.use("UTC"))
      let run = try await python.run([
        "-c", "import json, sys; print(json.loads(sys.argv[1])['collector']['servers'][0]['name'])",
        json,
      ])
      #expect(run.output == "pbx1\n", "\(run.errors)")
    }
  }
}
