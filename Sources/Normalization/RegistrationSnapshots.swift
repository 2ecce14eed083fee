import AMI

// States as items of lists tell them: the first state of what was there before it was observed.

extension Normalizer {
  /// An item of PJSIPShowContacts.
  ///
  /// **Source:** res/res_pjsip/location.c; recordings.
  mutating func contactList(_ frame: borrowing Frame, at time: Instant) {
    guard let uri = frame.text(named: "Uri") else { return }
    let object = frame.text(named: "ObjectName") ?? ""
    // AOR;@hash, and AOR@@hash for a contact that is written in the configuration.
    let mark = object.firstRange(of: ";@") ?? object.firstRange(of: "@@")
    contactItem(
      frame, uri: uri, endpoint: frame.knownText(named: "Endpoint"),
      aor: mark.map { String(object[..<$0.lowerBound]) } ?? object, at: time)
  }

  /// An item of PJSIPShowRegistrationInboundContactStatuses.
  mutating func contactStatusDetail(_ frame: borrowing Frame, at time: Instant) {
    guard let uri = frame.text(named: "URI") else { return }
    contactItem(
      frame, uri: uri, endpoint: frame.knownText(named: "EndpointName"),
      aor: frame.knownText(named: "AOR"), at: time)
  }

  private mutating func contactItem(
    _ frame: borrowing Frame, uri: String, endpoint: String?, aor: String?, at time: Instant
  ) {
    guard let word = frame.text(of: .status), let state = contactState(word) else { return }
    var row = RegistrationRow()
    row.kind = RegistrationRow.Kind.contact.rawValue
    row.technology = "PJSIP"
    row.name = uri
    row.endpoint = endpoint
    row.aor = aor
    row.state = state
    row.asteriskState = word
    row.roundTrip = frame.positive(named: "RoundtripUsec")
    observe(row, at: time, isSnapshot: true)
  }

  /// The end of PJSIPShowContacts: contacts of earlier sessions that were not in it are gone.
  mutating func contactListComplete() {
    registrations.endUnreported(in: session) {
      $0.kind == RegistrationRow.Kind.contact.rawValue
    }
  }

  /// An item of PJSIPShowEndpoints. Its DeviceState is `Unavailable` without a contact that can be
  /// reached.
  mutating func endpointList(_ frame: borrowing Frame, at time: Instant) {
    guard let name = frame.text(named: "ObjectName"), let word = frame.text(named: "DeviceState")
    else { return }
    var row = peerRow(technology: "PJSIP", peer: "PJSIP/\(name)")
    switch word {
    case "Unavailable", "Invalid": row.state = "unreachable"
    case "Unknown": row.state = "unknown"
    default: row.state = "reachable"
    }
    row.asteriskState = word
    observe(row, at: time, isSnapshot: true)
  }

  /// An item of SIPpeers or IAXpeers.
  ///
  /// **Source:** channels/chan_sip.c, `peer_status` and `_sip_show_peers_one`;
  /// channels/chan_iax2.c.
  mutating func peerEntry(_ frame: borrowing Frame, at time: Instant) {
    guard let name = frame.text(named: "ObjectName"), let word = frame.text(of: .status),
      frame.text(named: "ChanObjectType") != "user"
    else { return }
    let technology = frame.knownText(named: "Channeltype")
    var row = peerRow(technology: technology == "IAX" ? "IAX2" : technology, peer: name)
    row.asteriskState = word
    row.address = frame.address(host: "IPaddress", port: "IPport")
    if word.hasPrefix("OK") {
      row.state = "reachable"
    } else if word.hasPrefix("LAGGED") {
      row.state = "lagged"
    } else if word.hasPrefix("UNREACHABLE") {
      row.state = "unreachable"
    } else if frame.text(named: "Dynamic") == "no" {
      row.state = "unqualified"
    } else {
      row.state = row.address == nil ? "unregistered" : "registered"
    }
    if let open = word.lastIndex(of: "(") {
      // `OK (12 ms)`
      let digits = word[open...].dropFirst().prefix { $0.isASCII && $0.isNumber }
      row.roundTrip = Number.integer(digits, in: Number.count).map {
        TimeSpan.milliseconds($0).microseconds
      }
    }
    observe(row, at: time, isSnapshot: true)
  }

  /// An item of SIPshowregistry or IAXregistry. Only chan_iax2 tells how the other side perceives
  /// us.
  mutating func registryEntry(_ frame: borrowing Frame, at time: Instant) {
    guard let word = frame.text(of: .state) else { return }
    var row = registrationRow(
      technology: frame.text(named: "Perceived") == nil ? "SIP" : "IAX2",
      username: frame.knownText(named: "Username"), domain: frame.knownText(named: "Host"))
    row.state = registryState(word)
    row.asteriskState = word
    observe(row, at: time, isSnapshot: true)
  }

  /// An item of PJSIPShowRegistrationsOutbound.
  mutating func outboundRegistrationDetail(_ frame: borrowing Frame, at time: Instant) {
    guard let word = frame.text(of: .status) else { return }
    var row = registrationRow(
      technology: "PJSIP", username: frame.knownText(named: "ClientUri"),
      domain: frame.knownText(named: "ServerUri"))
    row.section = frame.knownText(named: "ObjectName")
    row.state = registryState(word)
    row.asteriskState = word
    observe(row, at: time, isSnapshot: true)
  }
}
