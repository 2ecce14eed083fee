import AMI

/// The half of a manager interface that answers: Login, Challenge, Logoff and Ping as Asterisk
/// does, anything else with an error. No I/O and no clock; the session is a recording, so any user
/// and any secret will do.
///
/// **Source:** recorded transcripts of Asterisk 16 and 22.
struct ReplayDialogue {
  /// What an action brings about.
  enum Effect: Equatable {
    case none
    /// The recording begins for this user.
    case loggedIn(user: String)
    /// The connection is to be closed after the answer.
    case loggedOff
  }

  /// A client that sends this much without the end of an action is no client, in bytes.
  static let actionBytesMax = 256 << 10

  private var frames = FrameBuffer()
  private var frame = Frame()
  private var lastByte: UInt8 = 0
  private var isLoggedIn = false
  private let challenge: UInt32

  /// A dialogue in which `challenge` is what an MD5 login gets.
  init(challenge: UInt32) { self.challenge = challenge }

  /// Takes what the client sent; false when it cannot be a client.
  ///
  /// As Asterisk does, it takes a lone LF for a line end, so that actions can be typed by hand.
  mutating func take(_ bytes: some Collection<UInt8>) -> Bool {
    var lines: [UInt8] = []
    lines.reserveCapacity(bytes.count + 16)
    for byte in bytes {
      if byte == 0x0a, lastByte != 0x0d { lines.append(0x0d) }
      lines.append(byte)
      lastByte = byte
    }
    frames.append(lines)
    return frames.pendingBytes <= Self.actionBytesMax
  }

  /// Answers the next complete action at `nowMicroseconds` (since 1970): appends the answer to
  /// `answers`; nil when more bytes are needed.
  mutating func next(at nowMicroseconds: Int64, into answers: inout [UInt8]) -> Effect? {
    guard frames.next(into: &frame) else { return nil }
    switch (frame.text(named: "Action") ?? "").lowercased() {
    case "":
      refuse("Missing action in request", &answers)
    case "login":
      return logIn(into: &answers)
    case "challenge":
      let isMD5 = frame.text(named: "AuthType")?.lowercased() == "md5"
      guard isMD5 else {
        refuse("Must specify AuthType", &answers)
        break
      }
      respond("Success", "Challenge: \(challenge)\r\n", &answers)
    case "logoff":
      respond("Goodbye", "Message: The replay goes on without you.\r\n", &answers)
      return .loggedOff
    case _ where !isLoggedIn:
      refuse("Permission denied", &answers)
    case "ping":
      respond("Success", "Ping: Pong\r\nTimestamp: \(Self.seconds(nowMicroseconds))\r\n", &answers)
    default:
      refuse("This is a replay: it answers Login, Challenge, Logoff and Ping only", &answers)
    }
    return Effect.none
  }

  private mutating func logIn(into answers: inout [UInt8]) -> Effect {
    guard !isLoggedIn else {
      respond("Success", "Message: Already authenticated\r\n", &answers)
      return .none
    }
    isLoggedIn = true
    respond("Success", "Message: Authentication accepted\r\n", &answers)
    return .loggedIn(user: frame.text(named: "Username") ?? "")
  }

  private func refuse(_ message: String, _ answers: inout [UInt8]) {
    respond("Error", "Message: \(message)\r\n", &answers)
  }

  private func respond(_ response: String, _ headers: String, _ answers: inout [UInt8]) {
    answers.append(contentsOf: "Response: \(response)\r\n".utf8)
    if let actionID = frame.value(of: .actionID), !actionID.isEmpty {
      answers.append(contentsOf: "ActionID: ".utf8)
      answers.append(contentsOf: actionID)
      answers.append(contentsOf: "\r\n".utf8)
    }
    answers.append(contentsOf: "\(headers)\r\n".utf8)
  }

  /// Seconds with six decimals.
  private static func seconds(_ microseconds: Int64) -> String {
    let fraction = String(microseconds % 1_000_000)
    let zeros = String(repeating: "0", count: 6 - fraction.utf8.count)
    return "\(microseconds / 1_000_000).\(zeros)\(fraction)"
  }
}
