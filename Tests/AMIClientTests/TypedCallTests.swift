import AMI
import AMIClient
import Support
import Testing

/// Typed actions on calls and the core, against servers that play what Asterisk 16 and 22 answered.
@Suite struct TypedCallTests {
  @Test(arguments: ["16", "22"])
  func `an Originate's outcome is its own OriginateResponse`(_ version: String) async throws {
    try await PlayedServer.play("\(version)/Originate") { connection in
      let talk = "Local/talk.10@callers"
      let place = Originate.Destination.dialplan(context: "internal", exten: "71005")
      let sync = try await connection.send(
        Originate(channel: talk, to: place, callerID: "탱이 <123>", isAsync: nil))
      #expect(sync.message == "Originate successfully queued")
      let answered = try await connection.outcome(
        of: Originate(
          channel: talk, to: place, variables: [.init("X", "1")], channelID: "mychan"))
      #expect(answered.isSuccess)
      #expect(answered.reason == .answered)
      #expect(answered.uniqueid == "mychan")
      #expect(answered.context == "internal" && answered.exten == "71005")
      let application = try await connection.outcome(
        of: Originate(channel: "\(talk)/n", to: .application("Wait", data: "1")))
      #expect(application.application == "Wait" && application.data == "1")
      await refused("Originate failed") {
        try await connection.send(
          Originate(channel: "Local/busy.1@callers", to: place, isAsync: nil))
      }
      let busy = try await connection.outcome(
        of: Originate(channel: "Local/busy.1@callers", to: place))
      #expect(!busy.isSuccess)
      #expect(busy.reason == .busy)
      #expect(busy.channel == "Local/busy.1@callers")
      #expect(busy.uniqueid == nil)
      let late = try await connection.outcome(
        of: Originate(channel: "Local/quiet.1@callers", to: place, timeout: .seconds(1)))
      #expect(!late.isSuccess)
      await refused("Extension does not exist.") {
        try await connection.outcome(
          of: Originate(channel: talk, to: .dialplan(context: "internal", exten: "31415")))
      }
      let unfit = await code {
        try await connection.outcome(of: Originate(channel: talk, to: place, isAsync: nil))
      }
      #expect(unfit == .actionInvalid)
    }
  }

  @Test(arguments: ["16", "22"])
  func `a blind transfer's outcome is the event of its channel`(_ version: String) async throws {
    let sent = Transcript("\(version)/BlindTransfer").steps.compactMap(\.headers)
    let channel = try #require(sent.first { $0[0].value == "BlindTransfer" })[2].value
    try await PlayedServer.play("\(version)/BlindTransfer") { connection in
      let outcome = try await connection.outcome(
        of: BlindTransfer(channel: channel, exten: "970", context: "internal"))
      #expect(outcome.result == "Success")
      #expect(outcome.transferer?.channel == channel)
      #expect(outcome.transferee?.channel != channel)
      #expect(outcome.bridge?.type == "basic")
      #expect(outcome.isExternal == true)
      #expect(outcome.context == "internal" && outcome.exten == "970")
      await refused("Channel specified does not exist") {
        try await connection.outcome(
          of: BlindTransfer(channel: "none", exten: "970", context: "internal"))
      }
    }
  }

  @Test(arguments: ["16", "22"])
  func `an attended transfer's outcome comes when it is done`(_ version: String) async throws {
    let sent = Transcript("\(version)/Atxfer").steps.compactMap(\.headers)
    let channel = try #require(sent.first { $0[0].value == "Atxfer" })[2].value
    try await PlayedServer.play("\(version)/Atxfer") { connection in
      let outcome = try await connection.outcome(
        of: Atxfer(channel: channel, exten: "102", context: "internal"))
      #expect(outcome.result == "Success")
      #expect(outcome.transferer?.channel == channel)
      await refused("Channel specified does not exist") {
        try await connection.send(Atxfer(channel: "none", exten: "970", context: "internal"))
      }
    }
  }

