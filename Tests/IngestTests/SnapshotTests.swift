import Journal
import Support
import Testing

/// What answers to the question what there is say of channels, bridges, parked calls and
/// conferences: after a login, after a gap, and in between.
@Suite struct SnapshotTests {
  // MARK: What was there before

  @Test func `what a list shows was there, in its call, since as long as it says`() throws {
    var stream = Stream()
    stream.begin(100)
    stream.receive(
      101,
      lists(
        channels: [
          // In any order: the first channel is that whose uniqueid is the linkedid.
          Listed("2", linkedid: "1", bridge: "b", application: "AppDial", seconds: 30),
          Listed("1", bridge: "b", application: "Dial", seconds: 3661),
          Listed("3", bridge: "", application: "Echo", seconds: 5),
        ], bridges: [("b", "basic"), ("p", "parking")]))
    stream.receive(111, request("2") + hangup("2") + hangup("1"))
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(
      try bench.rows(Self.channels) == [
        "2 call 1 snapshot 71 hangup 111", "1 call 1 snapshot -3560 hangup 111",
        "3 call 2 snapshot 96 - -",
      ])
    #expect(
      try bench.rows(
        "SELECT caller_number || ' ' || callee_number || ' ' || disposition || ' ' || ended_by "
          + "|| ' ' || talk_ms || ' ' || (started_us / 1000000) FROM calls WHERE id = 1")
        == ["n1 n2 answered callee 10000 -3560"])
    #expect(
      try bench.rows(Self.bridges) == ["b basic snapshot 101 - -", "p parking snapshot 101 - -"])
    #expect(
      try bench.rows(Self.members) == [
        "2 in b snapshot 101 event 111", "1 in b snapshot 101 event 111",
      ])
    #expect(try problems(stream).isEmpty)
  }

  @Test func `strangers in a conference, or parked, are not joined by a list`() throws {
    var stream = Stream()
    stream.begin(100)
    stream.receive(
      101,
      lists(
        channels: [
          Listed("1", bridge: "c", application: "ConfBridge", seconds: 3),
          Listed("2", bridge: "c", application: "ConfBridge", seconds: 3),
          Listed("3", bridge: "p", application: "Park", seconds: 3),
          Listed("4", bridge: "p", application: "Park", seconds: 3),
        ], bridges: [("c", "base"), ("p", "parking")], rooms: ["room"], parked: [("3", 701)]))
    stream.receive(
      105,
      "Event: ConfbridgeLeave\nPrivilege: call,all\nConference: room\nBridgeUniqueid: c\n"
        + "Channel: PJSIP/1\nUniqueid: 1\n\n")
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(try bench.rows("SELECT count(*) FROM calls") == ["4"])
    #expect(try bench.rows("SELECT talk_ms FROM calls WHERE id > 2") == ["0", "0"])
    #expect(
      try bench.rows(
        "SELECT channel_id || ' ' || coalesce(joined_us, 'before') || ' '"
          + "|| coalesce(left_us / 1000000, '-') FROM conference_members")
        == ["1 before 105", "2 before -"])
    #expect(try bench.rows(Self.parkings) == ["3 701 open"])
    #expect(try problems(stream).isEmpty)
  }

  @Test func `the same lists again change nothing`() throws {
    let channels = [
      Listed("1", bridge: "b", application: "Dial", seconds: 9),
      Listed("2", linkedid: "1", bridge: "b", application: "AppDial", seconds: 9),
    ]
    let list = lists(
      channels: channels, bridges: [("b", "basic")], rooms: ["r"], parked: [("1", 7)])
    var stream = Stream()
    stream.begin(100)
    stream.receive(101, list)
    let once = Bench()
    _ = try once.take(stream)
    stream.receive(102, list)
    stream.receive(103, list)
    stream.receive(120, list)
    let again = Bench()
    _ = try again.take(stream)
    let isDerived: (String) -> Bool = { row in
      !["blocks: ", "event_counts: ", "sessions: "].contains { row.hasPrefix($0) }
    }
    #expect(try again.dump().filter(isDerived) == once.dump().filter(isDerived))
    #expect(try problems(stream).isEmpty)
  }

  // MARK: Order

  @Test func `older events that follow a list tell better than the list`() throws {
    var stream = Stream()
    stream.begin(100)
    stream.receive(
      101,
      lists(
        channels: [
          Listed("1", bridge: "b", application: "Dial", seconds: 0),
          Listed("2", linkedid: "1", bridge: "b", application: "AppDial", seconds: 0),
        ], bridges: [("b", "basic")]))
    stream.receive(101.5, newchannel("1") + enter("1", "b"))
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(
      try bench.rows(Self.channels) == [
        "1 call 1 newchannel 101 - -", "2 call 1 snapshot 101 - -",
      ])
    #expect(
      try bench.rows("SELECT opened_by || ' ' || entered_us FROM bridge_members")
        == ["event 101500000", "snapshot 101000000"])
    #expect(try problems(stream).isEmpty)
  }

  @Test func `a closed channel is not opened again by a list`() throws {
    var stream = Stream()
    stream.begin(100)
    stream.receive(101, newchannel("1") + hangup("1"))
    stream.receive(102, lists(channels: [Listed("1", bridge: "b", seconds: 9)], bridges: []))
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(try bench.rows(Self.channels) == ["1 call 1 newchannel 101 hangup 101"])
  }

  @Test func `within a session one list that lacks a channel ends nothing, two do`() throws {
    for (second, isClosed) in [(102.0, false), (115.0, true)] {
      var stream = Stream()
      stream.begin(100)
      stream.receive(101, newchannel("1") + newchannel("2"))
      stream.receive(101.5, lists(channels: [Listed("2", seconds: 0)], bridges: []))
      stream.receive(second, lists(channels: [Listed("2", seconds: 9)], bridges: []))
      stream.receive(130, "Event: Nothing\nPrivilege: x\n\n")
      let bench = Bench()
      _ = try bench.take(stream)
      #expect(
        try bench.rows(Self.channels).first
          == "1 call 1 newchannel 101 \(isClosed ? "snapshot 101" : "- -")")
      #expect(try problems(stream).isEmpty)
    }
  }

  @Test func `a list that lacks items, or begins before a channel does, ends nothing`() throws {
    var stream = Stream()
    stream.begin(100)
    stream.receive(101, newchannel("1"))
    for time in [102.0, 110, 120] {
      stream.receive(time, lists(channels: [Listed("2", seconds: 0)], bridges: [], told: 2))
    }
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(try bench.rows(Self.channels).first == "1 call 1 newchannel 101 - -")
  }

  // MARK: Gaps

  /// A talk (1 and 2), a ringing (3 rings 4), one parked (5), a conference of 6 and 7, a
  /// consultation (8 and 9 talk, 8 rings 10).
  private func before() -> Stream {
    var stream = Stream()
    stream.begin(100)
    stream.receive(
      101,
      newchannel("1") + newchannel("2", linkedid: "1") + dial("1", "2")
        + enter("1", "b1") + enter("2", "b1") + newchannel("3") + newchannel("4", linkedid: "3")
        + dial("3", "4") + newchannel("5") + parked("5", 701) + enter("5", "p", type: "parking")
        + newchannel("6") + newchannel("7") + conference("Start", nil)
        + enter("6", "c", type: "base")
        + conference("Join", "6") + enter("7", "c", type: "base") + conference("Join", "7"))
    stream.receive(
      102,
      "Event: Hold\nPrivilege: call,all\nChannel: PJSIP/2\nUniqueid: 2\n\n"
        + "Event: MixMonitorStart\nPrivilege: call,all\nChannel: PJSIP/2\nUniqueid: 2\n\n")
    stream.disconnect(110)
    stream.begin(200)
    return stream
  }

  @Test func `what ended in a gap ended with the session before it`() throws {
    var stream = before()
    stream.receive(201, lists(channels: [], bridges: [("p", "parking")]) + noConferences)
    stream.receive(204, "Event: Nothing\nPrivilege: x\n\n")
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(
      try bench.rows("SELECT DISTINCT closed_by || ' ' || (ended_us / 1000000) FROM channels")
        == ["gap 110"])
    #expect(
      try bench.rows(Self.bridges) == [
        "b1 basic event 101 gap 110", "p parking event 101 - -", "c base event 101 gap 110",
      ])
    #expect(
      try bench.rows("SELECT DISTINCT closed_by || ' ' || (left_us / 1000000) FROM bridge_members")
        == ["gap 110"])
    #expect(try bench.rows(Self.parkings) == ["5 701 unknown"])
    #expect(
      try bench.rows("SELECT closed_by || ' ' || (ended_us / 1000000) FROM conferences")
        == ["gap 110"])
    #expect(
      try bench.rows("SELECT DISTINCT (left_us / 1000000) FROM conference_members") == ["110"])
    #expect(try bench.rows("SELECT closed_by FROM holds") == ["gap"])
    #expect(try bench.rows("SELECT closed_by FROM recordings") == ["gap"])
    #expect(
      try bench.rows("SELECT (ended_us / 1000000) || coalesce(status, '-') FROM dials ORDER BY id")
        == ["110-", "110-"])
    // The answered call is answered; of the other it is not known.
    #expect(
      try bench.rows(
        "SELECT coalesce(disposition, '-') || ' ' || coalesce(ended_by, '-') || ' ' || talk_ms "
          + "FROM calls WHERE id < 3")
        == ["answered - 9000", "- - 0"])
    #expect(try problems(stream).isEmpty)
  }

  @Test func `what began, moved and went on in a gap is where the lists say`() throws {
    var stream = before()
    stream.receive(
      201,
      lists(
        channels: [
          Listed("1", bridge: "b9", application: "Dial", seconds: 99),
          Listed("20", linkedid: "1", bridge: "b9", application: "AppDial", seconds: 30),
          Listed("3", bridge: "b3", application: "Dial", seconds: 99),
          Listed("4", linkedid: "3", bridge: "b3", application: "AppDial", seconds: 99),
          Listed("5", bridge: "", application: "Echo", seconds: 99),
          Listed("6", bridge: "c", application: "ConfBridge", seconds: 99),
        ], bridges: [("b9", "basic"), ("b3", "basic"), ("c", "base"), ("p", "parking")],
        rooms: ["room"]))
    stream.receive(210, hangup("1") + hangup("20"))
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(
      try bench.rows(Self.channels) == [
        "1 call 1 newchannel 101 hangup 210", "2 call 1 newchannel 101 gap 110",
        "3 call 2 newchannel 101 - -", "4 call 2 newchannel 101 - -",
        "5 call 3 newchannel 101 - -", "6 call 4 newchannel 101 - -",
        "7 call 5 newchannel 101 gap 110", "20 call 1 snapshot 171 hangup 210",
      ])
    #expect(
      try bench.rows(Self.members) == [
        "1 in b1 event 101 gap 110", "2 in b1 event 101 gap 110", "5 in p event 101 gap 110",
        "6 in c event 101 - -", "7 in c event 101 gap 110", "1 in b9 snapshot 201 event 210",
        "20 in b9 snapshot 201 event 210", "3 in b3 snapshot 201 - -", "4 in b3 snapshot 201 - -",
      ])
    #expect(try bench.rows(Self.parkings) == ["5 701 unknown"])
    #expect(
      try bench.rows("SELECT coalesce(left_us / 1000000, '-') FROM conference_members")
        == ["-", "110"])
    #expect(
      try bench.rows(
        "SELECT talk_ms || ' ' || coalesce(answered_us / 1000000, '-') FROM calls WHERE id < 3")
        == ["18000 101", "0 -"])
    #expect(try problems(stream).isEmpty)
  }

  @Test func `an end that is told behind the list is the end`() throws {
    var stream = before()
    stream.receive(201, lists(channels: [Listed("2", linkedid: "1")], bridges: [("b1", "basic")]))
    stream.receive(201.5, leave("1", "b1") + leave("2", "b1") + hangup("1") + hangup("2"))
    stream.receive(204, "Event: Nothing\nPrivilege: x\n\n")
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(
      try bench.rows(Self.channels).prefix(3) == [
        "1 call 1 newchannel 101 hangup 201", "2 call 1 newchannel 101 hangup 201",
        "3 call 2 newchannel 101 gap 110",
      ])
    #expect(try bench.rows(Self.members).prefix(2).allSatisfy { $0.hasSuffix("event 201") })
    #expect(try problems(stream).isEmpty)
  }

  @Test func `who comes under a name that was known before the gap is another`() throws {
    var stream = before()
    stream.receive(201, newchannel("3"))
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(
      try bench.rows("\(Self.channels.replacing("ORDER BY id", with: "WHERE uniqueid = '3'"))")
        .map { String($0.split(separator: " ", maxSplits: 3)[3]) }
        == ["newchannel 101 gap 110", "newchannel 201 - -"])
  }

  @Test func `a bridge tells who is in it where channels may not be listed`() throws {
    var stream = Stream()
    stream.begin(100)
    stream.receive(
      101,
      "Event: BridgeListItem\nActionID: 1\nBridgeUniqueid: b\nBridgeType: basic\n"
        + "BridgeTechnology: simple_bridge\n\n"
        + "Event: BridgeListComplete\nActionID: 1\nEventList: Complete\nListItems: 1\n\n"
        + "Event: BridgeInfoChannel\nChannel: PJSIP/1\nUniqueid: 1\nLinkedid: 1\nActionID: 2\n\n"
        + "Event: BridgeInfoChannel\nChannel: PJSIP/2\nUniqueid: 2\nLinkedid: 2\nActionID: 2\n\n"
        + "Event: BridgeInfoComplete\nActionID: 2\nEventList: Complete\nListItems: 2\n"
        + "BridgeUniqueid: b\nBridgeType: basic\nBridgeTechnology: simple_bridge\n\n")
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(
      try bench.rows(Self.channels) == ["1 call 1 snapshot 101 - -", "2 call 1 snapshot 101 - -"])
    #expect(
      try bench.rows(Self.members) == ["1 in b snapshot 101 - -", "2 in b snapshot 101 - -"])
    #expect(try problems(stream).isEmpty)
  }

  @Test func `no contacts found ends the contacts of before`() throws {
    let contact =
      "Event: ContactList\nActionID: 1\nObjectName: 100;@x\nUri: sip:100@192.0.2.1\n"
      + "Endpoint: 100\nStatus: Reachable\n\n"
    var stream = Stream()
    stream.begin(100)
    stream.receive(
      101,
      contact + "Event: ContactListComplete\nActionID: 1\nEventList: Complete\nListItems: 1\n\n")
    stream.disconnect(110)
    stream.begin(200)
    stream.records.append(
      (
        .bytes(at: 201_000_000),
        Array("Response: Error\r\nActionID: 2\r\nMessage: No Contacts found\n\r\n\r\n".utf8)
      ))
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(
      try bench.rows("SELECT closed_by || ' ' || (ended_us / 1000000) FROM registrations")
        == ["gap 110"])
  }

  // MARK: The same rows however it is stopped

  /// Where stopping after some record and going on in another process makes other rows.
  private func problems(_ stream: Stream) throws -> [String] {
    let whole = Bench()
    _ = try whole.take(stream)
    let expected = try whole.dump()
    var found: [String] = []
    for stop in 1..<stream.records.count {
      let bench = Bench()
      _ = try bench.take(stream, stopAfter: stop, commitEvery: 1)
      _ = try bench.take(stream, commitEvery: 1)
      let difference = try bench.dump().difference(from: expected)
      found += difference.prefix(2).map { "stopped after \(stop): \($0)" }
    }
    return found
  }

  // MARK: Rows

  private static let channels =
    "SELECT uniqueid || ' call ' || call_id || ' ' || opened_by || ' ' || (started_us / 1000000) "
    + "|| ' ' || coalesce(closed_by, '-') || ' ' || coalesce(ended_us / 1000000, '-') "
    + "FROM channels ORDER BY id"
  private static let bridges =
    "SELECT bridge_uniqueid || ' ' || type || ' ' || opened_by || ' ' || (started_us / 1000000) "
    + "|| ' ' || coalesce(closed_by, '-') || ' ' || coalesce(ended_us / 1000000, '-') "
    + "FROM bridges ORDER BY id"
  private static let members =
    "SELECT uniqueid || ' in ' || bridge_uniqueid || ' ' || m.opened_by || ' ' "
    + "|| (entered_us / 1000000) || ' ' || coalesce(m.closed_by, '-') || ' ' "
    + "|| coalesce(left_us / 1000000, '-') FROM bridge_members m JOIN channels c ON c.id = "
    + "channel_id JOIN bridges b ON b.id = bridge_id ORDER BY m.id"
  private static let parkings =
    "SELECT uniqueid || ' ' || space || ' ' || coalesce(outcome, 'open') FROM parkings p "
    + "JOIN channels c ON c.id = channel_id ORDER BY p.id"

  // MARK: Messages

  private struct Listed {
    var uniqueid: String
    var linkedid: String
    var bridge: String
    var application: String
    var seconds: Int

    init(
      _ uniqueid: String, linkedid: String? = nil, bridge: String = "",
      application: String = "Wait", seconds: Int = 0
    ) {
      self.uniqueid = uniqueid
      self.linkedid = linkedid ?? uniqueid
      self.bridge = bridge
      self.application = application
      self.seconds = seconds
    }

    var item: String {
      let (hours, rest) = seconds.quotientAndRemainder(dividingBy: 3600)
      return "Event: CoreShowChannel\nActionID: 1\nChannel: PJSIP/\(uniqueid)\nChannelState: 6\n"
        + "CallerIDNum: n\(uniqueid)\nExten: 7\nUniqueid: \(uniqueid)\nLinkedid: \(linkedid)\n"
        + "Application: \(application)\nDuration: \(hours):\(rest / 60):\(rest % 60)\n"
        + "BridgeId: \(bridge)\n\n"
    }
  }

  /// Answers to CoreShowChannels, ParkedCalls, ConfbridgeListRooms and BridgeList.
  private func lists(
    channels: [Listed], bridges: [(id: String, type: String)], rooms: [String] = [],
    parked: [(id: String, space: Int)] = [], told: Int? = nil
  ) -> String {
    func end(_ name: String, _ action: Int, _ items: Int) -> String {
      "Event: \(name)\nActionID: \(action)\nEventList: Complete\nListItems: \(items)\n\n"
    }
    var text = channels.map(\.item).joined()
    text += end("CoreShowChannelsComplete", 1, told ?? channels.count)
    for (id, space) in parked {
      text +=
        "Event: ParkedCall\nActionID: 2\nParkeeChannel: PJSIP/\(id)\nParkeeUniqueid: \(id)\n"
        + "Parkinglot: default\nParkingSpace: \(space)\nParkingTimeout: 45\nParkingDuration: 3\n\n"
    }
    text += end("ParkedCallsComplete", 2, parked.count)
    if !rooms.isEmpty {
      text += rooms.map { "Event: ConfbridgeListRooms\nActionID: 3\nConference: \($0)\n\n" }
        .joined()
      text += end("ConfbridgeListRoomsComplete", 3, rooms.count)
    }
    for (id, type) in bridges {
      text += "Event: BridgeListItem\nActionID: 4\n" + bridge(id, type)
      if type == "base" { text += "BridgeCreator: ConfBridge\nBridgeName: room\n" }
      text += "\n"
    }
    return text + end("BridgeListComplete", 4, bridges.count)
  }

  private let noConferences =
    "Response: Error\nActionID: 5\nMessage: No active conferences.\n\n"

  private func bridge(_ id: String, _ type: String) -> String {
    let technology = type == "parking" ? "holding_bridge" : "simple_bridge"
    return "BridgeUniqueid: \(id)\nBridgeType: \(type)\nBridgeTechnology: \(technology)\n"
  }

  private func newchannel(_ id: String, linkedid: String? = nil) -> String {
    "Event: Newchannel\nPrivilege: call,all\nChannel: PJSIP/\(id)\nChannelState: 0\n"
      + "CallerIDNum: n\(id)\nUniqueid: \(id)\nLinkedid: \(linkedid ?? id)\n\n"
  }

  private func dial(_ id: String, _ dest: String) -> String {
    "Event: DialBegin\nPrivilege: call,all\nChannel: PJSIP/\(id)\nUniqueid: \(id)\n"
      + "DestChannel: PJSIP/\(dest)\nDestUniqueid: \(dest)\n\n"
  }

  private func enter(_ id: String, _ name: String, type: String = "basic") -> String {
    "Event: BridgeEnter\nPrivilege: call,all\n" + bridge(name, type)
      + "Channel: PJSIP/\(id)\nUniqueid: \(id)\n\n"
  }

  private func leave(_ id: String, _ name: String) -> String {
    "Event: BridgeLeave\nPrivilege: call,all\nBridgeUniqueid: \(name)\nChannel: PJSIP/\(id)\n"
      + "Uniqueid: \(id)\n\n"
  }

  private func parked(_ id: String, _ space: Int) -> String {
    "Event: ParkedCall\nPrivilege: call,all\nParkeeChannel: PJSIP/\(id)\nParkeeUniqueid: \(id)\n"
      + "Parkinglot: default\nParkingSpace: \(space)\nParkingTimeout: 45\nParkingDuration: 0\n\n"
  }

  private func conference(_ what: String, _ id: String?) -> String {
    let channel = id.map { "Channel: PJSIP/\($0)\nUniqueid: \($0)\n" } ?? ""
    return "Event: Confbridge\(what)\nPrivilege: call,all\nConference: room\nBridgeUniqueid: c\n"
      + channel + "\n"
  }

  private func request(_ id: String) -> String {
    "Event: HangupRequest\nPrivilege: call,all\nChannel: PJSIP/\(id)\nUniqueid: \(id)\n\n"
  }

  private func hangup(_ id: String) -> String {
    "Event: Hangup\nPrivilege: call,all\nChannel: PJSIP/\(id)\nUniqueid: \(id)\nCause: 16\n\n"
  }
}

extension Stream {
  /// A connection to a server that has been up since second 50.
  fileprivate mutating func begin(_ seconds: Double) {
    connect(seconds)
    logIn(seconds + 0.1)
    receive(
      seconds + 0.2,
      "Event: FullyBooted\nPrivilege: system,all\nUptime: \(Int(seconds) - 50)\n\n")
  }
}
