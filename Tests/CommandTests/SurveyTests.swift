import Glibc
import Support
import Testing

@testable import amirecd

/// What amirecd asks a server, and when.
@Suite(.serialized) struct SurveyTests {
  private static let list = [
    "CoreSettings: x  (Priv: system,reporting,all)", "CoreShowChannels: x  (Priv: system,all)",
    "Status: x  (Priv: call,all)", "BridgeList: x  (Priv: <none>)",
    "BridgeInfo: x  (Priv: <none>)", "QueueStatus: x  (Priv: <none>)",
    "QueueSummary: x  (Priv: <none>)", "SIPpeers: x  (Priv: system,reporting,all)",
    "PJSIPShowRegistrationsOutbound: x  (Priv: system,all)", "ListCommands: x  (Priv: <none>)",
  ]

  /// A server that has the actions of the list, and says that it is booted.
  @Sendable private static func answer(_ action: [String: String]) -> String? {
    let start = "Response: Success\r\nActionID: %\r\n"
    func items(_ items: [String], _ end: String) -> String {
      let all = items + ["Event: \(end)\r\nEventList: Complete\r\nListItems: \(items.count)"]
      return start + "EventList: start\r\n\r\n"
        + all.map { $0 + "\r\nActionID: %\r\n\r\n" }.joined()
    }
    switch action["Action"] {
    case "Login":
      return start + "Message: Authentication accepted\r\n\r\nEvent: FullyBooted\r\n"
        + "Privilege: system,all\r\nUptime: 9\r\nStatus: Fully Booted\r\n\r\n"
    case "ListCommands":
      return start + list.map { $0 + "\r\n" }.joined() + "\r\n"
    case "BridgeList":
      return items(
        ["one", "two"].map { "Event: BridgeListItem\r\nBridgeUniqueid: \($0)" },
        "BridgeListComplete")
    case "CoreShowChannels", "QueueStatus", "QueueSummary", "SIPpeers", "BridgeInfo":
      return items([], "\(action["Action"]!)Complete")
    default: return nil
    }
  }

