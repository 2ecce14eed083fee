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
  var receivedAt = Instant.epoch
  var happenedAt: Instant?
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
    port = Number.integer(parts[parts.count - 1], in: Number.port)
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&transport)
    visitor.visit(&address)
    visitor.visit(&port)
  }
}

extension Normalizer {
  /// **Source:** main/security_events.c.
  mutating func securityEvent(_ event: Event, _ frame: borrowing Frame, at time: Instant) {
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
      case "EventTV": row.happenedAt = Number.calendarTime(bytes)
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
