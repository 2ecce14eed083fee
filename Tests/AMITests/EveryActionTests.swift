import AMI
import Support
import Testing

/// What must hold for every declared action.
@Suite struct EveryActionTests {
  /// Each action with every parameter that it has.
  private static let full: [any DeclaredAction] = [
    AbsoluteTimeout(channel: "c", timeout: .milliseconds(1500)),
    AgentLogoff(agent: "1001", soft: true),
    Agents(),
    AGI(channel: "c", command: "ANSWER", commandID: "1"),
    AOCMessage(
      channel: "c", channelPrefix: "S", kind: .during,
      charge: .units([.init(amount: 7, type: 1), .init(amount: 8)]), total: .subTotal,
      billing: .reverseCharge, associationID: -1, associationNumber: "111", associationPlan: 1),
    Atxfer(channel: "c", exten: "1", context: "x"),
    BlindTransfer(channel: "c", exten: "1", context: "x"),
    Bridge(channel1: "c", channel2: "d", tone: .both),
    BridgeInfo(bridgeUniqueid: "b"),
    BridgeList(bridgeType: "basic"),
    Challenge(),
    ChannelStatus(channel: "c", variables: ["a", "b"], allVariables: false),
    Command("core show version"),
    ConfbridgeListRooms(),
    CoreSettings(),
    CoreShowChannels(),
    CoreStatus(),
    DeviceStateList(),
    DialplanExtensionAdd(
      context: "x", exten: "1", priority: .step(2), application: "NoOp", applicationData: "d",
      replace: true),
    DialplanExtensionRemove(context: "x", exten: "1", priority: .hint),
    Events(mask: "call,agent"),
    ExtensionStateList(),
    Filter("x", matchCriteria: "name(Newexten)"),
    Getvar(channel: "c", variable: "v"),
    Hangup(channel: .matching("^SIP/.*$"), cause: HangupCause(named: "USER_BUSY")),
    ListCommands(),
    LoginAction(username: "u", proof: .md5(key: "00"), events: "on"),
    Logoff(),
    Originate(
      channel: "c", to: .dialplan(context: "x", exten: "1", priority: "2"),
      timeout: .seconds(2), callerID: "n <1>", variables: [.init("a", "1"), .init("b", "2")],
      account: "acc", earlyMedia: true, isAsync: true, codecs: ["ulaw", "alaw"], channelID: "i",
      otherChannelID: "j", preDialGoSub: "x,1,1"),
    Park(
      channel: "c", timeoutChannel: "d", announceChannel: "e", timeout: .milliseconds(2500),
      parkinglot: "l", parkingSpace: 701),
    ParkedCalls(parkingLot: "l"),
    Parkinglots(),
    Ping(),
    PJSIPNotify(to: .endpoint("100"), variables: [.init("Event", "x")], option: "o"),
    PJSIPQualify(endpoint: "100"),
    PJSIPShowContacts(),
    PJSIPShowEndpoints(),
    PJSIPShowRegistrationsOutbound(),
    QueueAdd(
      queue: "q", interface: "i", penalty: 1, paused: true, reason: "r", memberName: "m",
      stateInterface: "s"),
    QueuePause(queue: "q", interface: "i", paused: true, reason: "r"),
    QueuePenalty(interface: "i", penalty: 1, queue: "q"),
    QueueReload(queue: "q", members: true, rules: false, parameters: true),
    QueueRemove(queue: "q", interface: "i"),
    QueueReset(queue: "q"),
    QueueRule(rule: "r"),
    QueueStatus(queue: "q", member: "m"),
    QueueSummary(queue: "q"),
    Redirect(
      channel: "c", to: .init(context: "x", exten: "1"), extraChannel: "d",
      extraPlace: .init(context: "y", exten: "2", priority: "3")),
    Setvar(channel: "c", variable: "v", value: "w"),
    SIPnotify(channel: "300", variables: [.init("Event", "x")], callID: "i"),
    SIPpeers(),
    SIPpeerstatus(peer: "p"),
    SIPqualifypeer(peer: "p"),
    SIPshowpeer(peer: "p"),
    SIPshowregistry(),
  ]

  /// Parameters that exclude those of ``full``.
  private static let others: [any DeclaredAction] = [
    AOCMessage(
      channel: "c", kind: .end,
      charge: .currency(name: "EUR", amount: 25, multiplier: .oneHundredth)),
    LoginAction(username: "u", proof: .secret("s")),
    Originate(channel: "c", to: .application("Wait", data: "1")),
    PJSIPNotify(to: .uri("sip:a@b"), variables: [.init("Event", "x")]),
    PJSIPNotify(to: .channel("c"), option: "o"),
  ]

