import Testing

/// Who ended a call, and its times, in streams written by hand: one message a second.
@Suite struct CallEndTests {
  /// 100 called 101; they talk from the 8th message on.
  private func talk() -> Script {
    var script = Script()
    script.answeredCall()
    script.enter("2", "b")
    script.enter("1", "b")
    return script
  }

  @Test(arguments: [
    ("1", false, "caller", "1"), ("2", false, "callee", "2"), ("1", true, "system", "1"),
    ("2", true, "system", "2"),
  ])
  func `whoever asks first ended the call, and the server does when it asks first`(
    id: String, isSoft: Bool, endedBy: String, channel: String
  ) throws {
    var script = talk()
    script.request(id, isSoft: isSoft)
    script.leave("1", "b")
    script.request("1", isSoft: true)
    script.leave("2", "b")
    script.request("2")
    script.hangup("2", cause: 21)
    script.hangup("1", cause: 16)
    let log = try script.run()
    #expect(log.column("ended_by", of: "calls") == [endedBy])
    #expect(log.column("cause_channel_id", of: "calls") == [channel])
    #expect(log.column("cause", of: "calls") == [channel == "1" ? "16" : "21"])
    #expect(try script.run(disturbed: true).rows == log.rows)
  }

  @Test func `who hung up before the bridge was made ended the call`() throws {
    var script = Script()
    script.answeredCall()
    script.request("1")
    script.enter("2", "b")
    script.enter("1", "b")
    script.leave("1", "b")
    script.request("1", isSoft: true)
    script.hangup("1")
    script.leave("2", "b")
    script.request("2", isSoft: true)
    script.hangup("2")
    let log = try script.run()
    #expect(log.column("ended_by", of: "calls") == ["caller"])
  }

  @Test func `parties and times are of the whole call`() throws {
    var script = talk()
    script.event("Hold", ["Channel": "x", "Uniqueid": "1"])
    script.event("Unhold", ["Channel": "x", "Uniqueid": "1"])
    script.request("2")
    script.leave("2", "b")
    script.leave("1", "b")
    script.hangup("2")
    script.hangup("1")
    let log = try script.run()
    #expect(log.column("callee_number", of: "calls") == ["2"])
    #expect(log.column("ring_ms", of: "calls") == ["2000"])
    #expect(log.column("talk_ms", of: "calls") == ["4000"])
    #expect(log.column("hold_ms", of: "calls") == ["1000"])
  }

  @Test func `of several that were dialled who answered was called, and it rang once`() throws {
    var script = Script()
    script.channel("1", "PJSIP/100-00000000", exten: "120")
    script.channel("2", "PJSIP/101-00000001", linkedid: "1")
    script.channel("3", "PJSIP/102-00000002", linkedid: "1")
    script.dial("1", "2")
    script.dial("1", "3")
    script.request("2")
    script.dialEnd("2", "BUSY")
    script.dialEnd("3", "ANSWER")
    script.enter("3", "b")
    script.enter("1", "b")
    let log = try script.run()
    #expect(log.column("callee_number", of: "calls") == ["3"])
    #expect(log.column("ring_ms", of: "calls") == ["4000"])
  }

  @Test(arguments: [
    ("BUSY", true, "callee"), ("NOANSWER", true, "callee"), ("NOANSWER", false, "system"),
    ("BUSY", false, "callee"),
  ])
  func `a call that was not answered was ended by who rejected it, or as time was up`(
    status: String, isRejected: Bool, endedBy: String
  ) throws {
    var script = Script()
    script.channel("1", "PJSIP/100-00000000", exten: "101")
    script.channel("2", "PJSIP/101-00000001", linkedid: "1")
    script.dial("1", "2")
    if isRejected { script.request("2") }
    script.dialEnd("2", status)
    script.hangup("2", cause: 17)
    script.request("1", isSoft: true)
    script.hangup("1", cause: 17)
    #expect(try script.run().column("ended_by", of: "calls") == [endedBy])
  }

  @Test func `who listens to a voice mail box after a rejection and hangs up ended the call`()
    throws
  {
    var script = Script()
    script.channel("1", "PJSIP/100-00000000", exten: "101")
    script.channel("2", "PJSIP/101-00000001", linkedid: "1")
    script.dial("1", "2")
    script.request("2")
    script.dialEnd("2", "BUSY")
    script.hangup("2", cause: 17)
    script.up("1")
    script.request("1")
    script.hangup("1")
    let log = try script.run()
    #expect(log.column("ended_by", of: "calls") == ["caller"])
    #expect(log.column("cause", of: "calls") == ["16"])
  }

