import Testing

extension Script {
  /// A queue's event about the caller, or with `dest` about a member too.
  mutating func queue(
    _ event: String, _ id: String, dest: String? = nil, in queue: String = "support",
    _ more: [(String, String)] = []
  ) {
    var headers = [("Channel", "x"), ("Uniqueid", id)]
    if let dest {
      headers += [
        ("DestChannel", "x"), ("DestUniqueid", dest), ("Interface", "PJSIP/\(dest)"),
        ("MemberName", "Agent \(dest)"),
      ]
    }
    self.event(event, headers + [("Queue", queue)] + more)
  }

  mutating func set(_ id: String, _ variable: String, _ value: String) {
    event("VarSet", ["Channel": "x", "Uniqueid": id, "Variable": variable, "Value": value])
  }

  mutating func step(_ id: String, _ application: String, _ data: String = "", exten: String) {
    event(
      "Newexten",
      [
        "Channel": "x", "Uniqueid": id, "Context": "internal", "Exten": exten,
        "Application": application, "AppData": data,
      ])
  }

  /// A caller joins a queue.
  mutating func join(_ id: String, in queue: String = "support") {
    channel(id, "PJSIP/\(id)-00000001", exten: "600")
    step(id, "Queue", "\(queue),t,,,60", exten: "600")
    self.queue("QueueCallerJoin", id, in: queue, [("Position", "1"), ("Count", "1")])
  }

  /// A member is rung.
  mutating func ring(_ id: String, _ dest: String, name: String? = nil) {
    channel(dest, name ?? "PJSIP/\(dest)-00000002", linkedid: id)
    queue("AgentCalled", id, dest: dest)
    dial(id, dest)
  }

  /// A member who was rung answers.
  mutating func answer(_ id: String, _ dest: String) {
    dialEnd(dest, "ANSWER")
    queue("QueueCallerLeave", id, [("Position", "1")])
    queue("AgentConnect", id, dest: dest, [("HoldTime", "1"), ("RingTime", "1")])
    enter(dest, "bridge")
    enter(id, "bridge")
  }

  /// A caller who was not answered leaves.
  mutating func abandon(_ id: String) {
    queue(
      "QueueCallerAbandon", id,
      [("Position", "1"), ("OriginalPosition", "1"), ("HoldTime", "9")])
    queue("QueueCallerLeave", id, [("Position", "1")])
  }
}

@Suite struct QueueTests {
  /// The rows, which must be the same when the state is saved and restored after every message.
  private func run(_ script: Script) throws -> RowLog {
    let log = try script.run()
    let disturbed = try script.run(disturbed: true)
    #expect(log.rows == disturbed.rows)
    return log
  }

  private func visits(_ log: RowLog, _ column: String) -> [String] {
    log.column(column, of: "queue_visits")
  }

