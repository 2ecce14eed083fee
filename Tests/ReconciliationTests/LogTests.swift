import Glibc
import Reconciliation
import Support
import Testing

/// The files as administrators have them: rotated, gzipped, torn, in local time, with odd lines.
@Suite(.serialized, .ownsZone) struct LogTests {
  /// A server with a visit (100 to 110 s), recorded from 50 to 1000 s.
  private func laboratory() throws -> Laboratory {
    let laboratory = Laboratory()
    try laboratory.take([])
    try laboratory.change(
      """
      INSERT INTO servers (id, name) VALUES (1, 'b');
      DELETE FROM servers WHERE id = 0;
      INSERT INTO sessions (id, server_id, connected_us, logged_in_us, ended_us, source, time_source,
        bytes, frames, cut_frames)
      VALUES (1, 1, \(t(50)), \(t(50)), \(t(1000)), 'import', 'received', 0, 0, 0);
      INSERT INTO calls (id, server_id, started_us, channels, disposition, ended_us)
      VALUES (1, 1, \(t(100)), 1, 'self-service', \(t(120)));
      INSERT INTO channels (id, server_id, call_id, name, uniqueid, technology, state, opened_by,
        started_us, answered_us, ended_us, closed_by, cause, counts)
      VALUES (1, 1, 1, 'PJSIP/a-1', '1790000100.1', 'PJSIP', 6, 'newchannel', \(t(100)), \(t(100)),
        \(t(120)), 'hangup', 16, 1);
      INSERT INTO queues (id, server_id, name, first_seen_us) VALUES (1, 1, 'support', 0);
      INSERT INTO queue_visits (id, server_id, call_id, queue_id, channel_id, entered_channel_id,
        opened_by, joined_us, left_us, outcome, wait_ms, last_position)
      VALUES (1, 1, 1, 1, 1, 1, 'join', \(t(100)), \(t(110)), 'abandoned', 10000, 1);
      """)
    return laboratory
  }

  private func t(_ second: Int) -> Int64 { (1_790_000_000 + Int64(second)) * 1_000_000 }

  private func line(_ second: Int, _ rest: String) -> String {
    "\(1_790_000_000 + second)|\(rest)\n"
  }

  private var enter: String { line(100, "1790000100.1|support|NONE|ENTERQUEUE||800|1") }
  private var abandon: String { line(110, "1790000100.1|support|NONE|ABANDON|1|1|10") }

  @Test func `lines that are about no visit are passed over`() throws {
    let laboratory = try laboratory()
    let log = laboratory.write(
      line(60, "NONE|NONE|NONE|QUEUESTART|") + line(61, "NONE|NONE|NONE|CONFIGRELOAD|") + enter
        + line(101, "REALTIME|support|NONE|DID|100") + line(102, "MANAGER|support||LABEVENT|x|y")
        + line(103, "NONE|NONE|PJSIP/5|PAUSEALL|") + abandon
        + line(130, "CLI|support|x|SOMETHINGNEW|"),
      to: "queue_log")
    let findings = try laboratory.compare(with: .init(queueLogs: [log]))
    #expect(findings.count == 0, "\(findings.disagreements)")
    #expect(findings.visits == 1 && findings.flaws.isEmpty)
  }

  @Test func `rotated files are read in the order of their times, gzipped or not`() async throws {
    let laboratory = try laboratory()
    let old = laboratory.write(line(60, "NONE|NONE|NONE|QUEUESTART|") + enter, to: "queue_log.1")
    let new = laboratory.write(abandon, to: "queue_log")
    let gzip = try #require(Program.installed("gzip"))
    #expect(try await gzip.run(["-n", old]).status == 0)
    let findings = try laboratory.compare(with: .init(queueLogs: [new, old + ".gz"]))
    #expect(findings.count == 0, "\(findings.disagreements)")
    #expect(findings.visits == 1)
    // Without the older one the visit's beginning is unknown, and it cannot be said to be missing.
    let alone = try laboratory.compare(with: .init(queueLogs: [new]))
    #expect(alone.count == 0 && alone.visits == 0)
  }