  @Test func `after the login everything is asked once that the server has, in order`()
    async throws
  {
    let manager = FakeManager(eventsAtOnce: 0, answers: Self.answer)
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("asked") { running.errors.contains("asked what is there") }
    // Behind that, samples follow, if this takes long.
    #expect(
      manager.asked.prefix(9) == [
        "ListCommands", "CoreSettings", "CoreShowChannels", "BridgeList", "BridgeInfo",
        "BridgeInfo", "QueueStatus", "QueueSummary", "SIPpeers",
      ])
    #expect(manager.received("BridgeInfo").map { $0["BridgeUniqueid"] } == ["one", "two"])
    running.signal(SIGTERM)
    let outcome = await running.ended()
    #expect(outcome.status == 0)
    let stored = try await recording.stored()
    #expect(stored == manager.sent.map { String(decoding: $0, as: UTF8.self) })
    #expect(stored.first?.contains("Event: BridgeListItem") == true)
  }

  @Test func `what the user may not ask is said once, and not tried`() async throws {
    let manager = FakeManager(
      eventsAtOnce: 0,
      answers: { action in
        switch action["Action"] {
        case "QueueStatus":
          "Response: Error\r\nActionID: %\r\nMessage: Permission denied\r\n\r\n"
        case "ListCommands":
          "Response: Success\r\nActionID: %\r\n"
            + "QueueStatus: x  (Priv: <none>)\r\nQueueSummary: x  (Priv: <none>)\r\n"
            + "CoreSettings: x  (Priv: system,reporting,all)\r\nBridge: x  (Priv: call,all)\r\n\r\n"
        default: Self.answer(action)
        }
      })
    let recording = Recording()
    recording.configure([("pbx1", manager.port)], "queues_interval_s = 1")
    let running = try recording.start()
    try await eventually("asked again") { manager.received("QueueSummary").count >= 3 }
    #expect(manager.received("QueueStatus").count == 1)
    running.signal(SIGHUP)
    recording.configure([("pbx1", manager.port)], "queues_interval_s = 2")
    running.signal(SIGHUP)
    try await eventually("asked in a second session") {
      manager.received("ListCommands").count == 2 && manager.received("QueueSummary").count >= 5
    }
    running.signal(SIGTERM)
    let lines = await running.ended().errors.split(separator: "\n").filter {
      $0.contains("what is there is not known in full")
    }
    // CoreSettings is listed, so the user has one of its classes, but nobody knows which.
    #expect(
      lines.allSatisfy {
        $0.contains(
          "send, CoreStatus, CoreShowChannels, Agents, ConfbridgeListRooms, PJSIPShowEndpoints, "
            + "PJSIPShowContacts, SIPpeers, SIPshowregistry, IAXpeerlist, QueueStatus; ")
      }, "\(lines)")
    // A recorder whose settings changed is a new one.
    #expect(lines.count == 2)
  }

  @Test func `queues and registrations are asked for at their intervals, or never`() async throws {
    let manager = FakeManager(eventsAtOnce: 0, answers: Self.answer)
    let recording = Recording()
    recording.configure(
      [("pbx1", manager.port)],
      "snapshot = no\nqueues_interval_s = 1\nregistrations_interval_s = 0")
    let running = try recording.start()
    try await eventually("sampled") { manager.received("QueueSummary").count >= 3 }
    running.signal(SIGTERM)
    #expect(await running.ended().status == 0)
    #expect(manager.asked.prefix(3) == ["ListCommands", "CoreSettings", "QueueStatus"])
    #expect(Set(manager.asked).isDisjoint(with: ["SIPpeers", "CoreShowChannels"]))
  }

  @Test func `what is answered with passwords is asked only where that is wanted`() async throws {
    let manager = FakeManager(eventsAtOnce: 0, answers: Self.answer)
    let recording = Recording()
    recording.configure([("pbx1", manager.port)], "outbound_registrations = yes")
    let running = try recording.start()
    try await eventually("asked") { running.errors.contains("asked what is there") }
    #expect(manager.received("PJSIPShowRegistrationsOutbound").count == 1)
    running.signal(SIGTERM)
    #expect(await running.ended().status == 0)
  }

  @Test func `the next question waits for the end of a list`() async throws {
    let manager = FakeManager(
      eventsAtOnce: 0,
      answers: { action in
        action["Action"] == "CoreShowChannels"
          ? "Response: Success\r\nActionID: %\r\nEventList: start\r\n\r\n" : Self.answer(action)
      })
    let recording = Recording()
    recording.configure([("pbx1", manager.port)], "ping_interval_s = 1")
    let running = try recording.start()
    try await eventually("some time later") { manager.received("Ping").count >= 2 }
    #expect(manager.asked.last == "CoreShowChannels")
    let actionID = try #require(manager.received("CoreShowChannels").first?["ActionID"])
    manager.send(
      "Event: CoreShowChannelsComplete\r\nActionID: \(actionID)\r\nEventList: Complete\r\n\r\n")
    try await eventually("goes on") { manager.asked.last == "SIPpeers" }
    running.signal(SIGTERM)
    #expect(await running.ended().status == 0)
  }

  @Test func `a server that was not booted is asked again when it is`() async throws {
    let manager = FakeManager(
      eventsAtOnce: 0,
      answers: { $0["Action"] == "Login" ? nil : Self.answer($0) })
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("asked though nobody said booted") {
      manager.asked.last == "SIPpeers"
    }
    #expect(manager.received("ListCommands").count == 1)
    manager.send("Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n")
    try await eventually("asked again") { manager.received("SIPpeers").count == 2 }
    running.signal(SIGTERM)
    #expect(await running.ended().status == 0)
  }

  @Test func `of a server that lists nothing only the version is asked`() async throws {
    let manager = FakeManager(
      eventsAtOnce: 0,
      answers: { action in
        action["Action"] == "ListCommands"
          ? "Response: Error\r\nActionID: %\r\nMessage: Invalid/unknown command\r\n\r\n"
          : Self.answer(action)
      })
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("asked") { running.errors.contains("asked what is there: 1 questions") }
    #expect(manager.asked == ["ListCommands", "CoreSettings"])
    running.signal(SIGTERM)
    #expect(await running.ended().status == 0)
  }
}

@Suite struct CadenceTests {
  private let start = ContinuousClock().now

  @Test func `the first time is in the second half of an interval, the others follow it`() throws {
    var random = SystemRandomNumberGenerator()
    var firsts: Set<Duration> = []
    for _ in 0..<100 {
      var cadence = try #require(Cadence(seconds: 60, from: start, using: &random))
      let first = cadence.next
      firsts.insert(first - start)
      #expect((.seconds(30)...(.seconds(60))).contains(first - start))
      cadence.pass(first)
      #expect(cadence.next == first + .seconds(60))
    }
    #expect(firsts.count > 10, "not all at once")
  }

  @Test func `times that passed meanwhile are left out`() throws {
    var random = SystemRandomNumberGenerator()
    var cadence = try #require(Cadence(seconds: 10, from: start, using: &random))
    let first = cadence.next
    cadence.pass(first - .milliseconds(1))
    #expect(cadence.next == first)
    cadence.pass(first + .seconds(35))
    #expect(cadence.next == first + .seconds(40))
    cadence.pass(first + .seconds(40))
    #expect(cadence.next == first + .seconds(50))
  }

  @Test func `an interval of 0 is none`() {
    var random = SystemRandomNumberGenerator()
    #expect(Cadence(seconds: 0, from: start, using: &random) == nil)
  }
}
