import Normalization
import Testing

@Suite struct MessageTests {
  // MARK: Security events

  @Test(arguments: [
    ("FailedACL", "failed"), ("InvalidAccountID", "failed"), ("SessionLimit", "limited"),
    ("MemoryLimit", "limited"), ("LoadAverageLimit", "limited"),
    ("RequestNotSupported", "request"), ("RequestNotAllowed", "request"),
    ("AuthMethodNotAllowed", "failed"), ("RequestBadFormat", "request"),
    ("SuccessfulAuth", "accepted"), ("UnexpectedAddress", "failed"),
    ("ChallengeResponseFailed", "failed"), ("InvalidPassword", "failed"),
    ("ChallengeSent", "challenged"), ("InvalidTransport", "failed"),
  ])
  func `every kind of security event is a row`(event: String, kind: String) throws {
    var script = LifeScript()
    script.connect(0)
    script.event(
      1, event,
      """
      EventTV: 2026-11-23T01:17:28.603+0100
      Severity: Error
      Service: PJSIP
      EventVersion: 1
      AccountID: 100
      SessionID: reg-100
      LocalAddress: IPV4/UDP/192.0.2.1/5060
      RemoteAddress: IPV6/TLS/2001:db8::1/57739
      ReceivedHash: f2b99085ae3107c9307ebf5aec98360f
      ACLName: inside
      """)
    let log = try script.run()
    #expect(
      log.list(
        "security_events", "received_us", "event_us", "kind", "event", "severity", "service",
        "account", "session") == [
          "1.0 1795393048603000 \(kind) \(event) Error PJSIP 100 reg-100"
        ])
    #expect(
      log.list(
        "security_events", "local_transport", "local_address", "local_port", "remote_transport",
        "remote_address", "remote_port") == ["udp 192.0.2.1 5060 tls 2001:db8::1 57739"])
    #expect(
      log.column("headers", of: "security_events") == [#"{"EventVersion":"1","ACLName":"inside"}"#])
  }

  @Test(arguments: [
    ("2024-02-29T23:59:59.999+0000", "1709251199999000"), ("1970-01-01T00:00:00Z", "0"),
    ("2000-03-01T00:00:00.000-0530", "951888600000000"), ("1340000000-123456", "1340000000123456"),
    ("yesterday", "-"), ("2024-13-01T00:00:00.000+0000", "-"), ("", "-"),
  ])
  func `an event's own time is understood or left out`(text: String, time: String) throws {
    var script = LifeScript()
    script.connect(0)
    script.event(1, "SuccessfulAuth", "EventTV: \(text)\nRemoteAddress: nowhere")
    let log = try script.run()
    #expect(log.column("event_us", of: "security_events") == [time])
    #expect(log.column("remote_address", of: "security_events") == ["nowhere"])
  }

  // MARK: User events

  @Test func `what a dialplan says is its channel's, and forged headers are nobody's`() throws {
    var script = LifeScript()
    script.connect(0)
    for id in ["1", "2"] {
      script.event(1, "Newchannel", "Channel: PJSIP/\(id)\nUniqueid: \(id)\nLinkedid: \(id)")
    }
    script.event(
      2, "UserEvent",
      """
      Channel: PJSIP/1
      Uniqueid: 1
      Linkedid: 1
      UserEvent: Clash
      Event: Fake
      Uniqueid: 2
      ActionID: mine
      Channel: PJSIP/2
      Tag: a
      Tag: b "c"
      """)
    let log = try script.run()
    #expect(
      log.list("user_events", "name", "channel_id", "channel", "uniqueid", "action_id") == [
        "Clash 1 PJSIP/1 1 -"
      ])
    #expect(
      log.column("headers", of: "user_events") == [
        #"[["Event","Fake"],["Uniqueid","2"],["ActionID","mine"],["Channel","PJSIP/2"],"#
          + #"["Tag","a"],["Tag","b \"c\""]]"#
      ])
  }

  @Test func `what a client says has the ActionID of its action and no channel`() throws {
    var script = LifeScript()
    script.connect(0)
    script.event(1, "Newchannel", "Channel: PJSIP/1\nUniqueid: 1\nLinkedid: 1")
    script.event(2, "UserEvent", "UserEvent: Hi\nActionID: 7\nUniqueid: 1\nActionID: 8")
    #expect(
      try script.run().list("user_events", "name", "channel_id", "uniqueid", "action_id") == [
        "Hi - - 7"
      ])
  }

  @Test func `before Asterisk 12 the Uniqueid behind the name is the channel's`() throws {
    for (version, uniqueid) in [("1.1", "1"), ("5.0.4", "-")] {
      var script = LifeScript()
      script.connect(0)
      script.receive(0.5, "Asterisk Call Manager/\(version)\nResponse: Success")
      script.event(2, "UserEvent", "UserEvent: Hi\nUniqueid: 1\nUniqueid: 2")
      #expect(try script.run().column("uniqueid", of: "user_events") == [uniqueid])
    }
  }

  // MARK: Media

  private func channel(_ script: inout LifeScript) {
    script.connect(0)
    script.event(1, "Newchannel", "Channel: PJSIP/1\nUniqueid: 1\nLinkedid: 1")
  }

  private func report(_ jitter: Int, lost: String = "0", source: String = "0x00000002") -> String {
    """
    ReportCount: 1
    Report0SourceSSRC: \(source)
    Report0FractionLost: 64
    Report0CumulativeLost: \(lost)
    Report0HighestSequence: 700
    Report0SequenceNumberCycles: 1
    Report0IAJitter: \(jitter)
    """
  }

  private func sender(_ ssrc: String, _ second: Int, _ timestamp: Int) -> String {
    """
    Channel: PJSIP/1
    Uniqueid: 1
    SSRC: \(ssrc)
    PT: 200(SR)
    SentNTP: \(1_795_392_024 + second).500000
    SentRTP: \(timestamp)
    SentPackets: 250
    SentOctets: 40000
    """
  }

  @Test func `jitter is in units of the clock of the stream it is about`() throws {
    var script = LifeScript()
    channel(&script)
    // Ours at 8000 Hz, theirs at 48000 Hz with a timestamp that wraps.
    script.event(5, "RTCPSent", sender("0x00000001", 0, 0) + "\nTo: 192.0.2.1:4001\n" + report(480))
    script.event(
      6, "RTCPReceived",
      sender("0x00000002", 1, 4_294_900_000) + "\nFrom: 192.0.2.1:4001\n"
        + report(80, source: "0x00000001"))
    script.event(10, "RTCPSent", sender("0x00000001", 5, 40160) + "\n" + report(480))
    script.event(
      11, "RTCPReceived",
      sender("0x00000002", 6, 4_294_900_000 + 240_000 - 4_294_967_296)
        + "\nRTT: 0.0213\nMES: 87.2\n" + report(80, source: "0x00000001"))
    script.event(15, "RTCPSent", sender("0x00000001", 10, 80160) + "\n" + report(480))
    let log = try script.run()
    #expect(
      log.list("media_quality", "stream", "jitter", "clock_hz", "clock_source", "jitter_us") == [
        "in 480 8000 assumed 60000", "out 80 8000 assumed 10000", "in 480 8000 measured 60000",
        "out 80 8000 measured 10000", "in 480 48000 measured 10000",
      ])
    #expect(log.column("round_trip_us", of: "media_quality") == ["-", "-", "-", "21300", "-"])
    #expect(log.column("mes", of: "media_quality")[3] == "87.2")
    #expect(log.column("fraction_lost", of: "media_quality")[0] == "64")
    #expect(log.column("channel_id", of: "media_quality") == ["1", "1", "1", "1", "1"])
    #expect(log.column("source_ssrc", of: "media_quality") == ["2", "1", "2", "1", "2"])
  }

  @Test(arguments: [
    ("3", "3"), ("16777213", "-3"), ("4294967293", "-3"), ("-3", "-3"), ("8388607", "8388607"),
    ("x", "-"),
  ])
  func `a count of lost packets may be below zero`(text: String, lost: String) throws {
    var script = LifeScript()
    channel(&script)
    script.event(2, "RTCPReceived", sender("0x00000002", 1, 1) + "\n" + report(0, lost: text))
    #expect(try script.run().column("lost", of: "media_quality") == [lost])
  }

  @Test func `a report with two blocks is two rows, one without is one`() throws {
    var script = LifeScript()
    channel(&script)
    let second = report(16).replacing("Report0", with: "Report1")
    script.event(2, "RTCPReceived", sender("0x00000002", 1, 1) + "\n" + report(8) + "\n" + second)
    script.event(3, "RTCPSent", sender("0x00000001", 1, 1) + "\nReportCount: 0\nMES: 87.2")
    #expect(
      try script.run().list("media_quality", "report", "block", "jitter_us", "sent_packets", "mes")
        == [
          "rtcp-received 0 1000 250 -", "rtcp-received 1 2000 250 -", "rtcp-sent - - 250 87.2",
        ])
  }

  @Test func `a silent sender's clock is not measured, nor one from reports too close`() throws {
    var script = LifeScript()
    channel(&script)
    script.event(2, "RTCPReceived", sender("0x00000002", 0, 160) + "\n" + report(80))
    script.event(3, "RTCPReceived", sender("0x00000002", 0, 16000) + "\n" + report(80))
    script.event(4, "RTCPSent", sender("0x00000001", 1, 160) + "\n" + report(80))
    script.event(9, "RTCPReceived", sender("0x00000002", 9, 160) + "\n" + report(80))
    script.event(9, "RTCPSent", sender("0x00000001", 6, 160) + "\n" + report(80))
    #expect(
      try script.run().column("clock_source", of: "media_quality")
        == [String](repeating: "assumed", count: 5))
  }

  @Test func `reports of Asterisk 1_8 name no channel, and have jitter in seconds`() throws {
    var script = LifeScript()
    channel(&script)
    script.event(
      2, "RTCPSent",
      """
      To: 192.0.2.1:4001
      OurSSRC: 17
      SentNTP: 1340000000.1048576000
      SentRTP: 160
      SentPackets: 250
      SentOctets: 40000
      ReportBlock:
      FractionLost: 3
      CumulativeLoss: 2
      IAJitter: 0.0125
      TheirLastSR: 0
      DLSR: 4.0000 (sec)
      """)
    script.event(
      3, "RTCPReceived",
      "From: 192.0.2.1:4001\nPT: 201(Receiver Report)\nReceptionReports: 1\nSenderSSRC: 18\n"
        + "FractionLost: 0\nPacketsLost: 5\nIAJitter: 80\nRTT: 2(sec)")
    #expect(
      try script.run().list(
        "media_quality", "stream", "channel_id", "ssrc", "fraction_lost", "lost", "jitter",
        "jitter_us", "round_trip_us") == [
          "in - 17 3 2 - 12500 -", "out - 18 0 5 80 10000 2000000",
        ])
  }

  @Test func `the sums at a channel's end are a row for each way that packets went`() throws {
    var script = LifeScript()
    channel(&script)
    let sums =
      "Channel: PJSIP/1\nUniqueid: 1\nVariable: RTPAUDIOQOS\nValue: ssrc=1;themssrc=2;"
      + "lp=4294967295;rxjitter=0.000000;rxcount=400;txjitter=0.000000;txcount=500;rlp=7;"
      + "rtt=0.020000;rxmes=80.500000;txmes=87.816877"
    script.event(2, "VarSet", sums)
    script.event(3, "VarSet", sums)
    script.event(
      4, "VarSet",
      "Channel: PJSIP/1\nUniqueid: 1\nVariable: RTPAUDIOQOS\nValue: ssrc=1;themssrc=0;lp=1;"
        + "rxcount=0;txcount=0;rlp=0;rtt=0.000000")
    script.event(5, "VarSet", "Channel: PJSIP/1\nUniqueid: 1\nVariable: RTPAUDIOQOS\nValue: ")
    #expect(
      try script.run().list(
        "media_quality", "report", "stream", "ssrc", "source_ssrc", "packets", "lost",
        "round_trip_us", "mes") == [
          "final in 1 2 400 -1 20000 87.816877", "final out 2 1 500 7 20000 80.500000",
        ])
  }
}
