import AMI
import AMIClient
import Testing

/// Actions on queues, agents, dialplan, peers and on the connection itself: each does what it says.
enum OtherScenes {
  static func all(
    _ talk: Talk, _ server: Server, _ version: AsteriskVersion
  ) -> [(String, () async throws -> Void)] {
    [
      ("QueueAdd", { try await members(talk) }), ("QueueStatus", { try await queues(talk) }),
      ("QueueReload", { try await settings(talk) }),
      ("AgentLogoff", { try await agents(talk) }),
      ("DialplanExtensionAdd", { try await dialplan(talk) }),
      ("Command", { try await core(talk) }), ("DeviceStateList", { try await states(talk) }),
      ("PJSIPNotify", { try await endpoints(talk) }),
      ("SIPpeers", { try await peers(talk, version) }),
      ("Login", { try await logins(talk, server) }),
      ("Filter", { try await filters(talk, server, version) }),
    ]
  }

  private static let member = "Local/quiet.7@members/n"

  private static func members(_ talk: Talk) async throws {
    let start = talk.now
    try await talk.ok(
      "QueueAdd",
      [
        "Queue": "support", "Interface": member, "Penalty": "2", "Paused": "false",
        "MemberName": "탱이: name", "StateInterface": "Custom:s",
      ])
    try await talk.event("QueueMemberAdded", since: start, where: ["Interface": member])
    let before = try await talk.ok("QueueStatus", ["Queue": "support", "Member": member])
    let row = try #require(before.items.first { $0.text(of: .event) == "QueueMember" })
    #expect(row.text(named: "Name") == "탱이: name")
    #expect(row.text(named: "Penalty") == "2")
    #expect(row.text(named: "StateInterface") == "Custom:s")
    try await talk.ok(
      "QueuePenalty", ["Interface": member, "Penalty": "8", "Queue": "support"])
    try await talk.event(
      "QueueMemberPenalty", since: start, where: ["Interface": member, "Penalty": "8"])
    try await talk.ok(
      "QueuePause",
      ["Interface": member, "Paused": "true", "Queue": "support", "Reason": "lunch: 탱이"])
    try await talk.event(
      "QueueMemberPause", since: start,
      where: ["Interface": member, "Paused": "1", "PausedReason": "lunch: 탱이"])
    let after = try await talk.ok("QueueStatus", ["Queue": "support"])
    #expect(after.values(of: "Penalty", in: "QueueMember") == ["8"])
    #expect(after.values(of: "Paused", in: "QueueMember") == ["1"])
    try await talk.ok(
      "QueueAdd", ["Queue": "linear", "Interface": member, "Paused": "true", "Reason": "why"])
    let paused = try await talk.ok("QueueStatus", ["Queue": "linear", "Member": member])
    #expect(paused.values(of: "Paused", in: "QueueMember") == ["1"])
    try await talk.ok("QueueRemove", ["Queue": "linear", "Interface": member])
    try await talk.ok("QueueRemove", ["Queue": "support", "Interface": member])
    try await talk.event("QueueMemberRemoved", since: start, where: ["Interface": member])
  }

  private static func queues(_ talk: Talk) async throws {
    let start = talk.now
    let channel = try await talk.local("60060")
    try await talk.event("QueueCallerJoin", since: start, where: ["Channel": channel])
    let status = try await talk.ok("QueueStatus")
    #expect(status.values(of: "Queue", in: "QueueParams").count > 5)
    #expect(status.values(of: "Channel", in: "QueueEntry") == [channel])
    let summary = try await talk.ok("QueueSummary", ["Queue": "support"])
    #expect(summary.values(of: "Queue", in: "QueueSummary") == ["support"])
    #expect(summary.values(of: "Callers", in: "QueueSummary") == ["1"])
    #expect(try await talk.ok("QueueSummary").items.count > 5)
    let rules = try await talk.ok("QueueRule", ["Rule": "widen"])
    #expect(rules.response.headers.count > 2)
  }

  private static func settings(_ talk: Talk) async throws {
    let start = talk.now
    let left = try await talk.local("60001")
    try await talk.event("Hangup", since: start, where: ["Channel": left])
    func abandoned() async throws -> String? {
      try await talk.ok("QueueStatus", ["Queue": "support"])
        .values(of: "Abandoned", in: "QueueParams").first
    }
    #expect(try await abandoned() != "0")
    try await talk.ok("QueueReset", ["Queue": "support"])
    #expect(try await abandoned() == "0")
    // Files that did not change are not read again: that the members stay is all there is to see.
    try await talk.ok(
      "QueueReload",
      ["Queue": "skills", "Members": "yes", "Rules": "yes", "Parameters": "yes"])
    let skills = try await talk.ok("QueueStatus", ["Queue": "skills"])
    #expect(skills.values(of: "Name", in: "QueueMember").sorted() == ["Anna", "Berta", "Carla"])
  }

