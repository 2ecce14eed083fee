import Ingest
import Support
import Testing

/// Queues over a time that was not observed.
@Suite struct QueueOutageTests {
  private func booted(_ uptime: Int) -> String {
    "Event: FullyBooted\nPrivilege: system,all\nStatus: Fully Booted\nUptime: \(uptime)\n\n"
  }

  private func caller(_ id: String) -> String {
    "Event: Newchannel\nPrivilege: call,all\nChannel: PJSIP/\(id)-00000001\nChannelState: 0\n"
      + "Uniqueid: \(id)\nLinkedid: \(id)\n\n"
      + "Event: QueueCallerJoin\nPrivilege: agent,all\nChannel: PJSIP/\(id)-00000001\n"
      + "Uniqueid: \(id)\nQueue: support\nPosition: 1\nCount: 1\n\n"
  }

  private func member(_ event: String) -> String {
    "Event: \(event)\nPrivilege: agent,all\nQueue: support\nMemberName: Anna\n"
      + "Interface: PJSIP/100\nMembership: dynamic\nPaused: 0\n\n"
  }

  /// An answer to QueueStatus that lists these callers, with their seconds of waiting.
  private func list(_ callers: [(id: String, wait: Int)]) -> String {
    "Event: QueueParams\nQueue: support\nServiceLevel: 20\nActionID: 1\n\n"
      + callers.map {
        "Event: QueueEntry\nQueue: support\nPosition: 1\nChannel: PJSIP/\($0.id)-00000001\n"
          + "Uniqueid: \($0.id)\nWait: \($0.wait)\nPriority: 3\nActionID: 1\n\n"
      }.joined()
      + "Event: QueueStatusComplete\nActionID: 1\nEventList: Complete\nListItems: 2\n\n"
  }

  private static let visits =
    "SELECT opened_by || ' ' || (joined_us / 1000000) || ' ' || coalesce(left_us / 1000000, '-') "
    + "|| ' ' || coalesce(outcome, 'open') FROM queue_visits ORDER BY id"

  @Test func `who left while nobody watched is unknown, and who still waits goes on`() throws {
    var stream = Stream()
    stream.connect(100)
    stream.logIn(100.1)
    stream.receive(101, booted(50) + caller("1") + caller("2") + member("QueueMemberAdded"))
    stream.disconnect(110)
    stream.connect(120)
    stream.logIn(120.1)
    stream.receive(121, booted(70) + list([("2", 20), ("3", 7)]))
    // The same again changes nothing.
    stream.receive(125, list([("2", 24), ("3", 11)]))
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(
      try bench.rows(Self.visits) == [
        "join 101 110 unknown", "join 101 - open", "snapshot 114 - open",
      ])
    #expect(try bench.rows("SELECT service_level_s FROM queues") == ["20"])
    #expect(try bench.rows("SELECT coalesce(priority, '-') FROM queue_visits") == ["-", "3", "3"])
    #expect(try bench.rows("SELECT closed_by FROM queue_members") == ["unobserved"])
    #expect(
      try bench.rows("SELECT state || ' ' || closed_by FROM agent_intervals")
        == ["logged-in unobserved"])
  }

  @Test func `a list that is older than a visit's end does not open it again`() throws {
    var stream = Stream()
    stream.connect(100)
    stream.logIn(100.1)
    stream.receive(101, booted(50) + caller("1"))
    stream.receive(
      105,
      "Event: QueueCallerLeave\nPrivilege: agent,all\nChannel: PJSIP/1-00000001\nUniqueid: 1\n"
        + "Queue: support\nPosition: 1\n\n" + list([("1", 3)]))
    stream.receive(
      106,
      "Event: Hangup\nPrivilege: call,all\nChannel: PJSIP/1-00000001\nUniqueid: 1\nCause: 16\n\n"
        + list([("1", 4)]))
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(try bench.rows(Self.visits) == ["join 101 105 abandoned"])
  }

  @Test func `a restart leaves nothing open`() throws {
    var stream = Stream()
    stream.connect(100)
    stream.logIn(100.1)
    stream.receive(101, booted(50) + caller("1") + member("QueueMemberAdded"))
    stream.disconnect(110)
    stream.connect(120)
    stream.logIn(120.1)
    stream.receive(121, caller("2") + member("QueueMemberAdded") + booted(5))
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(try bench.rows(Self.visits) == ["join 101 110 unknown", "join 121 - open"])
    #expect(
      try bench.rows("SELECT coalesce(closed_by, '-') FROM queue_visits ORDER BY id")
        == ["restart", "-"])
    #expect(
      try bench.rows("SELECT coalesce(closed_by, '-') FROM queue_members ORDER BY id")
        == ["unobserved", "-"])
  }

  @Test func `who is connected to whom was not seen to ring is in order while they talk`() throws {
    var stream = Stream()
    stream.connect(100)
    stream.logIn(100.1)
    stream.receive(101, booted(50) + list([("1", 20)]))
    let caller = "Channel: PJSIP/1-00000001\nUniqueid: 1\nQueue: support\n"
    stream.receive(105, "Event: QueueCallerLeave\nPrivilege: agent,all\n\(caller)Position: 1\n\n")
    stream.receive(
      105.01,
      "Event: AgentConnect\nPrivilege: agent,all\n\(caller)DestChannel: PJSIP/100-00000002\n"
        + "DestUniqueid: 2\nInterface: PJSIP/100\nMemberName: Anna\nHoldTime: 24\nRingTime: 1\n\n")
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(
      try bench.rows("SELECT outcome || ' ' || ring_ms FROM queue_offers") == ["connected 1000"])
    #expect(try Verification.run(path: bench.path).flatMap(\.contradictions) == [])
  }

  @Test func `who was logged in while the server still loaded its modules is in order`() throws {
    var stream = Stream()
    stream.connect(1000)
    stream.logIn(1000.1)
    let member =
      "Event: QueueMember\nQueue: support\nName: Anna\nLocation: PJSIP/100\nMembership: static\n"
      + "LoginTime: 940\nStatus: 1\nPaused: 0\nActionID: 1\n\n"
    stream.receive(1001, booted(50) + member + list([]))
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(try bench.rows("SELECT started_us / 1000000 FROM queue_members") == ["940"])
    #expect(try Verification.run(path: bench.path).flatMap(\.contradictions) == [])
    #expect(try bench.rows("SELECT boot_us / 1000000 FROM servers") == ["951"])
  }

  @Test func `a wait lasts no longer than its channel, whichever list lacks which`() throws {
    var stream = Stream()
    stream.connect(100)
    stream.logIn(100.1)
    stream.receive(101, booted(50) + caller("1"))
    stream.disconnect(110)
    stream.connect(120)
    stream.logIn(120.1)
    stream.receive(
      121,
      booted(70) + "Response: Success\nActionID: 2\nEventList: start\n\n"
        + "Event: CoreShowChannelsComplete\nActionID: 2\nEventList: Complete\nListItems: 0\n\n")
    stream.disconnect(121.5)
    stream.connect(130)
    stream.logIn(130.1)
    stream.receive(131, booted(80) + list([]))
    stream.receive(140, member("QueueMemberAdded"))
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(try bench.rows(Self.visits) == ["join 101 110 unknown"])
    #expect(try bench.rows("SELECT ended_us / 1000000 FROM channels") == ["110"])
    #expect(try Verification.run(path: bench.path).flatMap(\.contradictions) == [])
  }
}