  @Test func `each way out of a queue has its word`() throws {
    var script = Script()
    script.join("1")
    script.abandon("1")
    script.hangup("1")
    let statuses = ["TIMEOUT", "LEAVEEMPTY", "LEAVEUNAVAIL", "WITHDRAW"]
    for (id, status) in zip(2..., statuses) {
      script.join("\(id)")
      script.abandon("\(id)")
      script.set("\(id)", "QUEUESTATUS", status)
      script.step("\(id)", "NoOp", exten: "700")
      script.hangup("\(id)")
    }
    script.join("6")
    script.step("6", "Queue", "support,t,,,60", exten: "1")
    script.queue("QueueCallerLeave", "6", [("Position", "1")])
    script.step("6", "Answer", exten: "1")
    script.hangup("6")
    let log = try run(script)
    #expect(
      visits(log, "outcome") == [
        "abandoned", "timeout", "left-empty", "left-empty", "withdrawn", "exit-key",
      ])
    #expect(visits(log, "next_exten") == ["-", "700", "700", "700", "700", "1"])
    #expect(visits(log, "wait_ms") == ["2000", "2000", "2000", "2000", "2000", "2000"])
  }

  @Test(arguments: ["FULL", "JOINEMPTY", "JOINUNAVAIL", "UNKNOWN"])
  func `a caller refused at the door is a visit`(status: String) throws {
    var script = Script()
    script.channel("1", "PJSIP/1-00000001")
    script.step("1", "Queue", "support,t,,,60", exten: "600")
    script.set("1", "QUEUESTATUS", status)
    script.hangup("1")
    let log = try run(script)
    #expect(visits(log, "outcome") == ["refused"])
    #expect(visits(log, "queue_status") == [status])
    #expect(log.column("name", of: "queues") == ["support"])
  }

  @Test(arguments: ["QUEUE_PRIO", "_QUEUE_PRIO", "__QUEUE_PRIO"])
  func `the priority is that of the channel as it joined`(variable: String) throws {
    var script = Script()
    script.channel("1", "PJSIP/1-00000001")
    script.set("1", variable, "3")
    script.set("1", variable, "7")
    script.join("1")
    script.set("1", variable, "9")
    script.abandon("1")
    script.hangup("1")
    script.join("2")
    script.abandon("2")
    script.hangup("2")
    let log = try run(script)
    #expect(visits(log, "priority") == ["7", "-"])
  }

  @Test func `hold is the time in which caller or agent had put the other on hold`() throws {
    var script = Script()
    script.join("1")
    script.event("Hold", ["Channel": "x", "Uniqueid": "1"])  // before the talk
    script.event("Unhold", ["Channel": "x", "Uniqueid": "1"])
    script.ring("1", "2")
    script.answer("1", "2")  // connected in second 11
    script.event("Hold", ["Channel": "x", "Uniqueid": "2"])  // 14
    script.event("Hold", ["Channel": "x", "Uniqueid": "1"])
    script.event("Unhold", ["Channel": "x", "Uniqueid": "2"])
    script.event("Unhold", ["Channel": "x", "Uniqueid": "1"])  // 17
    script.event("Hold", ["Channel": "x", "Uniqueid": "1"])  // 18, until the talk ends
    script.leave("2", "bridge")  // 19
    script.hangup("2")
    script.hangup("1")
    let log = try run(script)
    #expect(visits(log, "hold_ms") == ["4000"])
    #expect(log.list("queue_visits", "connected_us", "talk_ended_us") == ["1011.0 1019.0"])
  }

  @Test func `a telephone behind a Local member holds too`() throws {
    var script = Script()
    script.join("1")
    script.ring("1", "2", name: "Local/5@members-00000001;1")
    script.channel("3", "Local/5@members-00000001;2", linkedid: "1")
    script.channel("4", "PJSIP/105-00000003", linkedid: "1")
    script.dial("3", "4")
    script.dialEnd("4", "ANSWER")
    script.enter("4", "far")
    script.enter("3", "far")
    script.answer("1", "2")
    script.event("Hold", ["Channel": "x", "Uniqueid": "4"])
    script.up("4")
    script.event("Unhold", ["Channel": "x", "Uniqueid": "4"])
    script.leave("4", "far")
    script.hangup("4")
    script.hangup("1")
    #expect(visits(try run(script), "hold_ms") == ["2000"])
  }

  @Test func `all members ring, one answers`() throws {
    var script = Script()
    script.join("1")
    script.ring("1", "2")
    script.ring("1", "3")
    script.ring("1", "4")
    script.dialEnd("4", "BUSY")
    script.queue("AgentRingNoAnswer", "1", dest: "4", [("RingTime", "0")])
    script.dialEnd("2", "CANCEL")
    script.answer("1", "3")
    script.queue(
      "AgentComplete", "1", dest: "3", [("TalkTime", "2"), ("HoldTime", "1"), ("Reason", "agent")])
    script.leave("3", "bridge")
    script.hangup("3")
    script.set("1", "QUEUESTATUS", "CONTINUE")
    script.hangup("1")
    let log = try run(script)
    #expect(
      log.column("outcome", of: "queue_offers") == ["answered-elsewhere", "connected", "busy"])
    #expect(visits(log, "outcome") == ["answered"])
    #expect(visits(log, "agent") == ["Agent 3"])
    #expect(visits(log, "ended_by") == ["agent"])
    #expect(visits(log, "talk_ms") == ["3000"])
    #expect(visits(log, "queue_status") == ["CONTINUE"])
  }

  @Test func `offers end as the caller gives up`() throws {
    var script = Script()
    script.join("1")
    script.ring("1", "2")
    script.dialEnd("2", "NOANSWER")
    script.queue("AgentRingNoAnswer", "1", dest: "2", [("RingTime", "2000")])
    script.ring("1", "3")
    script.dialEnd("3", "CANCEL")
    script.abandon("1")
    script.hangup("1")
    let log = try run(script)
    #expect(log.column("outcome", of: "queue_offers") == ["no-answer", "cancelled"])
    #expect(log.column("ring_ms", of: "queue_offers") == ["2000", "2000"])
  }

  @Test func `a talk ends as the telephone behind a Local member leaves, without AgentComplete`()
    throws
  {
    var script = Script()
    script.join("1")
    script.ring("1", "2", name: "Local/5@members-00000001;1")
    script.channel("3", "Local/5@members-00000001;2", linkedid: "1")
    script.channel("4", "PJSIP/105-00000003", linkedid: "1")
    script.dial("3", "4")
    script.dialEnd("4", "ANSWER")
    script.enter("4", "far")
    script.enter("3", "far")
    script.answer("1", "2")
    script.channel("5", "PJSIP/106-00000004", linkedid: "1")
    script.enter("5", "far")
    script.leave("4", "far")
    script.hangup("4")
    for _ in 0..<20 { script.up("5") }
    script.leave("5", "far")
    script.hangup("5")
    script.hangup("3")
    script.hangup("2")
    script.hangup("1")
    let log = try run(script)
    #expect(visits(log, "outcome") == ["answered"])
    #expect(visits(log, "talk_ms") == ["5000"])
  }

  @Test func `an agent who comes back from a transfer given up talks on`() throws {
    var script = Script()
    script.join("1")
    script.ring("1", "2")
    script.answer("1", "2")
    script.leave("2", "bridge")
    script.enter("2", "other")
    script.leave("2", "other")
    script.enter("2", "bridge")
    script.queue(
      "AgentComplete", "1", dest: "2", [("TalkTime", "7"), ("HoldTime", "1"), ("Reason", "caller")])
    script.hangup("1")
    script.hangup("2")
    let log = try run(script)
    #expect(visits(log, "talk_ms") == ["7000"])
    #expect(visits(log, "ended_by") == ["caller"])
  }

  @Test func `an attended transfer into a queue goes on with the same visit`() throws {
    var script = Script()
    script.channel("1", "PJSIP/1-00000001")
    script.channel("2", "PJSIP/2-00000002", linkedid: "1")
    script.enter("1", "first")
    script.enter("2", "first")
    script.join("3")
    script.event(
      "AttendedTransfer",
      [
        "Result": "Success", "OrigTransfererUniqueid": "1", "SecondTransfererUniqueid": "3",
        "TransfereeUniqueid": "2", "DestType": "App", "DestApp": "Queue",
      ])
    script.leave("2", "first")
    script.hangup("3")
    script.step("2", "Queue", "support,t,,,60", exten: "600")
    script.abandon("2")
    script.hangup("2")
    script.hangup("1")
    let log = try run(script)
    #expect(visits(log, "outcome") == ["abandoned"])
    #expect(visits(log, "entered_channel_id") == ["3"])
    #expect(visits(log, "channel_id") == ["2"])
    #expect(visits(log, "call_id") == log.column("id", of: "calls"))
  }

  @Test func `an agent who was up but never connected is incompatible`() throws {
    var script = Script()
    script.join("1")
    script.ring("1", "2")
    script.event("Newstate", ["Channel": "x", "ChannelState": "6", "Uniqueid": "2"])
    script.abandon("1")
    script.hangup("2")
    script.hangup("1")
    #expect(visits(try run(script), "outcome") == ["incompatible"])
  }

  @Test func `AgentComplete without the caller's channel finds its talk`() throws {
    var script = Script()
    script.join("1")
    script.ring("1", "2")
    script.answer("1", "2")
    script.hangup("1")
    script.event(
      "AgentComplete",
      [
        "DestChannel": "x", "DestUniqueid": "2", "Queue": "support", "Interface": "PJSIP/2",
        "MemberName": "Agent 2", "HoldTime": "1", "TalkTime": "1", "Reason": "transfer",
      ])
    script.hangup("2")
    let log = try run(script)
    #expect(visits(log, "outcome") == ["answered"])
    #expect(visits(log, "ended_by") == ["transfer"])
  }

  @Test func `AgentComplete without any channel finds its talk, though all have hung up`() throws {
    var script = Script()
    script.join("1")
    script.ring("1", "2")
    script.answer("1", "2")
    script.leave("2", "bridge")
    script.leave("1", "bridge")
    script.hangup("2")
    script.hangup("1")
    script.event(
      "AgentComplete",
      [
        "Queue": "support", "Interface": "PJSIP/2", "MemberName": "Agent 2", "HoldTime": "1",
        "TalkTime": "4", "Reason": "caller",
      ])
    #expect(visits(try run(script), "ended_by") == ["caller"])
  }

  @Test func `what began unobserved is reckoned back from what its end tells`() throws {
    var script = Script()
    script.queue(
      "QueueCallerAbandon", "1",
      [("Position", "1"), ("OriginalPosition", "4"), ("HoldTime", "9")])
    script.queue("QueueCallerLeave", "1", [("Position", "1")])
    script.hangup("1")
    script.queue(
      "AgentComplete", "2", dest: "3", [("TalkTime", "5"), ("HoldTime", "7"), ("Reason", "agent")])
    script.hangup("2")
    let log = try run(script)
    #expect(visits(log, "opened_by") == ["seen", "seen"])
    #expect(visits(log, "outcome") == ["abandoned", "answered"])
    #expect(visits(log, "wait_ms") == ["10000", "7000"])
    #expect(visits(log, "talk_ms") == ["-", "5000"])
    #expect(visits(log, "original_position") == ["4", "-"])
  }

  @Test func `one caller in two queues has two visits`() throws {
    var script = Script()
    script.join("1", in: "first")
    script.queue("QueueCallerAbandon", "1", in: "first", [("HoldTime", "3")])
    script.queue("QueueCallerLeave", "1", in: "first")
    script.set("1", "QUEUESTATUS", "TIMEOUT")
    script.step("1", "Queue", "second", exten: "601")
    script.queue("QueueCallerJoin", "1", in: "second", [("Position", "2")])
    script.queue("QueueCallerAbandon", "1", in: "second", [("HoldTime", "3")])
    script.queue("QueueCallerLeave", "1", in: "second")
    script.hangup("1")
    let log = try run(script)
    #expect(visits(log, "outcome") == ["timeout", "abandoned"])
    #expect(visits(log, "next_exten") == ["601", "-"])
    #expect(Set(visits(log, "call_id")).count == 1)
  }
}

