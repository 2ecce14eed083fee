/// What a simulated server does.
extension SimulatedPBX {
  private enum Act {
    case call, dial, answer, hangUp, transfer, attended, join, offer, serve, complete, abandon
    case hold, member, park, conference, lists, user, variable, device, unknown, large, record
  }

  private static let acts: [(weight: Int, choice: Act)] = [
    (8, .call), (10, .dial), (10, .answer), (8, .hangUp), (3, .transfer), (2, .attended),
    (5, .join), (5, .offer), (5, .serve), (4, .complete), (2, .abandon), (3, .hold), (4, .member),
    (2, .park), (2, .conference), (2, .lists), (4, .user), (4, .variable), (4, .device),
    (2, .unknown), (1, .large), (2, .record),
  ]

  mutating func act() {
    switch random.weighted(Self.acts) {
    case .call: _ = open(random.pick(["PJSIP/", "SIP/trunk-", "Local/"]))
    case .dial: dial()
    case .answer: answer()
    case .hangUp: hangUp()
    case .transfer: transfer()
    case .attended: attendedTransfer()
    case .join: join()
    case .offer: offer()
    case .serve: serve()
    case .complete: complete()
    case .abandon: abandon()
    case .hold: hold()
    case .member: changeMember()
    case .park: park()
    case .conference: confer()
    case .lists: list()
    case .user: speakAsUser()
    case .variable: setVariable()
    case .device: changeDevice()
    case .unknown: sayUnknown()
    case .large: sayLarge()
    case .record: record()
    }
  }

  // MARK: Calls

  private mutating func dial() {
    let caller = someChannel() ?? open("PJSIP/")
    let callee = open("PJSIP/", linkedid: channels[caller].linkedid)
    let dialled = channels[callee].uniqueid
    change(caller) { $0.dials = dialled }
    say(
      Message(
        event: "DialBegin", "call",
        headers(channels[caller]) + headers(channels[callee], "Dest")
          + [("DialString", channels[callee].number)]))
  }

  private mutating func answer() {
    guard let caller = channels.firstIndex(where: { $0.dials != nil }) else { return dial() }
    let dialled = channels[caller].dials
    change(caller) { $0.dials = nil }
    guard let callee = channels.firstIndex(where: { $0.uniqueid == dialled }) else { return }
    let isAnswered = random.happens(80)
    say(
      Message(
        event: "DialEnd", "call",
        headers(channels[caller]) + headers(channels[callee], "Dest")
          + [("DialStatus", isAnswered ? "ANSWER" : random.pick(["BUSY", "NOANSWER", "CANCEL"]))]))
    guard isAnswered else { return }
    let bridge = newBridge()
    enter(callee, bridge)
    enter(caller, bridge)
  }

  private mutating func hangUp() {
    guard let place = someChannel() else { return }
    if random.happens(50) {
      say(
        Message(
          event: random.pick(["HangupRequest", "SoftHangupRequest"]), "call",
          headers(channels[place]) + [("Cause", "16")]))
    }
    end(place)
  }

  private mutating func transfer() {
    guard let place = channels.firstIndex(where: { $0.bridge != nil }),
      let bridge = channels[place].bridge,
      let other = channels.lastIndex(where: { $0.bridge == bridge })
    else { return }
    say(
      Message(
        event: "BlindTransfer", "call",
        [("Result", random.pick(["Success", "Success", "Fail"]))]
          + headers(channels[place], "Transferer") + headers(channels[other], "Transferee")
          + bridgeHeaders(bridge, members: 2)
          + [("IsExternal", "Yes"), ("Context", "internal"), ("Extension", "102")]))
    end(place)
  }

  private mutating func attendedTransfer() {
    guard let first = channels.firstIndex(where: { $0.bridge != nil }),
      let second = channels.lastIndex(where: { $0.bridge != channels[first].bridge && $0.isUp }),
      let from = channels[first].bridge
    else { return }
    let to = channels[second].bridge ?? from
    say(
      Message(
        event: "AttendedTransfer", "call",
        [("Result", "Success")] + headers(channels[first], "OrigTransferer")
          + bridgeHeaders(from, "Orig", members: 2) + headers(channels[second], "SecondTransferer")
          + bridgeHeaders(to, "Second", members: 2)
          + [("IsExternal", "No"), ("DestType", "Bridge"), ("DestBridgeUniqueid", to)]))
    for place in channels.indices where channels[place].bridge == from && place != first {
      enter(place, to)
    }
  }

  // MARK: Queues

  private mutating func join() {
    let place = channels.firstIndex { $0.queue == nil && $0.bridge == nil } ?? open("PJSIP/")
    let queue = random.pick(Self.queues)
    change(place) { $0.queue = queue }
    say(
      Message(
        event: "QueueCallerJoin", "agent",
        headers(channels[place]) + [
          ("Queue", queue), ("Position", "1"),
          ("Count", "\(channels.count { $0.queue == queue && $0.agent == nil })"),
        ]))
  }

