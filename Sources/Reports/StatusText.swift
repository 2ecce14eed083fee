import Display
import SQLite

extension Status {
  /// For a terminal, with times in `zone`.
  public func text(in zone: Zone) -> String {
    let lines = storeLines(in: zone) + collectorLines(in: zone) + journalLines(in: zone)
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { name, value in
      let padding = String(repeating: " ", count: width - name.count)
      return "\(name)\(padding)  \(VisibleText.escaped(value))\n"
    }.joined()
  }

  private func storeLines(in zone: Zone) -> [(String, String)] {
    guard let holdings else {
      return [("store", circumstances.storeFailure ?? "\(path) cannot be read")]
    }
    var lines = [
      ("store", "\(path), \(holdings.size) bytes"),
      (
        "period",
        holdings.held.map { "\(zone.text($0.lowerBound)) to \(zone.text($0.upperBound))" }
          ?? "empty"
      ),
    ]
    for (name, count) in holdings.counts {
      lines.append((String(name.map { $0 == "_" ? " " : $0 }), String(count)))
    }
    for server in holdings.servers {
      var line = server.name
      if let version = server.version { line += ", Asterisk \(version)" }
      line += ", sessions \(server.sessions), gaps \(server.gaps)"
      if server.gaps > 0 { line += " (\(server.gapUs.roundedSeconds) s)" }
      if let last = server.lastUs { line += ", last bytes \(zone.text(last))" }
      lines.append(("server", line))
    }
    return lines
  }

  private func journalLines(in zone: Zone) -> [(String, String)] {
    guard let journal = circumstances.journal else { return [] }
    return journal.servers.filter { $0.bytes > 0 }.map { server in
      var line = "\(server.name), \(server.bytes) bytes"
      line += ", of these in no block of the store yet \(server.lackingBytes)"
      if let since = server.lackingSinceUs { line += ", since \(zone.text(since))" }
      return ("journal", line)
    }
  }

  private func collectorLines(in zone: Zone) -> [(String, String)] {
    guard let collector else { return [("collector", "none has written to this store")] }
    let name = "amirecd \(collector.version)"
    if let stopped = collector.stoppedUs {
      return [("collector", "\(name), stopped \(zone.text(stopped))")]
    }
    let since = zone.text(collector.startedUs)
    let silence = max(0, nowUs - collector.writtenUs).roundedSeconds
    var lines = [
      ("collector", "\(name), process \(collector.pid), since \(since), wrote \(silence) s ago")
    ]
    for link in collector.servers {
      var line = "\(link.name) \(link.state)"
      if let connected = link.connectedUs { line += " since \(zone.text(connected))" }
      line += ", \(link.behindBytes) bytes (\(link.behindUs.roundedSeconds) s) behind"
      if let error = link.error { line += ", last failure: \(error)" }
      if let trouble = link.trouble { line += ", not brought into the store: \(trouble)" }
      lines.append(("recording", line))
    }
    if let trouble = collector.storeTrouble { lines.append(("not written", trouble)) }
    return lines
  }

  /// One JSON object with the same content; times are ISO 8601 in `zone`.
  public func json(in zone: Zone) -> String {
    func time(_ us: Int64?) -> String { us.map { JSON.string(zone.text($0)) } ?? "null" }
    func text(_ text: String?) -> String { text.map(JSON.string) ?? "null" }
    let servers = (holdings?.servers ?? []).map { server in
      "{\"name\":\(JSON.string(server.name)),\"asterisk_version\":\(text(server.version)),"
        + "\"sessions\":\(server.sessions),\"gaps\":\(server.gaps),"
        + "\"gap_s\":\(server.gapUs.seconds),\"last_at\":\(time(server.lastUs))}"
    }
    let collector = self.collector.map { collector in
      let links = collector.servers.map { link in
        "{\"name\":\(JSON.string(link.name)),\"state\":\(JSON.string(link.state)),"
          + "\"connected_at\":\(time(link.connectedUs)),\"behind_bytes\":\(link.behindBytes),"
          + "\"behind_s\":\(link.behindUs.seconds),\"error\":\(text(link.error)),"
          + "\"trouble\":\(text(link.trouble)),\"exposure\":\(text(link.exposure))}"
      }
      return "{\"version\":\(JSON.string(collector.version)),\"pid\":\(collector.pid),"
        + "\"started_at\":\(time(collector.startedUs)),\"written_at\":\(time(collector.writtenUs)),"
        + "\"stopped_at\":\(time(collector.stoppedUs)),"
        + "\"store_trouble\":\(text(collector.storeTrouble)),"
        + "\"servers\":[\(links.joined(separator: ","))]}"
    }
    let journals = (circumstances.journal?.servers ?? []).map { server in
      "{\"name\":\(JSON.string(server.name)),\"bytes\":\(server.bytes),"
        + "\"lacking_bytes\":\(server.lackingBytes),"
        + "\"lacking_since\":\(time(server.lackingSinceUs))}"
    }
    let fields =
      [
        "\"store\":\(JSON.string(path))",
        "\"size_bytes\":\(holdings.map { "\($0.size)" } ?? "null")",
        "\"wal_bytes\":\(circumstances.walBytes)",
        "\"from\":\(time(holdings?.held?.lowerBound))",
        "\"to\":\(time(holdings?.held?.upperBound))",
      ] + (holdings?.counts ?? []).map { "\(JSON.string($0.name)):\($0.count)" }
      + [
        "\"servers\":[\(servers.joined(separator: ","))]",
        "\"collector\":\(collector ?? "null")",
        "\"journals\":[\(journals.joined(separator: ","))]",
        "\"complaints\":[\(complaints.map(JSON.string).joined(separator: ","))]",
      ]
    return "{\(fields.joined(separator: ",\n"))}\n"
  }
}