@Suite struct AgentTests {
  private func member(
    _ script: inout Script, _ event: String, in queue: String, paused: String = "0",
    reason: String = "", membership: String = "dynamic"
  ) {
    script.event(
      event,
      [
        "Queue": queue, "MemberName": "Anna", "Interface": "PJSIP/100", "Membership": membership,
        "Penalty": "0", "Paused": paused, "PausedReason": reason,
      ])
  }

  @Test func `logins and pauses are merged over queues`() throws {
    var script = Script()
    member(&script, "QueueMemberAdded", in: "first")
    member(&script, "QueueMemberAdded", in: "second")
    member(&script, "QueueMemberPause", in: "first", paused: "1", reason: "lunch")
    member(&script, "QueueMemberPause", in: "second", paused: "1", reason: "lunch")
    member(&script, "QueueMemberPause", in: "first")
    member(&script, "QueueMemberPause", in: "second")
    member(&script, "QueueMemberRemoved", in: "first")
    member(&script, "QueueMemberRemoved", in: "second")
    let log = try script.run()
    #expect(try log.rows == script.run(disturbed: true).rows)
    let column = { log.column($0, of: "agent_intervals") }
    #expect(column("state") == ["logged-in", "paused"])
    #expect(column("reason") == ["-", "lunch"])
    #expect(column("closed_by") == ["removed", "unpaused"])
    #expect(column("started_us") == ["1001000000", "1003000000"])
    #expect(column("ended_us") == ["1008000000", "1006000000"])
    #expect(log.column("closed_by", of: "queue_members") == ["removed", "removed"])
  }

