import Ingest
import Journal
import Support
import Testing

/// Whoever sets a clock: durations are right, no time goes back within a session, nothing stops.
@Suite struct ClockTests {
  private func channel(_ id: String) -> String {
    "Event: Newchannel\nPrivilege: call,all\nChannel: PJSIP/\(id)-00000000\nChannelState: 4\n"
      + "Uniqueid: \(id)\nLinkedid: \(id)\n\n"
  }

  private func hangup(_ id: String) -> String {
    "Event: Hangup\nPrivilege: call,all\nChannel: PJSIP/\(id)-00000000\nUniqueid: \(id)\n"
      + "Linkedid: \(id)\nCause: 16\n\n"
  }

  private func durations(_ bench: Bench) throws -> [String] {
    try bench.rows(
      "SELECT uniqueid || ' ' || ((ended_us - started_us) / 1000) FROM channels ORDER BY id")
  }

  private func wrong(_ bench: Bench) throws -> [String] {
    try Verification.run(path: bench.path).flatMap(\.contradictions)
  }

  @Test(arguments: [30.0, 7200, 93_600])
  func `a recording whose clock was set back keeps its durations, and says so`(step: Double) throws
  {
    var stream = Stream()
    stream.connect(100_000)
    stream.logIn(100_000.5)
    stream.receive(100_010, channel("1"))
    stream.receive(100_020 - step, channel("2"))
    stream.receive(100_032 - step, hangup("1"))
    stream.receive(100_033 - step, hangup("2"))
    stream.disconnect(100_040 - step)
    let bench = Bench()
    _ = try bench.take(stream)
    // How long the moment of the step lasted is not known.
    #expect(try durations(bench) == ["1 12000", "2 13000"])
    #expect(
      try bench.rows("SELECT step_ms || ' ' || stepped_us FROM clock_steps")
        == ["\(Int((10 - step) * 1000)) 100010000000"])
    #expect(try wrong(bench) == [])
    let rows = try bench.dump()
    _ = try bench.rebuild()
    #expect(try bench.dump() == rows)
    for stop in 1..<stream.records.count {
      let other = Bench()
      _ = try other.take(stream, stopAfter: stop, commitEvery: 1)
      _ = try other.take(stream, commitEvery: 1)
      #expect(try other.dump() == rows, "stopped after \(stop)")
    }
  }

  @Test(arguments: ["253402300799.0", "0.000001", "1000000000.0", "4000000000.5"])
  func `one absurd time does not set the time of a recording without an index`(first: String) throws
  {
    func tick(_ time: String) -> String {
      "Event: UserEvent\nPrivilege: user,all\nTimestamp: \(time)\nUserEvent: Tick\n\n"
    }
    let ticks = (1_700_000_000..<1_700_000_020).map { tick("\($0).000000") }
    let bench = Bench()
    let text = "Asterisk Call Manager/11.0.0\n" + tick(first) + ticks.joined()
    _ = try bench.take(try Stream(path: bench.folder.write(text.wire, to: "old.ami")))
    #expect(
      try bench.rows("SELECT ended_us - connected_us FROM sessions") == ["19000000"])
    #expect(
      try bench.rows("SELECT max(received_us) FROM user_events") == ["1700000019000000"])
  }

  @Test func `a step that the recorder noted is a row and changes no time`() throws {
    var stream = Stream()
    stream.connect(1000)
    stream.logIn(1000)
    stream.receive(1010, channel("1"))
    stream.records.append((.step(at: 1_011_000_000, by: -7_200_000_000), []))
    stream.records.append((.step(at: 1_012_000_000, by: 10_000_000), []))
    stream.receive(1020, hangup("1"))
    stream.disconnect(1030)
    let bench = Bench()
    _ = try bench.take(stream, source: .live)
    #expect(try durations(bench) == ["1 10000"])
    #expect(
      try bench.rows("SELECT step_ms || ' ' || stepped_us FROM clock_steps ORDER BY id")
        == ["-7200000 1011000000", "10000 1012000000"])
    #expect(try bench.rows("SELECT count(*) FROM gaps WHERE reason <> 'connection-lost'") == ["0"])
    let rows = try bench.dump()
    for stop in 1..<stream.records.count {
      let other = Bench()
      _ = try other.take(stream, stopAfter: stop, commitEvery: 1, source: .live)
      _ = try other.take(stream, commitEvery: 1, source: .live)
      #expect(try other.dump() == rows, "stopped after \(stop)")
    }
    _ = try bench.rebuild()
    #expect(try bench.dump() == rows)
  }

  /// A clock two hours ahead for a session, then right: what boards without a battery do.
  private var aheadThenRight: Stream {
    func session(_ stream: inout Stream, _ start: Double, uptime: Int) {
      stream.connect(start)
      stream.logIn(start)
      stream.receive(
        start, "Event: FullyBooted\nPrivilege: system,all\nUptime: \(uptime)\n\n")
    }
    var stream = Stream()
    session(&stream, 10_000, uptime: 5000)
    stream.receive(10_010, channel("a") + hangup("a"))
    stream.disconnect(10_020)
    session(&stream, 17_230, uptime: 5030)
    stream.receive(17_231, channel("open"))
    stream.receive(17_232, channel("b"))
    stream.receive(17_235, hangup("b"))
    stream.records.append((.step(at: 17_236_000_000, by: -7_200_000_000), []))
    stream.disconnect(17_240)
    session(&stream, 10_041, uptime: 5041)
    stream.receive(10_042, channel("c"))
    stream.receive(10_050, hangup("c") + hangup("open"))
    stream.receive(10_060, "Event: UserEvent\nPrivilege: user,all\nUserEvent: Tick\n\n")
    stream.disconnect(10_070)
    return stream
  }

  @Test(arguments: [Ingest.Source.live, .capture(name: "x.ami", fileDate: 0)])
  func `a session may begin before the one before it ended`(source: Ingest.Source) throws {
    let stream = aheadThenRight
    let bench = Bench()
    _ = try bench.take(stream, source: source)
    #expect(
      try bench.rows(
        "SELECT (connected_us / 1000000) || ' ' || (ended_us / 1000000) FROM sessions ORDER BY id")
        == ["10000 10020", "17230 17240", "10041 10070"])
    #expect(
      try bench.rows("SELECT uniqueid || ' ' || (started_us / 1000000) FROM channels ORDER BY id")
        == ["a 10010", "open 17231", "b 17232", "c 10042"])
    #expect(
      try bench.rows(
        "SELECT uniqueid FROM channels WHERE ended_us IS NULL OR ended_us < started_us") == [])
    #expect(try bench.rows("SELECT (received_us / 1000000) FROM user_events") == ["10060"])
    #expect(
      try bench.rows(
        "SELECT count(*) FROM calls WHERE ring_ms < 0 OR talk_ms < 0 OR hold_ms < 0 OR ended_us < started_us"
      )
        == ["0"])
    #expect(try wrong(bench) == [])
    let rows = try bench.dump()
    for stop in 1..<stream.records.count {
      let other = Bench()
      _ = try other.take(stream, stopAfter: stop, commitEvery: 1, source: source)
      _ = try other.take(stream, commitEvery: 1, source: source)
      #expect(try other.dump() == rows, "stopped after \(stop)")
    }
    _ = try bench.rebuild()
    #expect(try bench.dump() == rows)
  }

  @Test func `one boot of the server stays one where the recorder's clock was set`() throws {
    let bench = Bench()
    _ = try bench.take(aheadThenRight, source: .live)
    // The first session after the machine's own start cannot know; the step after it is known.
    #expect(try bench.rows("SELECT count(*) FROM gaps WHERE reason = 'restart'") == ["1"])
    #expect(try bench.rows("SELECT (boot_us / 1000000) FROM servers") == ["5000"])
  }

  @Test func `an index out of any order loses nothing`() throws {
    var generator = SeededGenerator(seed: 11)
    var stream = Stream()
    stream.connect(1000)
    stream.logIn(1000)
    for number in 0..<300 {
      stream.receive(
        Double.random(in: 0...4e9, using: &generator),
        "Event: UserEvent\nPrivilege: user,all\nUserEvent: Tick\nN: \(number)\n\n")
    }
    stream.disconnect(500)
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(try bench.rows("SELECT count(*) FROM user_events") == ["300"])
    #expect(
      try bench.rows("SELECT sum(size) FROM blocks")
        == ["\(stream.records.reduce(0) { $0 + $1.bytes.count })"])
    #expect(try wrong(bench) == [])
  }

  @Test func `a recording is refused where the store holds that time, and only there`() throws {
    func recording(_ start: Double) -> Stream {
      var stream = Stream()
      stream.connect(start)
      stream.logIn(start)
      stream.receive(start + 50, channel("\(Int(start))") + hangup("\(Int(start))"))
      stream.disconnect(start + 100)
      return stream
    }
    let bench = Bench()
    _ = try bench.take(recording(5000), source: .capture(name: "b.ami", fileDate: 0))
    let rows = try bench.dump()
    let error = #expect(throws: IngestError.self) {
      try bench.take(recording(5020), source: .capture(name: "c.ami", fileDate: 0))
    }
    #expect(error?.code == .older)
    #expect(try bench.dump() == rows)
    _ = try bench.take(recording(4000), source: .capture(name: "a.ami", fileDate: 0))
    _ = try bench.take(recording(6000), source: .capture(name: "d.ami", fileDate: 0))
    #expect(
      try bench.rows("SELECT uniqueid FROM channels ORDER BY started_us")
        == ["4000", "5000", "6000"])
    #expect(
      try bench.rows(
        "SELECT (started_us / 1000000) || ' ' || (ended_us / 1000000) FROM gaps WHERE ended_us > started_us ORDER BY started_us"
      ) == ["4100 5000", "5100 6000"])
    #expect(try wrong(bench) == [])
  }
}
