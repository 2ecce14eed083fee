import AMI

// Asterisk's own records, kept as they came.

extension Normalizer {
  mutating func cdr(_ frame: borrowing Frame, at time: Instant) {
    let record = CDRRow(
      id: counters.records.next(serverID), serverID: serverID,
      channelID: knownChannel(frame, .uniqueid).map { channels[$0].row.id }, receivedAt: time,
      fields: CDRRow.headers.map { frame.text(of: $0) })
    if record.channelID == nil {
      early.expire(before: time - Self.lingerTime)
      note(.early, early.append(record, most: ceilings.early), at: time)
    }
    records.append(record)
  }

  /// Records may come before the Newchannel of their channel: another thread of the server sends
  /// them.
  mutating func linkEarlyRecords(to slot: Int, at time: Instant) {
    guard !early.isEmpty else { return }
    early.expire(before: time - Self.lingerTime)
    for var record in early.take(channels[slot].row.uniqueid) {
      record.channelID = channels[slot].row.id
      records.append(record)
    }
  }

  mutating func cel(_ frame: borrowing Frame, at time: Instant) {
    logEntries.append(
      CELRow(
        id: counters.logEntries.next(serverID), serverID: serverID, receivedAt: time,
        fields: CELRow.headers.map { frame.text(of: $0) }))
  }

  mutating func systemEvent(_ frame: borrowing Frame, at time: Instant) {
    systemEvents.append(
      SystemEventRow(
        id: counters.systemEvents.next(serverID), serverID: serverID, sessionID: session.id,
        receivedAt: time,
        name: frame.text(of: .event) ?? "", headers: frame.ownHeadersAsJSON()))
  }
}

extension Frame {
  /// The headers as a JSON object, but for those that every event has. Of a repeated name the first
  /// counts.
  func ownHeadersAsJSON() -> String {
    var json = "{"
    for header in headers where header.hasColon && !isCommon(header.name) {
      if json.utf8.count > 1 { json += "," }
      json += JSONText.quoted(Text.decode(bytes[header.nameRange]))
      json += ":"
      json += JSONText.quoted(Text.decode(bytes[header.valueRange]))
    }
    return json + "}"
  }

  private func isCommon(_ name: HeaderName?) -> Bool {
    switch name {
    case .event, .privilege, .timestamp, .systemName, .sequenceNumber, .file, .line, .func: true
    default: false
    }
  }
}

/// Text as it stands in JSON. **Source:** RFC 8259, section 7.
public enum JSONText {
  /// The text in quotation marks, with what must be escaped escaped.
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..<" ":
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