  @Test(arguments: ["16", "22"])
  func `Hangup by name is a response, by expression a list`(_ version: String) async throws {
    let steps = Transcript("\(version)/Hangup").steps.compactMap(\.headers)
    let names = steps.filter { $0[0].value == "Hangup" }.map { $0.dropFirst(2).first?.value }
    try await PlayedServer.play("\(version)/Hangup") { connection in
      let one = try await connection.send(Hangup(channel: names[0]!))
      #expect(one.message == "Channel Hungup")
      #expect(one.channels.isEmpty)
      try await connection.send(Hangup(channel: names[1]!, cause: HangupCause(34)))
      let many = try await connection.send(Hangup(channel: .matching("^Local\\/hold.*;1$")))
      #expect(many.channels.count == 2)
      #expect(many.channels.allSatisfy { $0.hasPrefix("Local/hold") && $0.hasSuffix(";1") })
      #expect(try await connection.send(Hangup(channel: .matching("^Nope.*$"))).channels == [])
      await refused("Regex compile failed on: /^Nope(.*$/") {
        try await connection.send(Hangup(channel: .matching("^Nope(.*$")))
      }
      await refused("No such channel") { try await connection.send(Hangup(channel: "none")) }
    }
  }

  @Test(arguments: ["16", "22"])
  func `channels, bridges, states and conferences are values`(_ version: String) async throws {
    let status = Transcript("\(version)/Lists").steps.compactMap(\.headers)
    let phone = try #require(
      status.first { $0[0].value == "Status" && $0.count > 3 })[2].value
    try await PlayedServer.play("\(version)/Lists") { connection in
      let channels = try await connection.send(CoreShowChannels())
      #expect(channels.count == 2)
      #expect(Set(channels.map(\.snapshot.stateName)) == ["Up"])
      #expect(Set(channels.compactMap(\.bridgeID)).count == 1)
      #expect(Set(channels.map(\.application)) == ["AppDial", "Dial"])
      #expect(channels.allSatisfy { $0.duration != nil && $0.snapshot.linkedid != nil })
      let all = try await connection.send(ChannelStatus())
      #expect(all.map(\.snapshot.channel) == channels.map(\.snapshot.channel))
      #expect(all.allSatisfy { $0.type == "PJSIP" && $0.hangupTime == nil })
      let one = try await connection.send(
        ChannelStatus(
          channel: phone, variables: ["CHANNEL(state)", "DIALSTATUS"], allVariables: false))
      #expect(
        one.map(\.variables) == [[.init("CHANNEL(state)", "Up"), .init("DIALSTATUS", "ANSWER")]])
      await refused("No such channel") {
        try await connection.send(ChannelStatus(channel: "none"))
      }
      let bridges = try await connection.send(BridgeList())
      #expect(bridges.count == 4)
      #expect(bridges.filter { $0.type == "basic" }.map(\.channelCount) == [2])
      #expect(Set(bridges.filter { $0.type == "parking" }.map(\.name)) == ["default", "lot2"])
      await refused("Specified BridgeUniqueid not found") {
        try await connection.send(BridgeInfo(bridgeUniqueid: "none"))
      }
      let extensions = try await connection.send(ExtensionStateList())
      #expect(extensions.contains { $0.exten == "100" && $0.status == 1 && $0.hint == "PJSIP/100" })
      let devices = try await connection.send(DeviceStateList())
      #expect(devices.contains { $0.device == "Queue:linear_avail" })
      #expect(try await connection.send(ConfbridgeListRooms()).isEmpty)
    }
  }

  @Test(arguments: ["16", "22"])
  func `parked calls, lots and agents are values`(_ version: String) async throws {
    try await PlayedServer.play("\(version)/ParkedCalls") { connection in
      #expect(try await connection.send(ParkedCalls()).isEmpty)
      let calls = try await connection.send(ParkedCalls())
      #expect(calls.count == 3)
      #expect(calls[0].parkee.callerIDNum == "900001")
      #expect(calls[0].parkinglot == "default")
      #expect(calls[0].parkingSpace == "704")
      #expect(calls.allSatisfy { $0.timeout.map { (.zero ... .seconds(10)).contains($0) } == true })
      #expect(calls[0].parkerDialString == "Local/hold.0@callers")
      #expect(try await connection.send(ParkedCalls(parkingLot: "lot2")).count == 1)
      await refused("Requested parking lot could not be found.") {
        try await connection.send(ParkedCalls(parkingLot: "nolot"))
      }
    }
    try await PlayedServer.play("\(version)/Parkinglots") { connection in
      let lots = try await connection.send(Parkinglots())
      let lot = try #require(lots.first { $0.name == "lot2" })
      #expect(lot.startSpace == 751 && lot.stopSpace == 760 && lot.timeout == .seconds(5))
    }
    try await PlayedServer.play("\(version)/Agents") { connection in
      let nobody = try await connection.send(Agents())
      #expect(nobody.map(\.status) == Array(repeating: "AGENT_LOGGEDOFF", count: 4))
      #expect(nobody.map(\.name).contains("탱이"))
      let idle = try #require(try await connection.send(Agents()).first { $0.agent == "1001" })
      #expect(idle.status == "AGENT_IDLE" && idle.talkingTo == nil)
      #expect(idle.channel?.callerIDNum == "105")
      #expect(idle.loggedInTime.map { $0 > 1_700_000_000 } == true)
    }
    try await PlayedServer.play("\(version)/AgentLogoff") { connection in
      try await connection.send(AgentLogoff(agent: "1001", soft: true))
      await refused("No such agent") { try await connection.send(AgentLogoff(agent: "9999")) }
    }
  }

  @Test(arguments: ["16", "22"])
  func `AGI, the core, commands and variables answer as values`(_ version: String) async throws {
    let channel = try #require(
      Transcript("\(version)/AGI").steps.compactMap(\.headers).first { $0[0].value == "AGI" })[2]
      .value
    try await PlayedServer.play("\(version)/AGI") { connection in
      let done = try await connection.outcome(
        of: AGI(channel: channel, command: "EXEC NoOp hello", commandID: "one"))
      #expect(done.result == "200 result=0")
      #expect(done.commandID == "one")
    }
    try await PlayedServer.play("\(version)/Command") { connection in
      let channels = try await connection.send(Command("core show channels"))
      #expect(channels.lines.count >= 4)
      #expect(channels.lines.last?.hasSuffix("calls processed") == true)
      let queue = try await connection.send(Command("queue show support")).lines
      #expect(queue.last == "")
      do throws(ClientError) {
        try await connection.send(Command("no such command"))
        Issue.record("not refused")
      } catch {
        #expect(error.code == .actionRefused)
        #expect(error.message.contains("No such command 'no such command'"))
      }
    }
    try await PlayedServer.play("\(version)/CoreSettings") { connection in
      let settings = try await connection.send(CoreSettings())
      #expect(settings.asteriskVersion?.hasPrefix(version) == true)
      #expect(settings.systemName == nil)
      #expect(settings.isCDREnabled == true && settings.isHTTPEnabled == false)
      #expect(settings.fileHandlesMax == 65535)
    }
    try await PlayedServer.play("\(version)/CoreStatus") { connection in
      let status = try await connection.send(CoreStatus())
      #expect(status.startupDate == "2026-11-23" && status.currentCalls == 0)
      #expect(status.processedCalls == (version == "16" ? nil : 78))
    }
    try await PlayedServer.play("\(version)/ListCommands") { connection in
      let commands = try await connection.send(ListCommands()).commands
      #expect(commands.count > 100)
      let hangup = try #require(commands.first { $0.name == "Hangup" })
      #expect(hangup.privileges == ["system", "call"])
      #expect(hangup.summary == "Hangup channel.")
      #expect(commands.first { $0.name == "Ping" }?.privileges == [])
    }
    try await PlayedServer.play("\(version)/Getvar") { connection in
      let global = try await connection.send(Getvar(variable: "RINGSECS"))
      #expect(global.value == "20")
      await refused("No such channel") {
        try await connection.send(Getvar(channel: "none", variable: "X"))
      }
    }
    try await PlayedServer.play("\(version)/Setvar") { connection in
      try await connection.send(Setvar(variable: "LABGLOBAL", value: "g"))
    }
    try await PlayedServer.play("\(version)/Events") { connection in
      let some = try await connection.send(Events(mask: "call,agent"))
      #expect(some.isOn)
      let none = try await connection.send(Events(mask: "nosuch"))
      #expect(!none.isOn)
    }
    try await PlayedServer.play("\(version)/Filter") { connection in
      try await connection.send(Filter("!Event: VarSet"))
      await refused("Filter did not compile.  Check the syntax of the filter given.") {
        try await connection.send(Filter("Event: ("))
      }
    }
    try await PlayedServer.play("\(version)/Ping") { connection in
      let ping = try await connection.send(Ping())
      #expect(ping.timeMicroseconds.map { $0 > 1_700_000_000_000_000 } == true)
    }
  }
}
