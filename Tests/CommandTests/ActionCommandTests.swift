import Glibc
import Support
import Testing

/// `amirec action` against a manager of the tests.
@Suite(.serialized) struct ActionCommandTests {
  private let recording = Recording()

  /// What is done about the action that is tested.
  private enum Reply: Sendable {
    case usual, hangUp, silence
    /// These frames, each with the ActionID if it has no `Privilege`; a % stands for it too.
    case frames([[String]])

    var text: String? {
      switch self {
      case .usual: nil
      case .hangUp: FakeManager.hangUp
      case .silence: FakeManager.silence
      case .frames(let frames):
        frames.map { lines in
          let isLive = lines.contains { $0.hasPrefix("Privilege: ") }
          return (lines + (isLive ? [] : ["ActionID: %"])).map { $0 + "\r\n" }.joined() + "\r\n"
        }.joined()
      }
    }
  }

  private func manager(
    _ settings: String = "", general: String = "",
    _ reply: @escaping @Sendable (_ action: String) -> Reply = { _ in .usual }
  ) -> FakeManager {
    let manager = FakeManager(eventsAtOnce: 0) { headers in
      let action = headers["Action"] ?? ""
      let isOwn = ["Login", "Logoff"].contains(action) || headers["ActionID"] == "ping"
      return isOwn ? nil : reply(action).text
    }
    recording.configure([("pbx1", manager.port)], settings, general: general)
    return manager
  }

