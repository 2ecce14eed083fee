import AMI
import Testing

/// The examples that stand in the reference of the actions, as they are printed there.
@Suite struct ReferenceTests {
  @Test(arguments: [
    "Action: AbsoluteTimeout\nChannel: SIP/agent-01-00000003\nTimeout: 30",
    "Action: Agents",
    "Action: AGI\nChannel: SIP/agent-01-00000007\nCommand: Hangup",
    "Action: BlindTransfer\nChannel: SIP/agent-01-00000005\nContext: sample_musiconhold\nExten: s",
    "Action: DialplanExtensionAdd\nContext: test_dialplan\nExtension: test_exten\nPriority: 1\n"
      + "Application: echo",
    "Action: DialplanExtensionRemove\nContext: test_dialplan\nExtension: test_exten",
    "Action: Logoff",
    "Action: QueueStatus\nQueue: Camp200",
    "Action: QueueSummary\nQueue: Camp200",
    "Action: SIPpeerstatus\nPeer: SIP/300",
    "Action: SIPqualifypeer\nPeer: 300",
    "Action: SIPshowregistry",
    "Action: Hangup\nChannel: /^SIP/provider-.*$/\nCause: 16",
  ])
  func `a printed request is sent as it is printed`(_ text: String) throws {
    #expect(try sent(text) == text.replacing("\n", with: "\r\n") + "\r\n\r\n")
  }

  @Test(arguments: [
    (
      "Action: login\nusername: test\nsecret: test",
      "Action: Login\r\nUsername: test\r\nSecret: test\r\n\r\n"
    ),
    (
      "Action: Originate\nChannel: sip/300\nApplication: park\nAsync: 1",
      "Action: Originate\r\nChannel: sip/300\r\nApplication: park\r\nAsync: true\r\n\r\n"
    ),
    (
      "Action: park\nChannel: SIP/300-00000013", "Action: Park\r\nChannel: SIP/300-00000013\r\n\r\n"
    ),
  ])
  func `a printed request in other letters is sent in Asterisk's`(
    _ text: String, _ expected: String
  ) throws {
    #expect(try sent(text) == expected)
  }

