import AMI
import AMIClient
import Testing

@Suite struct ConnectionTests {
  @Test func `every byte is handed on as it came, before, in and after the login`() async throws {
    let odd = "Event: Odd\r\nPrivilege: x\r\nName: J\u{fffd}rg\nline\r\n\r\n\r\nEvent: Cut\r\nPriv"
    try await FakeServer.run { session in
      try await session.acceptLogin()
      try await session.send(odd)
    } while: { port in
      let recording = Recording()
      let connection = try await Connection.open(
        to: server(port), limits: .patient, observer: recording.observer)
      let end = await connection.run()
      #expect(
        recording.text
          == FakeSession.banner
          + "Response: Success\r\nActionID: login\r\nMessage: Authentication accepted\r\n\r\n" + odd
      )
      #expect(recording.calls.first == "connected")
      #expect(recording.calls.last == "disconnected")
      #expect(recording.calls.filter { $0.hasPrefix("event") } == ["event Odd"])
      #expect(recording.times == recording.times.sorted())
      guard case .failed(let error) = end, error.code == .disconnected else {
        Issue.record("ended with \(end)")
        return
      }
      #expect(await code { try await connection.send(Action("Ping")) } == .disconnected)
    }
  }

  @Test func `answers find their actions, whatever their order`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      let first = try await session.actionButPing()!
      let second = try await session.actionButPing()!
      #expect(first["ActionID"] != second["ActionID"])
      for action in [second, first] {
        try await session.respond(to: action, "Value: \(action["Variable"]!)\r\n")
      }
      try await session.goSilent()
    } while: { port in
      let connection = try await Connection.open(to: server(port), limits: .patient)
      async let a = connection.send(Action("Getvar", [.init("Variable", "a")]))
      async let b = connection.send(Action("Getvar", [.init("Variable", "b")]))
      #expect(try await [a, b].map { $0.response.text(named: "Value") } == ["a", "b"])
    }
  }

  @Test func `a list is its items, whatever stands between them`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      let list = try await session.actionButPing()!
      let id = list["ActionID"]!
      try await session.respond(
        to: list, "EventList: start\r\nMessage: Queue status will follow\r\n")
      try await session.send("Event: QueueParams\r\nQueue: support\r\nActionID: \(id)\r\n\r\n")
      try await session.send("Event: Newchannel\r\nPrivilege: call,all\r\n\r\n")
      try await session.respond(to: try await session.actionButPing()!)
      try await session.send("Event: QueueParams\r\nQueue: sales\r\nActionID: \(id)\r\n\r\n")
      try await session.send(
        "Event: QueueStatusComplete\r\nActionID: \(id)\r\nEventList: Complete\r\nListItems: 2\r\n\r\n"
      )
      try await session.goSilent()
    } while: { port in
      let recording = Recording()
      let connection = try await Connection.open(
        to: server(port), limits: .patient, observer: recording.observer)
      async let list = connection.send(Action("QueueStatus"))
      while !recording.text.contains("QueueParams") { try await Task.sleep(for: .milliseconds(1)) }
      let other = try await connection.send(Action("CoreSettings"))
      #expect(other.items.isEmpty)
      #expect(try await list.items.map { $0.text(named: "Queue") } == ["support", "sales"])
      #expect(recording.calls.filter { $0.hasPrefix("event") } == ["event Newchannel"])
    }
  }

  @Test func `an error of Asterisk is thrown with its message and the response`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      let id = try await session.actionButPing()!["ActionID"]!
      try await session.send(
        "Response: Error\r\nActionID: \(id)\r\nMessage: No such channel\r\nExtra: 1\r\n\r\n")
      try await session.goSilent()
    } while: { port in
      let connection = try await Connection.open(to: server(port), limits: .patient)
      let error = await #expect(throws: ClientError.self) {
        try await connection.send(Action("Hangup", [.init("Channel", "PJSIP/555-1")]))
      }
      #expect(error?.code == .actionRefused)
      #expect(error?.description == "pbx1: Asterisk refuses Hangup: No such channel")
      #expect(error?.response?.text(named: "Extra") == "1")
    }
  }

  @Test func `an action that cannot be encoded is not sent`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      let action = try await session.actionButPing()
      try await session.respond(to: action!, "Name: \(action!["Action"]!)\r\n")
      try await session.goSilent()
    } while: { port in
      let connection = try await Connection.open(to: server(port), limits: .patient)
      let bad = Action("Setvar", [.init("Value", "a\r\n\r\nAction: Logoff")])
      #expect(await code { try await connection.send(bad) } == .actionInvalid)
      let answer = try await connection.send(Action("CoreStatus"))
      #expect(answer.response.text(named: "Name") == "CoreStatus")
    }
  }

  @Test func `a server that dies between action and answer fails all that wait`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      let first = try await session.actionButPing()!
      try await session.respond(to: first, "EventList: start\r\n")
      _ = try await session.actionButPing()
    } while: { port in
      let connection = try await Connection.open(to: server(port), limits: .patient)
      async let list = code { try await connection.send(Action("QueueStatus")) }
      async let one = code { try await connection.send(Action("CoreStatus")) }
      // What it had not read yet makes its end a reset.
      let codes = await [list, one]
      #expect(codes.allSatisfy { $0 == .disconnected || $0 == .broken })
    }
  }

  @Test func `a silent server counts as dead`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      try await session.goSilent()
    } while: { port in
      var limits = Limits.patient
      limits.ping = .milliseconds(10)
      let connection = try await Connection.open(to: server(port), limits: limits)
      async let waiting = code { try await connection.send(Action("CoreStatus")) }
      guard case .failed(let error) = await connection.run() else {
        Issue.record("not failed")
        return
      }
      #expect(error.code == .silent)
      #expect(await waiting == .silent)
    }
  }

  @Test func `Pings keep a quiet connection alive`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      for _ in 0..<10 {
        let ping = try await session.action()!
        guard ping["Action"] == "Ping" else { return }
        try await session.respond(to: ping, "Ping: Pong\r\n")
      }
      try await session.send("Event: Shutdown\r\nPrivilege: system,all\r\n\r\n")
    } while: { port in
      let recording = Recording()
      var limits = Limits.patient
      limits.ping = .milliseconds(20)
      limits.silentPingsMax = 1_000_000
      let connection = try await Connection.open(
        to: server(port), limits: limits, observer: recording.observer)
      _ = await connection.run()
      #expect(recording.calls.contains("event Shutdown"))
    }
  }

  @Test func `an answer that does not come is given up, and the connection goes on`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      let unanswered = try await session.actionButPing()!
      let endless = try await session.actionButPing()!
      try await session.respond(to: endless, "EventList: start\r\n")
      while let action = try await session.actionButPing() {
        try await session.respond(to: unanswered, "Late: yes\r\n")
        try await session.respond(to: action, "Late: no\r\n")
      }
    } while: { port in
      var limits = Limits.patient
      limits.answer = .milliseconds(50)
      limits.list = .milliseconds(50)
      let connection = try await Connection.open(to: server(port), limits: limits)
      #expect(await code { try await connection.send(Action("Queues")) } == .timedOut)
      #expect(await code { try await connection.send(Action("QueueStatus")) } == .timedOut)
      var answer: Answer?
      while answer == nil { answer = try? await connection.send(Action("CoreStatus")) }
      #expect(answer?.response.text(named: "Late") == "no")
    }
  }

  @Test func `a cancelled action stops waiting, and its answer is nobody's`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      let cancelled = try await session.actionButPing()!
      try await session.send("Event: Seen\r\nPrivilege: x\r\n\r\n")
      let next = try await session.actionButPing()!
      try await session.respond(to: cancelled, "Number: 1\r\n")
      try await session.respond(to: next, "Number: 2\r\n")
      try await session.goSilent()
    } while: { port in
      let recording = Recording()
      let connection = try await Connection.open(
        to: server(port), limits: .patient, observer: recording.observer)
      let waiting = Task { await code { try await connection.send(Action("CoreStatus")) } }
      while !recording.text.contains("Seen") { try await Task.sleep(for: .milliseconds(1)) }
      waiting.cancel()
      #expect(await waiting.value == .cancelled)
      let next = try await connection.send(Action("CoreSettings"))
      #expect(next.response.text(named: "Number") == "2")
    }
  }

  @Test func `more actions than may wait at once are refused here`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      let first = try await session.actionButPing()!
      try await session.respond(to: first, "EventList: start\r\n")
      try await session.goSilent()
    } while: { port in
      let recording = Recording()
      var limits = Limits.patient
      limits.actionsMax = 1
      let connection = try await Connection.open(
        to: server(port), limits: limits, observer: recording.observer)
      let first = Task { await code { try await connection.send(Action("QueueStatus")) } }
      while !recording.text.contains("EventList") { try await Task.sleep(for: .milliseconds(1)) }
      #expect(await code { try await connection.send(Action("CoreStatus")) } == .actionInvalid)
      first.cancel()
      #expect(await first.value == .cancelled)
    }
  }

  @Test func `logging off takes what still comes and waits for the end`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      let logoff = try await session.actionButPing()!
      guard logoff["Action"] == "Logoff" else { return }
      try await session.send("Event: Last\r\nPrivilege: x\r\n\r\n")
      try await session.send("Response: Goodbye\r\nMessage: Thanks for all the fish.\r\n\r\n")
    } while: { port in
      let recording = Recording()
      let connection = try await Connection.open(
        to: server(port), limits: .patient, observer: recording.observer)
      let end = await connection.logoff()
      #expect(recording.text.hasSuffix("fish.\r\n\r\n"))
      #expect(recording.calls.contains("event Last"))
      guard case .loggedOff = end, case .loggedOff? = recording.end else {
        Issue.record("ended with \(end)")
        return
      }
      #expect(await code { try await connection.send(Action("Ping")) } == .closed)
    }
  }

  @Test func `a server that ignores Logoff is left`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      try await session.goSilent()
    } while: { port in
      var limits = Limits.patient
      limits.logoff = .milliseconds(20)
      let connection = try await Connection.open(to: server(port), limits: limits)
      let running = Task { await connection.run() }
      running.cancel()
      guard case .loggedOff = await running.value else {
        Issue.record("not logged off")
        return
      }
    }
  }

  @Test func `a connection that nobody holds is closed`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      try await session.goSilent()
    } while: { port in
      let recording = Recording()
      _ = try await Connection.open(
        to: server(port), limits: .patient, observer: recording.observer)
      while recording.end == nil { try await Task.sleep(for: .milliseconds(1)) }
      guard case .loggedOff? = recording.end else {
        Issue.record("ended with \(String(describing: recording.end))")
        return
      }
    }
  }
}

/// The code of the error that `body` throws; nil if it throws none.
func code(_ body: () async throws -> some Any) async -> ClientError.Code? {
  do {
    _ = try await body()
    return nil
  } catch {
    return (error as? ClientError)?.code
  }
}