  private func action(
    _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> Outcome {
    try await Program.built("amirec").run(
      ["action"] + arguments + ["--config", recording.configuration],
      environment: ["AMIREC_PBX1_SECRET": "geheim"].merging(environment) { $1 })
  }

  private func start(_ arguments: [String]) throws -> RunningProgram {
    try Program.built("amirec").start(
      ["action"] + arguments + ["--config", recording.configuration],
      environment: ["AMIREC_PBX1_SECRET": "geheim"])
  }

  private func row(_ columns: String) async throws -> String {
    try await recording.sql("SELECT \(columns) FROM actions ORDER BY id DESC LIMIT 1")
  }

  private func headers(_ action: String) -> [String] {
    action.split(separator: "\r\n").map(String.init).filter { !$0.hasPrefix("ActionID: ") }
  }

  // MARK: Answers

  @Test func `an answer is shown, and the action is a row`() async throws {
    let manager = manager { _ in .frames([["Response: Success", "Message: Done", "X: a: b"]]) }
    let outcome = try await action(["queuepause", "INTERFACE=PJSIP/100", "paused=yes"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "Response: Success\nMessage: Done\nX: a: b\n")
    #expect(outcome.errors == "")
    #expect(
      manager.texts.map(headers) == [
        ["Action: Login", "Username: recorder", "Secret: geheim", "Events: off"],
        ["Action: QueuePause", "Interface: PJSIP/100", "Paused: true"], ["Action: Logoff"],
      ])
    #expect(
      try await row(
        "id, server_id, session_id IS NULL, program, username, name, response, message, outcome, error IS NULL"
      ) == "1,0,1,amirec,recorder,QueuePause,Success,Done,success,1")
    #expect(
      try await row("started_us <= sent_us AND sent_us <= answered_us AND answer_ms >= 0") == "1")
    #expect(
      try await row("json_extract(fields, '$[0][1]') || json_extract(fields, '$[1][0]')")
        == "PJSIP/100Paused")
    let id = try await row("action_id")
    #expect(manager.texts[1].contains("ActionID: \(id)\r\n"))
    let user = try #require(Program.installed("id"))
    let name = try await user.run(["-un"]).output.filter { $0 != "\n" }
    #expect(try await row("machine_user").hasSuffix(name))
  }

  @Test func `a list is a table for each kind of item, or JSON`() async throws {
    let manager = manager { _ in
      .frames([
        ["Response: Success", "EventList: start", "Message: follows"],
        ["Event: Queue", "Name: a", "Calls: 7"],
        ["Event: Member", "Name: b", "Tag: x", "Tag: \u{1B}[2J"],
        ["Event: Queue", "Name: c", "Max: 0"],
        ["Event: ListComplete", "EventList: Complete", "ListItems: 3"],
      ])
    }
    let table = try await action(["AnyList"])
    #expect(table.status == 0, "\(table.errors)")
    #expect(
      table.output == """
        Queue
        Name  Calls  Max
        ────  ─────  ───
        a         7
        c              0

        Member
        Name  Tag
        ────  ────────────
        b     x, \\u{1b}[2J

        """)
    #expect(try await row("items, outcome") == "3,success")
    let json = try await action(["AnyList", "--format", "json"])
    #expect(json.output.contains("\"outcome\":\"success\""))
    #expect(
      json.output.contains(
        "\"items\":[\n{\"Event\":\"Queue\",\"Name\":\"a\",\"Calls\":\"7\"},\n"
          + "{\"Event\":\"Member\",\"Name\":\"b\",\"Tag\":[\"x\",\"\\u001b[2J\"]},"))
    let python = try #require(Program.installed("python3"))
    let parsed = try await python.run([
      "-c", "import json, sys; json.loads(sys.argv[1])", json.output,
    ])
    #expect(parsed.status == 0)
    withExtendedLifetime(manager) {}
  }

  @Test(arguments: [
    ("No such channel", "error", "pbx1: Asterisk refuses Hangup: No such channel"),
    ("Permission denied", "permission-denied", "needs write = system or call"),
  ])
  func `an error of Asterisk's is exit code 1, and a row`(
    _ message: String, _ outcome: String, _ words: String
  ) async throws {
    let manager = manager { _ in .frames([["Response: Error", "Message: \(message)"]]) }
    let run = try await action(["Hangup", "Channel=none"])
    #expect(run.status == 1)
    #expect(run.output == "")
    #expect(run.errors.contains(words), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(try await row("response, message, outcome") == "Error,\(message),\(outcome)")
    withExtendedLifetime(manager) {}
  }

  // MARK: The server goes away

  @Test func `a server that dies before its answer is an error at once, and nothing is sent again`()
    async throws
  {
    let manager = manager { _ in .hangUp }
    let run = try await action(["QueueReset", "Queue=support"])
    #expect(run.status == 3)
    #expect(run.errors.contains("whether QueueReset had an effect is not known"), "\(run.errors)")
    #expect(manager.texts.count { $0.contains("Action: QueueReset") } == 1)
    #expect(
      try await row("outcome, sent_us > 0, answered_us IS NULL, error <> ''")
        == "connection-lost,1,1,1")
  }

  @Test func `a server that does not answer is an error in time`() async throws {
    let manager = manager { _ in .frames([]) }
    let run = try await action(["QueueReset", "Queue=support", "--timeout", "1"])
    #expect(run.status == 3)
    #expect(run.errors.contains("no complete answer to QueueReset within 1.0 seconds"))
    #expect(manager.texts.count { $0.contains("Action: QueueReset") } == 1)
    #expect(try await row("outcome, answered_us IS NULL") == "timed-out,1")
  }

  @Test func `a server that does not greet is an error in time, too`() async throws {
    let manager = FakeManager(eventsAtOnce: 0, banner: "")
    recording.configure([("pbx1", manager.port)])
    let start = ContinuousClock.now
    let run = try await action(["Ping", "--timeout", "1"])
    #expect(run.status == 3)
    #expect(run.errors.contains("within 1.0 seconds"), "\(run.errors)")
    #expect(ContinuousClock.now - start < .seconds(8))
    #expect(try await row("outcome, sent_us IS NULL") == "not-connected,1")
  }

  @Test func `a connection that is only half there is noticed by its silence`() async throws {
    let manager = manager("ping_interval_s = 1") { _ in .silence }
    let run = try await action(["QueueReset", "Queue=support", "--timeout", "600"])
    #expect(run.status == 3)
    #expect(run.errors.contains("nothing from 127.0.0.1:\(manager.port)"), "\(run.errors)")
    #expect(manager.texts.count { $0.contains("Action: QueueReset") } == 1)
    #expect(try await row("outcome") == "connection-lost")
  }

  @Test(arguments: [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM")])
  func `a signal between action and answer is an outcome of its own`(
    _ signal: Int32, _ name: String
  ) async throws {
    let manager = manager { _ in .frames([]) }
    let running = try start(["QueueReset", "Queue=support"])
    try await eventually("sent") { manager.texts.contains { $0.contains("Action: QueueReset") } }
    running.signal(signal)
    let run = await running.ended()
    #expect(run.status == 128 + signal)
    #expect(
      run.errors == "amirec: pbx1: \(name) came before its answer; "
        + "whether QueueReset had an effect is not known\n")
    #expect(
      try await row("outcome, sent_us > 0, answered_us IS NULL, error")
        == "interrupted,1,1,\(name) came before its answer")
  }

  @Test func `a signal before the event, or before the login, is told apart`() async throws {
    let manager = manager { _ in .frames([["Response: Success"]]) }
    let waiting = try start(Self.call)
    try await eventually("sent") { manager.texts.contains { $0.contains("Action: Originate") } }
    try await eventually("answered") { try await row("response") == "Success" }
    waiting.signal(SIGINT)
    #expect(await waiting.ended().status == 130)
    #expect(
      try await row("outcome, answered_us > 0, error")
        == "interrupted,1,SIGINT came before the event that tells its outcome")
    withExtendedLifetime(manager) {}
    let silent = FakeManager(eventsAtOnce: 0, banner: "")
    recording.configure([("pbx1", silent.port)])
    let connecting = try start(["Ping"])
    try await eventually("connected") { !silent.sent.isEmpty }
    connecting.signal(SIGTERM)
    let run = await connecting.ended()
    #expect(run.status == 143)
    #expect(run.errors.hasSuffix("before there was a connection; nothing was sent\n"))
    #expect(try await row("outcome, sent_us IS NULL") == "not-connected,1")
  }

  @Test func `without a connection nothing was sent`() async throws {
    let port = FakeManager().port  // closed as soon as it is known
    recording.configure([("pbx1", port)])
    let closed = try await action(["Ping"])
    #expect(closed.status == 3)
    #expect(closed.errors.contains("nothing listens on 127.0.0.1:\(port)"), "\(closed.errors)")
    #expect(try await row("outcome, sent_us IS NULL, action_id IS NULL") == "not-connected,1,1")
    let manager = FakeManager(secret: "another", eventsAtOnce: 0)
    recording.configure([("pbx1", manager.port)])
    let refused = try await action(["Ping"])
    #expect(refused.status == 3)
    #expect(refused.errors.contains("check username and secret"), "\(refused.errors)")
    #expect(!refused.errors.contains("geheim"))
    #expect(try await row("outcome, sent_us IS NULL") == "not-connected,1")
    #expect(manager.texts.count == 1)
  }

  // MARK: Refused before sending

  @Test(arguments: [
    ["UserEvent", "X=a\r\nAction: Hangup\r\nChannel: /./"], ["UserEvent", "X=a\nb"],
    ["UserEvent", "X=a\rb"], ["UserEvent", "X\r\nAction=Hangup"], ["UserEvent", "X:Y=Hangup"],
    ["UserEvent\r\nAction: Hangup"], ["UserEvent", "ActionID=1"], ["UserEvent", "action=Hangup"],
    ["UserEvent", "X=" + String(repeating: "y", count: 1_020)],
    ["UserEvent", "X=" + String(repeating: "é", count: 510)],
    ["UserEvent"] + Array(repeating: "X=1", count: 127), [""],
    ["Hangup", "Channel=/x\r\n\r\nAction: Hangup/", "--unchecked", "--yes"],
    ["Hangup", "Chanel=x"], ["Hangup"], ["Hangup", "Channel=x", "Cause=nonsense"],
    ["Originate", "Channel=PJSIP/100", "Context=internal", "Exten=1", "Priority=1", "Timeout=x"],
    ["QueuePase", "Interface=x", "Paused=1"], ["Ping", "--wait"],
    ["Originate", "Channel=a", "Application=b", "Async=no", "--wait"],
  ])
  func `what cannot be sent as it is meant is refused, written down, and not sent`(
    arguments: [String]
  ) async throws {
    let manager = manager()
    let run = try await action(arguments)
    #expect(run.status == 2, "\(run.errors)")
    #expect(run.output == "")
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(manager.sent.isEmpty)
    #expect(
      try await row("outcome, sent_us IS NULL, action_id IS NULL, length(error) > 10")
        == "refused,1,1,1")
    #expect(try await row("json_valid(fields)") == "1")
  }

  @Test(arguments: ["X=a\0b\n", "X=a\rb", "X=1\r\n"])
  func `fields from a file are refused like those of the command line`(text: String) async throws {
    let manager = manager()
    write(text, to: recording.folder.file("fields"))
    let run = try await action(["UserEvent", "--fields", recording.folder.file("fields")])
    #expect(run.status == 2)
    #expect(run.errors.contains("header X has a line end or NUL in its value"), "\(run.errors)")
    #expect(manager.sent.isEmpty)
    #expect(try await row("outcome") == "refused")
  }

  @Test func `the longest line and the most headers go`() async throws {
    let manager = manager()
    let longest = "X=" + String(repeating: "y", count: 1_019)
    #expect(try await action(["UserEvent", longest]).status == 0)
    #expect(try await action(["UserEvent"] + Array(repeating: "X=1", count: 126)).status == 0)
    #expect(manager.texts.count { $0.hasPrefix("Action: UserEvent") } == 2)
  }

  @Test func `a typo is answered with the nearest names`() async throws {
    let manager = manager()
    let name = try await action(["QueuePuse", "Interface=x"])
    #expect(name.errors.contains("there is no action QueuePuse; the nearest: QueuePause"))
    let field = try await action(["Hangup", "Chanel=x"])
    #expect(field.errors.contains("Channel"), "\(field.errors)")
    let unchecked = try await action(["QueuePuse", "Interface=x", "--unchecked"])
    #expect(unchecked.status == 0, "\(unchecked.errors)")
    #expect(manager.texts.map(headers)[1] == ["Action: QueuePuse", "Interface: x"])
  }

  @Test func `Filter says that it adds, without being told`() async throws {
    let manager = manager()
    #expect(try await action(["Filter", "Filter=!Event: VarSet"]).status == 0)
    #expect(try await action(["Filter", "Filter=x", "operation=add"]).status == 0)
    #expect(try await action(["Filter", "Filter=x", "Operation="]).status == 0)
    #expect(
      manager.texts.map(headers).filter { $0[0] == "Action: Filter" } == [
        ["Action: Filter", "Filter: !Event: VarSet", "Operation: Add"],
        ["Action: Filter", "Filter: x", "Operation: Add"],
        ["Action: Filter", "Filter: x", "Operation: Add"],
      ])
  }

  @Test(arguments: [
    ("SIPpeers", "; this server does not have it: chan_sip of Asterisk 1.4 to 20 is not loaded"),
    ("BridgeList", "; this server does not have it: Asterisk 12 and later does"),
    ("JabberSend", "; this server does not have it: the module is not loaded"),
  ])
  func `a server without an action that is known does not have it`(
    _ name: String, _ hint: String
  ) async throws {
    let manager = manager { _ in
      .frames([["Response: Error", "Message: Invalid/unknown command: \(name). Use ListCommands"]])
    }
    let run = try await action([name])
    #expect(run.status == 1)
    #expect(run.errors.contains(hint), "\(run.errors)")
    #expect(!run.errors.contains("nearest"))
    withExtendedLifetime(manager) {}
  }

  @Test func `what is not UTF-8 is refused, not mended`() async throws {
    let manager = manager()
    let shell = try #require(Program.installed("sh"))
    let run = try await shell.run(
      [
        "-c", #""$0" action UserEvent "X=$(printf 'caf\351')" --config "$1""#,
        Program.built("amirec").path, recording.configuration,
      ], environment: recording.environment)
    #expect(run.status == 2)
    #expect(run.errors == "amirec: what is on the command line is not UTF-8; write it anew\n")
    #expect(manager.sent.isEmpty)
  }

  // MARK: Several channels at once

  @Test func `an expression that may mean many channels needs --yes where nobody can be asked`()
    async throws
  {
    let manager = manager()
    let refused = try await action(["Hangup", "Channel=/^PJSIP/"])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("--yes"), "\(refused.errors)")
    #expect(manager.sent.isEmpty)
    #expect(try await row("outcome") == "refused")
    #expect(try await action(["Hangup", "Channel=/^PJSIP/", "--yes"]).status == 0)
    #expect(manager.texts.map(headers)[1] == ["Action: Hangup", "Channel: /^PJSIP/"])
    #expect(try await action(["Hangup", "Channel=PJSIP/1-1"]).status == 0)
  }

  @Test func `quotes do not take a command past the question`() async throws {
    let manager = manager()
    let refused = try await action(["Command", "Command=\"channel\" request  hangup all"])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("--yes"), "\(refused.errors)")
    #expect(manager.sent.isEmpty)
  }

  @Test(arguments: [("y", 0, "success"), ("n", 2, "refused"), ("", 2, "refused")])
  func `a person is told how many channels they are, and asked`(
    _ answer: String, _ status: Int32, _ outcome: String
  ) async throws {
    let manager = manager { action in
      guard action == "CoreShowChannels" else { return .usual }
      return .frames([
        ["Response: Success", "EventList: start"],
        ["Event: CoreShowChannel", "Channel: PJSIP/100-1"],
        ["Event: CoreShowChannel", "Channel: SIP/100-1"],
        ["Event: CoreShowChannel", "Channel: PJSIP/101-2"],
        ["Event: CoreShowChannelsComplete", "EventList: Complete"],
      ])
    }
    let python = try #require(Program.installed("python3"))
    let run = try await python.run(
      [
        "-c", Self.atTerminal, answer, Program.built("amirec").path, "action", "Hangup",
        "Channel=/^PJSIP\\/10[0-9]-/", "--config", recording.configuration,
      ], environment: recording.environment)
    #expect(run.status == status, "\(run.output)\(run.errors)")
    #expect(
      run.output.contains(
        "Hangup concerns 2 channels of pbx1: PJSIP/100-1, PJSIP/101-2; go on? [y/N]"),
      "\(run.output)")
    #expect(manager.texts.contains { $0.contains("Action: Hangup\r\n") } == (status == 0))
    #expect(
      try await recording.sql("SELECT name, outcome FROM actions ORDER BY id")
        == "CoreShowChannels,success\nHangup,\(outcome)")
  }

  /// Runs a command at a terminal and types one line: what it writes there goes to the output.
  private static let atTerminal = """
    import os, pty, sys
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.argv[2], sys.argv[2:])
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, sys.argv[1].encode() + b"\\n")
    try:
        while True:
            piece = os.read(terminal, 1024)
            if not piece:
                break
            shown += piece
    except OSError:
        pass
    print(shown.decode())
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """

  // MARK: Waiting for the outcome

  private static let call = ["Originate", "Channel=PJSIP/100", "Application=Wait", "--wait"]

  @Test(arguments: [true, false])
  func `the event that tells the outcome is waited for, also when it comes first`(
    isFirst: Bool
  ) async throws {
    let manager = manager { _ in
      let response = ["Response: Success", "Message: Originate successfully queued"]
      let other = [
        "Event: OriginateResponse", "Privilege: call,all", "ActionID: other", "Response: Failure",
      ]
      let event = [
        "Event: OriginateResponse", "Privilege: call,all", "ActionID: %", "Response: Success",
        "Reason: 4",
      ]
      return .frames(isFirst ? [other, event, response] : [response, other, event])
    }
    let run = try await action(Self.call)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.output.hasSuffix(
        "Event: OriginateResponse\nPrivilege: call,all\nResponse: Success\nReason: 4\n"))
    #expect(
      try await row("event, event_result, outcome, event_us >= sent_us")
        == "OriginateResponse,Success,success,1")
    #expect(manager.texts[0].contains("Events: on"))
    #expect(manager.texts[1].contains("Async: true"))
  }

  @Test func `an outcome that is a failure is exit code 1`() async throws {
    let manager = manager { _ in
      .frames([
        ["Response: Success"],
        [
          "Event: OriginateResponse", "Privilege: call,all", "ActionID: %",
          "Response: Failure", "Reason: 5",
        ],
      ])
    }
    let run = try await action(Self.call)
    #expect(run.status == 1)
    #expect(run.errors == "amirec: pbx1: OriginateResponse says Failure, busy (reason 5)\n")
    #expect(try await row("event_result, outcome") == "\"Failure, busy (reason 5)\",error")
    withExtendedLifetime(manager) {}
  }

  @Test func `no event in time, and a connection lost meanwhile, are errors`() async throws {
    let quiet = manager()
    let late = try await action(Self.call + ["--timeout", "1"])
    #expect(late.status == 3)
    #expect(late.errors.contains("no event told its outcome within 1.0 seconds"), "\(late.errors)")
    #expect(try await row("outcome, answered_us > 0, event IS NULL") == "timed-out,1,1")
    #expect(late.errors.contains("recorder lacks read = call in manager.conf"), "\(late.errors)")
    #expect(quiet.texts.count { $0.contains("Action: Originate") } == 1)
    let talking = manager { _ in
      .frames([["Response: Success"], ["Event: Newchannel", "Privilege: call,all"]])
    }
    let other = try await action(Self.call + ["--timeout", "1"])
    #expect(other.status == 3)
    #expect(!other.errors.contains("manager.conf"), "an event of that class came: \(other.errors)")
    withExtendedLifetime(talking) {}
    let answered = ["Response: Success"]
    let dying = manager { _ in .frames([answered, ["Event: Dies", "Privilege: call,all"]]) }
    async let run = action(Self.call)
    try await eventually("sent") { dying.texts.contains { $0.contains("Originate") } }
    try await eventually("answered") { try await row("response") == "Success" }
    dying.stop()
    #expect(try await run.status == 3)
    #expect(try await row("outcome") == "connection-lost")
  }

  // MARK: What is not shown, and who acts

  @Test func `secrets are sent, and stand in no row and in no output`() async throws {
    let manager = manager(general: "mask = ROOM, Exten")
    write("Secret=top\nPassword=hush\n", to: recording.folder.file("fields"))
    let run = try await action([
      "UserEvent", "Variable=A=1,ROOM=5", "exten=q77q", "Shown=yes", "--fields",
      recording.folder.file("fields"), "--format", "json",
    ])
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      headers(manager.texts[1]) == [
        "Action: UserEvent", "Variable: A=1,ROOM=5", "exten: q77q", "Shown: yes", "Secret: top",
        "Password: hush",
      ])
    #expect(
      try await row("fields") == "\""
        + """
        [["Variable","A=1,ROOM=***"],["exten","***"],["Shown","yes"],["Secret","***"],["Password","***"]]
        """.replacing("\"", with: "\"\"") + "\"")
    for secret in ["top", "hush", "ROOM=5", "q77q", "geheim"] {
      #expect(!run.output.contains(secret), "\(secret)")
    }
  }

  @Test func `what Asterisk repeats of a masked value stands in no row`() async throws {
    let manager = manager(general: "mask = Command, Channel") { action in
      action == "Command"
        ? .frames([
          [
            "Response: Error", "Message: No such command 'top hush'",
            "Output: No such command 'top hush' (type 'core show help top')",
          ]
        ]) : .frames([["Response: Error", "Message: Channel does not exist: secretchan"]])
    }
    let command = try await action(["Command", "Command=top hush"])
    #expect(command.status == 1)
    #expect(
      try await row("message, error")
        == "No such command '***',Asterisk refuses Command: No such command '***' "
        + "(type 'core show help ***')")
    #expect(!command.errors.contains("top"), "\(command.errors)")
    _ = try await action(["Redirect", "Channel=secretchan", "Context=a", "Exten=1", "Priority=1"])
    #expect(try await row("message") == "Channel does not exist: ***")
    #expect(try await row("error") == "Asterisk refuses Redirect: Channel does not exist: ***")
    withExtendedLifetime(manager) {}
  }

  @Test func `a dry run prints the bytes and does nothing else`() async throws {
    let manager = manager(general: "mask = ROOM")
    let run = try await action([
      "originate", "channel=PJSIP/100", "Application=Wait", "Variable=ROOM=5", "--dry-run",
    ])
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.output == "Action: Originate\r\nActionID: 00000000-1\r\nChannel: PJSIP/100\r\n"
        + "Application: Wait\r\nVariable: ROOM=***\r\n\r\n")
    #expect(try await action(["Hangup", "--dry-run"]).status == 2)
    #expect(manager.sent.isEmpty)
    #expect(files(in: recording.folder.path) == ["amirec.conf"])
  }

  @Test func `a user of its own logs in, and no other secret is read`() async throws {
    let manager = FakeManager(secret: "own", eventsAtOnce: 0)
    recording.configure(
      [("pbx1", manager.port), ("pbx2", 1)], "action_username = operator\nsecret_file = /nowhere/s")
    let unnamed = try await action(["Ping"])
    #expect(unnamed.status == 2)
    #expect(unnamed.errors.contains("name one of pbx1, pbx2"), "\(unnamed.errors)")
    let run = try await action(
      ["Ping", "--server", "pbx1"],
      environment: ["AMIREC_PBX1_SECRET": "", "AMIREC_PBX1_ACTION_SECRET": "own"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(manager.texts[0].contains("Username: operator\r\nSecret: own"))
    #expect(try await row("username") == "operator")
    #expect(try await recording.sql("SELECT name FROM servers ORDER BY id") == "pbx1\npbx2")
  }

  @Test func `what cannot be written down is not sent`() async throws {
    let manager = manager()
    let foreign = recording.folder.file("foreign.db")
    write("no database", to: foreign)
    for store in [foreign, "/nowhere/amirec.db", recording.folder.path] {
      let run = try await action(["Ping"], environment: ["AMIREC_STORE": store])
      #expect(run.status == 3)
      #expect(run.errors.contains("nothing was sent"), "\(run.errors)")
    }
    #expect(manager.sent.isEmpty)
  }

  @Test func `it is written down while amirecd writes the same store`() async throws {
    let manager = FakeManager()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 10_000 }
    for _ in 0..<5 {
      let run = try await action(["Status"])
      #expect(run.status == 0, "\(run.errors)")
    }
    running.signal(SIGTERM)
    #expect(await running.ended().status == 0)
    #expect(
      try await recording.sql(
        "SELECT count(*) FROM actions WHERE name = 'Status' AND outcome = 'success'")
        == "5")
    #expect(try await recording.sql("SELECT count(*) FROM servers") == "1")
  }

  // MARK: Help and completion

  @Test func `help and completion come from the declarations`() async throws {
    let amirec = Program.built("amirec")
    let help = try await amirec.run(["action", "--help", "queuepause"])
    #expect(help.status == 0)
    #expect(help.output.contains("Interface=TEXT"), "\(help.output)")
    #expect(try await amirec.run(["action", "QueuePause", "-h"]).output == help.output)
    #expect(try await amirec.run(["action", "QueuePause", "--describe"]).output == help.output)
    let list = try await amirec.run(["action", "--list"])
    #expect(list.output.contains("\nQueuePause "))
    #expect(try await amirec.run(["action", "--help", "Nonsense"]).status == 2)
    let script = try await amirec.run(["--generate-completion-script", "bash"])
    #expect(script.status == 0)
    #expect(script.output.contains("action"))
  }
}
