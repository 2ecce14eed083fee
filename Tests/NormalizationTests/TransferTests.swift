import Testing

/// Transfers: by what means, whom, to where, and what became of them.
@Suite struct TransferTests {
  @Test(arguments: [("Yes", true, "refer"), ("Yes", false, "action"), ("No", false, "feature")])
  func `a blind transfer tells by what means it was made`(
    isExternal: String, isReferred: Bool, method: String
  ) throws {
    var script = Script.talk()
    script.variable("BLINDTRANSFER", "PJSIP/101-00000001", of: "1")
    if isReferred { script.variable("SIPTRANSFER", "yes", of: "1") }
    script.blindTransfer(of: "1", by: "2", to: "102", isExternal: isExternal)
    script.step("1", "102", "AppDial")
    script.step("1", "102", "Dial", "PJSIP/102")
    let log = try script.undisturbedRows()
    #expect(log.column("method", of: "transfers") == [method])
    #expect(log.column("outcome", of: "transfers") == ["completed"])
    #expect(log.column("destination", of: "transfers") == ["extension"])
    #expect(log.column("application", of: "transfers") == ["Dial"])
    #expect(log.column("transferer_channel_id", of: "transfers") == ["2"])
    #expect(log.column("transferee_channel_id", of: "transfers") == ["1"])
  }

  @Test func `a blind transfer may be told after who is transferred has joined a queue`() throws {
    var script = Script.talk()
    script.variable("BLINDTRANSFER", "PJSIP/101-00000001", of: "1")
    script.step("1", "600", "AppDial")
    script.step("1", "600", "Queue", "sales,t")
    script.event(
      "QueueCallerJoin",
      ["Channel": "x", "Uniqueid": "1", "Queue": "sales", "Position": "1", "Count": "1"])
    script.blindTransfer(of: "1", by: "2", to: "600", isExternal: "Yes")
    let log = try script.undisturbedRows()
    #expect(log.column("destination", of: "transfers") == ["queue"])
    #expect(log.column("destination_name", of: "transfers") == ["sales"])
  }

  @Test(arguments: 0..<3)
  func `who is swapped into a conference is in its bridge, in whatever order that is told`(
    first: Int
  ) throws {
    var script = Script.talk()
    script.channel("3", "PJSIP/101-00000002", linkedid: "1", exten: "850")
    script.conference("Start", "room", "c", nil)
    script.enter("3", "c", type: "base")
    script.conference("Join", "room", "c", "3")
    script.conference("Leave", "room", "c", "3")
    let events: [(inout Script) -> Void] = [
      { $0.conference("Join", "room", "c", "1") },
      { $0.attendedTransfer("2", "3", of: "1", ["DestType": "App", "DestApp": "ConfBridge"]) },
      { $0.leave("1", "b") },
    ]
    for turn in 0..<3 { events[(first + turn) % 3](&script) }
    script.leave("1", "c")
    script.conference("Leave", "room", "c", "1")
    let log = try script.undisturbedRows()
    #expect(log.column("destination_name", of: "transfers") == ["room"])
    #expect(log.column("channel_id", of: "bridge_members") == ["2", "1", "3", "1"])
    #expect(log.column("left_us", of: "bridge_members").last != "-")
  }

  @Test func `a blind transfer that Asterisk refuses is failed, and a dialplan's is known as such`()
    throws
  {
    var script = Script()
    script.channel("1", "PJSIP/100-00000000")
    script.event(
      "BlindTransfer",
      [
        "Result": "Invalid", "TransfererChannel": "PJSIP/100-00000000", "TransfererUniqueid": "1",
        "IsExternal": "Yes", "Context": "x", "Extension": "970",
      ])
    script.variable("BLINDTRANSFERSTATUS", "INVALID", of: "1")
    let log = try script.undisturbedRows()
    #expect(log.column("outcome", of: "transfers") == ["failed"])
    #expect(log.column("result", of: "transfers") == ["Invalid"])
    #expect(log.column("method", of: "transfers") == ["dialplan"])
  }

