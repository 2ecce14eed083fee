import Glibc
import Ingest
import Journal
import Normalization
import SQLite
import Store
import Support
import Testing

/// The derived tables made anew from the archive.
@Suite struct RebuildTests {
  private static let recordings = Fixture.recordings.filter { !$0.hasPrefix("large") }

  // MARK: The same rows

  @Test(arguments: recordings)
  func `the rows are those of the import, ids included`(recording: String) async throws {
    try await Place.two.held {
      let bench = Bench()
      _ = try bench.take(Stream(fixture: recording))
      let expected = try bench.dump()
      let changes = try bench.rebuild()
      let difference = try bench.dump().difference(from: expected).prefix(4)
      #expect(difference.isEmpty)
      #expect(changes.allSatisfy { $0.added == 0 && $0.removed == 0 && $0.changed == 0 })
      #expect(changes.first { $0.table == "calls" }!.after > 0 || recording.hasPrefix("reg"))
    }
  }

  @Test(arguments: ["restart-22", "queues-16", "late-22"], [1, 2, 3, 4] as [UInt64])
  func `a stream that was stopped anywhere goes on after a rebuild as if undisturbed`(
    fixture: String, seed: UInt64
  ) throws {
    var generator = SeededGenerator(seed: seed)
    let pieces = (0..<100).map { _ in Int.random(in: 100...20_000, using: &generator) }
    let stream = try Stream(fixture: fixture).pieces(pieces)
    let undisturbed = Bench()
    _ = try undisturbed.take(stream)
    let stopped = Bench()
    _ = try stopped.take(
      stream, stopAfter: Int.random(in: 10..<stream.records.count, using: &generator),
      commitEvery: 7)
    // Of another version, as after an update: what it knew must be found out again.
    if seed % 2 == 0 { try stopped.execute("UPDATE positions SET state = x'00'") }
    _ = try stopped.rebuild()
    _ = try stopped.take(stream)
    let difference = try stopped.dump().difference(from: undisturbed.dump()).prefix(4)
    #expect(difference.isEmpty)
  }

  @Test func `outages of a live server go on after a rebuild`() throws {
    var stream = Stream()
    stream.disconnect(90)
    stream.connect(100)
    stream.logIn(100.1)
    stream.receive(102, "Event: Reload\nPrivilege: system,all\nModule: x\nStatus: 0\n\n")
    stream.disconnect(110)
    stream.disconnect(111)
    stream.connect(112)
    stream.disconnect(112.5)
    stream.connect(120)
    stream.logIn(120.1)
    stream.receive(
      125, "Event: FullyBooted\nPrivilege: system,all\nStatus: Fully Booted\nUptime: 3\n\n")
    stream.disconnect(130)
    let undisturbed = Bench()
    _ = try undisturbed.take(stream, source: .live)
    let expected = try undisturbed.dump()
    for stop in 1...stream.records.count {
      let stopped = Bench()
      _ = try stopped.take(stream, stopAfter: stop, commitEvery: 1, source: .live)
      if try stopped.rows("SELECT 1 FROM sessions").isEmpty { continue }
      _ = try stopped.rebuild()
      _ = try stopped.take(stream, source: .live)
      #expect(try stopped.dump().difference(from: expected).isEmpty, "stopped after \(stop)")
    }
  }

  @Test func `several servers in one store stay what they were`() throws {
    let bench = Bench()
    _ = try bench.take(Stream(fixture: "parking-22"), server: "one")
    _ = try bench.take(Stream(fixture: "conference-16"), server: "two")
    _ = try bench.take(Stream(fixture: "restart-22"), server: "one")
    let expected = try bench.dump()
    _ = try bench.rebuild()
    #expect(try bench.dump().difference(from: expected).prefix(4).isEmpty)
  }

  @Test func `a recording without receive times gives the same rows`() throws {
    let bench = Bench()
    var stream = try Stream(fixture: "transfers-16")
    stream.records = stream.records.compactMap { record, bytes in
      if case .bytes = record { (.bytes(at: nil), bytes) } else { nil }
    }
    _ = try bench.take(stream)
    let expected = try bench.dump()
    _ = try bench.rebuild()
    #expect(try bench.dump().difference(from: expected).prefix(4).isEmpty)
  }