  private static func agents(_ talk: Talk) async throws {
    for soft in ["true", "false"] {
      let start = talk.now
      _ = try await talk.outcome(
        "Originate",
        [
          "Channel": "PJSIP/105", "Context": "internal", "Exten": "*1001", "Priority": "1",
          "Async": "true",
        ])
      try await talk.event("AgentLogin", since: start, where: ["Agent": "1001"])
      let agents = try await talk.ok("Agents")
      let row = try #require(agents.items.first { $0.text(named: "Agent") == "1001" })
      #expect(row.text(named: "Status") == "AGENT_IDLE")
      try await talk.ok("AgentLogoff", ["Agent": "1001", "Soft": soft])
      try await talk.event("AgentLogoff", since: start, where: ["Agent": "1001"])
      try await talk.hangUpAll()
    }
  }

  private static func dialplan(_ talk: Talk) async throws {
    func shown(_ exten: String) async throws -> String {
      let answer = try? await talk.ok("Command", ["Command": "dialplan show \(exten)@labnew"])
      return answer?.output.joined(separator: "\n") ?? ""
    }
    try await talk.ok(
      "DialplanExtensionAdd",
      [
        "Context": "labnew", "Extension": "5999", "Priority": "1", "Application": "NoOp",
        "ApplicationData": "hello: there",
      ])
    #expect(try await shown("5999").contains("NoOp(hello: there)"))
    try await talk.ok(
      "DialplanExtensionAdd",
      [
        "Context": "labnew", "Extension": "5999", "Priority": "1", "Application": "Wait",
        "ApplicationData": "2", "Replace": "yes",
      ])
    try await talk.ok(
      "DialplanExtensionAdd",
      ["Context": "labnew", "Extension": "5999", "Priority": "hint", "Application": "Custom:x"])
    #expect(try await shown("5999").contains("Wait(2)"))
    try await talk.ok(
      "DialplanExtensionRemove",
      ["Context": "labnew", "Extension": "5999", "Priority": "hint"])
    #expect(try await shown("5999").contains("Wait(2)"))
    #expect(try await !shown("5999").contains("Custom:x"))
    try await talk.ok("DialplanExtensionRemove", ["Context": "labnew", "Extension": "5999"])
    #expect(try await !shown("5999").contains("Wait(2)"))
  }

  private static func core(_ talk: Talk) async throws {
    let version = try await talk.ok("Command", ["Command": "core show version"])
    #expect(version.output.first?.hasPrefix("Asterisk ") == true)
    let settings = try await talk.ok("CoreSettings")
    #expect(settings.response.text(named: "AMIversion")?.isEmpty == false)
    let status = try await talk.ok("CoreStatus")
    #expect(status.response.text(named: "CoreCurrentCalls") == "0")
    let commands = try await talk.ok("ListCommands")
    #expect(commands.response.text(named: "QueueStatus") != nil)
    #expect(try await talk.ok("Ping").response.text(named: "Ping") == "Pong")
  }

  private static func states(_ talk: Talk) async throws {
    let devices = try await talk.ok("DeviceStateList")
    #expect(devices.values(of: "Device", in: "DeviceStateChange").contains("PJSIP/100"))
    let hints = try await talk.ok("ExtensionStateList")
    #expect(hints.values(of: "Exten", in: "ExtensionStatus").contains("100"))
    let start = talk.now
    let channel = try await talk.local("850")
    try await talk.event("ConfbridgeJoin", since: start, where: ["Channel": channel])
    let rooms = try await talk.ok("ConfbridgeListRooms")
    #expect(rooms.values(of: "Conference", in: "ConfbridgeListRooms") == ["room850"])
  }