  @Test func `a torn last line and lines that are none are counted and named`() throws {
    let laboratory = try laboratory()
    let log = laboratory.write(
      enter + "what is this\n" + abandon + "17900001", to: "queue_log")
    let findings = try laboratory.compare(with: .init(queueLogs: [log]))
    #expect(findings.count == 0 && findings.visits == 1)
    #expect(findings.flaws.count == 2)
    #expect(findings.flaws.contains { $0.contains("1 records cannot be read") })
    #expect(findings.flaws.contains { $0.contains("last record breaks off") })
  }

  @Test func `a file of another kind is refused by name`() throws {
    let laboratory = try laboratory()
    let log = laboratory.write(enter, to: "queue_log")
    let error = #expect(throws: ReconciliationError.self) {
      try laboratory.compare(with: .init(cdrs: [log]))
    }
    #expect(error?.description.contains(log) == true)
    #expect(error?.description.contains("1790000100") == false)
  }

  private func cdr(
    start: String, answer: String, end: String, seconds: Int, name: String = "Anna"
  ) -> String {
    "\"\",\"100\",\"200\",\"in\",\"\"\"\(name)\"\" <100>\",\"PJSIP/a-1\",\"\",\"Queue\",\"support\","
      + "\"\(start)\",\"\(answer)\",\"\(end)\",\(seconds),\(seconds),\"ANSWERED\",\"DOCUMENTATION\","
      + "\"1790000100.1\",\"\",\"\",\"1790000100.1\",7\n"
  }

  // 1790000100 is 2026-09-21T14:15:00Z.
  @Test func `quoted fields may hold line ends, quotes and Latin-1`() throws {
    let laboratory = try laboratory()
    try laboratory.change(
      """
      INSERT INTO cdrs (id, server_id, channel_id, received_us, clid, start, sequence, uniqueid)
      VALUES (1, 1, 1, \(t(120)), '"Jos' || char(233) || char(10) || '"" <x>, y" <100>',
        '2026-09-21 14:15:00', 7, '1790000100.1')
      """)
    var text = Array(
      cdr(
        start: "2026-09-21 14:15:00", answer: "2026-09-21 14:15:00", end: "2026-09-21 14:15:20",
        seconds: 20, name: "Jos?\n\"\"\"\" <x>, y"
      ).utf8)
    text[text.firstIndex(of: UInt8(ascii: "?"))!] = 0xE9
    let file = laboratory.write(text + text.prefix(150), to: "Master.csv")
    let findings = try laboratory.compare(with: .init(cdrs: [file]))
    #expect(findings.records == 1)
    // All columns but these were left out above.
    #expect(!findings.disagreements.contains { $0.field == "clid" || $0.field == "sequence" })
    #expect(findings.disagreements.contains { $0.field == "dst" })
    #expect(
      findings.flaws == [
        "\(file): its last record breaks off and was passed over; it is still being written, or cut"
      ])
  }

  @Test func `the columns of cdr_custom are known by where their times stand`() throws {
    let laboratory = try laboratory()
    let file = laboratory.write(
      "\"\"\"A\"\" <1>\",\"100\",\"200\",\"in\",\"PJSIP/a-1\",\"\",\"Queue\",\"support\","
        + "\"2026-09-21 14:15:00\",\"2026-09-21 14:15:00\",\"2026-09-21 14:15:20\",\"20.1\",\"20.1\","
        + "\"ANSWERED\",\"DOCUMENTATION\",\"\",\"1790000100.1\",\"\",7\n"
        + "\"\"\"A\"\" <1>\",\"100\",\"200\",\"in\",\"PJSIP/b-1\",\"\",\"Queue\",\"support\","
        + "\"2026-09-21 14:16:00\",\"\",\"2026-09-21 14:16:20\",\"20\",\"20\","
        + "\"NO ANSWER\",\"DOCUMENTATION\",\"\",\"1790000160.2\",\"\",8\n", to: "Master.csv")
    let findings = try laboratory.compare(with: .init(cdrs: [file]))
    #expect(findings.records == 1)
    #expect(findings.disagreements.map(\.kind) == [.channelMissing])
    #expect(findings.disagreements.first?.uniqueid == "1790000160.2")
  }

  @Test func `local times are read in the server's zone, on both sides of the end of summer time`()
    throws
  {
    let laboratory = try laboratory()
    // 2026-10-25: 02:30 comes twice in Berlin, at 00:30 and 01:30 UTC.
    for (id, second) in [(2, 1_792_888_200), (3, 1_792_891_800)] {
      try laboratory.change(
        """
        UPDATE sessions SET ended_us = 1793000000000000;
        INSERT INTO channels (id, server_id, call_id, name, uniqueid, technology, state, opened_by,
          started_us, answered_us, ended_us, closed_by, counts)
        VALUES (\(id), 1, 1, 'PJSIP/a-\(id)', '\(second).1', 'PJSIP', 6, 'newchannel',
          \(second)000000, \(second)000000, \(second + 20)000000, 'hangup', 1);
        """)
    }
    let text = cdr(
      start: "2026-10-25 02:30:00", answer: "2026-10-25 02:30:00", end: "2026-10-25 02:30:20",
      seconds: 20)
    let file = laboratory.write(
      text.replacing("1790000100.1", with: "1792888200.1")
        + text.replacing("1790000100.1", with: "1792891800.1"), to: "Master.csv")
    unsafe setenv("TZ", "Europe/Berlin", 1)
    tzset()
    defer { inUTC {} }
    let findings = try Reconciliation.compare(
      store: laboratory.path, server: nil, with: .init(cdrs: [file]), now: 0)
    #expect(findings.records == 2)
    #expect(
      findings.disagreements.allSatisfy { $0.field != "started_us" && $0.kind != .channelMissing })
  }

  @Test func `pauses and logins that begin or end in a gap are filled, merged over queues`() throws
  {
    let laboratory = try laboratory()
    try laboratory.change(
      """
      UPDATE sessions SET ended_us = \(t(200));
      INSERT INTO sessions (id, server_id, connected_us, logged_in_us, ended_us, source, time_source,
        bytes, frames, cut_frames)
      VALUES (2, 1, \(t(400)), \(t(400)), \(t(1000)), 'import', 'received', 0, 0, 0);
      INSERT INTO gaps (id, server_id, started_us, ended_us, reason, attempts)
      VALUES (1, 1, \(t(200)), \(t(400)), 'connection-lost', 0);
      INSERT INTO queue_members (id, server_id, queue_id, agent, interface, paused, opened_by,
        started_us) VALUES (1, 1, 1, 'Anna', 'PJSIP/1', 0, 'added', \(t(60)));
      INSERT INTO agent_intervals (id, server_id, agent, source, state, opened_by, started_us,
        ended_us, closed_by)
      VALUES (1, 1, 'Anna', 'queue', 'logged-in', 'event', \(t(60)), \(t(200)), 'unobserved'),
        (2, 1, 'Anna', 'queue', 'paused', 'event', \(t(150)), NULL, NULL);
      """)
    let log = laboratory.write(
      [
        line(60, "MANAGER|support|PJSIP/1|ADDMEMBER|"),
        line(61, "MANAGER|sales|PJSIP/1|ADDMEMBER|"),
        enter, abandon, line(150, "NONE|support|Anna|PAUSE|lunch"),
        line(210, "NONE|support|Anna|UNPAUSE|"), line(220, "NONE|sales|Anna|PAUSE|tea"),
        line(230, "NONE|sales|Anna|UNPAUSE|"), line(240, "MANAGER|support|PJSIP/1|REMOVEMEMBER|"),
        line(250, "MANAGER|sales|PJSIP/1|REMOVEMEMBER|"),
        line(260, "1790000255.1|NONE|1001|AGENTLOGIN|PJSIP/9-1"),
        line(300, "1790000255.1|NONE|1001|AGENTLOGOFF|PJSIP/9-1|40"),
      ].joined(), to: "queue_log")
    let result = try inUTC {
      try Fill.run(
        store: laboratory.path, server: nil, with: .init(queueLogs: [log]), zone: "UTC",
        now: t(2000))
    }
    #expect(result.summary.added == ["agent_intervals": 2])
    #expect(result.summary.changed == ["agent_intervals": 2])
    #expect(
      try laboratory.rows(
        """
        SELECT agent || ' ' || state || ' ' || coalesce(reason, '-') || ' ' || opened_by || ' '
          || (started_us / 1000000 - 1790000000) || ' ' || (ended_us / 1000000 - 1790000000) || ' '
          || closed_by FROM agent_intervals ORDER BY started_us
        """) == [
          "Anna logged-in - event 60 250 queue-log", "Anna paused - event 150 210 queue-log",
          "Anna paused tea queue-log 220 230 queue-log",
          "1001 logged-in - queue-log 260 300 queue-log",
        ])
  }
}