  @Test func `every declared action can be sent with every parameter`() throws {
    var sent: [String: Set<String>] = [:]
    for action in Self.full + Self.others {
      let encoded = try action.action()
      let names = encoded.fields.map { field in
        String(field.name.prefix { $0 != "(" })
      }
      sent[encoded.name, default: []].formUnion(names)
    }
    for description in ActionCatalogue.all {
      #expect(
        sent[description.name] == Set(description.parameters.map(\.name)), "\(description.name)")
    }
  }

  @Test func `what a typed action sends, its free fields send too`() throws {
    for typed in Self.full + Self.others {
      let action = try typed.action()
      let description = try #require(ActionCatalogue.action(named: action.name.uppercased()))
      #expect(try description.action(action.fields) == action)
    }
  }

  @Test func `each name stands once, in any case, and every text is a sentence`() {
    let names = ActionCatalogue.all.map { $0.name.lowercased() }
    #expect(Set(names).count == names.count)
    for description in ActionCatalogue.all {
      #expect(description.summary.hasSuffix("."), "\(description.name)")
      #expect(description.notes.isEmpty || description.notes.hasSuffix("."))
      #expect(!description.source.isEmpty)
      for parameter in description.parameters {
        #expect(parameter.summary.hasSuffix("."), "\(description.name) \(parameter.name)")
      }
      for name in description.rules.flatMap(\.names) {
        #expect(description.parameter(named: name) != nil, "\(description.name) \(name)")
      }
    }
  }

  @Test func `help tells all of an action, in lines that fit a terminal`() {
    for description in ActionCatalogue.all {
      let help = description.help
      #expect(help.contains(description.summary))
      for parameter in description.parameters { #expect(help.contains(parameter.usage)) }
      for line in help.split(separator: "\n") {
        #expect(line.count <= 80, "\(description.name): \(line)")
      }
    }
    let pause = ActionCatalogue.action(named: "QueuePause")!.help
    #expect(pause.contains("Needs: write class agent"))
    #expect(pause.contains("Interface=TEXT"))
    #expect(ActionCatalogue.action(named: "SIPpeers")!.help.contains("Versions: 1.4 to 20"))
  }

  @Test func `only what hits many asks for a confirmation`() throws {
    let many: [any DeclaredAction] = [
      Hangup(channel: .matching("^SIP")), Command("core stop now"),
      Command("channel  request hangup ALL"), Command("\"channel\" request hangup all"),
      Command("Channel\trequest hangup \"all"), Command("c\\hannel re\"quest\" hangup all"),
      Hangup(channel: .named("  /^SIP/")), Hangup(channel: .named("\u{1}\t/^SIP/")),
      Command("\u{1}core stop now"), Command("\"\"core stop now"), Command(" restart gracefully"),
      Command("soft hangup all"),
    ]
    let few: [any DeclaredAction] = [
      Hangup(channel: "SIP/1"), Command("core show channels"), QueueReset(),
      Command("\"core stop\" now"), Command("channel\\ request hangup all"),
      Command("core stopped"), Command("channel request hangup SIP/all-1"),
    ]
    for typed in many {
      let action = try typed.action()
      #expect(ActionCatalogue.action(named: action.name)!.danger(of: action) != nil)
    }
    for typed in few {
      let action = try typed.action()
      #expect(ActionCatalogue.action(named: action.name)!.danger(of: action) == nil)
    }
  }

  @Test func `an action says which module has it`() {
    let modules = ["SIPpeers", "PJSIPShowContacts", "Park", "QueueAdd", "Ping"].map {
      ActionCatalogue.action(named: $0)?.module
    }
    #expect(modules == ["chan_sip", "res_pjsip", "res_parking", "app_queue", nil])
  }

  @Test func `secrets are marked`() {
    let login = LoginAction.description
    #expect(login.parameters.filter(\.isSecret).map(\.name) == ["Secret", "Key"])
  }

  @Test func `a cause goes by number and by name`() {
    #expect(HangupCause(named: "user_busy")?.code == 17)
    #expect(HangupCause(named: "AST_CAUSE_BUSY")?.code == 17)
    #expect(HangupCause(named: "34")?.name == "NORMAL_CIRCUIT_CONGESTION")
    #expect(HangupCause(named: "128") == nil)
    #expect(HangupCause(named: "no such") == nil)
  }

  @Test func `a variable's value keeps its commas, quotes and brackets`() throws {
    let action = try Originate(
      channel: "c", to: .application("Wait"), variables: [.init("V", #"a,b "c" (d] \e"#)]
    ).action()
    #expect(action["Variable"] == #"V=a\,b \"c\" \(d\] \\e"#)
  }

  @Test func `a value that Asterisk would not take is refused`() {
    let wrong: [(any DeclaredAction, String)] = [
      (QueuePenalty(interface: "i", penalty: -1), "Penalty"),
      (AbsoluteTimeout(channel: "c", timeout: .seconds(-1)), "Timeout"),
      (DialplanExtensionRemove(context: "x", exten: "1", priority: .step(0)), "Priority"),
      (Getvar(variable: ""), "Variable"),
      (Getvar(variable: "a\r\nAction: Command"), "Variable"),
      (Command(String(repeating: "x", count: 1024)), "Command"),
      (SIPnotify(channel: "300", variables: []), "Variable"),
      (AOCMessage(channel: "c", kind: .end, charge: .units([])), "UnitAmount"),
      (
        AOCMessage(channel: "c", kind: .end, charge: .free, associationID: 40_000),
        "ChargingAssociationId"
      ),
    ]
    for (typed, header) in wrong {
      let error = #expect(throws: ActionError.self) { try typed.action() }
      #expect(error?.header == header)
    }
    let variables = (1...140).map { Variable("v\($0)", "x") }
    let error = #expect(throws: ActionError.self) {
      try Originate(channel: "c", to: .application("Wait"), variables: variables).action()
    }
    #expect(error?.code == .tooManyHeaders(144))
  }
}
