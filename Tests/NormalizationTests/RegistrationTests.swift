import AMI
import Normalization
import Testing

@Suite struct RegistrationTests {
  private func contact(_ word: String, roundTrip: Int = 0) -> String {
    """
    URI: sip:100@192.0.2.1
    ContactStatus: \(word)
    AOR: 100
    EndpointName: 100
    RoundtripUsec: \(roundTrip)
    """
  }

  private func states(_ script: LifeScript) throws -> [String] {
    try script.run().list(
      "registrations", "state", "opened_by", "started_us", "ended_us", "closed_by")
  }

  @Test func `equal states make one row, another state ends it`() throws {
    var script = LifeScript()
    script.connect(0)
    script.event(1, "ContactStatus", contact("NonQualified"))
    script.event(2, "ContactStatus", contact("Reachable", roundTrip: 765))
    script.event(3, "ContactStatus", contact("Reachable", roundTrip: 800))
    script.event(4, "ContactStatus", contact("Updated"))
    script.event(5, "ContactStatus", contact("Unreachable"))
    let log = try script.run()
    #expect(
      try states(script) == [
        "unqualified event 1.0 2.0 change", "reachable event 2.0 5.0 change",
        "unreachable event 5.0 - -",
      ])
    #expect(log.column("round_trip_us", of: "registrations") == ["-", "800", "-"])
    #expect(log.column("asterisk_state", of: "registrations")[0] == "NonQualified")
    #expect(log.column("endpoint", of: "registrations") == ["100", "100", "100"])
  }

  @Test func `a contact that is removed is over, and a new life of it is a new row`() throws {
    var script = LifeScript()
    script.connect(0)
    script.event(1, "ContactStatus", contact("Reachable"))
    script.event(2, "ContactStatus", contact("Removed"))
    script.event(3, "ContactStatus", contact("Removed"))
    script.event(4, "ContactStatus", contact("Reachable"))
    #expect(
      try states(script) == [
        "reachable event 1.0 2.0 change", "removed event 2.0 2.0 moment",
        "removed event 3.0 3.0 moment", "reachable event 4.0 - -",
      ])
  }

  @Test func `a refresh does not make a peer more reachable than its answers do`() throws {
    var script = LifeScript()
    script.connect(0)
    let peer = "ChannelType: SIP\nPeer: SIP/302\nPeerStatus: "
    script.event(1, "PeerStatus", peer + "Registered\nAddress: 192.0.2.1:5060")
    script.event(2, "PeerStatus", peer + "Reachable\nTime: 12")
    script.event(3, "PeerStatus", peer + "Registered\nAddress: 192.0.2.1:5060")
    script.event(4, "PeerStatus", peer + "Unreachable\nTime: -1")
    script.event(5, "PeerStatus", peer + "Registered\nAddress: 192.0.2.1:5060")
    script.event(6, "PeerStatus", peer + "Lagged\nTime: 2500")
    script.event(7, "PeerStatus", peer + "Unregistered\nCause: Expired")
    let log = try script.run()
    #expect(
      log.list("registrations", "kind", "technology", "name", "state", "round_trip_us", "address")
        == [
          "peer SIP 302 registered - 192.0.2.1:5060",
          "peer SIP 302 reachable 12000 192.0.2.1:5060",
          "peer SIP 302 unreachable - 192.0.2.1:5060",
          "peer SIP 302 lagged 2500000 192.0.2.1:5060", "peer SIP 302 unregistered - -",
        ])
    #expect(log.column("cause", of: "registrations").last == "Expired")
  }

  @Test func `a peer that registers from elsewhere begins anew`() throws {
    var script = LifeScript()
    script.connect(0)
    let peer = "ChannelType: IAX2\nPeer: IAX2/far\nPeerStatus: Registered\n"
    script.event(1, "PeerStatus", peer + "Address: 192.0.2.1\nPort: 4569")
    script.event(2, "PeerStatus", peer + "Address: 192.0.2.2\nPort: 4569")
    #expect(
      try script.run().list("registrations", "state", "address", "ended_us") == [
        "registered 192.0.2.1:4569 2.0", "registered 192.0.2.2:4569 -",
      ])
  }

  @Test func `an attempt that is rejected is a moment, and the peer stays registered`() throws {
    var script = LifeScript()
    script.connect(0)
    script.event(1, "PeerStatus", "Peer: SIP/1\nPeerStatus: Registered")
    script.event(2, "PeerStatus", "Peer: SIP/1\nPeerStatus: Rejected\nCause: AUTH_SECRET_FAILED")
    #expect(
      try states(script) == [
        "registered event 1.0 - -", "rejected event 2.0 2.0 moment",
      ])
  }

  @Test func `a registration elsewhere is known by both its ends`() throws {
    var script = LifeScript()
    script.connect(0)
    for (second, host) in [(1.0, "a"), (2.0, "b")] {
      script.item(
        second, "OutboundRegistrationDetail",
        "ObjectName: reg-\(host)\nClientUri: sip:us@\(host)\nServerUri: sip:\(host)\n"
          + "Status: Unregistered")
    }
    script.event(
      3, "Registry", "ChannelType: PJSIP\nUsername: sip:us@a\nDomain: sip:a\nStatus: Registered")
    script.event(
      4, "Registry",
      "ChannelDriver: SIP\nUsername: us\nDomain: c\nStatus: No Authentication\nCause: 403")
    let log = try script.run()
    #expect(
      log.list("registrations", "technology", "name", "section", "state", "opened_by", "ended_us")
        == [
          "PJSIP sip:us@a reg-a unregistered snapshot 3.0",
          "PJSIP sip:us@b reg-b unregistered snapshot -",
          "PJSIP sip:us@a reg-a registered event -", "SIP us - rejected event -",
        ])
    #expect(log.column("cause", of: "registrations").last == "403")
  }

  @Test(arguments: [
    ("OK (12 ms)", "192.0.2.1", "yes", "reachable", "12000"),
    ("LAGGED (2100 ms)", "192.0.2.1", "yes", "lagged", "2100000"),
    ("UNREACHABLE", "192.0.2.1", "yes", "unreachable", "-"),
    ("UNKNOWN", "-none-", "yes", "unregistered", "-"),
    ("Unmonitored", "-none-", "yes", "unregistered", "-"),
    ("Unmonitored", "192.0.2.1", "yes", "registered", "-"),
    ("Unmonitored", "192.0.2.1", "no", "unqualified", "-"),
  ])
  func `a list of peers tells their first state`(
    status: String, address: String, dynamic: String, state: String, roundTrip: String
  ) throws {
    var script = LifeScript()
    script.connect(0)
    script.item(
      1, "PeerEntry",
      "Channeltype: IAX\nObjectName: far\nChanObjectType: peer\nIPaddress: \(address)\n"
        + "IPport: 4569\nDynamic: \(dynamic)\nStatus: \(status)")
    #expect(
      try script.run().list(
        "registrations", "technology", "name", "state", "opened_by", "round_trip_us")
        == ["IAX2 far \(state) snapshot \(roundTrip)"])
  }

  @Test func `what an event said a moment ago is not undone by an answer that may be older`()
    throws
  {
    var script = LifeScript()
    script.connect(0)
    script.event(1, "PeerStatus", "Peer: PJSIP/100\nPeerStatus: Reachable")
    script.item(2, "EndpointList", "ObjectName: 100\nDeviceState: Unavailable")
    script.item(30, "EndpointList", "ObjectName: 100\nDeviceState: Unavailable")
    #expect(
      try states(script) == [
        "reachable event 1.0 30.0 change", "unreachable snapshot 30.0 - -",
      ])
  }

  @Test
  func `a state that is the same after a gap goes on, one that changed ends with the session`()
    throws
  {
    var script = LifeScript()
    script.connect(0)
    script.booted(0.5, uptime: 100)
    script.item(1, "EndpointList", "ObjectName: 100\nDeviceState: Not in use")
    script.item(1, "EndpointList", "ObjectName: 101\nDeviceState: Not in use")
    script.disconnect(5)
    script.connect(9)
    script.booted(9.5, uptime: 109)
    script.item(10, "EndpointList", "ObjectName: 100\nDeviceState: In use")
    script.item(10, "EndpointList", "ObjectName: 101\nDeviceState: Unavailable")
    #expect(
      try states(script) == [
        "reachable snapshot 1.0 - -", "reachable snapshot 1.0 5.0 gap",
        "unreachable snapshot 10.0 - -",
      ])
  }

  @Test func `contacts that a list after a gap does not have are gone`() throws {
    var script = LifeScript()
    script.connect(0)
    script.event(1, "ContactStatus", contact("Reachable"))
    script.event(2, "PeerStatus", "Peer: SIP/1\nPeerStatus: Reachable")
    script.item(3, "ContactListComplete", "EventList: Complete")
    script.disconnect(5)
    script.connect(9)
    script.item(10, "ContactListComplete", "EventList: Complete")
    #expect(
      try states(script) == ["reachable event 1.0 5.0 gap", "reachable event 2.0 - -"])
  }

  @Test func `a restart ends all, also when the new server speaks before it says so`() throws {
    var script = LifeScript()
    script.connect(0)
    script.booted(0.5, uptime: 100)
    script.event(1, "PeerStatus", "Peer: SIP/1\nPeerStatus: Reachable")
    script.event(1, "PeerStatus", "Peer: SIP/2\nPeerStatus: Reachable")
    script.event(1, "PeerStatus", "Peer: SIP/3\nPeerStatus: Reachable")
    script.disconnect(5)
    script.connect(9)
    script.event(10, "PeerStatus", "Peer: SIP/1\nPeerStatus: Reachable")
    script.event(10, "PeerStatus", "Peer: SIP/2\nPeerStatus: Unreachable")
    script.booted(11, uptime: 1)
    #expect(
      try script.run().list(
        "registrations", "name", "state", "started_us", "ended_us", "closed_by"
      ).sorted() == [
        "1 reachable 1.0 5.0 restart", "1 reachable 10.0 - -", "2 reachable 1.0 5.0 restart",
        "2 unreachable 10.0 - -", "3 reachable 1.0 5.0 restart",
      ])
  }

  @Test func `an announced end of the server ends all with the session`() throws {
    var script = LifeScript()
    script.connect(0)
    script.event(1, "PeerStatus", "Peer: SIP/1\nPeerStatus: Reachable")
    script.event(2, "Shutdown", "Shutdown: Cleanly\nRestart: True")
    script.disconnect(3)
    #expect(try states(script) == ["reachable event 1.0 3.0 restart"])
  }

  @Test func `contacts and dialled numbers that come and go leave nothing behind`() throws {
    var normalizer = Normalizer(server: 0)
    var buffer = FrameBuffer()
    var frame = Frame()
    for number in 0..<1000 {
      let contact = "AOR: 1\r\nURI: sip:1@192.0.2.1:\(number)\r\n"
      for state in ["Reachable", "Removed"] {
        buffer.append(
          Array("Event: ContactStatus\r\n\(contact)ContactStatus: \(state)\r\n\r\n".live))
      }
      for state in ["INUSE", "NOT_INUSE"] {
        buffer.append(
          Array(
            "Event: DeviceStateChange\r\nDevice: Local/\(number)@out\r\nState: \(state)\r\n\r\n"
              .live))
      }
    }
    while buffer.next(into: &frame) { normalizer.take(frame, at: 1) }
    var log = RowLog()
    try normalizer.drain(into: &log)
    #expect(log.rows["registrations"]?.count == 2000)
    #expect(log.rows["device_states"]?.count == 1000)
    #expect(normalizer.heldStates == 0)
  }

  @Test func `a device that repeats itself has one row, one that Asterisk makes is in use or gone`()
    throws
  {
    var script = LifeScript()
    script.connect(0)
    script.item(1, "DeviceStateChange", "Device: PJSIP/100\nState: NOT_INUSE")
    script.event(2, "DeviceStateChange", "Device: PJSIP/100\nState: NOT_INUSE")
    script.event(3, "DeviceStateChange", "Device: PJSIP/100\nState: RINGINUSE")
    for second in [4.0, 6.0] {
      script.event(second, "DeviceStateChange", "Device: Local/5@x\nState: INUSE")
      script.event(second + 1, "DeviceStateChange", "Device: Local/5@x\nState: NOT_INUSE")
      script.event(second + 1, "DeviceStateChange", "Device: Local/5@x\nState: NOT_INUSE")
    }
    #expect(
      try script.run().list("device_states", "device", "state", "opened_by", "ended_us") == [
        "PJSIP/100 idle snapshot 3.0", "PJSIP/100 ringing-in-use event -",
        "Local/5@x in-use event 5.0", "Local/5@x in-use event 7.0",
      ])
  }
}

extension String {
  /// The message as a live event.
  fileprivate var live: String.UTF8View {
    replacing("\r\n", with: "\r\nPrivilege: system,all\r\n", maxReplacements: 1).utf8
  }
}
