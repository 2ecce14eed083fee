import AMI

/// One report block: what the reporter received of one source.
struct RTCPBlock {
  var sourceSSRC: Int64?
  var fractionLost: Int64?
  var lost: Int64?
  var highestSequence: Int64?
  var sequenceCycles: Int64?
  /// In units of the source's clock.
  var jitter: Int64?
  /// In microseconds, where the event has it in seconds.
  var jitterTime: Int64?

  init() {}

  /// The block of an event of Asterisk 1.6 to 11, whose headers have no number; nil when there is
  /// none.
  ///
  /// **Source:** main/rtp.c of 1.6, res/res_rtp_asterisk.c of 1.8 and 11: jitter of what Asterisk
  /// receives is in seconds there, `PacketsLost` is called `CumulativeLoss` in what it sends.
  init?(firstGeneration frame: borrowing Frame) {
    guard let fraction = RTCPValue.number(frame.text(named: "FractionLost")) else { return nil }
    fractionLost = fraction
    lost = RTCPValue.lost(frame.text(named: "PacketsLost") ?? frame.text(named: "CumulativeLoss"))
    highestSequence = RTCPValue.number(frame.text(named: "HighestSequence"))
    sequenceCycles = RTCPValue.number(frame.text(named: "SequenceNumberCycles"))
    let jitterText = frame.text(named: "IAJitter")
    if jitterText?.contains(".") ?? false {
      jitterTime = RTCPValue.seconds(jitterText)
    } else {
      jitter = RTCPValue.number(jitterText)
    }
  }
}

/// The report blocks of an event, from headers such as `Report0IAJitter`.
struct RTCPBlocks {
  /// RTCP has five bits for their number. **Source:** RFC 3550, section 6.4.1.
  static let countMax = 31

  var list: [RTCPBlock] = []

  /// A header whose name begins with `Report`; the rest of the name, and the value.
  mutating func take(_ rest: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) {
    let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
    let last = Int64(min(list.count, Self.countMax - 1))
    guard let number = Number.integer(digits, in: 0...last) else { return }
    let place = Int(number)
    if place == list.count { list.append(RTCPBlock()) }
    let text = Text.decode(value)
    switch Text.decode(rest.dropFirst(digits.count)) {
    case "SourceSSRC": list[place].sourceSSRC = RTCPValue.number(text)
    case "FractionLost": list[place].fractionLost = RTCPValue.number(text)
    case "CumulativeLost": list[place].lost = RTCPValue.lost(text)
    case "HighestSequence": list[place].highestSequence = RTCPValue.number(text)
    case "SequenceNumberCycles": list[place].sequenceCycles = RTCPValue.number(text)
    case "IAJitter": list[place].jitter = RTCPValue.number(text)
    default: break
    }
  }
}

/// The notations of RTCP events.
enum RTCPValue {
  /// A number, decimal or hexadecimal (`0x06e7dce3`), that lies below 2^32.
  static func number(_ text: String?) -> Int64? {
    guard let text else { return nil }
    return text.hasPrefix("0x")
      ? Number.hexadecimal(text.dropFirst(2), in: Number.unsigned)
      : Number.integer(text, in: Number.unsigned)
  }

  /// A count of lost packets: signed, 24 bits wide in the report and printed without its sign.
  static func lost(_ text: String?) -> Int64? {
    guard let text, let number = Number.integer(text, in: -(1 << 31)...Int64(UInt32.max)) else {
      return nil
    }
    if number >= 1 << 31 { return number - (1 << 32) }
    if number >= 1 << 23, number < 1 << 24 { return number - (1 << 24) }
    return number
  }

  /// Seconds such as `0.0213` or, in old versions, `4.0000 (sec)` and `0(sec)`, in microseconds.
  static func seconds(_ text: String?) -> Int64? {
    guard let text else { return nil }
    let digits = text.utf8.prefix { $0 >= 0x30 && $0 <= 0x39 || $0 == UInt8(ascii: ".") }
    return Number.seconds(digits)?.microseconds
  }

  /// A time in seconds. Asterisk before 15 printed its microseconds times 4096.
  ///
  /// **Source:** main/rtp_engine.c; recordings of 16 and 22.
  static func networkTime(_ text: String?) -> Instant? {
    guard let text, let point = text.firstIndex(of: "."),
      let seconds = Number.integer(text[..<point], in: Number.date),
      let fraction = Number.integer(
        text[text.index(after: point)...], in: 0...999_999 * 4096 + 4095)
    else { return nil }
    let micros = fraction < 1_000_000 ? fraction : fraction / 4096
    return .seconds(seconds) + .microseconds(micros)
  }

  /// A decimal number above zero, as text; nil for anything else: zero stands for none.
  static func decimal(_ text: String?) -> String? {
    guard let text, !text.isEmpty,
      text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 || $0 == UInt8(ascii: ".") }),
      text.utf8.count(where: { $0 == UInt8(ascii: ".") }) <= 1,
      text.utf8.contains(where: { $0 >= 0x31 && $0 <= 0x39 })
    else { return nil }
    return text
  }
}
