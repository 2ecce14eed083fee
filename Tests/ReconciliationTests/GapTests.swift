import Ingest
import Normalization
import Reconciliation
import Store
import Support
import Testing

/// What nobody observed, told by Asterisk's own files.
@Suite(.serialized, .ownsZone) struct GapTests {
  struct Cut: CustomTestStringConvertible, Sendable {
    let fixture: String
    let from: Double
    let to: Double
    var testDescription: String { "\(fixture) from \(from) to \(to) s" }
  }

  private static let cuts = [
    Cut(fixture: "queues-16", from: 8, to: 20), Cut(fixture: "queues-22", from: 8, to: 20),
    Cut(fixture: "queues-22", from: 25, to: 40), Cut(fixture: "basic-calls-16", from: 20, to: 50),
    Cut(fixture: "basic-calls-22", from: 10, to: 60),
    Cut(fixture: "transfers-16", from: 30, to: 60),
    Cut(fixture: "transfers-22", from: 90, to: 130), Cut(fixture: "parking-22", from: 10, to: 30),
    Cut(fixture: "agents-16", from: 8, to: 25), Cut(fixture: "agents-22", from: 9, to: 24),
    Cut(fixture: "hangup-causes-22", from: 3, to: 7), Cut(fixture: "queues-16", from: 20, to: 45),
    Cut(fixture: "originate-16", from: 3, to: 10), Cut(fixture: "parking-16", from: 20, to: 35),
    Cut(fixture: "transfers-22", from: 20, to: 50),
    Cut(fixture: "basic-calls-22", from: 40, to: 80),
  ]

  /// Visits by outcome. Callers whom a queue refused are known to no file.
  private static let visits =
    """
    SELECT outcome || ' ' || count(*) FROM queue_visits WHERE outcome IS NOT 'refused'
    GROUP BY outcome ORDER BY 1
    """
  private static let calls =
    """
    SELECT linkedid || ' ' || disposition || ' ' || caller_number || ' to '
      || coalesce(dialled, '-') || ', ' || channels
    FROM calls ORDER BY linkedid
    """
  private static let channels =
    "SELECT uniqueid || ' ' || name || ' ' || counts || ' ' || cause FROM channels ORDER BY 1"

  /// How long each call lasted and was unanswered, in milliseconds.
  private static let lengths =
    """
    SELECT (ended_us - started_us) / 1000 FROM calls ORDER BY linkedid
    """
  private static let answers =
    """
    SELECT coalesce((answered_us - started_us) / 1000, -1) FROM calls ORDER BY linkedid
    """

  /// How often each agent talked, and how long, in milliseconds.
  private static let talks =
    """
    SELECT agent || ' ' || count(*) FROM agent_intervals WHERE state = 'talking'
    GROUP BY agent ORDER BY agent
    """
  private static let talked =
    """
    SELECT sum(ended_us - started_us) / 1000 FROM agent_intervals WHERE state = 'talking'
    GROUP BY agent ORDER BY agent
    """

  private func holed(_ cut: Cut) throws -> (Laboratory, Hole) {
    let hole = try Hole(cut.fixture, from: cut.from, to: cut.to)
    let laboratory = Laboratory()
    try laboratory.take(hole.records)
    return (laboratory, hole)
  }

  private func fill(_ laboratory: Laboratory, _ files: Reconciliation.Files) throws
    -> Fill.Summary
  {
    try inUTC {
      try Fill.run(
        store: laboratory.path, server: "pbx", with: files, zone: "UTC", now: 1_800_000_000_000_000
      ).summary
    }
  }

