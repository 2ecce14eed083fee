import Ingest
import Support
import Testing

/// The same bytes give the same rows, ids included, however they come.
@Suite struct SameRowsTests {
  private static let fixtures = [
    "restart-16", "restart-22", "parking-22", "conference-16", "late-22",
  ]
  private static let longer = [
    "queues-16", "transfers-22", "originate-16", "late-16", "agents-22", "registrations-16",
  ]

  @Test(arguments: fixtures)
  func `pieces of any size give the same rows`(fixture: String) throws {
    let stream = try Stream(fixture: fixture)
    let whole = Bench()
    _ = try whole.take(stream)
    let expected = try whole.dump().filter { !$0.hasPrefix("blocks: ") }
    var generator = SeededGenerator(seed: 7)
    let random = (0..<100).map { _ in Int.random(in: 1...900, using: &generator) }
    for sizes in [[1], [4096], random] {
      let bench = Bench()
      _ = try bench.take(stream.pieces(sizes), commitEvery: 5000)
      // The chunk table of a block tells the pieces apart; all else is equal.
      #expect(try bench.dump().filter { !$0.hasPrefix("blocks: ") } == expected)
      #expect(
        try bench.rows("SELECT session_offset || ' ' || size || ' ' || crc32 FROM blocks")
          == whole.rows("SELECT session_offset || ' ' || size || ' ' || crc32 FROM blocks"))
    }
  }

  @Test(arguments: fixtures + longer, [1, 2, 3] as [UInt64])
  func `stopped anywhere and resumed by another process it is as if undisturbed`(
    fixture: String, seed: UInt64
  ) throws {
    var generator = SeededGenerator(seed: seed)
    let pieces = (0..<100).map { _ in Int.random(in: 100...20_000, using: &generator) }
    try stopAnywhere(Stream(fixture: fixture).pieces(pieces), seed, &generator)
  }

  @Test(arguments: OldFixture.versions)
  func `versions before 12 too`(version: String) throws {
    let turn = OldFixture.versions.firstIndex(of: version)!
    for (seed, scenario) in OldFixture.scenarios.enumerated() where seed % 5 == turn {
      var generator = SeededGenerator(seed: UInt64(seed))
      let stream = try Stream(path: OldFixture.path(version, scenario))
      try stopAnywhere(stream.pieces([1, 90, 400]), UInt64(seed), &generator)
    }
  }

  private func stopAnywhere(_ stream: Stream, _ seed: UInt64, _ generator: inout SeededGenerator)
    throws
  {
    let undisturbed = Bench()
    _ = try undisturbed.take(stream)
    let stopped = Bench()
    var stop = 0
    while stop < stream.records.count {
      stop += Int.random(in: 1...stream.records.count / 3, using: &generator)
      let every = Int.random(in: 1...50, using: &generator)
      _ = try stopped.take(
        stream, stopAfter: stop < stream.records.count ? stop : nil, commitEvery: every)
    }
    let (rows, expected) = (try stopped.dump(), try undisturbed.dump())
    let difference = rows.difference(from: expected).prefix(4)
    #expect(difference.isEmpty, "seed \(seed)")
  }

  @Test func `importing again adds nothing`() throws {
    let stream = try Stream(fixture: "restart-22")
    let bench = Bench()
    let first = try bench.take(stream)
    let rows = try bench.dump()
    let second = try bench.take(stream)
    #expect(first.sessions == 5 && first.knownSessions == 0)
    #expect(second.bytes == 0 && second.sessions == 0 && second.knownSessions == 5)
    #expect(try bench.dump() == rows)
  }

  @Test func `the whole of a recording that was cut before is not taken for known`() throws {
    let stream = try Stream(fixture: "restart-22")
    var cut = stream
    cut.records.removeLast(20)
    let bench = Bench()
    _ = try bench.take(cut)
    let again = try bench.take(stream)
    #expect(again.bytes == 0 && again.missingBytes > 0)
  }
}