  private var waiting: Int? { channels.firstIndex { $0.queue != nil && $0.agent == nil } }

  private mutating func offer() {
    guard let caller = waiting, let queue = channels[caller].queue else { return join() }
    let agent = random.pick(Self.agents)
    let callee = open("PJSIP/", linkedid: channels[caller].linkedid)
    let both = headers(channels[caller]) + headers(channels[callee], "Dest")
    let who = [("Queue", queue), ("MemberName", agent), ("Interface", agent)]
    say(Message(event: "AgentCalled", "agent", both + who))
    let offered = channels[caller].uniqueid
    change(callee) { $0.offeredTo = offered }
    say(Message(event: "DialBegin", "call", both))
    guard random.happens(40) else { return }
    say(Message(event: "AgentRingNoAnswer", "agent", both + who + [("RingTime", "5000")]))
    end(callee)
  }

  private mutating func serve() {
    guard let caller = waiting, let queue = channels[caller].queue else { return offer() }
    let agent = random.pick(Self.agents)
    let callee =
      channels.firstIndex { $0.offeredTo == channels[caller].uniqueid }
      ?? open("PJSIP/", linkedid: channels[caller].linkedid)
    change(callee) { $0.offeredTo = nil }
    change(caller) { $0.agent = agent }
    let both = headers(channels[caller]) + headers(channels[callee], "Dest")
    if random.happens(90) {
      say(
        Message(
          event: "QueueCallerLeave", "agent",
          headers(channels[caller]) + [("Queue", queue), ("Position", "1"), ("Count", "0")]))
    }
    say(
      Message(
        event: "AgentConnect", "agent",
        both + [
          ("Queue", queue), ("MemberName", agent), ("Interface", agent), ("RingTime", "2"),
          ("HoldTime", "7"),
        ]))
    let bridge = newBridge()
    enter(caller, bridge)
    enter(callee, bridge)
    endOffers(of: channels[caller].uniqueid)
  }

  private mutating func complete() {
    guard let caller = channels.firstIndex(where: { $0.agent != nil }),
      let queue = channels[caller].queue, let agent = channels[caller].agent
    else { return serve() }
    say(
      Message(
        event: "AgentComplete", "agent",
        headers(channels[caller]) + [
          ("Queue", queue), ("MemberName", agent), ("Interface", agent), ("HoldTime", "7"),
          ("TalkTime", "20"), ("Reason", random.pick(["agent", "caller", "transfer"])),
        ]))
    change(caller) {
      $0.agent = nil
      $0.queue = nil
    }
    end(caller)
  }

  private mutating func abandon() {
    guard let caller = waiting, let queue = channels[caller].queue else { return }
    say(
      Message(
        event: "QueueCallerAbandon", "agent",
        headers(channels[caller]) + [
          ("Queue", queue), ("Position", "1"), ("OriginalPosition", "1"), ("HoldTime", "9"),
        ]))
    endOffers(of: channels[caller].uniqueid)
    end(caller)
  }

  private mutating func changeMember() {
    let agent = random.pick(Self.agents)
    let who = [
      ("Queue", random.pick(Self.queues)), ("MemberName", agent), ("Interface", agent),
      ("StateInterface", agent), ("Membership", "dynamic"), ("Penalty", "0"), ("CallsTaken", "0"),
      ("LastCall", "0"), ("Status", "1"), ("Paused", random.pick(["0", "1"])),
      ("PausedReason", random.pick(["", "lunch"])), ("Wrapuptime", random.pick(["0", "5"])),
    ]
    let name = random.pick([
      "QueueMemberAdded", "QueueMemberRemoved", "QueueMemberPause", "QueueMemberStatus",
      "QueueMemberPenalty",
    ])
    say(Message(event: name, "agent", who))
  }

  // MARK: Features

  private mutating func hold() {
    guard let place = someChannel() else { return }
    let isHeld = channels[place].isHeld
    change(place) { $0.isHeld.toggle() }
    say(Message(event: isHeld ? "Unhold" : "Hold", "call", headers(channels[place])))
  }

  private mutating func park() {
    guard let place = someChannel() else { return }
    let parked =
      headers(channels[place], "Parkee") + [
        ("ParkerDialString", "PJSIP/100"), ("Parkinglot", "default"), ("ParkingSpace", "701"),
        ("ParkingTimeout", "10"), ("ParkingDuration", "3"),
      ]
    let name = random.pick(["ParkedCall", "ParkedCallTimeOut", "ParkedCallGiveUp", "UnParkedCall"])
    say(Message(event: name, "call", parked))
  }

