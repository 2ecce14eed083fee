import Ingest
import Journal
import Normalization
import Store
import Support
import Testing

/// Wherever blocks end, and wherever a session does, the archive is the stream.
@Suite struct BlockBoundaryTests {
  /// Blocks of a few messages: every place of a boundary is reached with a few kilobytes.
  private static var small: Block.Targets {
    var targets = Block.Targets()
    targets.bytes = 512
    targets.positionBytes = 2048
    return targets
  }

  private static func event(_ number: Int, bytes: Int) -> [UInt8] {
    let head = "Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: Tick\r\nN: \(number)\r\nPad: "
    let pad = String(repeating: "x", count: max(0, bytes - head.utf8.count - 4))
    return Array((head + pad + "\r\n\r\n").utf8)
  }

  private static let login = "Asterisk Call Manager/11.0.0\nResponse: Success\n\n".wire

  /// A session of events of a size, up to the one that ends `beyond` bytes after a boundary or
  /// later.
  private static func session(
    of size: Int, endingAt boundary: Int, beyond: Int, at time: Int64
  ) -> (records: [(Capture.Record, [UInt8])], bytes: [UInt8], events: Int) {
    var bytes = login
    var records: [(Capture.Record, [UInt8])] = [
      (.connect(at: time), []), (.bytes(at: time), login),
    ]
    var events = 0
    while bytes.count < boundary + beyond {
      let left = boundary + beyond - bytes.count
      // The last one ends where it is to end, if it can.
      let event = event(events, bytes: left < 2 * size && left >= 90 ? left : size)
      events += 1
      bytes += event
      records.append((.bytes(at: time + Int64(events)), event))
    }
    records.append((.disconnect(at: time + Int64(events)), []))
    return (records, bytes, events)
  }

  private func check(
    _ records: [(Capture.Record, [UInt8])], _ sessions: [[UInt8]], events: Int,
    source: Ingest.Source, stopEvery: Int?, _ what: String
  ) throws {
    let bench = Bench()
    var next = 0
    repeat {
      let ingest = try Ingest(
        store: Store(path: bench.path), server: "pbx", source: source, targets: Self.small)
      // Each process reads its source from the start, and is gone after some records.
      next = stopEvery.map { min(next + $0, records.count) } ?? records.count
      for (count, record) in records[..<next].enumerated() {
        try ingest.take(record.0, record.1)
        if count % 7 == 6 { try ingest.commit() }
      }
      if next == records.count {
        try ingest.finish(reason: "recording-ended")
        #expect(ingest.isStored, "\(what)")
      }
    } while next < records.count
    let archive = try Archive(path: bench.path)
    let stored = try archive.map().sessions.map { session in
      try session.blocks.reduce(into: [UInt8]()) { $0 += try archive.block($1.id).bytes }
    }
    #expect(stored == sessions, "\(what)")
    #expect(try bench.rows("SELECT count(*) FROM user_events") == ["\(events)"], "\(what)")
    let wrong = try Verification.run(path: bench.path).filter { !$0.contradictions.isEmpty }
    #expect(wrong.isEmpty, "\(what): \(wrong)")
  }

  @Test(arguments: [Ingest.Source.live, .capture(name: "x.ami", fileDate: 0)])
  func `a session may end anywhere about the end of a block`(source: Ingest.Source) throws {
    for boundary in [512, 1024, 2048, 2560, 4096] {
      for size in [100, 128, 171, 256, 512, 700] {
        for beyond in [-2, -1, 0, 1, 2, 90] {
          let one = Self.session(of: size, endingAt: boundary, beyond: beyond, at: 1_000_000_000)
          let what = "boundary \(boundary), messages of \(size), \(beyond) bytes beyond"
          try check(
            one.records, [one.bytes], events: one.events, source: source, stopEvery: nil, what)
        }
      }
    }
  }

  @Test func `so may each of several sessions, with processes that stop at every record`() throws {
    for (size, beyond) in [(128, 0), (256, 0), (171, 1), (512, 0)] {
      let parts = [512, 1024, 2048].enumerated().map { number, boundary in
        Self.session(
          of: size, endingAt: boundary, beyond: beyond, at: Int64(number + 1) * 1_000_000_000)
      }
      for stop in [1, 3, 10] {
        try check(
          parts.flatMap(\.records), parts.map(\.bytes), events: parts.reduce(0) { $0 + $1.events },
          source: .capture(name: "x.ami", fileDate: 0), stopEvery: stop,
          "messages of \(size), \(beyond) beyond, stopped every \(stop)")
      }
    }
  }

  @Test func `a position is never written where the blocks do not reach`() throws {
    let folder = TemporaryFolder()
    let store = try Store(path: folder.file("store.db"))
    try store.begin()
    let server = try store.server(named: "pbx")
    var row = SessionRow(
      id: 1, serverID: server, connectedAt: 1, source: "live", sourceName: nil,
      timeSource: "received")
    try store.write(&row)
    let position = Store.Position(
      sessionID: 1, connectedAt: 1, sessionOffset: 5, lastAt: 1, state: [])
    let error = #expect(throws: StoreError.self) {
      try store.seal([], of: [row], position: position, server: server)
    }
    #expect(error?.code == .damaged)
    #expect(try store.position(of: server) == nil)
  }

  @Test func `bytes whose file is gone are a gap that says which, and the rest is taken in`() throws
  {
    var stream = Stream()
    stream.connect(1000)
    stream.records.append((.bytes(at: 1_001_000_000), Self.login))
    stream.records.append((.bytes(at: 1_002_000_000), Self.event(0, bytes: 100)))
    let end = Int64(Self.login.count + 100)
    stream.records.append(
      (.resume(connectedAt: 1_000_000_000, sessionOffset: end + 5000), []))
    stream.records.append((.bytes(at: 1_009_000_000), Self.event(1, bytes: 100)))
    stream.disconnect(1010)
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(
      try bench.rows(
        """
        SELECT reason || ' ' || started_us || ' ' || ended_us || ' ' || session_offset || ' ' || length
        FROM gaps WHERE session_offset IS NOT NULL
        """) == ["cut-recording 1002000000 1009000000 \(end) 5000"])
    #expect(try bench.rows("SELECT count(*) FROM user_events") == ["2"])
    #expect(
      try bench.rows("SELECT session_offset || ' ' || size FROM blocks ORDER BY id")
        == ["0 \(end)", "\(end + 5000) 100"])
  }
}
