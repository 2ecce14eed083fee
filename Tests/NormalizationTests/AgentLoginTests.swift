import AMI
import Normalization
import Testing

/// Agents of app_agent_pool wait on the line: callers who come to one after another are strangers.
///
/// The order of events is that of Asterisk 22.
@Suite struct AgentLoginTests {
  /// Agent 1001 logs in on channel `1`.
  private func login(_ script: inout Script) {
    script.channel("1", "PJSIP/105-1", exten: "*1001")
    script.up("1")
    script.event("AgentLogin", ["Channel": "x", "Uniqueid": "1", "Linkedid": "1", "Agent": "1001"])
    script.enter("1", "pool", type: "agent_hold")
  }

  /// A caller asks for the agent, and they are connected. `linkedid` is what both have then.
  private func serve(_ script: inout Script, _ caller: String, linkedid: String) {
    script.channel(caller, "PJSIP/2-\(caller)", exten: "*2001")
    script.up(caller)
    script.enter(caller, "b\(caller)")
    script.leave("1", "pool")
    script.enter("1", "b\(caller)")
    for id in [caller, "1"] {
      script.event(
        "VarSet",
        ["Channel": "x", "Uniqueid": id, "Linkedid": linkedid, "Variable": "A", "Value": "b"])
    }
  }

  private func back(_ script: inout Script, _ caller: String) {
    script.leave("1", "b\(caller)")
    script.enter("1", "pool", type: "agent_hold")
  }

  private func calls(_ script: Script) throws -> [String] {
    let log = try script.run()
    #expect(try script.run(disturbed: true).rows == log.rows)
    return log.list("calls", "dialled", "disposition", "callee_number", "talk_ms", "ended_by")
  }

  @Test func `each caller's call is its own, and so is the login`() throws {
    var script = Script()
    login(&script)
    for caller in ["2", "3"] {
      serve(&script, caller, linkedid: "1")
      script.event("HangupRequest", ["Channel": "x", "Uniqueid": caller])
      script.leave(caller, "b\(caller)")
      back(&script, caller)
      script.hangup(caller)
    }
    script.event("HangupRequest", ["Channel": "x", "Uniqueid": "1"])
    script.hangup("1")
    #expect(
      try calls(script) == [
        "*1001 answered - 8000 caller", "*2001 answered 1 4000 caller",
        "*2001 answered 1 4000 caller",
      ])
    let log = try script.run()
    #expect(log.column("call_id", of: "channels") == ["1", "2", "3"])
    let bridges = log.list("bridges", "type", "call_id")
    #expect(bridges == ["agent_hold -", "basic 2", "basic 3"])
  }

  @Test func `a linkedid that the agent has from an earlier caller joins nothing`() throws {
    var script = Script()
    // Waits since before the login: its linkedid is older than the login's.
    script.channel("0", "PJSIP/2-0", exten: "*2001")
    login(&script)
    script.enter("0", "b0")
    script.leave("1", "pool")
    script.enter("1", "b0")
    script.event(
      "VarSet",
      ["Channel": "x", "Uniqueid": "1", "Linkedid": "0", "Variable": "A", "Value": "b"])
    back(&script, "0")
    script.hangup("0")
    serve(&script, "3", linkedid: "0")
    // What the second caller dials later begins with the linkedid it got.
    back(&script, "3")
    script.channel("4", "PJSIP/4-4", linkedid: "0")
    script.dial("3", "4")
    script.hangup("4")
    script.hangup("3")
    let log = try script.run()
    #expect(try script.run(disturbed: true).rows == log.rows)
    #expect(log.column("call_id", of: "channels") == ["1", "2", "3", "3"])
  }

  @Test func `an agent who hangs up ends the caller's call`() throws {
    var script = Script()
    login(&script)
    serve(&script, "2", linkedid: "1")
    script.event("HangupRequest", ["Channel": "x", "Uniqueid": "1"])
    script.leave("1", "b2")
    script.event(
      "AgentLogoff", ["Channel": "x", "Uniqueid": "1", "Agent": "1001", "Logintime": "9"])
    script.hangup("1")
    script.leave("2", "b2")
    script.event("SoftHangupRequest", ["Channel": "x", "Uniqueid": "2"])
    script.hangup("2")
    #expect(
      try calls(script) == ["*1001 answered - 4000 caller", "*2001 answered 1 4000 callee"])
  }

  @Test func `an agent who was logged off is a caller like any other`() throws {
    var script = Script()
    login(&script)
    script.leave("1", "pool")
    script.event(
      "AgentLogoff", ["Channel": "x", "Uniqueid": "1", "Agent": "1001", "Logintime": "9"])
    script.channel("2", "PJSIP/106-2", linkedid: "1")
    script.dial("1", "2")
    #expect(try script.run().column("call_id", of: "channels") == ["1", "1"])
  }

  @Test func `a list shows who waits for callers`() throws {
    var script = LifeScript()
    script.connect(100)
    script.receive(100.1, "Response: Success\nActionID: 7\nEventList: start")
    func item(_ id: String, _ name: String, _ linkedid: String, _ application: String) {
      script.receive(
        100.2,
        """
        Event: CoreShowChannel
        ActionID: 7
        Channel: \(name)
        ChannelState: 6
        Uniqueid: \(id)
        Linkedid: \(linkedid)
        Application: \(application)
        ApplicationData:
        Duration: 00:01:00
        BridgeId:
        """)
    }
    item("1", "PJSIP/105-1", "1", "AgentLogin")
    item("2", "PJSIP/2-2", "1", "Playback")
    script.receive(
      100.3, "Event: CoreShowChannelsComplete\nActionID: 7\nEventList: Complete\nListItems: 2")
    #expect(try script.run().list("calls", "id") == ["1", "2"])
  }
}