  @Test func `the misprinted field of the example is found`() {
    let error = #expect(throws: ActionError.self) {
      try sent(
        "Action: AOCMessage\nChannel: SIP/agent-01-00000008\nMsgType: D\nChargeType: Currency\n"
          + "UnitAmout(0): 1000\nUnitType(0): 1\nCurrencyName: USD\nCurrencyAmount: 132\n"
          + "CurrencyMultiplier: One\nTotalType: SubTotal")
    }
    #expect(error?.header == "UnitAmout(0)")
    #expect(error?.description.contains("UnitAmount") == true)
  }

  @Test func `QueueStatus gives queues, members and callers`() throws {
    let status = try QueueStatus.Reply(
      answer(
        """
        Response: Success
        ActionID: 001
        Message: Queue status will follow

        Event: QueueParams
        Queue: Camp200
        Max: 0
        Strategy: ringall
        Calls: 0
        Holdtime: 0
        TalkTime: 0
        Completed: 0
        Abandoned: 0
        ServiceLevel: 0
        ServicelevelPerf: 0.0
        Weight: 100
        ActionID: 001

        Event: QueueMember
        Queue: Camp200
        Name: user1
        Location: Local/200@DialCamp
        Membership: static
        Penalty: 0
        CallsTaken: 0
        LastCall: 0
        Status: 5
        Paused: 0
        ActionID: 001

        Event: QueueEntry
        Queue: Camp200
        Position: 1
        Channel: SIP/test-201-00000001
        Uniqueid: 1447837150.7
        CallerIDNum: 201
        CallerIDName: user 2
        ConnectedLineNum: unknown
        ConnectedLineName: unknown
        Wait: 16

        Event: QueueStatusComplete
        ActionID: 001
        """))
    let queue = try #require(status.queues.first)
    #expect(queue.queue == "Camp200")
    #expect(queue.max == 0)
    #expect(queue.strategy == "ringall")
    #expect(queue.calls == 0)
    #expect(queue.holdTime == .zero)
    #expect(queue.talkTime == .zero)
    #expect(queue.completed == 0)
    #expect(queue.abandoned == 0)
    #expect(queue.serviceLevel == .zero)
    #expect(queue.serviceLevelPerformance == 0)
    #expect(queue.serviceLevelPerformance2 == nil)
    #expect(queue.weight == 100)
    let member = try #require(status.members.first)
    #expect(member.queue == "Camp200")
    #expect(member.name == "user1")
    #expect(member.interface == "Local/200@DialCamp")
    #expect(member.stateInterface == nil)
    #expect(member.membership == "static")
    #expect(member.penalty == 0)
    #expect(member.callsTaken == 0)
    #expect(member.lastCall == nil)
    #expect(member.status == .unavailable)
    #expect(member.paused == false)
    let entry = try #require(status.entries.first)
    #expect(entry.position == 1)
    #expect(entry.channel == "SIP/test-201-00000001")
    #expect(entry.uniqueid == "1447837150.7")
    #expect(entry.callerIDNum == "201")
    #expect(entry.callerIDName == "user 2")
    #expect(entry.connectedLineNum == "unknown")
    #expect(entry.wait == .seconds(16))
    #expect([status.queues.count, status.members.count, status.entries.count] == [1, 1, 1])
  }

  @Test func `QueueSummary gives the short figures`() throws {
    let summaries = try QueueSummary.Reply(
      answer(
        """
        Response: Success
        Message: Queue summary will follow

        Event: QueueSummary
        Queue: Camp200
        LoggedIn: 1
        Available: 1
        Callers: 0
        HoldTime: 0
        TalkTime: 3
        LongestHoldTime: 0

        Event: QueueSummaryComplete
        """))
    let summary = try #require(summaries.first)
    #expect(summaries.count == 1)
    #expect(summary.queue == "Camp200")
    #expect(summary.loggedIn == 1)
    #expect(summary.available == 1)
    #expect(summary.callers == 0)
    #expect(summary.holdTime == .zero)
    #expect(summary.talkTime == .seconds(3))
    #expect(summary.longestHoldTime == .zero)
  }

  @Test(arguments: ["Unmonitored", "Unknown"])
  func `SIPpeerstatus gives the status of a peer`(_ status: String) throws {
    let peers = try SIPpeerstatus.Reply(
      answer(
        """
        Response: Success
        EventList: start
        Message: Peer status will follow

        Event: PeerStatus
        Privilege: System
        ChannelType: SIP
        Peer: SIP/300
        PeerStatus: \(status)

        Event: SIPpeerstatusComplete
        EventList: Complete
        ListItems: 1
        """))
    #expect(peers.map(\.peer) == ["SIP/300"])
    #expect(peers.first?.status == status)
    #expect(peers.first?.channelType == "SIP")
    #expect(peers.first?.roundTrip == nil)
  }

  @Test func `SIPshowregistry gives registrations`() throws {
    let registrations = try SIPshowregistry.Reply(
      answer(
        """
        Response: Success
        EventList: start
        Message: Registrations will follow

        Event: RegistryEntry
        Host: 192.168.100.10
        Port: 5060
        Username: test_register
        Domain: 192.168.100.10
        DomainPort: 5060
        Refresh: 105
        State: Request Sent
        RegistrationTime: 1447519599

        Event: RegistrationsComplete
        EventList: Complete
        ListItems: 1
        """))
    let registration = try #require(registrations.first)
    #expect(registrations.count == 1)
    #expect(registration.host == "192.168.100.10")
    #expect(registration.port == 5060)
    #expect(registration.username == "test_register")
    #expect(registration.domain == "192.168.100.10")
    #expect(registration.domainPort == 5060)
    #expect(registration.refresh == .seconds(105))
    #expect(registration.state == "Request Sent")
    #expect(registration.registrationTime == 1_447_519_599)
  }

  @Test func `the event BlindTransfer gives both channels, the bridge and the place`() throws {
    let event = try #require(frames(Self.blindTransfer).first)
    let outcome = try BlindTransfer.Outcome(event)
    #expect(outcome.result == "Success")
    #expect(outcome.transferer?.channel == "SIP/agent-01-00000005")
    #expect(outcome.transferer?.state == 6)
    #expect(outcome.transferer?.callerIDName == nil)
    #expect(outcome.transferer?.uniqueid == "1481706048.11")
    #expect(outcome.transferee?.channel == "SIP/agent-01-00000006")
    #expect(outcome.transferee?.connectedLineNum == "agent-01")
    #expect(outcome.transferee?.linkedid == "1481706048.11")
    #expect(outcome.bridge?.uniqueid == "b9ad516f-984d-4dce-a465-d95690edc656")
    #expect(outcome.bridge?.technology == "native_rtp")
    #expect(outcome.bridge?.channelCount == 2)
    #expect(outcome.isExternal == true)
    #expect(outcome.context == "sample_musiconhold")
    #expect(outcome.exten == "s")
    let action = try BlindTransfer(
      channel: "SIP/agent-01-00000005", exten: "s", context: "sample_musiconhold"
    ).action()
    let declared = try #require(BlindTransfer.description.outcome)
    #expect(declared.isTold(by: event, of: action))
    let other = try BlindTransfer(channel: "SIP/agent-01-00000006", exten: "s").action()
    #expect(!declared.isTold(by: event, of: other))
  }

  // MARK: Reading what is printed

  private func sent(_ text: String) throws -> String {
    let fields = text.split(separator: "\n").map { line in
      let parts = line.split(separator: ": ", maxSplits: 1)
      return Action.Field(String(parts[0]), String(parts[1]))
    }
    let description = try #require(ActionCatalogue.action(named: fields[0].value))
    let action = try description.action(Array(fields.dropFirst()))
    return String(decoding: try action.encoded(), as: UTF8.self)
  }

  private func answer(_ text: String) -> Answer {
    let frames = frames(text)
    return Answer(
      response: frames[0], items: Array(frames.dropFirst().dropLast()), completion: frames.last)
  }

  private func frames(_ text: String) -> [Frame] {
    var buffer = FrameBuffer()
    buffer.append(Array((text + "\n\n").replacing("\n", with: "\r\n").utf8))
    var frames: [Frame] = []
    var frame = Frame()
    while buffer.next(into: &frame) { frames.append(frame) }
    return frames
  }

  private static let blindTransfer = """
    Event: BlindTransfer
    Privilege: call,all
    Result: Success
    TransfererChannel: SIP/agent-01-00000005
    TransfererChannelState: 6
    TransfererChannelStateDesc: Up
    TransfererCallerIDNum: agent-01
    TransfererCallerIDName: <unknown>
    TransfererConnectedLineNum: <unknown>
    TransfererConnectedLineName: <unknown>
    TransfererLanguage: en
    TransfererAccountCode:
    TransfererContext: park-dial
    TransfererExten: SIP_agent-01
    TransfererPriority: 1
    TransfererUniqueid: 1481706048.11
    TransfererLinkedid: 1481706048.11
    TransfereeChannel: SIP/agent-01-00000006
    TransfereeChannelState: 6
    TransfereeChannelStateDesc: Up
    TransfereeCallerIDNum: SIP_agent-01
    TransfereeCallerIDName: <unknown>
    TransfereeConnectedLineNum: agent-01
    TransfereeConnectedLineName: <unknown>
    TransfereeLanguage: en
    TransfereeAccountCode:
    TransfereeContext: public
    TransfereeExten:
    TransfereePriority: 1
    TransfereeUniqueid: 1481706093.12
    TransfereeLinkedid: 1481706048.11
    BridgeUniqueid: b9ad516f-984d-4dce-a465-d95690edc656
    BridgeType: basic
    BridgeTechnology: native_rtp
    BridgeCreator: <unknown>
    BridgeName: <unknown>
    BridgeNumChannels: 2
    IsExternal: Yes
    Context: sample_musiconhold
    Extension: s
    """
}
