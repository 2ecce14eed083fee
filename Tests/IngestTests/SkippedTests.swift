import Ingest
import Support
import Testing

/// Messages at which a program died twice are in the archive and in no table, until a later version
/// reads them.
@Suite struct SkippedTests {
  private static let said = "Event: UserEvent\nPrivilege: user,all\nUserEvent: Said\n\n"

  /// A store in which the second of three user events is noted as one to pass over.
  private func storeWithSkipped() throws -> Bench {
    var stream = Stream()
    stream.connect(1000)
    stream.logIn(1000.5)
    for second in 1...3 { stream.receive(1000 + Double(second), Self.said) }
    let before = stream.records.dropLast(2).reduce(0) { $0 + $1.bytes.count }
    let bench = Bench()
    _ = try bench.take(stream)
    try bench.execute(
      """
      INSERT INTO gaps (id, server_id, session_id, started_us, ended_us, reason, attempts,
        session_offset, length)
      SELECT max(id) + 1000, server_id, id, 1002000000, 1002000000, 'skipped', 0, \(before),
        \(Self.said.wire.count) FROM sessions
      """)
    return bench
  }

  private func said(_ bench: Bench) throws -> [String] {
    try bench.rows("SELECT received_us FROM user_events ORDER BY id")
  }

  @Test func `a rebuild passes over what is noted, and keeps the note`() throws {
    let bench = try storeWithSkipped()
    for _ in 0..<2 {
      _ = try bench.rebuild()
      #expect(try said(bench) == ["1001000000", "1003000000"])
      #expect(try bench.rows("SELECT length FROM gaps") == ["\(Self.said.wire.count)"])
      #expect(try Verification.run(path: bench.path).flatMap(\.contradictions) == [])
    }
  }

  @Test func `a rebuild that is told to reads it, and the note is gone`() throws {
    let bench = try storeWithSkipped()
    _ = try bench.rebuild()
    _ = try bench.salvage(retriesSkipped: true)
    #expect(try said(bench) == ["1001000000", "1002000000", "1003000000"])
    #expect(try bench.rows("SELECT reason FROM gaps") == [])
    #expect(try Verification.run(path: bench.path).flatMap(\.contradictions) == [])
  }
}
