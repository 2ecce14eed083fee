import Testing

/// Streams in which one kind of thing comes again and again and never goes: a case for everything
/// that the normalizer holds.
struct FloodCase: CustomTestStringConvertible, Sendable {
  let name: String
  /// What comes once, before.
  var first = ""
  /// The messages of one of them, by its number; lines end in a newline, messages in an empty line.
  let messages: @Sendable (Int) -> String

  var testDescription: String { name }

  private static func event(_ name: String, _ headers: String) -> String {
    "Event: \(name)\nPrivilege: call,all\n\(headers)\n\n"
  }

  private static func item(_ name: String, _ headers: String) -> String {
    "Event: \(name)\n\(headers)\n\n"
  }

  private static func channel(_ number: Int, _ name: String? = nil, linkedid: Int? = nil) -> String
  {
    event(
      "Newchannel",
      """
      Channel: \(name ?? "PJSIP/7-\(number)")
      ChannelState: 0
      CallerIDNum: 7
      Exten: 8
      Priority: 1
      Uniqueid: \(number)
      Linkedid: \(linkedid ?? number)
      """)
  }

  private static func about(_ number: Int, _ name: String, _ headers: String = "X: y") -> String {
    event(name, "Channel: PJSIP/7-\(number)\nUniqueid: \(number)\nLinkedid: \(number)\n\(headers)")
  }

  private static func enter(_ number: Int, _ bridge: String) -> String {
    about(
      number, "BridgeEnter",
      "BridgeUniqueid: \(bridge)\nBridgeType: basic\nBridgeTechnology: simple_bridge")
  }

  private static func member(_ number: Int, name: String) -> String {
    event(
      "QueueMemberAdded",
      """
      Queue: q\(number % 7)
      MemberName: \(name)
      Interface: PJSIP/\(number)
      Membership: dynamic
      Paused: 1
      """)
  }

  /// Of channels, calls and bridges.
  static let calls = [
    FloodCase(name: "channels") { channel($0) },
    FloodCase(name: "channels of one call") { channel($0, linkedid: 0) },
    FloodCase(name: "channels never announced") { about($0, "Newstate", "ChannelState: 6") },
    FloodCase(name: "channels that hung up") { channel($0) + about($0, "Hangup", "Cause: 16") },
    FloodCase(name: "ends of unknown channels") { about($0, "Hangup", "Cause: 16") },
    FloodCase(name: "first halves of Local channels") { channel($0, "Local/8@x-\($0);1") },
    FloodCase(name: "ended first halves of Local channels") {
      channel(2 * $0, "Local/8@x-\($0);1") + channel(2 * $0 + 1, "Local/8@x-\($0);2")
        + about(2 * $0, "Hangup")
    },
    FloodCase(name: "linkedids of one channel", first: channel(0)) {
      event("Newstate", "Channel: PJSIP/7-0\nUniqueid: 0\nLinkedid: other\($0)")
    },
    FloodCase(name: "dials") {
      event(
        "DialBegin",
        """
        Channel: PJSIP/7-\(2 * $0)
        Uniqueid: \(2 * $0)
        DestChannel: PJSIP/8-\($0)
        DestUniqueid: \(2 * $0 + 1)
        """)
    },
    FloodCase(name: "bridges") {
      event("BridgeCreate", "BridgeUniqueid: \($0)\nBridgeType: basic")
    },
    FloodCase(name: "channels in one bridge") { enter($0, "b") },
    FloodCase(name: "channels in bridges of their own") { enter($0, "b\($0)") },
    FloodCase(name: "records of unknown channels") {
      event("Cdr", "Source: 7\nUniqueID: \($0)\nDestination: 8")
    },
    FloodCase(name: "results of originates") {
      about($0, "OriginateResponse", "Response: Success\nReason: 4")
    },
  ]

  /// Of what happens within calls.
  static let features = [
    FloodCase(name: "conferences") {
      event("ConfbridgeStart", "Conference: c\($0)\nBridgeUniqueid: \($0)")
    },
    FloodCase(name: "conferences of one name") {
      event("ConfbridgeStart", "Conference: c\nX: \($0)")
    },
    FloodCase(name: "members of one conference") { about($0, "ConfbridgeJoin", "Conference: c") },
    FloodCase(name: "recordings of conferences") {
      event("ConfbridgeRecord", "Conference: c\($0)\nBridgeUniqueid: \($0)")
    },
    FloodCase(name: "recordings of one channel", first: channel(0)) { _ in
      about(0, "MixMonitorStart")
    },
    FloodCase(name: "parked calls") {
      event(
        "ParkedCall",
        "ParkeeChannel: PJSIP/7-\($0)\nParkeeUniqueid: \($0)\nParkinglot: l\nParkingSpace: \($0)")
    },
    FloodCase(name: "lots in a list") {
      item(
        "ParkedCall",
        """
        ActionID: a
        ParkeeChannel: PJSIP/7-\($0)
        ParkeeUniqueid: \($0)
        Parkinglot: l\($0)
        ParkingSpace: 1
        """)
    },
    FloodCase(name: "types of bridges in a list") {
      item("BridgeListItem", "ActionID: a\nBridgeUniqueid: b\nBridgeType: t\($0)")
    },
    FloodCase(name: "channels in a list") {
      item("CoreShowChannel", "ActionID: \($0)\nChannel: PJSIP/7-\($0)\nUniqueid: \($0)")
    },
    FloodCase(name: "transfers by one channel", first: channel(0) + channel(1)) { _ in
      event(
        "BlindTransfer",
        """
        Result: Success
        TransfererChannel: PJSIP/7-0
        TransfererUniqueid: 0
        TransfereeUniqueid: 1
        Extension: 8
        """)
    },
    FloodCase(name: "holds") { channel($0) + about($0, "Hold") },
    FloodCase(name: "variables and steps", first: channel(0)) {
      about(0, "VarSet", "Variable: v\($0)\nValue: 1")
        + about(0, "Newexten", "Context: c\nExten: e\($0)\nApplication: Queue\nAppData: q\($0)")
    },
  ]