  private static func endpoints(_ talk: Talk) async throws {
    let endpoints = try await talk.ok("PJSIPShowEndpoints")
    #expect(endpoints.values(of: "ObjectName", in: "EndpointList").contains("100"))
    let contacts = try await talk.ok("PJSIPShowContacts")
    let contact = try #require(
      contacts.items.first { $0.text(named: "Aor") == "100" || $0.text(named: "Endpoint") == "100" }
    )
    let uri = try #require(contact.text(named: "Uri") ?? contact.text(named: "URI"))
    let outbound = try await talk.ok("PJSIPShowRegistrationsOutbound")
    #expect(!outbound.items.isEmpty)
    try await talk.ok("PJSIPQualify", ["Endpoint": "100"])
    try await talk.ok("PJSIPNotify", ["Endpoint": "100", "Variable": "Event=check-sync"])
    try await talk.ok("PJSIPNotify", ["URI": uri, "Variable": "Event=check-sync"])
  }

  /// chan_sip is gone from Asterisk 21 on: there every one of its actions is unknown by name.
  private static func peers(_ talk: Talk, _ version: AsteriskVersion) async throws {
    guard version < AsteriskVersion(21) else {
      for name in [
        "SIPpeers", "SIPpeerstatus", "SIPshowpeer", "SIPqualifypeer", "SIPnotify",
        "SIPshowregistry",
      ] {
        let message = try await talk.refusal(of: Action(name))
        #expect(message?.hasPrefix("Invalid/unknown command: \(name)") == true)
      }
      return
    }
    let peers = try await talk.ok("SIPpeers")
    #expect(peers.values(of: "ObjectName", in: "PeerEntry").contains("300"))
    let one = try await talk.ok("SIPpeerstatus", ["Peer": "302"])
    #expect(one.values(of: "Peer", in: "PeerStatus") == ["SIP/302"])
    #expect(try await talk.ok("SIPpeerstatus").items.count > 1)
    let peer = try await talk.ok("SIPshowpeer", ["Peer": "300"])
    #expect(peer.response.text(named: "ObjectName") == "300")
    let done = try await talk.outcome("SIPqualifypeer", ["Peer": "302"])
    #expect(done.text(named: "Peer") == "302")
    try await talk.ok(
      "SIPnotify",
      ["Channel": "300", "Variable": "Event=check-sync", "Variable": "Content-Length=0"])
    let channel = try await talk.outcome(
      "Originate", ["Channel": "SIP/300", "Application": "Wait", "Data": "5", "Async": "true"])
    let name = try #require(channel.text(named: "Channel"))
    let id = try await talk.ok("Getvar", ["Channel": name, "Variable": "CHANNEL(pvtid)"])
    #expect(id.response.text(named: "Value") != nil)
    let registrations = try await talk.ok("SIPshowregistry")
    #expect(registrations.completion != nil)
  }

  private static func logins(_ talk: Talk, _ server: Server) async throws {
    for authentication in Login.Authentication.allCases {
      let other = try await Talk.begin(server, authentication: authentication)
      #expect(try await other.ok("Ping").response.text(named: "Ping") == "Pong")
      guard case .loggedOff = await other.connection.logoff() else {
        Issue.record("not logged off")
        return
      }
    }
    let other = try await Talk.begin(server)
    let again = try await other.ok(
      "Login", ["Username": server.user, "Secret": server.secret, "Events": "on"])
    #expect(again.response.text(of: .message) == "Already authenticated")
    let challenge = try await other.ok("Challenge", ["AuthType": "MD5"])
    #expect(challenge.response.text(named: "Challenge")?.isEmpty == false)
    talk.note(Action("Login", [.init("Username", ""), .init("AuthType", ""), .init("Key", "")]))
    let goodbye = try await other.ok("Logoff")
    #expect(goodbye.response.text(of: .response) == "Goodbye")
    #expect(goodbye.response.text(of: .message)?.isEmpty == false)
    for (name, fields) in other.successes {
      talk.note(Action(name, fields.map { .init($0, "") }))
    }
  }

  private static func filters(
    _ talk: Talk, _ server: Server, _ version: AsteriskVersion
  ) async throws {
    let other = try await Talk.begin(server)
    try await other.ok(
      "Filter", ["Operation": "Add", "Filter": "Event: (Hangup|OriginateResponse)"])
    if version >= AsteriskVersion(22) {
      try await other.ok(
        "Filter",
        ["Operation": "Add", "MatchCriteria": "action(exclude),name(Newexten)", "Filter": ""])
    }
    let start = other.now
    let channel = try await other.local("7000")
    try await talk.ok("Hangup", ["Channel": channel])
    try await other.event("Hangup", since: start, where: ["Channel": channel])
    let names = Set(other.events(since: start).compactMap { $0.text(of: .event) })
    #expect(names.isSubset(of: ["Hangup", "HangupRequest", "OriginateResponse"]), "\(names)")
    try await other.ok("Events", ["EventMask": "off"])
    let quiet = other.now
    let second = try await talk.local("7000")
    let from = talk.now
    try await talk.ok("Hangup", ["Channel": second])
    try await talk.event("Hangup", since: from, where: ["Channel": second])
    try await other.ok("Ping")
    #expect(other.now == quiet)
    try await other.ok("Events", ["EventMask": "on"])
    await other.connection.logoff()
    for (name, fields) in other.successes {
      talk.note(Action(name, fields.map { .init($0, "") }))
    }
  }
}
