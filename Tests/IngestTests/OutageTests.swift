import Ingest
import Journal
import Support
import Testing

/// What was not observed is known.
@Suite struct OutageTests {
  private static let gaps =
    "SELECT started_us || ' ' || coalesce(ended_us, 'open') || ' ' || reason || ' ' || attempts FROM gaps ORDER BY id"

  private func hold(_ stream: inout Stream, from start: Double, to end: Double) {
    stream.connect(start)
    stream.logIn(start + 0.01)
    stream.receive(end - 0.01, "Event: Reload\nPrivilege: system,all\nModule: x\nStatus: 0\n\n")
    stream.disconnect(end)
  }

  @Test func `the time between two sessions is one gap, whatever was tried meanwhile`() throws {
    var stream = Stream()
    hold(&stream, from: 100, to: 110)
    stream.disconnect(111)
    stream.disconnect(112)
    // A booting server takes a connection and drops it at once.
    stream.connect(113)
    stream.logIn(113.1)
    stream.disconnect(113.5)
    hold(&stream, from: 120, to: 130)
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(try bench.rows(Self.gaps) == ["110000000 120010000 connection-lost 3"])
    #expect(try bench.rows("SELECT count(*) FROM sessions") == ["3"])
  }

  @Test func `an outage that lasts is open, and a refused login does not end it`() throws {
    var stream = Stream()
    hold(&stream, from: 100, to: 110)
    stream.connect(120)
    stream.receive(
      121, "Asterisk Call Manager/11.0.0\nResponse: Error\nMessage: Authentication failed\n\n")
    stream.disconnect(125)
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(try bench.rows(Self.gaps) == ["110000000 open connection-lost 1"])
    #expect(
      try bench.rows("SELECT end_reason FROM sessions ORDER BY id")
        == ["connection-lost", "login-refused"])
  }

  @Test func `a restart closes what was open when it was last seen, and not what is new`() throws {
    func channel(_ id: String) -> String {
      "Event: Newchannel\nPrivilege: call,all\nChannel: PJSIP/\(id)-00000000\nChannelState: 0\n"
        + "Uniqueid: \(id)\nLinkedid: \(id)\n\n"
    }
    func booted(_ uptime: Int) -> String {
      "Event: FullyBooted\nPrivilege: system,all\nUptime: \(uptime)\n\n"
    }
    var stream = Stream()
    stream.connect(1000)
    stream.logIn(1000)
    stream.receive(1000, booted(500))
    stream.receive(1001, channel("old"))
    stream.disconnect(1010)
    stream.connect(1020)
    stream.logIn(1020)
    stream.receive(1020.2, channel("new"))
    stream.receive(1020.4, booted(1))
    stream.receive(1022, channel("newer"))
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(
      try bench.rows(
        "SELECT uniqueid || ' ' || coalesce(ended_us, 'open') || ' ' || coalesce(closed_by, '') FROM channels ORDER BY id"
      )
        == ["old 1010000000 restart", "new open ", "newer open "])
    #expect(try bench.rows(Self.gaps) == ["1010000000 1020000000 restart 0"])
    #expect(try bench.rows("SELECT boot_us FROM servers") == ["1019400000"])
  }

  @Test func `a new connection to the same server closes nothing`() throws {
    var stream = Stream()
    for start in [1000.0, 1020.0] {
      stream.connect(start)
      stream.logIn(start)
      stream.receive(
        start, "Event: FullyBooted\nPrivilege: system,all\nUptime: \(Int(start) - 500)\n\n")
      if start == 1000 {
        stream.receive(
          1001,
          "Event: Newchannel\nPrivilege: call,all\nChannel: PJSIP/1-0\nUniqueid: 1\nLinkedid: 1\n\n"
        )
      }
      stream.disconnect(start + 10)
    }
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(try bench.rows("SELECT count(*) FROM channels WHERE ended_us IS NULL") == ["1"])
  }

  @Test(arguments: ["restart-16", "restart-22"])
  func `in a recording of three restarts each outage is one gap and nothing stays open`(
    fixture: String
  ) throws {
    let bench = Bench()
    _ = try bench.take(Stream(fixture: fixture))
    #expect(try bench.rows("SELECT reason FROM gaps") == ["restart", "restart", "restart"])
    #expect(try bench.rows("SELECT count(*) FROM gaps WHERE ended_us IS NULL") == ["0"])
    #expect(
      try bench.rows(
        "SELECT count(*) FROM channels WHERE ended_us IS NULL OR ended_us < started_us")
        == ["0"])
  }

  @Test func `a cut frame is split, counted and leaves a doubtful time`() throws {
    var stream = Stream()
    stream.connect(100)
    stream.logIn(100)
    stream.receive(102, "Event: A\nPrivilege: call,all\n\n")
    stream.receive(
      103, "Event: B\nPrivilege: call,all\nUniqEvent: C\nPrivilege: call,all\n\n")
    let bench = Bench()
    let progress = try bench.take(stream)
    #expect(progress.cutFrames == 1)
    #expect(try bench.rows(Self.gaps) == ["102000000 103000000 cut-frame 0"])
    #expect(try bench.rows("SELECT cut_frames FROM sessions") == ["1"])
    #expect(try bench.rows("SELECT name FROM event_counts ORDER BY name") == ["A", "B", "C"])
  }

  @Test func `a stream without an index has the times that it carries`() throws {
    var stream = Stream()
    let text =
      "Asterisk Call Manager/11.0.0\nResponse: Success\n\n"
      + "Event: SuccessfulAuth\nPrivilege: security,all\nEventTV: 2026-11-23T00:07:58.752+0000\n\n"
      + "Event: Newchannel\nPrivilege: call,all\nChannel: PJSIP/1-00000000\nUniqueid: pbx-1795392480.2\n\n"
      + "Event: Newchannel\nPrivilege: call,all\nChannel: PJSIP/2-00000000\nUniqueid: 9999999999.3\n\n"
    stream.records = [(.bytes(at: nil), text.wire)]
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(
      try bench.rows("SELECT connected_at || ' ' || time_source FROM sessions")
        == ["2026-11-23T00:07:58.752000Z carried"])
    #expect(
      try bench.rows("SELECT started_at FROM channels ORDER BY id")
        == ["2026-11-23T00:08:00.000000Z", "2026-11-23T00:08:00.000000Z"])
  }

  @Test func `a clock that was set back does not turn times round`() throws {
    var stream = Stream()
    stream.connect(100)
    stream.logIn(100)
    stream.receive(
      110, "Event: Newchannel\nPrivilege: call,all\nChannel: PJSIP/1-0\nUniqueid: 1\n\n")
    stream.receive(
      105, "Event: Hangup\nPrivilege: call,all\nChannel: PJSIP/1-0\nUniqueid: 1\nCause: 16\n\n")
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(try bench.rows("SELECT ended_us - started_us FROM channels") == ["0"])
  }
}
