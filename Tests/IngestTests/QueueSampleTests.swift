import Glibc
import Support
import Testing

/// The rows of `queue_samples` against the answers as they stand in the transcripts.
@Suite struct QueueSampleTests {
  /// A message as text: its headers, read in the plainest way.
  private typealias Message = [(name: String, value: String)]

  private func received(_ name: String) throws -> String {
    let path = "\(Fixture.tests)/Fixtures/actions/\(name).txt"
    let file = try unsafe #require(unsafe fopen(path, "r"))
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 22)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    let lines = String(decoding: bytes[..<count], as: UTF8.self)
      .split(whereSeparator: \.isNewline).filter { $0.hasPrefix("S<< ") }
    return lines.map { $0.dropFirst(4) }.joined(separator: "\n") + "\n"
  }

  private func messages(_ text: String) -> [Message] {
    text.split(separator: "\n\n").map { message in
      message.split(separator: "\n").compactMap { line in
        guard let colon = line.firstIndex(of: ":") else { return nil }
        return (
          line[..<colon].lowercased(), String(line[line.index(colon, offsetBy: 2)...])
        )
      }
    }
  }

  private func value(_ name: String, _ message: Message) -> String {
    message.first { $0.name == name }?.value ?? "?"
  }

  /// A query of columns as one text.
  private func joined(_ columns: String, _ rest: String) -> String {
    let values = columns.split(whereSeparator: \.isWhitespace).map { "coalesce(\($0), '-')" }
    return "SELECT " + values.joined(separator: " || ' ' || ") + " " + rest
  }

  private func taken(_ text: String) throws -> Bench {
    var stream = Stream()
    stream.connect(100)
    stream.receive(101, text)
    let bench = Bench()
    _ = try bench.take(stream)
    return bench
  }

  @Test(arguments: ["16", "22"])
  func `every queue that QueueStatus lists is a sample with all that it says`(version: String)
    throws
  {
    let text = try received("\(version)/QueueStatus")
    let items = messages(text)
    var expected: [String] = []
    for (place, item) in items.enumerated() where value("event", item) == "QueueParams" {
      let list = items[(place + 1)...].prefix {
        !["QueueParams", "QueueStatusComplete"].contains(value("event", $0))
      }
      let members = list.filter { value("event", $0) == "QueueMember" }
      let waits = list.filter { value("event", $0) == "QueueEntry" }
        .compactMap { Int(value("wait", $0)) }
      let names = [
        "queue", "calls", "holdtime", "talktime", "completed", "abandoned", "max", "strategy",
        "weight", "servicelevel", "servicelevelperf", "servicelevelperf2",
      ]
      let counts = (0...8).map { status in
        members.count { value("status", $0) == "\(status)" }
      }
      expected.append(
        (names.map { value($0, item) }
          + [waits.max() ?? 0, members.count, members.count { value("paused", $0) == "1" }]
          .map(String.init) + counts.map(String.init)).joined(separator: " "))
    }
    let rows = try taken(text).rows(
      joined(
        """
        name callers mean_hold_s mean_talk_s completed abandoned s.max_callers
        s.strategy s.weight s.service_level_s service_level_percent
        service_level2_percent longest_wait_s members members_paused members_unknown
        members_idle members_in_use members_busy members_invalid members_unavailable
        members_ringing members_ringing_in_use members_on_hold
        """,
        "FROM queue_samples s JOIN queues q ON q.id = queue_id WHERE source = 'status' ORDER BY s.id"
      ))
    #expect(rows == expected)
    #expect(rows.count == 13)
    #expect(Set(rows.map { $0.split(separator: " ")[1] }).count > 1)
  }

  @Test(arguments: ["16", "22"])
  func `every queue that QueueSummary lists is a sample with all that it says`(version: String)
    throws
  {
    let text = try received("\(version)/QueueSummary")
    let names = [
      "queue", "loggedin", "available", "callers", "holdtime", "talktime", "longestholdtime",
    ]
    let expected = messages(text).filter { value("event", $0) == "QueueSummary" }
      .map { item in names.map { value($0, item) }.joined(separator: " ") }
    let rows = try taken(text).rows(
      joined(
        """
        name logged_in available callers mean_hold_s mean_talk_s longest_wait_s
        """,
        "FROM queue_samples s JOIN queues q ON q.id = queue_id WHERE source = 'summary' ORDER BY s.id"
      ))
    #expect(rows == expected)
    #expect(rows.count == 12)
  }

  /// The reference's example, whose QueueSummary has no ActionID.
  private static let example = """
    Event: QueueParams
    Queue: Camp200
    Max: 0
    Strategy: ringall
    Calls: 1
    Holdtime: 5
    TalkTime: 3
    Completed: 2
    Abandoned: 1
    ServiceLevel: 30
    ServicelevelPerf: 66.7
    Weight: 100
    ActionID: 001

    Event: QueueMember
    Queue: Camp200
    Name: user1
    Location: Local/200@DialCamp
    Membership: static
    Penalty: 4
    CallsTaken: 2
    LastCall: 1447837100
    Status: 5
    Paused: 0
    ActionID: 001

    Event: QueueEntry
    Queue: Camp200
    Position: 1
    Channel: SIP/test-201-00000001
    Uniqueid: 1447837150.7
    CallerIDNum: 201
    CallerIDName: user 2
    ConnectedLineNum: unknown
    ConnectedLineName: unknown
    Wait: 16

    Event: QueueStatusComplete
    ActionID: 001


    """

  @Test func `an answer of the first versions is understood, too`() throws {
    let summary =
      "Event: QueueSummary\nQueue: Camp200\nLoggedIn: 1\nAvailable: 1\nCallers: 0\nHoldTime: 0\n"
      + "TalkTime: 3\nLongestHoldTime: 7\n\nEvent: QueueSummaryComplete\n\n"
    let bench = try taken(Self.example + summary)
    #expect(
      try bench.rows(
        joined(
          """
          source callers mean_hold_s mean_talk_s completed abandoned service_level_percent
          service_level2_percent longest_wait_s logged_in available members_unavailable
          members_in_call
          """, "FROM queue_samples ORDER BY id")) == [
          "status 1 5 3 2 1 66.7 - 16 - - 1 -", "summary 0 0 3 - - - - 7 1 1 - -",
        ])
    #expect(
      try bench.rows(
        joined(
          """
          agent interface membership penalty status calls_taken last_call_us paused
          """, "FROM queue_members")) == [
          "user1 Local/200@DialCamp static 4 5 2 1447837100000000 0"
        ])
    #expect(
      try bench.rows(
        joined(
          """
          v.opened_by joined_us last_position caller_number caller_name name
          """, "FROM queue_visits v JOIN channels c ON c.id = channel_id")) == [
          "snapshot 85000000 1 201 user 2 SIP/test-201-00000001"
        ])
  }

  @Test func `a list that breaks off is no sample, and one asked for twice is two`() throws {
    var stream = Stream()
    stream.connect(100)
    stream.receive(101, String(Self.example.dropLast(60)))
    stream.disconnect(110)
    stream.connect(120)
    stream.receive(121, "Event: QueueStatusComplete\nActionID: 001\n\n" + Self.example)
    stream.receive(130, Self.example.replacing("Status: 5", with: "Status: 1"))
    let bench = Bench()
    _ = try bench.take(stream)
    #expect(
      try bench.rows(
        joined("sampled_us members_unavailable members_idle", "FROM queue_samples"))
        == ["121000000 1 0", "130000000 0 1"])
  }
}
