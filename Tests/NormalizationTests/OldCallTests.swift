import AMI
import Normalization
import Support
import Testing

/// Messages as Asterisk before 12 sends them.
extension Script {
  mutating func oldChannel(_ id: String, _ name: String, exten: String = "") {
    event(
      "Newchannel",
      [
        "Channel": name, "ChannelState": "0", "ChannelStateDesc": "Down", "CallerIDNum": "",
        "CallerIDName": "", "AccountCode": "", "Exten": exten, "Context": "inside", "Uniqueid": id,
      ])
  }

  mutating func oldState(_ id: String, _ state: Int) {
    event("Newstate", ["Channel": "x", "ChannelState": "\(state)", "Uniqueid": id])
  }

  mutating func oldDial(_ id: String, _ dest: String, _ name: String) {
    event(
      "Dial",
      [
        "SubEvent": "Begin", "Channel": "x", "Destination": name, "UniqueID": id,
        "DestUniqueID": dest, "Dialstring": "x",
      ])
  }

  mutating func link(_ state: String, _ one: String, _ other: String) {
    event(
      "Bridge",
      [
        "Bridgestate": state, "Bridgetype": "core", "Channel1": "x", "Channel2": "x",
        "Uniqueid1": one, "Uniqueid2": other,
      ])
  }

  /// The clone moves into the original.
  mutating func masquerade(_ original: (String, String), _ clone: (String, String)) {
    for (id, name) in [
      (clone.0, clone.1 + "<MASQ>"), (original.0, clone.1), (clone.0, original.1 + "<ZOMBIE>"),
    ] {
      event("Rename", ["Channel": "x", "Newname": name, "Uniqueid": id])
    }
    event(
      "Hangup", ["Channel": original.1 + "<ZOMBIE>", "Uniqueid": clone.0, "Cause": "16"])
  }

  mutating func oldStep(_ id: String, _ exten: String, _ application: String) {
    event(
      "Newexten",
      [
        "Channel": "x", "Context": "inside", "Extension": exten, "Priority": "1",
        "Application": application, "AppData": "", "Uniqueid": id,
      ])
  }

  /// 1 and 2 talk.
  static func oldTalk() -> Script {
    var script = Script()
    script.oldChannel("1", "SIP/100-00000000", exten: "200")
    script.oldChannel("2", "SIP/200-00000001")
    script.oldDial("1", "2", "SIP/200-00000001")
    script.oldState("2", 6)
    script.oldState("1", 6)
    script.link("Link", "1", "2")
    return script
  }
}

/// What the streams of Tests/Fixtures/ami1 do not show.
@Suite struct OldCallTests {
  @Test func `a transfer by feature code leaves its parties in one call`() throws {
    var script = Script.oldTalk()
    script.link("Unlink", "1", "2")
    script.oldChannel("3", "Local/300@inside-0001;1", exten: "300")
    script.oldChannel("4", "Local/300@inside-0001;2", exten: "300")
    script.oldChannel("5", "SIP/300-00000002")
    script.oldDial("4", "5", "SIP/300-00000002")
    script.oldState("5", 6)
    script.link("Link", "4", "5")
    script.link("Link", "2", "3")
    script.link("Unlink", "2", "3")
    script.oldChannel("6", "Transfered/SIP/100-00000000")
    script.masquerade(("6", "Transfered/SIP/100-00000000"), ("1", "SIP/100-00000000"))
    script.link("Link", "6", "3")
    script.hangup("2")
    script.link("Unlink", "6", "3")
    for id in ["3", "5", "4", "6"] { script.hangup(id) }
    let log = try script.undisturbedRows()
    #expect(log.column("id", of: "calls") == ["1"])
    #expect(log.column("uniqueid", of: "channels") == ["1", "2", "3", "4", "5"])
    #expect(log.column("counts", of: "channels") == ["1", "1", "0", "0", "1"])
    #expect(!log.column("ended_us", of: "channels").contains("-"))
    let last = log.column("bridge_id", of: "bridge_members").last
    let members = zip(
      log.column("bridge_id", of: "bridge_members"), log.column("channel_id", of: "bridge_members"))
    #expect(members.filter { $0.0 == last }.map(\.1) == ["1", "3"])
  }

  @Test func `whoever picks a call up goes on under the uniqueid that was rung`() throws {
    var script = Script()
    script.oldChannel("1", "SIP/100-00000000", exten: "200")
    script.oldChannel("2", "SIP/200-00000001")
    script.oldDial("1", "2", "SIP/200-00000001")
    script.oldState("2", 5)
    script.oldChannel("3", "SIP/300-00000002", exten: "*8")
    script.oldState("3", 6)
    script.event("Pickup", ["Channel": "SIP/300-00000002", "TargetChannel": "SIP/200-00000001"])
    script.masquerade(("2", "SIP/200-00000001"), ("3", "SIP/300-00000002"))
    script.oldState("1", 6)
    script.link("Link", "1", "2")
    script.link("Unlink", "1", "2")
    script.hangup("2")
    script.event(
      "Dial", ["SubEvent": "End", "Channel": "x", "UniqueID": "1", "DialStatus": "ANSWER"])
    script.hangup("1")
    let log = try script.undisturbedRows()
    #expect(log.column("id", of: "calls") == ["1"])
    #expect(log.column("disposition", of: "calls") == ["answered"])
    #expect(log.column("channel_id", of: "bridge_members") == ["1", "3"])
    #expect(log.column("name", of: "channels")[2] == "SIP/300-00000002")
    #expect(log.column("status", of: "dials") == ["-"])
    let ends = log.column("ended_us", of: "channels").map { Int($0)! }
    #expect(ends[1] < ends[2] && ends[2] < ends[0])
  }

