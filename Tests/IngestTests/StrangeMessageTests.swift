import Ingest
import Journal
import Store
import Support
import Testing

/// Messages that no Asterisk should send make stores that are in order all the same.
@Suite struct StrangeMessageTests {
  private static func event(_ name: [UInt8], _ value: String = "1") -> [UInt8] {
    Array("Event: ".utf8) + name
      + Array("\r\nPrivilege: system,all\r\nValue: \(value)\r\n\r\n".utf8)
  }

  /// Names of events: with NUL, no UTF-8, UTF-8 of what another is in Latin-1, two that look the
  /// same, what JSON and SQL must escape.
  private static let names: [[UInt8]] = [
    [0x41, 0x00, 0x42], [0x00], [0x41], [0xE9], [0xC3, 0xA9], [0x65, 0xCC, 0x81], [0xFF, 0xFE],
    Array("'\"\\".utf8), [0x01, 0x1F], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98, 0x80],
  ]

  private static func stream() -> Stream {
    var stream = Stream()
    stream.connect(1_000)
    stream.logIn(1_000.1)
    for minute in 0..<6 {
      for (number, name) in names.enumerated() {
        stream.records.append(
          (.bytes(at: 1_001_000_000 + Int64(minute) * 61_000_000 + Int64(number)), event(name)))
      }
    }
    stream.disconnect(1_400)
    return stream
  }

  @Test func `names of events that are no text are counted as the blocks hold them`() throws {
    let bench = Bench()
    _ = try bench.take(Self.stream(), source: .live)
    try expectOrder(bench)
    // One and the same in Latin-1 and in UTF-8.
    #expect(
      try bench.rows("SELECT sum(count) FROM event_counts WHERE hex(name) = 'C3A9'") == ["12"])
  }

  @Test func `names of events that are no text survive every stop`() throws {
    let stream = Self.stream()
    let undisturbed = Bench()
    _ = try undisturbed.take(stream, source: .live)
    let expected = try undisturbed.dump()
    for stop in stride(from: 2, to: stream.records.count, by: 7) {
      let bench = Bench()
      _ = try bench.take(stream, stopAfter: stop, commitEvery: 3, source: .live)
      _ = try bench.take(stream, source: .live)
      #expect(try bench.dump() == expected, "stopped after \(stop)")
      _ = try bench.rebuild()
      #expect(try bench.dump() == expected, "stopped after \(stop), rebuilt")
    }
  }

  @Test(arguments: [(0, 3 << 20), (1, 70_000)])
  func `a message that is too long lies in one block, and a stop near it changes nothing`(
    kind: Int, piece: Int
  ) throws {
    var stream = Stream()
    stream.connect(1_000)
    stream.logIn(1_000.1)
    let lines = kind == 0 ? "x" : "x\r\nOther: y"
    let long = Self.event(
      [0x41], String(repeating: lines, count: (9 << 20) / lines.utf8.count))
    let bytes = Self.event([0x42]) + long + Self.event([0x43]) + Self.event([0x44])
    let size = max(piece, 1000)
    for (number, start) in stride(from: 0, to: bytes.count, by: size).enumerated() {
      stream.records.append(
        (
          .bytes(at: 1_001_000_000 + Int64(number) * 100_000),
          Array(bytes[start..<min(start + size, bytes.count)])
        ))
    }
    stream.receive(9_000, "Event: Reload\nPrivilege: system,all\nModule: x\nStatus: 0\n\n")
    stream.disconnect(9_001)
    let bench = Bench()
    _ = try bench.take(stream, source: .live)
    try expectOrder(bench)
    #expect(try bench.rows("SELECT cut_frames FROM sessions") == ["1"])
    let expected = try bench.dump()
    for stop in [stream.records.count - 3] {
      let stopped = Bench()
      _ = try stopped.take(stream, stopAfter: stop, commitEvery: 50, source: .live)
      _ = try stopped.take(stream, source: .live)
      #expect(try stopped.dump() == expected, "stopped after \(stop)")
    }
  }

  // MARK: Order

  @Test func `a channel that another thread told of before its announcement began then`() throws {
    var stream = Stream()
    stream.connect(1_000)
    stream.logIn(1_000.1)
    func channel(_ event: String, _ state: Int) -> String {
      "Event: \(event)\nPrivilege: call,all\nChannel: PJSIP/1-00000001\nChannelState: \(state)\n"
        + "Uniqueid: 1\nLinkedid: 1\n\n"
    }
    stream.receive(1_001, channel("Newstate", 6))
    stream.receive(1_001.003, channel("Newchannel", 0))
    stream.receive(1_001.004, channel("Newstate", 6))
    stream.receive(1_009, channel("Hangup", 6))
    stream.disconnect(1_010)
    let bench = Bench()
    _ = try bench.take(stream, source: .live)
    try expectOrder(bench)
    #expect(
      try bench.rows("SELECT started_us || ' ' || answered_us || ' ' || opened_by FROM channels")
        == ["1001000000 1001000000 newchannel"])
  }

  @Test func `a session that left nothing is the same to a collector and to a rebuild`() throws {
    func channel(_ event: String) -> String {
      "Event: \(event)\nPrivilege: call,all\nChannel: PJSIP/1-00000001\nChannelState: 6\n"
        + "Uniqueid: 1\nLinkedid: 1\n\n"
    }
    var stream = Stream()
    stream.connect(1_000)
    stream.logIn(1_000.1)
    stream.receive(1_002, channel("Newchannel"))
    stream.disconnect(1_010)
    // Killed as it had connected: the next process only finds that it did.
    stream.connect(1_020)
    stream.connect(1_030)
    stream.logIn(1_030.1)
    // Its channel ended unobserved: it is announced again.
    stream.receive(1_032, channel("Newchannel"))
    stream.disconnect(1_040)
    let bench = Bench()
    _ = try bench.take(stream, source: .live)
    let expected = try bench.dump()
    _ = try bench.rebuild()
    #expect(try bench.dump() == expected)
    // Its journal went with it.
    let lost = Bench()
    _ = try lost.take(stream, stopAfter: 5, commitEvery: 1, source: .live)
    var rest = Stream()
    rest.records = Array(stream.records[5...])
    _ = try lost.take(rest, source: .live)
    let before = try lost.dump()
    _ = try lost.rebuild()
    #expect(try lost.dump() == before)
  }

  private func expectOrder(_ bench: Bench) throws {
    for check in try Verification.run(path: bench.path) {
      #expect(check.contradictions == [], "\(check.name)")
    }
  }
}