  @Test(arguments: cuts)
  func `a piece that is missing is a gap, and nothing outside it disagrees`(cut: Cut) throws {
    let (laboratory, hole) = try holed(cut)
    #expect(
      try laboratory.rows("SELECT started_us || ' ' || ended_us FROM gaps")
        == ["\(hole.from) \(hole.to)"])
    let findings = try laboratory.compare(with: Laboratory.files(cut.fixture))
    #expect(findings.count == 0, "\(findings.disagreements)")
    #expect(findings.gapEvents > 0)
  }

  @Test(arguments: cuts)
  func `what was filled is what the whole recording says`(cut: Cut) throws {
    let (laboratory, _) = try holed(cut)
    let whole = Laboratory()
    try whole.take(Laboratory.records(cut.fixture))
    let files = Laboratory.files(cut.fixture)
    #expect(try !fill(laboratory, files).isEmpty)
    for sql in [Self.visits, Self.calls, Self.channels] {
      let (found, expected) = try (laboratory.rows(sql), whole.rows(sql))
      let difference = found.difference(from: expected)
      #expect(difference.isEmpty, "\(cut.fixture): \(difference)")
    }
    for sql in [Self.lengths, Self.answers] {
      for (found, expected) in try zip(laboratory.rows(sql), whole.rows(sql)) {
        // CEL's times are those of the server's own clock, some milliseconds before the messages.
        #expect(abs(Int(found)! - Int(expected)!) <= 250, "\(cut.fixture): \(sql)")
      }
    }
    #expect(try laboratory.rows(Self.talks) == whole.rows(Self.talks))
    for (found, expected) in try zip(laboratory.rows(Self.talked), whole.rows(Self.talked)) {
      // queue_log has whole seconds.
      #expect(abs(Int(found)! - Int(expected)!) <= 1500, "\(cut.fixture): \(Self.talked)")
    }
    #expect(
      try laboratory.rows("SELECT agent FROM agent_intervals WHERE ended_us IS NULL ORDER BY 1")
        == whole.rows("SELECT agent FROM agent_intervals WHERE ended_us IS NULL ORDER BY 1"))
    for table in ["cdrs", "cels", "channels", "calls"] {
      let sql = "SELECT count(*) FROM \(table)"
      #expect(try laboratory.rows(sql) == whole.rows(sql), "\(cut.fixture): \(table)")
    }
    for check in try Verification.run(path: laboratory.path) {
      #expect(check.contradictions.isEmpty, "\(cut.fixture): \(check.name) \(check.contradictions)")
    }
    let findings = try laboratory.compare(with: files)
    #expect(findings.count == 0, "\(findings.disagreements)")
    #expect(findings.gapVisits == 0 && findings.gapCalls == 0 && findings.gapEvents == 0)
    #expect(try fill(laboratory, files).isEmpty)
    #expect(try laboratory.rows("SELECT max(fill) FROM log_blocks") == ["1"])
    // Ids of files lie apart from those of the stream. They are marked, and so is what began in the
    // gap and was seen later.
    #expect(
      try laboratory.rows(
        """
        SELECT name FROM channels, gaps WHERE (opened_by IN ('cdr', 'cel'))
          IS NOT (channels.id > 1 << 39 OR (channels.started_us > gaps.started_us - 200000
            AND channels.started_us < gaps.ended_us AND opened_by <> 'newchannel'))
        """) == [])
  }

  @Test func `records alone tell calls, and only what they cannot know differs`() throws {
    let cut = Cut(fixture: "queues-16", from: 8, to: 20)
    let (laboratory, _) = try holed(cut)
    let whole = Laboratory()
    try whole.take(Laboratory.records(cut.fixture))
    var files = Laboratory.files(cut.fixture)
    files.cels = []
    #expect(try !fill(laboratory, files).isEmpty)
    for sql in [
      Self.visits, "SELECT disposition || count(*) FROM calls GROUP BY disposition ORDER BY 1",
    ] {
      #expect(try laboratory.rows(sql) == whole.rows(sql))
    }
    #expect(
      try laboratory.rows("SELECT DISTINCT cause FROM channels WHERE id > 1 << 39")
        == ["NULL"])
    #expect(try fill(laboratory, files).isEmpty)
  }

  @Test(arguments: ["queues-22", "transfers-16"])
  func `a store that was filled and then rebuilt has the same rows, ids included`(
    fixture: String
  ) throws {
    let (laboratory, _) = try holed(Cut(fixture: fixture, from: 8, to: 34))
    // Two fills: the second has what the first had not.
    var files = Laboratory.files(fixture)
    let cels = files.cels
    files.cels = []
    #expect(try !fill(laboratory, files).isEmpty)
    files.cels = cels
    #expect(try !fill(laboratory, files).isEmpty)
    #expect(try laboratory.rows("SELECT max(fill) FROM log_blocks") == ["2"])
    let before = try laboratory.dump()
    let outcome = try inUTC {
      try Rebuild.run(path: laboratory.path, changing: { $0.cels = true }, report: { _ in })
    }
    let changes = try outcome.changes.map { try #require($0.comparison) }
    #expect(changes.allSatisfy { $0.added == 0 && $0.removed == 0 && $0.changed == 0 })
    #expect(try laboratory.dump() == before)
    #expect(try laboratory.rows("SELECT count(*) FROM calls WHERE filled_by IS NOT NULL") != ["0"])
  }

  @Test func `a fill is refused while the store is being written`() throws {
    let (laboratory, _) = try holed(Cut(fixture: "queues-22", from: 8, to: 20))
    let store = try Store(path: laboratory.path)
    let error = #expect(throws: StoreError.self) {
      try fill(laboratory, Laboratory.files("queues-22"))
    }
    #expect(error?.code == .locked)
    #expect(store.path == laboratory.path)
  }

  @Test func `a queue that only a file named gives way when the stream names it`() throws {
    let (laboratory, _) = try holed(Cut(fixture: "queues-22", from: 8, to: 20))
    try laboratory.change(
      """
      INSERT INTO queues (id, server_id, name, first_seen_us) VALUES (1 << 39, 0, 'new', 0);
      UPDATE queue_visits SET queue_id = 1 << 39 WHERE id = 1;
      INSERT INTO queues (id, server_id, name, first_seen_us) VALUES (777, 0, 'new', 5)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name;
      """)
    #expect(try laboratory.rows("SELECT id FROM queues WHERE name = 'new'") == ["777"])
    #expect(try laboratory.rows("SELECT queue_id FROM queue_visits WHERE id = 1") == ["777"])
  }
}