  private mutating func confer() {
    guard let place = someChannel() else { return }
    let name = random.pick([
      "ConfbridgeStart", "ConfbridgeJoin", "ConfbridgeLeave", "ConfbridgeEnd", "ConfbridgeTalking",
    ])
    say(
      Message(
        event: name, "call",
        [("Conference", "9000")] + bridgeHeaders("conference", members: 2)
          + (["ConfbridgeStart", "ConfbridgeEnd"].contains(name) ? [] : headers(channels[place]))))
  }

  private mutating func record() {
    guard let place = someChannel() else { return }
    say(
      Message(
        event: random.pick(["MixMonitorStart", "MixMonitorStop"]), "call",
        headers(channels[place])))
  }

  // MARK: Lists

  private mutating func list() {
    let id = "snap-\(random.number(1...9))"
    func part(_ event: String, _ headers: [(String, String)]) -> Message {
      Message(event: event, nil, [("ActionID", id)] + headers)
    }
    say(
      Message(
        response: "Success",
        [("ActionID", id), ("EventList", "start"), ("Message", "will follow")]))
    if random.happens(50) {
      for channel in channels {
        say(part("CoreShowChannel", headers(channel) + bridge(of: channel)))
      }
      say(
        part(
          "CoreShowChannelsComplete",
          [("EventList", "Complete"), ("ListItems", "\(channels.count)")]))
    } else {
      for queue in Self.queues { listWaiting(in: queue, part) }
      for agent in Self.agents where random.happens(70) {
        say(
          part(
            "QueueMember",
            [
              ("Queue", random.pick(Self.queues)), ("Name", agent), ("Location", agent),
              ("StateInterface", agent), ("Membership", "dynamic"), ("Status", "1"),
              ("Paused", "0"), ("Wrapuptime", "0"),
            ]))
      }
      say(part("QueueStatusComplete", [("EventList", "Complete"), ("ListItems", "4")]))
    }
  }

  private mutating func listWaiting(
    in queue: String, _ part: (String, [(String, String)]) -> Message
  ) {
    let waiting = channels.filter { $0.queue == queue && $0.agent == nil }
    say(part("QueueParams", [("Queue", queue), ("Calls", "\(waiting.count)")]))
    for (place, channel) in waiting.enumerated() {
      say(
        part(
          "QueueEntry",
          [("Queue", queue), ("Position", "\(place + 1)")] + headers(channel) + [("Wait", "0")]))
    }
  }

  private func bridge(of channel: Channel) -> [(String, String)] {
    [("BridgeId", channel.bridge ?? ""), ("Duration", "00:00:00"), ("Application", "Dial")]
  }

  // MARK: The rest

  private mutating func speakAsUser() {
    let words = random.pick([
      "plain", "Event: Hangup\r\nPrivilege: call,all\r\nUniqueid: 1.1",
      "saidEvent: Hangup\r\nPrivilege: call,all", "Asterisk Call Manager/11.0.0",
      "Response: Goodbye", "--END COMMAND--", "\u{1B}[2Jé",
    ])
    say(
      Message(
        event: "UserEvent", "user",
        (someChannel().map { headers(channels[$0]) } ?? [])
          + [("UserEvent", "Said"), ("Words", words)]))
  }

  private mutating func setVariable() {
    guard let place = someChannel() else { return }
    say(
      Message(
        event: "VarSet", "dialplan",
        headers(channels[place]) + [("Variable", "CDR(userfield)"), ("Value", "Event: x")]))
  }

  private mutating func changeDevice() {
    let peer = random.pick(["100", "101", "102"])
    switch random.number(0...2) {
    case 0:
      say(
        Message(
          event: "ContactStatus", "system",
          [
            ("URI", "sip:\(peer)@192.0.2.7"), ("AOR", peer), ("EndpointName", peer),
            (
              "ContactStatus", random.pick(["Reachable", "Unreachable", "NonQualified", "Removed"])
            ),
            ("RoundtripUsec", "1200"),
          ]))
    case 1:
      say(
        Message(
          event: "PeerStatus", "system",
          [
            ("ChannelType", "SIP"), ("Peer", "SIP/\(peer)"),
            ("PeerStatus", random.pick(["Registered", "Unregistered", "Lagged", "Reachable"])),
            ("Address", "192.0.2.8:5060"), ("Time", "12"),
          ]))
    default:
      say(
        Message(
          event: "DeviceStateChange", "call",
          [("Device", "PJSIP/\(peer)"), ("State", random.pick(["INUSE", "NOT_INUSE"]))]))
    }
  }

  private mutating func sayUnknown() {
    let name = random.pick(["Surprise\(random.number(0...99))", "Nový", "", "A\u{0}B"])
    say(Message(event: name, "system", [("Key", "value"), ("Key", "again")]))
  }

  /// Larger than the blocks of the simulation.
  private mutating func sayLarge() {
    say(
      Message(
        event: "UserEvent", "user",
        [
          ("UserEvent", "Large"),
          ("Data", String(repeating: "x", count: random.number(2_000...40_000))),
        ]))
  }
}
