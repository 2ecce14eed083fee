import AMI

/// A row of `security_events`; schema/0004-devices.sql says what each column is.
public struct SecurityEventRow: Row, Sendable {
  public static let table = "security_events"
  public static let columns = [
    "id", "server_id", "received_us", "event_us", "kind", "event", "severity", "service", "account",
    "session", "local_transport", "local_address", "local_port", "remote_transport",
    "remote_address", "remote_port", "headers",
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var receivedAt: Int64 = 0
  var happenedAt: Int64?
  var kind = ""
  var event = ""
  var severity: String?
  var service: String?
  var account: String?
  var session: String?
  var local = SecurityAddress()
  var remote = SecurityAddress()
  var headers = ""

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&receivedAt)
    visitor.visit(&happenedAt)
    visitor.visit(&kind)
    visitor.visit(&event)
    visitor.visit(&severity)
    visitor.visit(&service)
    visitor.visit(&account)
    visitor.visit(&session)
    local.visit(&visitor)
    remote.visit(&visitor)
    visitor.visit(&headers)
  }
}

/// One side of a connection, as security events write it: `IPV4/UDP/192.0.2.1/5060`.
///
/// **Source:** main/security_events.c, `add_ip_json_object`.
struct SecurityAddress: Visitable {
  var transport: String?
  var address: String?
  var port: Int64?

  init() {}

  init(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 4 else {
      address = text.isEmpty ? nil : text
      return
    }
    transport = parts[1].lowercased()
    address = parts[2..<parts.count - 1].joined(separator: "/")
    port = Int64(parts[parts.count - 1])
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&transport)
    visitor.visit(&address)
    visitor.visit(&port)
  }
}

extension Normalizer {
  /// **Source:** main/security_events.c.
  mutating func securityEvent(_ event: Event, _ frame: borrowing Frame, at time: Int64) {
    var row = SecurityEventRow()
    row.id = counters.securityEvents.next(serverID)
    row.serverID = serverID
    row.receivedAt = time
    row.kind = kind(of: event)
    row.event = event.rawValue
    var headers = HeaderJSON()
    for header in frame.headers where header.hasColon {
      let name = Text.decode(frame.bytes[header.nameRange])
      let bytes = frame.bytes[header.valueRange]
      switch name {
      case "Event", "Privilege", "Timestamp", "SystemName", "SequenceNumber", "File", "Line",
        "Func":
        break
      case "EventTV": row.happenedAt = ISO8601.microseconds(Text.decode(bytes))
      case "Severity": row.severity = Text.decodeKnown(bytes)
      case "Service": row.service = Text.decodeKnown(bytes)
      case "AccountID": row.account = Text.decodeKnown(bytes)
      case "SessionID": row.session = Text.decodeKnown(bytes)
      case "LocalAddress": row.local = SecurityAddress(Text.decode(bytes))
      case "RemoteAddress": row.remote = SecurityAddress(Text.decode(bytes))
      // Digests of passwords, from which these can be guessed: the archive has them, the table not.
      case "Response", "ExpectedResponse", "ReceivedHash", "RecievedHash": break
      default: headers.add(name, Text.decode(bytes))
      }
    }
    row.headers = headers.object
    securityEvents.append(row)
  }

  private func kind(of event: Event) -> String {
    switch event {
    case .successfulAuth: "accepted"
    case .challengeSent: "challenged"
    case .sessionLimit, .memoryLimit, .loadAverageLimit: "limited"
    case .requestNotSupported, .requestNotAllowed, .requestBadFormat: "request"
    default: "failed"
    }
  }
}

/// Headers as JSON, in their order.
struct HeaderJSON {
  private var members: [(name: String, value: String)] = []

  mutating func add(_ name: String, _ value: String) { members.append((name, value)) }

  /// An object; for headers whose names do not repeat.
  var object: String {
    var json = "{"
    for member in members {
      if json.utf8.count > 1 { json += "," }
      json += JSONText.quoted(member.name) + ":" + JSONText.quoted(member.value)
    }
    return json + "}"
  }

  /// An array of arrays of name and value: names may repeat, and their order counts.
  var pairs: String {
    var json = "["
    for member in members {
      if json.utf8.count > 1 { json += "," }
      json += "[" + JSONText.quoted(member.name) + "," + JSONText.quoted(member.value) + "]"
    }
    return json + "]"
  }
}

/// Times such as `2026-11-23T00:00:16.229+0000`.
///
/// **Source:** main/utils.c, `ast_timeval_to_iso8601`; before Asterisk 12 security logs had
/// `SECONDS-MICROSECONDS`.
enum ISO8601 {
  /// Microseconds since 1970; nil for text of another form.
  static func microseconds(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    if let dash = bytes.firstIndex(of: UInt8(ascii: "-")), dash > 4,
      let seconds = Text.integer(bytes[..<dash]),
      let micros = Text.integer(bytes[(dash + 1)...]), micros >= 0, micros < 1_000_000
    {
      return seconds < 1 << 40 ? seconds * 1_000_000 + micros : nil
    }
    guard bytes.count >= 19, bytes[10] == UInt8(ascii: "T"),
      let year = Text.integer(bytes[0..<4]), let month = Text.integer(bytes[5..<7]),
      let day = Text.integer(bytes[8..<10]), let hour = Text.integer(bytes[11..<13]),
      let minute = Text.integer(bytes[14..<16]), let second = Text.integer(bytes[17..<19]),
      (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    var place = 19
    var micros: Int64 = 0
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      let digits = bytes[(place + 1)...].prefix { $0 >= 0x30 && $0 <= 0x39 }
      guard let fraction = Text.microseconds([0x30, 0x2E] + digits) else { return nil }
      micros = fraction
      place += 1 + digits.count
    }
    guard let offset = offset(bytes[place...]) else { return nil }
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second - offset
    return seconds * 1_000_000 + micros
  }

  /// Seconds east of Greenwich of `Z`, `+0100`, `+01:00` or nothing.
  private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
    guard let sign = bytes.first, sign != UInt8(ascii: "Z") else { return 0 }
    let digits = bytes.dropFirst().filter { $0 != UInt8(ascii: ":") }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), digits.count == 4,
      let hours = Text.integer(digits[0..<2]), let minutes = Text.integer(digits[2..<4])
    else { return nil }
    let seconds = (hours * 60 + minutes) * 60
    return sign == UInt8(ascii: "-") ? -seconds : seconds
  }

  /// Days from 1970-01-01 to a date of the Gregorian calendar, with years that begin in March.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month > 2 ? year : year - 1
    let monthsFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthsFromMarch + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }
}