  @Test func `a blind transfer to an extension that the dialplan calls invalid is failed`() throws {
    for isEarly in [false, true] {
      var script = Script.talk()
      script.variable("BLINDTRANSFER", "x", of: "1")
      if isEarly {
        script.step("1", "99", "AppDial")
        script.variable("INVALID_EXTEN", "99", of: "1")
      }
      script.blindTransfer(of: "1", by: "2", to: "99", isExternal: "Yes")
      if !isEarly {
        script.step("1", "99", "AppDial")
        script.variable("INVALID_EXTEN", "99", of: "1")
      }
      script.step("1", "i", "Hangup")
      let log = try script.undisturbedRows()
      #expect(log.column("outcome", of: "transfers") == ["failed"])
      #expect(log.column("result", of: "transfers") == ["Success"])
    }
  }

  @Test func `a blind transfer into a queue, a conference or a parking lot says where`() throws {
    var queue = Script.talk()
    queue.blindTransfer(of: "1", by: "2", to: "600", isExternal: "No")
    queue.event("QueueCallerJoin", ["Channel": "x", "Uniqueid": "1", "Queue": "sales"])
    var conference = Script.talk()
    conference.blindTransfer(of: "1", by: "2", to: "850", isExternal: "No")
    conference.conference("Join", "room", "c", "1")
    var parking = Script.talk()
    parking.blindTransfer(of: "1", by: "2", to: "700", isExternal: "No")
    parking.parked("ParkedCall", "1")
    var parkedBefore = Script.talk()
    parkedBefore.parked("ParkedCall", "1")
    parkedBefore.blindTransfer(of: "1", by: "2", to: "700", isExternal: "No")
    for (script, place, name) in [
      (queue, "queue", "sales"), (conference, "conference", "room"),
      (parking, "parking", "default"), (parkedBefore, "parking", "default"),
    ] {
      let log = try script.undisturbedRows()
      #expect(log.column("destination", of: "transfers") == [place])
      #expect(log.column("destination_name", of: "transfers") == [name])
    }
  }

  @Test func `a consultation whose target is busy is a failed transfer`() throws {
    var script = Script.consultation()
    script.event(
      "DialEnd", ["Channel": "x", "Uniqueid": "3b", "DestUniqueid": "4", "DialStatus": "BUSY"])
    script.hangup("3", cause: 17)
    let log = try script.undisturbedRows()
    #expect(log.column("outcome", of: "transfers") == ["failed"])
    #expect(log.column("target_status", of: "transfers") == ["BUSY"])
    #expect(log.column("exten", of: "transfers") == ["102"])
    #expect(log.column("transferee_channel_id", of: "transfers") == ["1"])
    #expect(log.column("result", of: "transfers") == ["-"])
  }

  @Test func `a consultation that is given up is a cancelled transfer`() throws {
    var script = Script.consultation()
    script.up("3")
    script.hangup("3")
    #expect(try script.undisturbedRows().column("outcome", of: "transfers") == ["cancelled"])
  }

  @Test(arguments: [
    (true, "Bridge", "attended"), (false, "Bridge", "blonde"), (true, "Threeway", "three-way"),
  ])
  func `a consultation that becomes a transfer is one row, of the kind that it was`(
    isUp: Bool, type: String, kind: String
  ) throws {
    var script = Script.consultation()
    if isUp { script.up("3") }
    script.attendedTransfer("2", "2", of: "1", ["DestType": type, "DestBridgeUniqueid": "b"])
    script.hangup("2")
    script.hangup("3")
    let log = try script.undisturbedRows()
    #expect(log.column("kind", of: "transfers") == [kind])
    #expect(log.column("outcome", of: "transfers") == ["completed"])
    #expect(log.column("destination", of: "transfers") == ["channel"])
    #expect(log.column("bridge_id", of: "transfers") == ["1"])
    #expect(log.column("target_channel_id", of: "transfers") == ["3"])
  }

