import SQLite
import Store
import Support
import Testing

@testable import Reports

extension ReportsTests {
  @Suite struct StatusTests {
    /// When the collector of the sample last wrote.
    private static let written = (Sample.start + 81_000) * 1_000_000

    /// The status of the sample after `sql`, some seconds after the collector last wrote.
    private func status(
      _ sql: String = "", after seconds: Int64 = 2,
      _ change: (inout Status.Circumstances) -> Void = { _ in }
    ) throws -> Status {
      let store = try TestStore(Sample.sql + sql)
      var circumstances = Status.Circumstances(store: store.path)
      change(&circumstances)
      return try Status(
        of: StoreFile(path: store.path), circumstances, nowUs: Self.written + seconds * 1_000_000)
    }

    /// What the collector's file says: written at the time of the row, unless changed.
    private func report(_ changes: (key: String, value: String)...) throws -> CollectorReport {
      var fields = [
        "version": "\"0.1.0\"", "pid": "7", "started_us": "1", "written_us": "\(Self.written)",
        "stopped_us": "null", "store": "\"/a\"", "journal": "\"/j\"", "store_trouble": "null",
        "store_trouble_us": "null",
        "servers": "[\(link("pbx1"))]",
      ]
      for (key, value) in changes { fields[key] = value }
      return try CollectorReport(
        json: "{\(fields.map { "\"\($0)\":\($1)" }.joined(separator: ","))}")
    }

    private func link(_ name: String, _ change: (key: String, value: String)...) -> String {
      var fields = [
        "name": "\"\(name)\"", "state": "\"connected\"", "connected_us": "1", "behind_bytes": "0",
        "behind_us": "0", "error": "null", "trouble": "null",
      ]
      for (key, value) in change { fields[key] = value }
      return "{\(fields.map { "\"\($0)\":\($1)" }.joined(separator: ","))}"
    }

    /// A folder of journals whose collector said this two seconds ago.
    private func journal(
      _ report: CollectorReport?, _ servers: JournalStatus.Server...
    ) -> JournalStatus {
      var journal = JournalStatus(path: "/j")
      journal.report = report
      journal.servers = servers
      return journal
    }

    @Test func `a store says what it holds`() throws {
      let status = try status()
      let counts = Dictionary(uniqueKeysWithValues: try #require(status.holdings).counts)
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
      (
        "UPDATE collector SET stopped_us = written_us;", 5000,
        [
          "the collector was stopped in order 5000 s ago, and nothing is recorded; systemctl start "
            + "amirecd"
        ]
      ),
      (
        "UPDATE collector SET servers = '[]';", 2,
        ["the collector has not begun to record any server"]
      ),
      (
        """
        UPDATE collector SET servers = json_set(servers, '$[0].trouble', 'no disk',
          '$[0].behind_bytes', 9);
        """, 2, ["server pbx1 is not brought into the store, 9 bytes behind: no disk"]
      ),
      (
        """
        UPDATE collector SET servers =
          json_insert(servers, '$[#]', json_object('name', 'old', 'state', 'retired'));
        """, 2, []
      ),
      (
        """
        INSERT INTO gaps (id, server_id, session_id, started_us, ended_us, reason, attempts,
          session_offset, length)
        SELECT 1000 + value, 0, min(s.id), 1, 1, 'skipped', 0, 5, 40
        FROM sessions s, json_each('[1, 2]') WHERE s.server_id = 0 GROUP BY value;
        """, 2,
        [
          "2 messages of server pbx1 (80 bytes) ended the program, and are kept but not read; "
            + "report them, and with a later version run amirec rebuild --retry-skipped"
        ]
      ),
      (
        """
        INSERT INTO limits (id, server_id, session_id, kind, ceiling, first_us, last_us, count)
        SELECT 1, 0, min(s.id), 'channels', 100, 1, c.written_us, 7
        FROM sessions s, collector c WHERE s.server_id = 0;
        """, 2,
        [
          "more went on at server pbx1 in the last 24 hours than is held at a time (channels): "
            + "7 were closed before their end; see the table limits"
        ]
      ),
      (
        """
        INSERT INTO limits (id, server_id, session_id, kind, ceiling, first_us, last_us, count)
        SELECT 1, 0, min(s.id), 'channels', 100, 1, c.written_us - 86400000000, 7
        FROM sessions s, collector c WHERE s.server_id = 0;
        """, 2, []
      ),
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

    @Test func `of row and file the later one counts`() throws {
      let stopped = try report(("stopped_us", "\(Self.written - 3_000_000)"))
      #expect(try status { $0.journal = journal(stopped) }.complaints.count == 1)
      let older = try report(
        ("written_us", "\(Self.written - 1)"), ("store_trouble", "\"full\""))
      #expect(try status { $0.journal = journal(older) }.complaints == [])
    }

    @Test func `a store that is not written is complained of while the collector lives`() throws {
      let report = try report(
        ("store_trouble", "\"the disk is full\""), ("store_trouble_us", "\(Self.written)"))
      #expect(
        try status { $0.journal = journal(report) }.complaints
          == ["the store is not written for 2 s: the disk is full"])
    }

    @Test func `a server of the configuration that nobody records is complained of`() throws {
      #expect(
        try status { $0.configured = ["pbx1", "pbx9"] }.complaints == [
          "server pbx9 is not recorded: the collector does not know it; systemctl reload amirecd"
        ])
    }

    @Test(arguments: [(2, 299, 0), (2, 301, 1), (11, 0, 1)])
    func `what the store lacks of the journal is complained of, at once if no collector lives`(
      silence: Int64, age: Int64, complaints: Int
    ) throws {
      let now = Self.written + silence * 1_000_000
      let server = JournalStatus.Server(
        name: "pbx1", bytes: 50, lackingBytes: 7, lackingSinceUs: now - age * 1_000_000 - 1)
      let status = try status(after: silence) { $0.journal = journal(nil, server) }
      let found = status.complaints.filter { $0.contains("lacks 7 bytes of server pbx1") }
      #expect(found.count == complaints, "\(status.complaints)")
    }

    @Test func `each limit of size is complained of beyond it, and not at it`() throws {
      func count(_ change: (inout Status.Circumstances) -> Void) throws -> Int {
        try status("", after: 2, change).complaints.count
      }
      func large(_ bytes: Int64) -> JournalStatus {
        journal(nil, .init(name: "pbx1", bytes: bytes, lackingBytes: 0, lackingSinceUs: nil))
      }
      #expect(try count { $0.walBytes = Status.walBytesMax } == 0)
      #expect(try count { $0.walBytes = Status.walBytesMax + 1 } == 1)
      #expect(try count { $0.free = [("/a", Status.freeBytesLeast)] } == 0)
      #expect(try count { $0.free = [("/a", Status.freeBytesLeast - 1)] } == 1)
      #expect(try count { $0.journal = large(Status.journalBytesMax) } == 0)
      #expect(try count { $0.journal = large(Status.journalBytesMax + 1) } == 1)
    }

    @Test func `without a store the collector's file tells`() throws {
      var circumstances = Status.Circumstances(store: "/a")
      circumstances.storeFailure = "/a is older"
      circumstances.journal = journal(try report())
      let now = Self.written + 2_000_000
      let status = Status(without: circumstances, nowUs: now)
      #expect(status.complaints == ["/a is older"])
      let text = status.text(in: try Zone.use("UTC"))
      #expect(text.contains("pbx1 connected since"))
      circumstances.journal?.report = nil
      circumstances.configured = ["pbx1"]
      #expect(
        Status(without: circumstances, nowUs: now).complaints.contains {
          $0.contains("no collector has ever run")
        })
    }

    @Test func `a file that is no report is said to be none`() {
      #expect(throws: ReportsError.self) { try CollectorReport(json: "{\"version\":") }
    }

    @Test func `the limits are those that the collector goes by`() {
      #expect(Status.walBytesMax == Store.walBytesWarned)
    }

    @Test func `an empty store has a status`() throws {
      let store = try TestStore()
      let status = try Status(
        of: StoreFile(path: store.path), Status.Circumstances(store: store.path), nowUs: Sample.now)
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
