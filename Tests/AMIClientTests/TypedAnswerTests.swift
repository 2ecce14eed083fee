import AMI
import AMIClient
import Support
import Testing

/// Typed actions against servers that play what Asterisk 16 and 22 answered: the answers as values,
/// with the fields and units that the reference promises.
@Suite struct TypedAnswerTests {
  @Test(arguments: ["16", "22"])
  func `QueueStatus is queues, members and waiting callers`(_ version: String) async throws {
    try await PlayedServer.play("\(version)/QueueStatus") { connection in
      let all = try await connection.send(QueueStatus())
      #expect(all.queues.count + all.members.count + all.entries.count == 22)
      let support = try #require(all.queues.first { $0.queue == "support" })
      #expect(support.strategy == "ringall")
      #expect(support.calls == 2)
      #expect(support.max == 0)
      #expect(support.holdTime == .zero)
      #expect(support.serviceLevel == .seconds(20))
      #expect(support.serviceLevelPerformance == 0)
      #expect(support.weight == 0)
      let paused = try #require(all.members.first { $0.queue == "linear" })
      #expect(paused.interface == "Local/quiet.2@members/n")
      #expect(paused.membership == "dynamic")
      #expect(paused.paused == true)
      #expect(paused.status == .notInUse)
      #expect(paused.lastCall == nil)
      #expect(paused.lastPause.map { $0 > 1_700_000_000 } == true)
      #expect(paused.inCall == false)
      #expect(paused.wrapupTime == .zero)
      let named = try #require(all.members.first { $0.name == "Quiet 탱이" })
      #expect(named.penalty == 3)
      #expect(named.status == .inUse)
      #expect(all.entries.map(\.position) == [1, 2])
      #expect(all.entries[0].uniqueid == "t900018")
      #expect(all.entries[0].callerIDName == "Caller 900018")
      #expect(all.entries[0].wait == .seconds(1))
      #expect(all.entries[0].priority == 0)
      let one = try await connection.send(QueueStatus(queue: "support"))
      #expect(one.queues.map(\.queue) == ["support"])
      let none = try await connection.send(QueueStatus(queue: "none"))
      #expect(none.queues.isEmpty && none.members.isEmpty && none.entries.isEmpty)
    }
  }

  @Test(arguments: ["16", "22"])
  func `QueueSummary is one value per queue`(_ version: String) async throws {
    try await PlayedServer.play("\(version)/QueueSummary") { connection in
      let all = try await connection.send(QueueSummary())
      #expect(all.count == 11)
      let support = try #require(all.first { $0.queue == "support" })
      #expect(support.loggedIn == 1)
      #expect(support.available == 0)
      #expect(support.callers == 1)
      #expect(support.holdTime == .zero)
      #expect(try await connection.send(QueueSummary(queue: "none")).isEmpty)
    }
  }

  @Test(arguments: ["16", "22"])
  func `members are added, paused, weighed and removed, and errors say why`(
    _ version: String
  ) async throws {
    let quiet = "Local/quiet.1@members/n"
    let extra = "Local/quiet.9@members/n"
    try await PlayedServer.play("\(version)/QueueAdd") { connection in
      let added = try await connection.send(
        QueueAdd(
          queue: "support", interface: extra, penalty: 2, paused: false,
          memberName: "탱이: name", stateInterface: "Custom:s"))
      #expect(added.message == "Added interface to queue")
      await refused("Unable to add interface: Already there") {
        try await connection.send(QueueAdd(queue: "support", interface: extra))
      }
      try await connection.send(
        QueueAdd(queue: "linear", interface: extra, paused: true, reason: "why"))
      await refused("Unable to add interface to queue: No such queue") {
        try await connection.send(QueueAdd(queue: "none", interface: extra))
      }
    }
    try await PlayedServer.play("\(version)/QueuePause") { connection in
      let paused = try await connection.send(
        QueuePause(queue: "support", interface: quiet, paused: true, reason: "lunch: 탱이"))
      #expect(paused.message == "Interface paused successfully")
      try await connection.send(QueuePause(interface: quiet, paused: false))
      await refused("Interface not found") {
        try await connection.send(QueuePause(interface: "none", paused: true))
      }
    }
    try await PlayedServer.play("\(version)/QueuePenalty") { connection in
      try await connection.send(QueuePenalty(interface: quiet, penalty: 8, queue: "support"))
      try await connection.send(QueuePenalty(interface: quiet, penalty: 1))
      await refused("Invalid interface, queuename or penalty") {
        try await connection.send(QueuePenalty(interface: "none", penalty: 1))
      }
    }
    try await PlayedServer.play("\(version)/QueueRemove") { connection in
      try await connection.send(QueueRemove(queue: "support", interface: extra))
      await refused("Unable to remove interface: Not there") {
        try await connection.send(QueueRemove(queue: "support", interface: extra))
      }
      await refused("Member not dynamic") {
        try await connection.send(QueueRemove(queue: "skills", interface: quiet))
      }
    }
  }

  @Test(arguments: ["16", "22"])
  func `queues are reloaded and reset, and rules read`(_ version: String) async throws {
    try await PlayedServer.play("\(version)/QueueReload") { connection in
      try await connection.send(QueueReload(members: true, rules: true, parameters: true))
      try await connection.send(QueueReload(queue: "support", parameters: true))
      try await connection.send(QueueReload())
    }
    try await PlayedServer.play("\(version)/QueueReset") { connection in
      try await connection.send(QueueReset(queue: "support"))
      try await connection.send(QueueReset())
    }
    try await PlayedServer.play("\(version)/QueueRule") { connection in
      let rules = try await connection.send(QueueRule()).rules
      #expect(rules.map(\.name) == ["widen"])
      #expect(rules[0].changes.map(\.wait) == [.seconds(3), .seconds(6)])
      #expect(rules[0].changes.map(\.max) == ["10", "20"])
      #expect(rules[0].changes.map(\.min) == ["+0", "10"])
      #expect(try await connection.send(QueueRule(rule: "widen")).rules == rules)
      #expect(try await connection.send(QueueRule(rule: "none")).rules.isEmpty)
    }
  }

