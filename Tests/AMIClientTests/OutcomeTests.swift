import AMI
import AMIClient
import Synchronization
import Testing

/// Waiting for the event that tells how an action went, and what must not happen on the way.
@Suite struct OutcomeTests {
  private static let transfer = BlindTransfer(channel: "PJSIP/1", exten: "2", context: "x")
  private static func event(_ exten: String) -> String {
    "Event: BlindTransfer\r\nPrivilege: call,all\r\nResult: Success\r\n"
      + "TransfererChannel: PJSIP/1\r\nExtension: \(exten)\r\n\r\n"
  }

  @Test func `an event that comes before the answer counts, and one of another does not`()
    async throws
  {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      let action = try await session.actionButPing()!
      try await session.send(
        Self.event("early").replacing("PJSIP/1", with: "PJSIP/9") + Self.event("mine"))
      try await session.respond(to: action, "Message: Transfer succeeded\r\n")
      try await session.goSilent()
    } while: { port in
      let recording = Recording()
      let connection = try await Connection.open(
        to: server(port), limits: .patient, observer: recording.observer)
      let outcome = try await connection.outcome(of: Self.transfer)
      #expect(outcome.exten == "mine")
      #expect(recording.calls.filter { $0 == "event BlindTransfer" }.count == 2)
    }
  }

  @Test func `two transfers by one channel get their events in order`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      for _ in 1...2 { try await session.respond(to: try await session.actionButPing()!) }
      try await session.send(Self.event("first") + Self.event("second"))
      try await session.goSilent()
    } while: { port in
      let connection = try await Connection.open(to: server(port), limits: .patient)
      async let one = connection.outcome(of: Self.transfer)
      async let other = connection.outcome(of: Self.transfer)
      let extens = try await [one.exten, other.exten].compactMap(\.self)
      #expect(extens.sorted() == ["first", "second"])
    }
  }

  @Test func `an action that Asterisk accepts and tells nothing of is an error in time`()
    async throws
  {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      try await session.respond(to: try await session.actionButPing()!)
      try await session.goSilent()
    } while: { port in
      let connection = try await Connection.open(to: server(port), limits: .patient)
      do throws(ClientError) {
        _ = try await connection.outcome(of: Self.transfer, within: .milliseconds(20))
        Issue.record("an outcome from nowhere")
      } catch {
        #expect(error.code == .timedOut)
        #expect(error.message.contains("was accepted"))
      }
    }
  }

  @Test(arguments: [false, true])
  func `a connection lost before the answer, or before the event, is an error and no repetition`(
    _ isAnswered: Bool
  ) async throws {
    let received = Counter()
    try await FakeServer.run { session in
      try await session.acceptLogin()
      guard let action = try await session.actionButPing() else { return }
      received.increment()
      if isAnswered { try await session.respond(to: action) }
    } while: { port in
      let connection = try await Connection.open(to: server(port), limits: .patient)
      let lost = await code { try await connection.outcome(of: Self.transfer) }
      #expect(lost == .disconnected)
      #expect(received.value == 1)
      let after = await code { try await connection.send(Self.transfer) }
      #expect(after == .disconnected)
      #expect(received.value == 1)
    }
  }

  @Test func `a task that is cancelled no longer waits for an outcome`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      try await session.respond(to: try await session.actionButPing()!)
      try await session.goSilent()
    } while: { port in
      let recording = Recording()
      let connection = try await Connection.open(
        to: server(port), limits: .patient, observer: recording.observer)
      let waiting = Task {
        await code {
          try await connection.outcome(of: Self.transfer, within: .seconds(300))
        }
      }
      while recording.text.count(of: "Response: Success") < 2 {
        try await Task.sleep(for: .milliseconds(1))
      }
      waiting.cancel()
      #expect(await waiting.value == .cancelled)
    }
  }

  @Test func `an action that cannot be sent as it is meant is not sent at all`() async throws {
    let received = Counter()
    let wrong: [Action] = [
      Action("Setvar", [.init("Variable", "a"), .init("Value", "b\r\nAction: Logoff")]),
      Action("Setvar", [.init("Variable", "a\nb"), .init("Value", "c")]),
      Action("Setvar", [.init("Variable\r", "a")]),
      Action("Setvar", [.init("Variable", "a\0b")]),
      Action("Setvar\n", []),
      Action("Setvar", [.init("V", String(repeating: "x", count: 1025 - "V: \r\n".utf8.count))]),
      // With Action and ActionID these are 129.
      Action("Originate", Array(repeating: .init("Variable", "a=1"), count: 127)),
    ]
    try await FakeServer.run { session in
      try await session.acceptLogin()
      while let action = try await session.actionButPing() {
        received.increment()
        try await session.respond(to: action)
      }
    } while: { port in
      let connection = try await Connection.open(to: server(port), limits: .patient)
      for action in wrong {
        #expect(await code { try await connection.send(action) } == .actionInvalid)
      }
      let typed = await code {
        try await connection.send(Setvar(variable: "a", value: "b\r\nAction: Logoff"))
      }
      #expect(typed == .actionInvalid)
      let penalty = await code {
        try await connection.send(QueuePenalty(interface: "i", penalty: -1))
      }
      #expect(penalty == .actionInvalid)
      // The longest that may be sent goes through, and is the only one that arrived.
      let longest = String(repeating: "x", count: 1024 - "Value: \r\n".utf8.count)
      try await connection.send(Setvar(variable: "a", value: longest))
      #expect(received.value == 1)
    }
  }

  @Test func `an Originate that waits for its answer may take its own time`() {
    let slow = Action("Originate", [.init("Channel", "a"), .init("timeout", "90000")])
    #expect(Originate.description.delay(of: slow) == .seconds(90))
    let plain = Action("Originate", [.init("Channel", "a")])
    #expect(Originate.description.delay(of: plain) == .seconds(30))
    let async = Action("Originate", [.init("async", "yes"), .init("Timeout", "90000")])
    #expect(Originate.description.delay(of: async) == .zero)
  }
}

/// How often something happened, seen from several tasks.
private final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .acquiring) }
  func increment() { count.wrappingAdd(1, ordering: .acquiringAndReleasing) }
}

extension String {
  /// How often `part` stands in it.
  fileprivate func count(of part: String) -> Int { ranges(of: part).count }
}