  /// Of queues and agents.
  static let queues = [
    FloodCase(name: "queues") { item("QueueParams", "Queue: q\($0)\nMax: 0\nActionID: a\($0)") },
    FloodCase(name: "queues in one list") { item("QueueSummary", "Queue: q\($0)\nActionID: a") },
    FloodCase(name: "callers") {
      channel($0) + about($0, "QueueCallerJoin", "Queue: q\nPosition: 1")
    },
    FloodCase(name: "callers of many queues") {
      about($0, "QueueCallerJoin", "Queue: q\($0)\nPosition: 1")
    },
    FloodCase(name: "a caller in many queues", first: channel(0)) {
      item("QueueEntry", "ActionID: a\nQueue: q\($0)\nChannel: PJSIP/7-0\nUniqueid: 0\nWait: 1")
    },
    FloodCase(name: "callers never seen to join") {
      about($0, "QueueCallerAbandon", "Queue: q\nPosition: 1")
    },
    FloodCase(name: "callers at the door") {
      channel($0) + about($0, "Newexten", "Exten: 8\nApplication: Queue\nAppData: q")
    },
    FloodCase(
      name: "offers to one caller",
      first: channel(0) + about(0, "QueueCallerJoin", "Queue: q\nPosition: 1")
    ) {
      about(
        0, "AgentCalled",
        """
        Queue: q
        Interface: PJSIP/\($0)
        MemberName: \($0)
        DestChannel: PJSIP/8-\($0)
        DestUniqueid: d\($0)
        """)
    },
    FloodCase(name: "talks told by their ends") {
      about(
        $0, "AgentComplete",
        """
        Queue: q
        Interface: PJSIP/\($0)
        MemberName: m
        DestChannel: PJSIP/8-\($0)
        DestUniqueid: d\($0)
        HoldTime: 1
        TalkTime: \($0 * 9 % 1000)
        """)
    },
    FloodCase(name: "memberships") { member($0, name: "m\($0)") },
    FloodCase(name: "memberships of one agent") { member($0, name: "m") },
    FloodCase(name: "members that come and go") {
      member($0, name: "m\($0)")
        + event(
          "QueueMemberRemoved", "Queue: q\($0 % 7)\nMemberName: m\($0)\nInterface: PJSIP/\($0)")
    },
    FloodCase(name: "agents on the line") {
      channel($0) + about($0, "AgentLogin", "Agent: \($0)")
    },
  ]

  /// Of devices, names, and Asterisk before 12.
  static let others = [
    FloodCase(name: "contacts") {
      event("ContactStatus", "URI: sip:\($0)@192.0.2.1\nContactStatus: Reachable\nAOR: a")
    },
    FloodCase(name: "peers") {
      event("PeerStatus", "ChannelType: SIP\nPeer: SIP/\($0)\nPeerStatus: Reachable")
    },
    FloodCase(name: "registrations") {
      event("Registry", "ChannelType: SIP\nUsername: \($0)\nDomain: d\nStatus: Registered")
    },
    FloodCase(name: "devices") { event("DeviceStateChange", "Device: PJSIP/\($0)\nState: INUSE") },
    FloodCase(name: "names of events") { event("Name\($0)", "X: y") },
    FloodCase(name: "cases of a name") { number in
      let letters = "hanguprequest".enumerated().map { place, letter in
        number >> place & 1 == 1 ? letter.uppercased() : String(letter)
      }
      return event(letters.joined(), "X: y")
    },
    FloodCase(name: "names of headers") {
      event("UserEvent", "UserEvent: u\($0)\nHeader\($0): y") + event("Reload", "Header\($0): y")
    },
    FloodCase(name: "dials before 12") {
      old($0) + old($0 + 1_000_000)
        + event(
          "Dial",
          "Source: SIP/7-\($0)\nDestination: SIP/7-\($0 + 1_000_000)\n"
            + "SrcUniqueID: 1.\($0)\nDestUniqueID: 1.\($0 + 1_000_000)")
    },
    FloodCase(name: "masquerades before 12") {
      old($0) + event("Newchannel", "Channel: AsyncGoto/\($0)\nState: Down\nUniqueid: 2.\($0)")
        + event("Rename", "Channel: SIP/7-\($0)\nNewname: SIP/7-\($0)<MASQ>\nUniqueid: 1.\($0)")
        + event("Rename", "Channel: AsyncGoto/\($0)\nNewname: SIP/7-\($0)\nUniqueid: 2.\($0)")
    },
    FloodCase(name: "transfers before 12", first: old(0) + old(1)) { _ in
      event(
        "Transfer", "Channel: SIP/7-0\nUniqueid: 1.0\nTargetChannel: SIP/7-1\nTargetUniqueid: 1.1")
    },
  ]

  private static func old(_ number: Int) -> String {
    event("Newchannel", "Channel: SIP/7-\(number)\nState: Ring\nCallerID: 7\nUniqueid: 1.\(number)")
  }

  static let all = calls + features + queues + others
}
