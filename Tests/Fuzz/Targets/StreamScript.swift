@testable internal import AMI

/// What an input makes of the catalogue: messages, times, sessions, in which few channels, bridges,
/// queues and agents are spoken of, so that they meet.
struct StreamScript {
  enum Step {
    case message([UInt8], at: Int64)
    case sessionBegan(id: Int64, at: Int64)
    case sessionEnded(at: Int64)
    case clockStepped(byMs: Int64)
    /// The rows are written, and another process goes on.
    case saved
  }

  /// Most steps of one input.
  private static let stepsMax = 200
  /// How far time goes on from one step to the next, in microseconds.
  private static let pauses: [Int64] = [
    0, 1_000, 250_000, 1_000_000, 2_500_000, 11_000_000, 61_000_000, 3_600_000_000,
    86_400_000_000_000,
  ]
  /// By how much a clock is set, in microseconds.
  private static let clockSteps: [Int64] = [
    0, 1_000_000, -1_000_000, 7_200_000_000, -7_200_000_000, -1_800_000_000_000_000,
    7_889_400_000_000_000,
  ]
  private static let absurd = [
    "9223372036854775807", "-9223372036854775808", "9223372036854", "4294967295", "-1", "NaN", "",
    "0", "2147483648", "1e308", "18446744073709551616", "253402300800", "<unknown>", "NONE",
    "9999-99-99T99:99:99.999999+9999", "1795392654.466711", "Agent/1", "Local/8@x-00000001;1", ";2",
    "s", "a,b|c", "\u{0}", "yes", "1", "SIP/7-00000001<ZOMBIE>", "AsyncGoto/SIP/7-00000001",
  ]
  private static let names = HeaderName.allCases.map(\.rawValue)

  private(set) var steps: [Step] = []
  private var choices: Choices
  private var time: Int64 = 1_795_392_000_000_000
  private var session: Int64 = 1

  init(_ choices: Choices) {
    self.choices = choices
    steps.append(.sessionBegan(id: session, at: time))
    while !self.choices.isOver, steps.count < Self.stepsMax { step() }
    steps.append(.sessionEnded(at: time))
  }

  private mutating func step() {
    switch choices.byte() % 16 {
    case 0: wait(choices.one(of: Self.pauses))
    case 1:
      let isOrderly = choices.byte() % 2 == 0
      if isOrderly { steps.append(.sessionEnded(at: time)) }
      // The clock may be set between two sessions, either way.
      let (sum, isBeyond) = time.addingReportingOverflow(choices.one(of: Self.clockSteps))
      if !isBeyond, sum > 0 { time = sum }
      session += 1
      steps.append(.sessionBegan(id: session, at: time))
    case 2: steps.append(.clockStepped(byMs: choices.one(of: Self.clockSteps) / 1000))
    case 3, 4: steps.append(.saved)
    default:
      wait(Self.pauses[choices.byte() % 3])
      steps.append(.message(message(), at: time))
    }
  }

  private mutating func wait(_ pause: Int64) { time = min(time + pause, 9_000_000_000_000_000) }

  // MARK: Messages

  /// Whom a message is about.
  private struct Subjects {
    var channel = 0
    var other = 0
    var linked = 0
    var bridge = 0
    var queue = 0
    var member = 0
    var count = 0
  }

  private mutating func message() -> [UInt8] {
    let catalogue = MessageCatalogue.shared.messages
    var message = catalogue[choices.place(in: catalogue.count)]
    let who = choices.byte()
    let what = choices.byte()
    var subjects = Subjects()
    subjects.channel = who % 8
    subjects.other = who / 8 % 8
    subjects.linked = who < 64 ? subjects.channel : who / 64
    subjects.bridge = what % 3
    subjects.queue = what / 4 % 3
    subjects.member = what / 16 % 4
    subjects.count = what / 64
    for place in message.headers.indices {
      if let value = Self.value(of: message.headers[place].name, subjects) {
        message.headers[place].value = value
      }
    }
    for _ in 0..<choices.byte() % 4 { disturb(&message) }
    var text = message.headers.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n"
    if who == 255 { text = String(text.prefix(text.count / 2)) + "\r\n\r\n" }
    return Array(text.utf8)
  }

  /// Changes one header.
  private mutating func disturb(_ message: inout MessageCatalogue.Message) {
    let kind = choices.byte()
    guard !message.headers.isEmpty else { return }
    // The first says what it is.
    let place = choices.byte() % message.headers.count
    switch kind % 8 {
    case 0...3: message.headers[place].value = choices.one(of: Self.absurd)
    case 4: message.headers.remove(at: place)
    case 5: message.headers.append(message.headers[place])
    case 6:
      var subjects = Subjects()
      subjects.channel = kind / 8 % 8
      let name = message.headers[place].name
      if let value = Self.value(of: name, subjects) { message.headers[place].value = value }
    default:
      message.headers.append(
        .init(name: choices.one(of: Self.names), value: choices.one(of: Self.absurd)))
    }
  }

  private static let channels = [
    "PJSIP/7-00000000", "PJSIP/8-00000001", "SIP/trunk-00000002", "Local/8@x-00000001;1",
    "Local/8@x-00000001;2", "Agent/1", "SIP/7-00000005<MASQ>", "AsyncGoto/PJSIP/7-00000000",
  ]

  /// The value of a header that names something; nil for one that is kept as it was recorded.
  private static func value(of name: String, _ subjects: Subjects) -> String? {
    let lower = name.lowercased()
    let isOther =
      lower.hasPrefix("dest") || lower.hasPrefix("target") || lower.hasPrefix("localtwo")
      || lower.hasPrefix("parker") || lower.hasPrefix("transferee") || lower.hasPrefix("second")
      || lower.hasPrefix("swap") || lower.hasPrefix("clone") || lower.hasPrefix("bridged")
      || lower.hasSuffix("2") || lower == "newname"
    let channel = isOther ? subjects.other : subjects.channel
    if lower.contains("bridgeuniqueid") { return "b\(subjects.bridge)" }
    if lower.contains("uniqueid") { return "1795392000.\(channel)" }
    if lower.contains("linkedid") { return "1795392000.\(isOther ? channel : subjects.linked)" }
    if lower.hasSuffix("channel") || lower.hasSuffix("channel1") || lower.hasSuffix("channel2") {
      return channels[channel]
    }
    switch lower {
    case "source", "destination", "newname", "oldname", "clone", "original":
      return channels[channel]
    case "queue": return "q\(subjects.queue)"
    case "interface", "location", "stateinterface", "device", "peer":
      return "PJSIP/\(subjects.member)"
    case "membername", "name", "agent", "member": return "m\(subjects.member)"
    case "conference", "meetme": return "c\(subjects.bridge)"
    case "parkinglot": return "lot\(subjects.bridge % 2)"
    case "listitems", "parkingspace", "usernum": return "\(subjects.count)"
    case "actionid": return "a\(subjects.queue)"
    default: return nil
    }
  }
}