  @Test func `the event of a transfer may come after the end of the target's Local channel`() throws
  {
    var script = Script.consultation()
    script.up("3")
    script.hangup("3")
    script.attendedTransfer("2", "2", of: "1", ["DestType": "Bridge"])
    let log = try script.undisturbedRows()
    #expect(log.column("outcome", of: "transfers") == ["completed"])
    #expect(log.column("target_channel_id", of: "transfers") == ["3"])
  }

  @Test func `a Local channel that is optimized away hands the consultation on`() throws {
    var script = Script.consultation()
    script.channel("5", "PJSIP/102-00000004", linkedid: "1")
    script.up("5")
    script.event(
      "BridgeEnter",
      [
        "BridgeUniqueid": "k", "BridgeType": "basic", "Channel": "x", "Uniqueid": "5",
        "SwapUniqueid": "3",
      ])
    script.hangup("3")
    let log = try script.undisturbedRows()
    #expect(log.column("outcome", of: "transfers") == ["-"])
    #expect(log.column("target_channel_id", of: "transfers") == ["5"])
  }

  @Test func `an attended transfer by REFER knows both channels, and what rings is blonde`() throws
  {
    for (application, kind, place) in [
      ("Dial", "blonde", "extension"), ("Queue", "attended", "queue"),
      ("VoiceMail", "attended", "application"),
    ] {
      var script = Script.talk()
      script.channel("3", "PJSIP/101-00000002", exten: "600")
      script.step("3", "600", "Queue", "sales,t")
      script.attendedTransfer("2", "3", of: "1", ["DestType": "App", "DestApp": application])
      let log = try script.undisturbedRows()
      #expect(log.column("kind", of: "transfers") == [kind])
      #expect(log.column("method", of: "transfers") == ["refer"])
      #expect(log.column("second_channel_id", of: "transfers") == ["3"])
      #expect(log.column("exten", of: "transfers") == ["600"])
      #expect(log.column("destination", of: "transfers") == [place])
      #expect(
        log.column("destination_name", of: "transfers") == [place == "queue" ? "sales" : "-"])
    }
  }

  @Test func `a REFER to an Asterisk before 12 is a transfer`() throws {
    for (type, kind, place) in [
      ("Blind", "blind", "extension"), ("Attended", "attended", "channel"),
    ] {
      var script = Script()
      script.channel("1", "SIP/100-00000000")
      script.channel("2", "SIP/101-00000001")
      script.event(
        "Transfer",
        [
          "TransferMethod": "SIP", "TransferType": type, "Channel": "SIP/101-00000001",
          "Uniqueid": "2", "TargetChannel": "x", "TargetUniqueid": "1", "TransferExten": "102",
        ])
      script.hangup("2")
      let log = try script.undisturbedRows()
      #expect(log.column("kind", of: "transfers") == [kind])
      #expect(log.column("method", of: "transfers") == ["refer"])
      #expect(log.column("destination", of: "transfers") == [place])
      #expect(log.column("transferer_channel_id", of: "transfers") == ["2"])
      #expect(
        log.column("transferee_channel_id", of: "transfers") == [kind == "blind" ? "1" : "-"])
      #expect(log.column("id", of: "calls") == ["1"])
    }
  }

  @Test func `a transfer follows its call when that turns out to be part of another`() throws {
    var script = Script()
    script.channel("0", "PJSIP/109-00000009")
    script.channel("1", "PJSIP/100-00000000")
    script.channel("2", "PJSIP/101-00000001", linkedid: "1")
    script.blindTransfer(of: "1", by: "2", to: "102", isExternal: "No")
    script.dial("0", "1")
    #expect(try script.undisturbedRows().column("call_id", of: "transfers") == ["1"])
  }

  @Test func `a transfer of channels that nobody announced is a row without them`() throws {
    var script = Script()
    script.blindTransfer(of: "1", by: "2", to: "102", isExternal: "No")
    script.channel("1", "PJSIP/100-00000000")
    let log = try script.undisturbedRows()
    #expect(log.column("transferer", of: "transfers") == ["PJSIP/2"])
    #expect(log.column("transferer_channel_id", of: "transfers") == ["-"])
  }
}
