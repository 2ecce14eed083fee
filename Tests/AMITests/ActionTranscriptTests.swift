import AMI
import Support
import Testing

/// The recorded transcripts of actions, held against their declarations.
@Suite struct ActionTranscriptTests {
  /// Steps whose mistake is found here, before anything is sent, and the field that is named. All
  /// others are sent as they were recorded.
  private static let refused: [String: String?] = [
    "AGI, no channel": "Channel",
    "AGI, no command": "Command",
    "AOCMessage, AOC-D, currency": "UnitAmount0",
    "AOCMessage, bad type": "MsgType",
    "AOCMessage, no channel": nil,
    "AOCMessage, no charge type": "ChargeType",
    "AbsoluteTimeout, no channel": "Channel",
    "AbsoluteTimeout, no timeout": "Timeout",
    "AgentLogoff, no agent": "Agent",
    "Atxfer, no channel": "Channel",
    "Atxfer, no extension": "Exten",
    "BlindTransfer, no channel": "Channel",
    "BlindTransfer, no extension": "Exten",
    "Bridge, a channel missing": "Channel2",
    "Command, no command": "Command",
    "DialplanExtensionAdd, bad priority": "Priority",
    "DialplanExtensionAdd, no application": "Application",
    "DialplanExtensionAdd, no context": "Context",
    "DialplanExtensionRemove, bad priority": "Priority",
    "DialplanExtensionRemove, no extension": "Extension",
    "Events, empty": "EventMask",
    "Events, no mask": "EventMask",
    "Filter, no filter": nil,
    "Filter, unknown operation": "Operation",
    "Getvar, no variable": "Variable",
    "Hangup, no channel": "Channel",
    "Hangup, unknown cause": "Cause",
    "Login, ---- no secret": nil,
    "Login, ---- no user name": "Username",
    "Login, ---- unknown challenge type": "AuthType",
    "Originate, bad timeout": "Timeout",
    "Originate, no channel": "Channel",
    "Originate, no extension": nil,
    "Park, bad timeout": "Timeout",
    "Park, no channel": "Channel",
    "Ping, a very long header (3000 bytes)": "X",
    "QueueAdd, bad penalty": "Penalty",
    "QueueAdd, no interface": "Interface",
    "QueueAdd, no queue": "Queue",
    "QueuePause, no interface": "Interface",
    "QueuePause, no state": "Paused",
    "QueuePenalty, negative": "Penalty",
    "QueuePenalty, no interface": "Interface",
    "QueuePenalty, no penalty": "Penalty",
    "QueueRemove, no interface": "Interface",
    "QueueRemove, no queue": "Queue",
    "Redirect, no channel": "Channel",
    "Redirect, no extension": "Exten",
    "SIPnotify, no channel": "Channel",
    "SIPnotify, no variable": "Variable",
    "SIPqualifypeer, no peer": "Peer",
    "SIPshowpeer, no peer": "Peer",
    "Setvar, no variable": "Variable",
  ]

  /// Words that are sent in another spelling than they were recorded.
  private static func respelled(_ value: String, _ place: String) -> String {
    switch (place, value) {
    case ("DialplanExtensionAdd, replace", "yes"): "true"
    case ("Hangup, cause not a number", "busy"): "17"
    case (_, "md5"): "MD5"
    default: value
    }
  }

  @Test(arguments: Transcript.all)
  func `what was sent to Asterisk is what our declarations send, or refuse with reason`(
    _ transcript: Transcript
  ) throws {
    let name = transcript.description.split(separator: "/")[1]
    for step in transcript.steps {
      guard let headers = step.headers, let action = headers.first?.value,
        let description = ActionCatalogue.action(named: action)
      else { continue }
      let fields = headers.dropFirst().filter { $0.name.lowercased() != "actionid" }
      let place = "\(name), \(step.remark)"
      do throws(ActionError) {
        let checked = try description.action(fields.map { Action.Field($0.name, $0.value) })
        #expect(Self.refused[place] == nil, "\(place) was not refused")
        #expect(
          checked.fields == fields.map { Action.Field($0.name, Self.respelled($0.value, place)) },
          "\(place)")
      } catch {
        let expected = try #require(Self.refused[place], "\(place) was refused: \(error)")
        #expect(error.header == expected, "\(place)")
      }
    }
  }
}
