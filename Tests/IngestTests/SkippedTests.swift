import Ingest
import Store
import Support
import Testing

/// Messages at which a program died twice are in the archive and in no table, until a later version
/// reads them.
@Suite struct SkippedTests {
  private static let said = "Event: UserEvent\nPrivilege: user,all\nUserEvent: Said\n\n"

  /// A store of three user events: at the second, two processes died.
  private func storeWithSkipped() throws -> Bench {
    var stream = Stream()
    stream.connect(1000)
    stream.logIn(1000.5)
    for second in 1...3 { stream.receive(1000 + Double(second), Self.said) }
    let before = stream.records.dropLast(2).reduce(0) { $0 + $1.bytes.count }
    let bench = Bench()
    _ = try bench.take(stream, stopAfter: stream.records.count - 2, commitEvery: 1)
    for _ in 0..<2 {
      let mark = try #require(Store(path: bench.path).mark)
      mark.enter(FrameMark.Place(session: 1, offset: Int64(before)))
    }
    #expect(try bench.take(stream).skippedFrames == 1)
    return bench
  }

  private func said(_ bench: Bench) throws -> [String] {
    try bench.rows("SELECT received_us FROM user_events ORDER BY id")
  }

  @Test func `a rebuild passes over what is noted, and keeps the note`() throws {
    let bench = try storeWithSkipped()
    for isRebuilt in [false, true, true] {
      if isRebuilt { _ = try bench.rebuild() }
      #expect(try said(bench) == ["1001000000", "1003000000"])
      #expect(try bench.rows("SELECT length FROM gaps") == ["\(Self.said.wire.count)"])
      #expect(
        try Verification.run(path: bench.path).filter { !$0.contradictions.isEmpty }
          .map { "\($0.name) \($0.contradictions)" } == [])
    }
  }

  @Test func `a rebuild that is told to reads it, and the note is gone`() throws {
    let bench = try storeWithSkipped()
    _ = try bench.rebuild()
    _ = try bench.salvage(retriesSkipped: true)
    #expect(try said(bench) == ["1001000000", "1002000000", "1003000000"])
    #expect(try bench.rows("SELECT reason FROM gaps") == [])
    #expect(
      try Verification.run(path: bench.path).filter { !$0.contradictions.isEmpty }
        .map { "\($0.name) \($0.contradictions)" } == [])
  }
}
