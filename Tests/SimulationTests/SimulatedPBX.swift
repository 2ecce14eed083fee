import Support

/// A server that makes up its day: calls, queues, transfers, lists, and what no server should say.
///
/// What it says follows from its state and the seed of each saying alone. It is no Asterisk: events
/// come in orders that no recording has, and that is what it is for.
struct SimulatedPBX {
  struct Channel {
    var name: String
    var uniqueid: String
    var linkedid: String
    var number: String
    var bridge: String?
    var dials: String?
    var isUp = false
    var queue: String?
    var agent: String?
    /// The uniqueid of the caller whom it is rung for.
    var offeredTo: String?
    var isHeld = false
  }

  static let queues = ["sales", "support"]
  static let agents = ["PJSIP/101", "PJSIP/102", "Local/103@agents/n"]
  /// Channels at a time; beyond it calls end.
  static let channelsMax = 24

  /// Whether its events carry a `Timestamp`.
  let hasTimestamps: Bool
  /// When it was started, in microseconds since 1970.
  private(set) var bootedAt: Int64
  private(set) var channels: [Channel] = []
  private var count = 0
  private var bridges = 0
  var random = Seeded(0)
  /// Now, in microseconds since 1970.
  var now: Int64
  private(set) var said: [[UInt8]] = []

  init(bootedAt: Int64, hasTimestamps: Bool) {
    self.bootedAt = bootedAt
    self.hasTimestamps = hasTimestamps
    now = bootedAt
  }

  /// Says something: messages, each complete unless it was cut.
  mutating func speak(at time: Int64, seed: UInt64) -> [[UInt8]] {
    now = time
    random = Seeded(seed)
    said = []
    if channels.count > Self.channelsMax { return makeRoom() }
    act()
    if random.happens(4) { spoil() }
    return said
  }

  /// What it says to a login that it accepts.
  mutating func welcome(at time: Int64) -> [[UInt8]] {
    now = time
    said = []
    say(Message(response: "Success", [("Message", "Authentication accepted")]))
    say(
      Message(
        event: "FullyBooted", "system",
        [
          ("Uptime", "\(max(0, (time - bootedAt) / 1_000_000))"), ("LastReload", "1"),
          ("Status", "Fully Booted"),
        ]))
    return said
  }

  /// It is started anew: nothing of before is left.
  mutating func reboot(at time: Int64) {
    bootedAt = time
    channels = []
  }

  /// What it says as it shuts down in order.
  mutating func farewell(at time: Int64) -> [[UInt8]] {
    now = time
    said = []
    say(Message(event: "Shutdown", "system", [("Shutdown", "Cleanly"), ("Restart", "True")]))
    return said
  }

  mutating func say(_ message: Message) {
    var message = message
    if hasTimestamps, message.headers[0].name == "Event", message.headers.count > 1,
      message.headers[1].name == "Privilege"
    {
      let micros = String(now % 1_000_000)
      message.insert(
        "Timestamp",
        "\(now / 1_000_000)." + String(repeating: "0", count: 6 - micros.count) + micros)
    }
    said.append(message.bytes)
  }

  /// Makes the last message one that no server should send.
  private mutating func spoil() {
    guard var last = said.popLast() else { return }
    switch random.number(0...3) {
    case 0:
      // Half a message, and then the next: Asterisk 15 to 19.
      last = Array(last.prefix(random.number(1...last.count - 1)))
      said.append(last + Message(event: "Reload", "system", [("Module", "x")]).bytes)
    case 1:
      last.insert(UInt8(random.number(0...255)), at: random.number(0...last.count - 1))
      said.append(last)
    case 2:
      let changes = Absurdity.changes(of: last[...], to: random.pick(Absurdity.values))
      said.append(changes.isEmpty ? last : random.pick(changes))
    default:
      said.append(last.filter { $0 != 0x0D })
    }
  }

  // MARK: Channels

  mutating func someChannel() -> Int? {
    channels.isEmpty ? nil : random.number(0...channels.count - 1)
  }

  func headers(_ channel: Channel, _ prefix: String = "") -> [(String, String)] {
    [
      ("Channel", channel.name), ("ChannelState", channel.isUp ? "6" : "4"),
      ("ChannelStateDesc", channel.isUp ? "Up" : "Ring"), ("CallerIDNum", channel.number),
      ("CallerIDName", "<unknown>"), ("ConnectedLineNum", "<unknown>"),
      ("ConnectedLineName", "<unknown>"), ("AccountCode", ""), ("Context", "internal"),
      ("Exten", "100"), ("Priority", "1"), ("Uniqueid", channel.uniqueid),
      ("Linkedid", channel.linkedid),
    ].map { (prefix + $0.0, $0.1) }
  }

  mutating func open(_ technology: String, linkedid: String? = nil) -> Int {
    count += 1
    let id = "\(now / 1_000_000).\(count)"
    let number = "\(100 + random.number(0...9))"
    let serial = String(count, radix: 16)
    channels.append(
      Channel(
        name: "\(technology)\(number)-\(String(repeating: "0", count: 8 - serial.count))\(serial)",
        uniqueid: id, linkedid: linkedid ?? id, number: number))
    say(Message(event: "Newchannel", "call", headers(channels[channels.count - 1])))
    return channels.count - 1
  }

  mutating func newBridge() -> String {
    bridges += 1
    let id = "bridge-\(bootedAt % 1_000_003)-\(bridges)"
    say(Message(event: "BridgeCreate", "call", bridgeHeaders(id, members: 0)))
    return id
  }

  func bridgeHeaders(_ id: String, _ prefix: String = "", members: Int) -> [(String, String)] {
    [
      ("BridgeUniqueid", id), ("BridgeType", "basic"), ("BridgeTechnology", "simple_bridge"),
      ("BridgeNumChannels", "\(members)"),
    ].map { (prefix + $0.0, $0.1) }
  }

  mutating func enter(_ place: Int, _ bridge: String) {
    leave(place)
    channels[place].bridge = bridge
    channels[place].isUp = true
    let members = channels.count { $0.bridge == bridge }
    say(
      Message(
        event: "BridgeEnter", "call",
        bridgeHeaders(bridge, members: members) + headers(channels[place])))
  }

  mutating func leave(_ place: Int) {
    guard let bridge = channels[place].bridge else { return }
    channels[place].bridge = nil
    let members = channels.count { $0.bridge == bridge }
    say(
      Message(
        event: "BridgeLeave", "call",
        bridgeHeaders(bridge, members: members) + headers(channels[place])))
    if members == 0 {
      say(Message(event: "BridgeDestroy", "call", bridgeHeaders(bridge, members: 0)))
    }
  }

  mutating func end(_ place: Int) {
    leave(place)
    let channel = channels.remove(at: place)
    say(
      Message(
        event: "Hangup", "call",
        headers(channel) + [("Cause", random.pick(["16", "17", "19", "0"])), ("Cause-txt", "x")]))
    if channel.queue != nil { endOffers(of: channel.uniqueid) }
  }

  /// Nobody is rung any more for a caller.
  mutating func endOffers(of uniqueid: String) {
    while let place = channels.firstIndex(where: { $0.offeredTo == uniqueid }) { end(place) }
  }

  mutating func change(_ place: Int, _ change: (inout Channel) -> Void) { change(&channels[place]) }

  /// Ends calls until there is room.
  private mutating func makeRoom() -> [[UInt8]] {
    while channels.count > Self.channelsMax / 2 { end(random.number(0...channels.count - 1)) }
    return said
  }
}
