import Testing

/// What happens within calls: parking, conferences, holds, recordings, originates, keys.
@Suite struct FeatureTests {
  // MARK: Parking

  @Test func `a parked call is retrieved, times out or is given up`() throws {
    for (event, outcome) in [
      ("UnParkedCall", "retrieved"), ("ParkedCallTimeOut", "timed-out"),
      ("ParkedCallGiveUp", "gave-up"),
    ] {
      var script = Script.talk()
      script.channel("3", "PJSIP/102-00000002")
      script.parked("ParkedCall", "1", parker: "PJSIP/101")
      script.parked(event, "1", retriever: "3")
      let log = try script.undisturbedRows()
      #expect(log.column("outcome", of: "parkings") == [outcome])
      #expect(log.column("space", of: "parkings") == ["701"])
      #expect(log.column("parker_channel_id", of: "parkings") == ["2"])
      #expect(
        log.column("retriever_channel_id", of: "parkings")
          == [outcome == "retrieved" ? "3" : "-"])
    }
  }

  @Test func `a call that was parked before it was observed is known by its end, dated back`()
    throws
  {
    var script = Script()
    script.parked("ParkedCallGiveUp", "1", duration: 7)
    let log = try script.undisturbedRows()
    #expect(log.column("opened_by", of: "parkings") == ["seen"])
    #expect(log.column("parked_us", of: "parkings") == ["994000000"])
  }

  @Test func `an answer that lists a parked call opens it once and reopens none`() throws {
    var script = Script.talk()
    script.parkedIsListed("1")
    script.parkedIsListed("1")
    script.parked("ParkedCall", "1")
    script.parked("ParkedCallGiveUp", "1")
    script.hangup("1")
    script.parkedIsListed("1")
    #expect(try script.undisturbedRows().column("outcome", of: "parkings") == ["gave-up"])
  }

  @Test func `a parking that is told before its channel is announced gets it`() throws {
    var script = Script()
    script.parked("ParkedCall", "1")
    script.channel("1", "PJSIP/100-00000000")
    #expect(try script.undisturbedRows().column("channel_id", of: "parkings") == ["1"])
  }

  @Test func `a channel that takes over a space is another parking`() throws {
    var script = Script.talk()
    script.parked("ParkedCall", "1")
    script.parked("ParkedCallSwap", "2")
    let log = try script.undisturbedRows()
    #expect(log.column("outcome", of: "parkings") == ["swapped", "-"])
    #expect(log.column("opened_by", of: "parkings") == ["parked", "swapped"])
  }

  // MARK: Conferences

  @Test func `a conference has its members, with how long they were muted and talked`() throws {
    var script = Script.talk()
    script.conference("Start", "room", "c", nil)
    script.conference("Join", "room", "c", "1")
    script.conference("Mute", "room", "c", "1")
    script.conference("Unmute", "room", "c", "1")
    script.conference("Talking", "room", "c", "1", ["TalkingStatus": "on"])
    script.conference("Leave", "room", "c", "1")
    script.conference("Join", "room", "c", "2")
    script.conference("Record", "room", "c", nil)
    script.conference("End", "room", "c", nil)
    let log = try script.undisturbedRows()
    #expect(log.column("closed_by", of: "conferences") == ["ended"])
    #expect(log.column("muted_ms", of: "conference_members") == ["1000", "0"])
    #expect(log.column("talking_ms", of: "conference_members") == ["1000", "0"])
    #expect(log.column("left_us", of: "conference_members") == ["1012000000", "1015000000"])
    #expect(log.column("closed_by", of: "recordings") == ["ended"])
  }

  @Test func `two conferences of one name are told apart by their bridges`() throws {
    var script = Script.talk()
    script.conference("Start", "room", "c", nil)
    script.conference("Start", "room", "d", nil)
    script.conference("Join", "room", "c", "1")
    script.conference("End", "room", "d", nil)
    let log = try script.undisturbedRows()
    #expect(log.column("conference_id", of: "conference_members") == ["1"])
    #expect(log.column("closed_by", of: "conferences") == ["-", "ended"])
  }

  @Test func `a member that an attended transfer brings is in the bridge without BridgeEnter`()
    throws
  {
    var script = Script.talk()
    script.channel("3", "PJSIP/101-00000002", exten: "850")
    script.event(
      "BridgeCreate", ["BridgeUniqueid": "c", "BridgeType": "base", "BridgeName": "room"])
    script.conference("Start", "room", "c", nil)
    script.conference("Join", "room", "c", "3")
    script.attendedTransfer("2", "3", of: "1", ["DestType": "App", "DestApp": "ConfBridge"])
    script.leave("1", "b")
    script.conference("Join", "room", "c", "1")
    let log = try script.undisturbedRows()
    #expect(log.column("destination_name", of: "transfers") == ["room"])
    #expect(log.column("bridge_id", of: "bridge_members").last == "2")
    #expect(log.column("channel_id", of: "bridge_members").last == "1")
  }

  // MARK: The rest

  @Test func `a hold ends with Unhold or with its channel`() throws {
    var script = Script.talk()
    script.event("Hold", ["Channel": "x", "Uniqueid": "1", "MusicClass": "jazz"])
    script.event("Hold", ["Channel": "x", "Uniqueid": "1"])
    script.event("Unhold", ["Channel": "x", "Uniqueid": "1"])
    script.event("Unhold", ["Channel": "x", "Uniqueid": "1"])
    script.event("Hold", ["Channel": "x", "Uniqueid": "2"])
    script.hangup("2")
    let log = try script.undisturbedRows()
    #expect(log.column("closed_by", of: "holds") == ["unhold", "hangup"])
    #expect(log.column("music_class", of: "holds") == ["jazz", "-"])
  }

  @Test func `holds and keys of an Asterisk before 12 are told in other words`() throws {
    var script = Script.talk()
    script.event("Hold", ["Status": "On", "Channel": "x", "Uniqueid": "1"])
    script.event("Hold", ["Status": "Off", "Channel": "x", "Uniqueid": "1"])
    for (begin, end) in [("Yes", "No"), ("No", "Yes")] {
      script.event(
        "DTMF",
        [
          "Channel": "x", "Uniqueid": "1", "Digit": "7", "Direction": "Sent", "Begin": begin,
          "End": end,
        ])
    }
    let log = try script.undisturbedRows()
    #expect(log.column("closed_by", of: "holds") == ["unhold"])
    #expect(log.column("direction", of: "dtmf") == ["sent"])
  }

  @Test func `what is over is held no longer, however much of it there was`() throws {
    func stateSize(rounds: Int) throws -> Int {
      var script = Script()
      for round in 0..<rounds {
        let (one, other) = ("1.\(round)", "2.\(round)")
        script.channel(one, "PJSIP/100-\(round)")
        script.channel(other, "PJSIP/101-\(round)")
        script.blindTransfer(of: one, by: other, to: "102", isExternal: "No")
        script.conference("Join", "room", "c", one)
        script.conference("End", "room", "c", nil)
        script.event("Hold", ["Channel": "x", "Uniqueid": one])
        script.event("MixMonitorStart", ["Channel": "x", "Uniqueid": one])
        script.parked("ParkedCall", one)
        script.parked("ParkedCallGiveUp", one)
        script.hangup(one)
        script.hangup(other)
      }
      return try script.stateSize()
    }
    let (few, many) = (try stateSize(rounds: 20), try stateSize(rounds: 200))
    #expect(many < few + few / 10)
  }

  @Test func `a recording has its file, whether that is told before or after`() throws {
    for isBefore in [true, false] {
      var script = Script.talk()
      if isBefore { script.variable("MIXMONITOR_FILENAME", "/x.wav", of: "1") }
      script.event("MixMonitorStart", ["Channel": "x", "Uniqueid": "1"])
      if !isBefore { script.variable("MIXMONITOR_FILENAME", "/x.wav", of: "1") }
      script.event("MonitorStart", ["Channel": "x", "Uniqueid": "1"])
      script.event("MixMonitorStop", ["Channel": "x", "Uniqueid": "1"])
      script.hangup("1")
      let log = try script.undisturbedRows()
      #expect(log.column("file", of: "recordings") == ["/x.wav", "-"])
      #expect(log.column("closed_by", of: "recordings") == ["stop", "hangup"])
    }
  }

  @Test(arguments: [("wav,/y/call,m", "/y/call"), ("wav|call", "call"), ("wav", "-"), ("", "-")])
  func `a recording by Monitor has the file that the dialplan says`(data: String, file: String)
    throws
  {
    var script = Script.talk()
    script.event(
      "Newexten", ["Channel": "x", "Uniqueid": "1", "Application": "Monitor", "AppData": data])
    script.event("MonitorStart", ["Channel": "x", "Uniqueid": "1"])
    script.event("MonitorStart", ["Channel": "x", "Uniqueid": "1"])
    let log = try script.undisturbedRows()
    #expect(log.column("file", of: "recordings") == [file, "-"])
  }

  @Test func `an originate is joined to its channel, announced before or after it`() throws {
    for isBefore in [true, false] {
      var script = Script()
      if isBefore { script.channel("1", "PJSIP/100-00000000") }
      script.event(
        "OriginateResponse",
        ["ActionID": "a", "Response": "Failure", "Channel": "x", "Uniqueid": "1", "Reason": "5"])
      if !isBefore { script.channel("1", "PJSIP/100-00000000") }
      let log = try script.undisturbedRows()
      #expect(log.column("channel_id", of: "originates") == ["1"])
      #expect(log.column("reason_word", of: "originates") == ["busy"])
      #expect(log.column("action_id", of: "originates") == ["a"])
    }
  }

  @Test func `keys are masked unless they are asked for`() throws {
    var script = Script.talk()
    script.event(
      "DTMFEnd",
      [
        "Channel": "x", "Uniqueid": "1", "Digit": "7", "DurationMs": "120",
        "Direction": "Received",
      ])
    let log = try script.undisturbedRows()
    #expect(log.column("digit", of: "dtmf") == ["*"])
    #expect(log.column("direction", of: "dtmf") == ["received"])
    #expect(log.column("duration_ms", of: "dtmf") == ["120"])
  }

  @Test func `what goes on when the server restarts is closed and marked`() throws {
    var script = Script.consultation()
    script.event("Hold", ["Channel": "x", "Uniqueid": "1"])
    script.event("MixMonitorStart", ["Channel": "x", "Uniqueid": "1"])
    script.conference("Join", "room", "c", "1")
    script.parked("ParkedCall", "9")
    let log = try script.run(restart: true)
    #expect(log.column("closed_by", of: "holds") == ["restart"])
    #expect(log.column("closed_by", of: "recordings") == ["restart"])
    #expect(log.column("closed_by", of: "conferences") == ["restart"])
    #expect(!log.column("left_us", of: "conference_members").contains("-"))
    #expect(log.column("outcome", of: "parkings") == ["unknown"])
    #expect(log.column("outcome", of: "transfers") == ["unknown"])
  }

  @Test(arguments: ["parking-16", "conference-22", "originate-16"])
  func `saved and restored after every message of a recording, nothing differs`(recording: String)
    throws
  {
    let script = try Script(recording: recording, messages: 3000)
    #expect(try script.run(disturbed: true).rows == script.run().rows)
  }
}