  @Test func `a queue's talk goes on when its Local channel is optimized away`() throws {
    var script = Script()
    script.oldChannel("1", "SIP/100-00000000", exten: "600")
    script.oldState("1", 6)
    script.event("Join", ["Channel": "x", "Queue": "sales", "Position": "1", "Uniqueid": "1"])
    script.oldChannel("2", "Local/200@inside-0001;1", exten: "200")
    script.oldChannel("3", "Local/200@inside-0001;2", exten: "200")
    script.event(
      "AgentCalled",
      [
        "Queue": "sales", "AgentCalled": "Local/200@inside", "AgentName": "Ann",
        "ChannelCalling": "SIP/100-00000000", "DestinationChannel": "Local/200@inside-0001;1",
        "Uniqueid": "1",
      ])
    script.oldChannel("4", "SIP/200-00000001")
    script.oldDial("3", "4", "SIP/200-00000001")
    script.oldState("4", 6)
    script.link("Link", "3", "4")
    script.oldState("2", 6)
    script.event("Leave", ["Channel": "x", "Queue": "sales", "Uniqueid": "1"])
    script.event(
      "AgentConnect",
      [
        "Queue": "sales", "Uniqueid": "1", "Channel": "Local/200@inside-0001;1",
        "Member": "Local/200@inside", "MemberName": "Ann", "BridgedChannel": "2",
      ])
    script.link("Link", "1", "2")
    script.masquerade(("2", "Local/200@inside-0001;1"), ("4", "SIP/200-00000001"))
    script.hangup("3")
    for _ in 0..<20 { script.oldStep("none", "1", "NoOp") }
    script.link("Unlink", "1", "2")
    script.event(
      "AgentComplete",
      [
        "Queue": "sales", "Uniqueid": "1", "Channel": "SIP/200-00000001",
        "Member": "Local/200@inside", "MemberName": "Ann", "TalkTime": "24", "Reason": "agent",
      ])
    script.hangup("2")
    script.hangup("1")
    let log = try script.undisturbedRows()
    #expect(log.column("outcome", of: "queue_visits") == ["answered"])
    #expect(log.column("agent", of: "queue_visits") == ["Ann"])
    #expect(log.column("talk_ms", of: "queue_visits").allSatisfy { Int($0)! > 20_000 })
    #expect(log.column("ended_by", of: "queue_visits") == ["agent"])
    #expect(log.column("outcome", of: "queue_offers") == ["connected"])
    #expect(log.column("dest_channel_id", of: "dials") == ["2", "4"])
    #expect(log.column("status", of: "dials") == ["ANSWER", "ANSWER"])
    #expect(log.column("counts", of: "channels") == ["1", "0", "0", "1"])
  }

  @Test func `a call that is parked by REFER moves into channels made for that`() throws {
    var script = Script.oldTalk()
    script.oldChannel("3", "Parking/SIP/100-00000000")
    script.masquerade(("3", "Parking/SIP/100-00000000"), ("1", "SIP/100-00000000"))
    script.event(
      "ParkedCall",
      [
        "Exten": "701", "Channel": "SIP/100-00000000", "Parkinglot": "default",
        "From": "SIP/200-00000001", "Timeout": "45", "Uniqueid": "3",
      ])
    script.hangup("2")
    script.oldChannel("4", "SIP/300-00000002", exten: "701")
    script.event(
      "UnParkedCall",
      [
        "Exten": "701", "Channel": "SIP/100-00000000", "From": "SIP/300-00000002",
        "Uniqueid": "3",
      ])
    script.link("Link", "4", "3")
    script.hangup("3")
    script.hangup("4")
    let log = try script.undisturbedRows()
    #expect(log.column("channel_id", of: "parkings") == ["1"])
    #expect(log.column("parker_channel_id", of: "parkings") == ["2"])
    #expect(log.column("retriever_channel_id", of: "parkings") == ["3"])
    #expect(log.column("outcome", of: "parkings") == ["retrieved"])
    #expect(log.column("id", of: "calls") == ["1"])
    #expect(log.column("uniqueid", of: "channels") == ["1", "2", "4"])
  }