  @Test func `chan_sip's peers and registrations are values`() async throws {
    try await PlayedServer.play("16/SIPpeers") { connection in
      let peers = try await connection.send(SIPpeers())
      #expect(peers.count == 10)
      let near = try #require(peers.first { $0.name == "302" })
      #expect(near.address == "127.0.0.1")
      #expect(near.status == "OK (1 ms)")
      #expect(near.roundTrip == .milliseconds(1))
      #expect(near.isDynamic == true)
      #expect(near.hasACL == false)
      #expect(near.accountCode == "acc2")
      let far = try #require(peers.first { $0.name == "301" })
      #expect(far.address == nil && far.port == nil && far.roundTrip == nil)
    }
    try await PlayedServer.play("16/SIPpeerstatus") { connection in
      let one = try await connection.send(SIPpeerstatus(peer: "302"))
      #expect(one.map(\.peer) == ["SIP/302"])
      #expect(one[0].status == "Reachable")
      #expect(one[0].roundTrip == .milliseconds(1))
      #expect(try await connection.send(SIPpeerstatus()).count == 10)
      await refused("No such peer") {
        try await connection.send(SIPpeerstatus(peer: "nobody"))
      }
    }
    try await PlayedServer.play("16/SIPshowpeer") { connection in
      let peer = try await connection.send(SIPshowpeer(peer: "300"))
      #expect(peer.name == "300")
      #expect(peer.address == "127.0.0.1" && peer.port == 34418)
      #expect(peer.userAgent == "labphone/1.0")
      #expect(peer.expiry == .seconds(295))
      #expect(peer.fields.contains(.init("SIP-DTMFmode", "info")))
      let away = try await connection.send(SIPshowpeer(peer: "309"))
      #expect(away.address == nil && away.port == nil && away.expiry == nil)
      await refused("Peer nobody not found.") {
        try await connection.send(SIPshowpeer(peer: "nobody"))
      }
    }
    try await PlayedServer.play("16/SIPshowregistry") { connection in
      let registrations = try await connection.send(SIPshowregistry())
      #expect(registrations.map(\.port) == [15492, 15499, 15491])
      #expect(registrations[0].refresh == .seconds(60))
      #expect(registrations[0].registrationTime == nil)
    }
    try await PlayedServer.play("16/SIPqualifypeer") { connection in
      let done = try await connection.outcome(of: SIPqualifypeer(peer: "302"))
      #expect(done.peer == "302")
      await refused("Peer not found") {
        try await connection.send(SIPqualifypeer(peer: "nobody"))
      }
    }
    try await PlayedServer.play("16/SIPnotify") { connection in
      try await connection.send(
        SIPnotify(channel: "300", variables: [.init("Event", "check-sync")]))
      try await connection.send(
        SIPnotify(
          channel: "SIP/300",
          variables: [.init("Event", "check-sync"), .init("Content-Length", "0")]))
      await refused("Could not create address") {
        try await connection.send(
          SIPnotify(channel: "nobody", variables: [.init("Event", "check-sync")]))
      }
    }
  }

  @Test(arguments: [("16", 1, 3), ("22", 5, 3)])
  func `chan_pjsip's endpoints, contacts and registrations are values`(
    _ version: String, _ contactCount: Int, _ registrationCount: Int
  ) async throws {
    try await PlayedServer.play("\(version)/PJSIP") { connection in
      let endpoints = try await connection.send(PJSIPShowEndpoints())
      #expect(endpoints.count == 11)
      let first = try #require(endpoints.first)
      #expect(first.transport == "transport-udp")
      #expect(first.deviceState == "Not in use")
      let contacts = try await connection.send(PJSIPShowContacts())
      #expect(contacts.count == contactCount)
      #expect(contacts[0].uri?.hasPrefix("sip:\(contacts[0].endpoint!)@127.0.0.1") == true)
      #expect(contacts[0].qualifyTimeout == .milliseconds(1500))
      #expect((contacts[0].roundTrip == nil) == (contacts[0].status == "NonQualified"))
      let registrations = try await connection.send(PJSIPShowRegistrationsOutbound())
      #expect(registrations.count == registrationCount)
      #expect(registrations.allSatisfy { $0.status == "Rejected" && $0.outboundAuth == "okauth" })
      try await connection.send(PJSIPQualify(endpoint: "104"))
      await refused("Unable to retrieve endpoint") {
        try await connection.send(PJSIPQualify(endpoint: "nobody"))
      }
      try await connection.send(
        PJSIPNotify(to: .endpoint("100"), variables: [.init("Event", "check-sync")]))
    }
  }
}

/// Expects an error of Asterisk with these words.
func refused(
  _ message: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () async throws -> some Any
) async {
  do {
    _ = try await body()
    Issue.record("not refused", sourceLocation: sourceLocation)
  } catch let error as ClientError {
    #expect(error.code == .actionRefused, sourceLocation: sourceLocation)
    #expect(error.message.hasSuffix(message), sourceLocation: sourceLocation)
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}