  @Test func `another reason is another pause, and a static member does not log in`() throws {
    var script = Script()
    member(
      &script, "QueueMemberPause", in: "first", paused: "1", reason: "tea", membership: "static")
    member(
      &script, "QueueMemberPause", in: "first", paused: "1", reason: "lunch", membership: "static")
    member(&script, "QueueMemberPause", in: "first", membership: "static")
    let log = try script.run()
    #expect(try log.rows == script.run(disturbed: true).rows)
    #expect(log.column("state", of: "agent_intervals") == ["paused", "paused"])
    #expect(log.column("reason", of: "agent_intervals") == ["tea", "lunch"])
    #expect(
      log.column("closed_by", of: "agent_intervals") == ["reason-changed", "unpaused"])
  }

  /// The times of an agent, as STATE START END CLOSED-BY.
  private func times(_ script: Script) throws -> [String] {
    let log = try script.undisturbedRows()
    return log.list("agent_intervals", "agent", "state", "started_us", "ended_us", "closed_by")
  }

  @Test func `ringing and talking are merged over calls`() throws {
    var script = Script()
    script.join("1")
    script.join("2")
    script.ring("1", "8")  // second 7
    // The same agent is rung for the other caller: second 10.
    script.event(
      "AgentCalled",
      [
        "Channel": "x", "Uniqueid": "2", "DestChannel": "PJSIP/8-00000009", "DestUniqueid": "9",
        "Queue": "sales", "Interface": "PJSIP/8", "MemberName": "Agent 8",
      ])
    script.answer("1", "8")  // the first ringing ends in 11, the talk begins in 13
    script.hangup("9")  // 16
    script.hangup("8")  // 17
    script.hangup("1")
    script.hangup("2")
    #expect(
      try times(script) == [
        "Agent 8 ringing 1008.0 1016.0 ended", "Agent 8 talking 1013.0 1017.0 ended",
      ])
  }
  @Test func `who comes back from a consultation has talked on, who does not had ended`() throws {
    for comesBack in [true, false] {
      var script = Script()
      script.join("1")
      script.ring("1", "8")
      script.answer("1", "8")  // second 9
      script.leave("8", "bridge")  // 12
      script.enter("8", "other")
      script.leave("8", "other")
      if comesBack { script.enter("8", "bridge") } else { script.up("8") }  // 15
      script.hangup("8")  // 16
      script.up("1")
      script.hangup("1")
      #expect(
        try times(script).last == "Agent 8 talking 1009.0 \(comesBack ? 1016.0 : 1012.0) ended")
    }
  }

  /// A member with a wrap-up of 5 s who talked from second 10 to second 13.
  private func talked() -> Script {
    var script = Script()
    script.event(
      "QueueMemberAdded",
      [
        "Queue": "support", "MemberName": "Agent 8", "Interface": "PJSIP/8",
        "Membership": "dynamic", "Paused": "0", "Wrapuptime": "5",
      ])
    script.join("1")
    script.ring("1", "8")
    script.answer("1", "8")
    script.hangup("8")
    return script
  }

  private func pause(_ script: inout Script, _ event: String, paused: String = "0") {
    script.event(
      event,
      [
        "Queue": "support", "MemberName": "Agent 8", "Interface": "PJSIP/8",
        "Membership": "dynamic", "Paused": paused,
      ])
  }

  @Test func `wrap-up lasts its time, unless the agent does something else`() throws {
    var script = talked()
    for _ in 0..<9 { script.up("1") }
    #expect(try times(script).last == "Agent 8 wrap-up 1013.0 1018.0 time-up")
    script = talked()
    for _ in 0..<4 { script.up("1") }
    #expect(try times(script).last == "Agent 8 wrap-up 1013.0 - -")
    script = talked()
    script.join("2")
    script.queue("AgentCalled", "2", dest: "8")
    #expect(try times(script)[3] == "Agent 8 wrap-up 1013.0 1017.0 ringing")
    script = talked()
    pause(&script, "QueueMemberPause", paused: "1")
    #expect(try times(script)[3] == "Agent 8 wrap-up 1013.0 1014.0 paused")
    script = talked()
    pause(&script, "QueueMemberRemoved")
    #expect(try times(script)[3] == "Agent 8 wrap-up 1013.0 1014.0 removed")
  }

  @Test func `there is no wrap-up of who paused while talking, or has no time for it`() throws {
    var script = Script()
    pause(&script, "QueueMemberAdded")
    script.join("1")
    script.ring("1", "8")
    script.answer("1", "8")
    script.hangup("8")
    script.up("1")
    #expect(try times(script).count { $0.contains("wrap-up") } == 0)
  }

  /// The talk of caller 1 with the member behind Local channel 2, which is told by its end alone.
  private func endOfUnseenTalk(_ more: [(String, String)], times: Int = 1) throws -> RowLog {
    var script = Script()
    script.channel("1", "PJSIP/1-1")
    script.channel("2", "Local/near@members-1;1", linkedid: "1")
    script.channel("3", "Local/near@members-1;2", linkedid: "1")
    script.hangup("3")
    script.hangup("2")
    for _ in 0..<times {
      script.event(
        "AgentComplete",
        more + [
          ("Queue", "support"), ("Interface", "Local/near@members/n"), ("MemberName", "Ann"),
          ("HoldTime", "7"), ("TalkTime", "4"), ("Reason", "agent"),
        ])
    }
    script.hangup("1")
    let log = try script.run()
    #expect(try script.run(disturbed: true).rows == log.rows)
    return log
  }

  @Test(arguments: [
    [("Channel", "x"), ("Uniqueid", "1")], [("DestChannel", "x"), ("DestUniqueid", "2")], [],
  ])
  func `a talk that began unseen is told by its end, whichever channels are gone`(
    named: [(String, String)]
  ) throws {
    let log = try endOfUnseenTalk(named)
    #expect(
      log.list(
        "queue_visits", "opened_by", "call_id", "agent", "agent_channel_id", "outcome", "wait_ms",
        "talk_ms", "ended_by") == ["seen 1 Ann 2 answered 7000 4000 agent"])
  }

  @Test func `the end of another call's talk does not end one from before`() throws {
    var script = Script()
    script.join("1")
    script.ring("1", "8")
    script.answer("1", "8")
    // Of the next talk of the same member only the end is told.
    script.channel("5", "PJSIP/5-1")
    script.channel("6", "PJSIP/8-2", linkedid: "5")
    script.queue(
      "AgentComplete", "5",
      [
        ("Interface", "PJSIP/8"), ("MemberName", "Agent 8"), ("HoldTime", "1"), ("TalkTime", "1"),
        ("Reason", "caller"),
      ])
    let log = try script.run()
    #expect(try script.run(disturbed: true).rows == log.rows)
    #expect(
      log.list("queue_visits", "opened_by", "call_id", "ended_by", "talk_ended_us") == [
        "join 1 - -", "seen 2 caller 1014.0",
      ])
  }

  @Test func `an end that is told twice is one visit`() throws {
    let log = try endOfUnseenTalk([("Channel", "x"), ("Uniqueid", "1")], times: 2)
    #expect(log.column("id", of: "queue_visits") == ["1"])
    #expect(try endOfUnseenTalk([], times: 2).column("id", of: "queue_visits") == ["1"])
  }

  @Test func `a login is when it was told, though a list showed it before`() throws {
    var script = LifeScript()
    script.connect(100)
    script.item(
      101, "Agents", "Agent: 1001\nStatus: AGENT_IDLE\nLoggedInTime: 99\nTalkingToChan: n/a")
    script.item(
      101, "Agents", "Agent: 1002\nStatus: AGENT_IDLE\nLoggedInTime: 50\nTalkingToChan: n/a")
    script.event(102, "AgentLogin", "Agent: 1001")
    script.disconnect(110)
    script.connect(120)
    script.event(121, "AgentLogin", "Agent: 1001")
    script.event(130, "AgentLogoff", "Agent: 1001\nLogintime: 10")
    #expect(
      try script.run().list(
        "agent_intervals", "agent", "opened_by", "started_us", "ended_us", "closed_by") == [
          "1001 event 102.0 110.0 unobserved", "1002 snapshot 50.0 - -",
          "1001 event 121.0 130.0 logoff",
        ])
  }

  @Test func `a logoff tells of a login that was not seen`() throws {
    var script = Script()
    script.event("AgentLogin", ["Agent": "1001"])
    script.event("AgentLogoff", ["Agent": "1001", "Logintime": "1"])
    script.event("AgentLogoff", ["Agent": "1002", "Logintime": "100"])
    let log = try script.run()
    #expect(try log.rows == script.run(disturbed: true).rows)
    #expect(log.column("agent", of: "agent_intervals") == ["1001", "1002"])
    #expect(log.column("started_us", of: "agent_intervals") == ["1001000000", "903000000"])
    #expect(log.column("closed_by", of: "agent_intervals") == ["logoff", "logoff"])
  }
}