  @Test func `an attended transfer that is announced and not seen to be made is told all the same`()
    throws
  {
    var script = Script.oldTalk()
    script.oldChannel("3", "SIP/200-00000002", exten: "300")
    script.event(
      "Transfer",
      [
        "TransferMethod": "SIP", "TransferType": "Attended", "Channel": "SIP/200-00000001",
        "Uniqueid": "2", "TargetChannel": "SIP/200-00000002", "TargetUniqueid": "3",
      ])
    script.hangup("2")
    script.hangup("3")
    script.hangup("1")
    let log = try script.undisturbedRows()
    #expect(log.column("kind", of: "transfers").count == 1)
    #expect(log.column("transferer_channel_id", of: "transfers") == ["2"])
    #expect(log.column("second_channel_id", of: "transfers") == ["3"])
    #expect(log.column("transferee_channel_id", of: "transfers") == ["1"])
    #expect(log.column("id", of: "calls") == ["1"])
  }

  @Test func `a channel that is renamed has its new name`() throws {
    var script = Script()
    script.oldChannel("1", "DAHDI/i1/100-1")
    script.event("Rename", ["Channel": "DAHDI/i1/100-1", "Newname": "DAHDI/1-1", "Uniqueid": "1"])
    #expect(try script.undisturbedRows().column("name", of: "channels") == ["DAHDI/1-1"])
  }

  @Test func `agents of 1.4 log in with the telephone at which they are called back`() throws {
    var script = Script()
    script.event(
      "Agentcallbacklogin", ["Agent": "1001", "Loginchan": "200@inside", "Uniqueid": "1"])
    script.event(
      "Agentcallbacklogoff",
      ["Agent": "1001", "Reason": "Logoff", "Loginchan": "200@inside", "Logintime": "1"])
    let log = try script.undisturbedRows()
    #expect(log.column("agent", of: "agent_intervals") == ["1001"])
    #expect(log.column("state", of: "agent_intervals") == ["logged-in"])
    #expect(log.column("closed_by", of: "agent_intervals") == ["logoff"])
  }

  @Test func `a member of 1.4 that is rung again was rung in vain`() throws {
    var script = Script()
    script.oldChannel("1", "SIP/100-00000000", exten: "600")
    script.event(
      "Join",
      ["Channel": "x", "CallerID": "unknown", "Queue": "sales", "Position": "1", "Uniqueid": "1"])
    for id in ["2", "3"] {
      script.oldChannel(id, "SIP/200-0000000\(id)")
      script.event(
        "AgentCalled",
        ["AgentCalled": "SIP/200", "AgentName": "Ann", "ChannelCalling": "SIP/100-00000000"])
      script.event("Hangup", ["Channel": "x", "Uniqueid": id, "Cause": "0"])
    }
    script.event("QueueCallerAbandon", ["Queue": "sales", "Uniqueid": "1", "HoldTime": "6"])
    script.event("Leave", ["Channel": "x", "Queue": "sales", "Uniqueid": "1"])
    script.event("Hangup", ["Channel": "x", "Uniqueid": "1", "Cause": "16"])
    let log = try script.undisturbedRows()
    #expect(log.column("status", of: "dials") == ["NOANSWER", "CANCEL"])
    #expect(log.column("outcome", of: "queue_offers") == ["no-answer", "cancelled"])
    #expect(log.column("outcome", of: "queue_visits") == ["abandoned"])
    #expect(log.column("caller_number", of: "channels") == ["-", "-", "-"])
  }

  @Test func `serials that begin again in the same session are no restart`() throws {
    var script = Script()
    script.oldChannel("1600000000.7", "SIP/100-00000000")
    script.oldChannel("1600000001.3", "SIP/200-00000001")
    #expect(try script.undisturbedRows().column("closed_by", of: "channels") == ["-", "-"])
  }

  @Test func `what is held of old servers does not grow with what is over`() throws {
    func size(calls: Int) throws -> Int {
      var script = Script()
      for call in 0..<calls {
        let ids = (1...4).map { "1600000000.\(call * 10 + $0)" }
        let names = ["SIP/1-\(call)", "SIP/2-\(call)", "AsyncGoto/SIP/2-\(call)", "SIP/3-\(call)"]
        for place in 0..<2 { script.oldChannel(ids[place], names[place]) }
        script.oldDial(ids[0], ids[1], names[1])
        script.oldState(ids[1], 6)
        script.link("Link", ids[0], ids[1])
        script.oldChannel(ids[2], names[2])
        script.masquerade((ids[2], names[2]), (ids[1], names[1]))
        script.hangup(ids[0])
        script.oldChannel(ids[3], names[3])
        script.oldDial(ids[2], ids[3], names[3])
        script.hangup(ids[3])
        script.hangup(ids[2])
      }
      for _ in 0..<30 { script.event("Other", [:]) }
      return try script.heldBytes()
    }
    #expect(try size(calls: 200) < size(calls: 20) + 64)
  }
}

extension Script {
  /// The size of the state behind the last message.
  fileprivate func heldBytes() throws -> Int {
    var log = RowLog()
    var normalizer = Normalizer(server: 0)
    normalizer.sessionBegan(id: 1, at: 0)
    var buffer = FrameBuffer()
    var frame = Frame()
    buffer.append(bytes)
    var time: Int64 = 1_000_000_000
    while buffer.next(into: &frame) {
      time += 1_000_000
      normalizer.take(frame, at: time)
      try normalizer.drain(into: &log)
    }
    var nothing = Nothing()
    return normalizer.save(with: &nothing).count
  }
}