  // MARK: What changes

  @Test func `rows that are not what the stream says are counted by kind and mended`() throws {
    let bench = Bench()
    _ = try bench.take(Stream(fixture: "basic-calls-22"))
    let expected = try bench.dump()
    try bench.execute(
      """
      UPDATE calls SET disposition = 'busy' WHERE disposition = 'answered';
      DELETE FROM dials WHERE id % 2 = 0;
      INSERT INTO bridges (id, server_id, bridge_uniqueid, started_us) VALUES (999, 0, 'x', 1)
      """)
    let changes = Dictionary(uniqueKeysWithValues: try bench.rebuild().map { ($0.table, $0) })
    #expect(changes["calls"]!.changed == 11 && changes["calls"]!.added == 0)
    #expect(changes["dials"]!.added == changes["dials"]!.after - changes["dials"]!.before)
    #expect(changes["dials"]!.added > 0)
    #expect(changes["bridges"]!.removed == 1 && changes["bridges"]!.changed == 0)
    #expect(try bench.dump() == expected)
  }

  @Test func `options are those of the import unless others are given`() throws {
    let bench = Bench()
    var options = Normalizer.Options()
    options.trunks = ["PJSIP/100", "PJSIP/trunk"]
    _ = try bench.take(Stream(fixture: "basic-calls-22"), options: options)
    let directions = "SELECT count(*) FROM calls WHERE direction = 'inbound'"
    let inbound = try bench.rows(directions)
    #expect(inbound != ["0"])
    #expect(try bench.rows("SELECT count(*) FROM cels") == ["0"])
    _ = try bench.rebuild()
    #expect(try bench.rows(directions) == inbound)
    _ = try bench.rebuild {
      $0.trunks = []
      $0.tables = [.cels, .dialplanSteps, .variables]
    }
    #expect(try bench.rows(directions) == ["0"])
    #expect(
      try bench.rows("SELECT trunks || ' ' || tables || ' ' || dtmf FROM servers")
        == [" cels, dialplan_steps, variables masked"])
    for table in ["cels", "dialplan_steps", "variables"] {
      #expect(try bench.rows("SELECT count(*) > 100 FROM \(table)") == ["1"], "\(table)")
    }
  }

  // MARK: Stores of other versions

  @Test func `a store of another version is refused for writing, and a rebuild mends it`() throws {
    let bench = Bench()
    _ = try bench.take(Stream(fixture: "basic-calls-22"))
    let expected = try bench.dump()
    try bench.execute(
      """
      ALTER TABLE calls DROP COLUMN dialled;
      ALTER TABLE servers DROP COLUMN trunks; ALTER TABLE servers DROP COLUMN tables;
      DROP TABLE dialplan_steps; DROP TABLE media_quality;
      PRAGMA user_version = 4
      """)
    let refusal = #expect(throws: StoreError.self) { _ = try Store(path: bench.path) }
    #expect(refusal?.code == .older)
    #expect(refusal?.description.contains("amirec rebuild --db \(bench.path)") == true)
    let changes = try bench.rebuild { $0.cels = true }
    #expect(try bench.dump() == expected)
    for change in changes {
      let wasThere = !["dialplan_steps", "media_quality"].contains(change.table)
      #expect(change.added == (wasThere ? 0 : change.after) && change.removed == 0)
      #expect(change.changed == 0)
    }
    _ = try Store(path: bench.path)
  }

  @Test func `a state of another version is refused when the store is opened`() throws {
    let bench = Bench()
    _ = try bench.take(Stream(fixture: "parking-22"))
    let expected = try bench.dump()
    try bench.execute("UPDATE positions SET state = x'7f01'")
    let refusal = #expect(throws: StoreError.self) { _ = try Store(path: bench.path) }
    #expect(refusal?.code == .older)
    _ = try bench.rebuild()
    #expect(try bench.dump() == expected)
    #expect(try bench.take(Stream(fixture: "parking-22")).knownSessions == 1)
  }
}