  @Test func `a tone is the server's word, though the telephone hangs up`() throws {
    var script = Script()
    script.channel("1", "PJSIP/100-00000000", exten: "7401")
    script.event(
      "Newexten", ["Channel": "x", "Uniqueid": "1", "Application": "Busy", "AppData": "2"])
    script.request("1")
    script.hangup("1", cause: 17)
    #expect(try script.run().column("ended_by", of: "calls") == ["system"])
  }

  @Test func `a talk that a transfer ended was ended by that, unless another followed`() throws {
    for isAnswered in [false, true] {
      var script = talk()
      script.event(
        "BlindTransfer",
        [
          "Result": "Success", "TransfererChannel": "x", "TransfererUniqueid": "2",
          "TransfereeUniqueid": "1", "Extension": "102",
        ])
      script.leave("2", "b")
      script.leave("1", "b")
      script.request("2")
      script.hangup("2")
      script.channel("3", "PJSIP/102-00000002", linkedid: "1")
      script.dial("1", "3")
      if isAnswered {
        script.enter("3", "c")
        script.enter("1", "c")
      }
      script.request("3")
      script.dialEnd("3", "BUSY")
      script.leave("3", "c")
      script.request("1")
      script.hangup("3")
      script.hangup("1")
      let log = try script.run()
      #expect(log.column("ended_by", of: "calls") == [isAnswered ? "callee" : "transfer"])
      #expect(log.column("callee_number", of: "calls") == ["2"])
    }
  }

  @Test func `a Local channel that only leads to others ends nothing`() throws {
    var script = Script()
    script.channel("1", "PJSIP/100-00000000", exten: "101")
    script.channel("2", "Local/101@x-00000000;1", linkedid: "1")
    script.channel("3", "Local/101@x-00000000;2", linkedid: "1")
    script.channel("4", "PJSIP/101-00000001", linkedid: "1")
    script.dial("1", "2")
    script.dial("3", "4")
    for (id, bridge) in [("4", "c"), ("3", "c"), ("2", "b"), ("1", "b")] {
      script.enter(id, bridge)
    }
    script.request("3")
    script.request("2")
    script.request("4")
    for id in ["4", "3", "2", "1"] { script.hangup(id) }
    let log = try script.run()
    #expect(log.column("ended_by", of: "calls") == ["callee"])
    #expect(log.column("callee_number", of: "calls") == ["4"])
    #expect(try script.run(disturbed: true).rows == log.rows)
  }

  @Test func `the talks and rings of two calls that become one are not counted twice`() throws {
    var script = talk()
    // 101 calls 102 meanwhile, from a second channel, and hands 100 over.
    script.channel("3", "PJSIP/101-00000002", exten: "102")
    script.channel("4", "PJSIP/102-00000003", linkedid: "3")
    script.dial("3", "4")
    script.dialEnd("4", "ANSWER")
    script.enter("4", "c")
    script.enter("3", "c")
    script.leave("3", "c")
    script.event(
      "AttendedTransfer",
      [
        "Result": "Success", "OrigTransfererUniqueid": "2", "SecondTransfererUniqueid": "3",
        "TransfereeUniqueid": "1", "TransferTargetUniqueid": "4",
      ])
    script.leave("2", "b")
    script.enter("4", "b")
    script.request("2")
    script.request("3")
    script.request("1")
    script.leave("1", "b")
    for id in ["2", "3", "4", "1"] { script.hangup(id) }
    let log = try script.run()
    #expect(log.column("id", of: "calls") == ["1"])
    #expect(log.column("ring_ms", of: "calls") == ["2000"])
    // From the 8th message to the 17th, and from the 18th to the 22nd.
    #expect(log.column("talk_ms", of: "calls") == ["13000"])
    #expect(log.column("ended_by", of: "calls") == ["caller"])
    #expect(try script.run(disturbed: true).rows == log.rows)
  }

  @Test func `a restart is the system's doing`() throws {
    let log = try talk().run(restart: true)
    #expect(log.column("ended_by", of: "calls") == ["system"])
    #expect(log.column("cause", of: "calls") == ["-"])
  }

  @Test func `a call that holds and goes on a hundred times is remembered in sixteen spans`() throws
  {
    var script = talk()
    for _ in 0..<100 {
      script.event("Hold", ["Channel": "x", "Uniqueid": "1"])
      script.event("Unhold", ["Channel": "x", "Uniqueid": "1"])
    }
    #expect(try script.run().column("hold_ms", of: "calls") == ["100000"])
  }
}

extension Script {
  mutating func request(_ id: String, isSoft: Bool = false) {
    event(
      isSoft ? "SoftHangupRequest" : "HangupRequest", ["Channel": "x", "Uniqueid": id])
  }
}
