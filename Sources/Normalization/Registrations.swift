import AMI

// Who can be reached and where this server is registered, as events tell it. What answers to
// actions tell is in RegistrationSnapshots.swift.

extension Normalizer {
  /// A contact of chan_pjsip changed.
  ///
  /// **Source:** res/res_pjsip/pjsip_options.c, `ast_sip_publish_contact_status`; recordings.
  mutating func contactStatus(_ frame: borrowing Frame, at time: Instant) {
    guard let uri = frame.text(named: "URI"), let word = frame.text(named: "ContactStatus"),
      let state = contactState(word)
    else { return }
    var row = RegistrationRow()
    row.kind = RegistrationRow.Kind.contact.rawValue
    row.technology = "PJSIP"
    row.name = uri
    row.endpoint = frame.knownText(named: "EndpointName")
    row.aor = frame.knownText(named: "AOR")
    row.state = state
    row.asteriskState = word
    row.roundTrip = frame.positive(named: "RoundtripUsec")
    guard state == "removed" else { return observe(row, at: time) }
    // It is gone, and addresses seldom come back: a state that lasted would last for ever.
    registrations.end(row.key, at: time)
    registrations.note(row, at: time, ids: &counters.registrations, serverID: serverID)
  }

  /// An endpoint of chan_pjsip, or a peer of chan_sip or chan_iax2 changed.
  ///
  /// **Source:** channels/chan_sip.c, `handle_response_peerpoke` and `parse_register_contact`;
  /// main/endpoints and res_pjsip/pjsip_options.c for chan_pjsip; recordings.
  mutating func peerStatus(_ frame: borrowing Frame, at time: Instant, isSnapshot: Bool = false) {
    guard let peer = frame.text(named: "Peer"), let word = frame.text(named: "PeerStatus"),
      let state = peerState(word)
    else { return }
    var row = peerRow(
      technology: frame.knownText(named: "ChannelType"), peer: peer)
    row.state = state
    row.asteriskState = word
    row.cause = frame.knownText(of: .cause)
    row.address = frame.address(host: "Address", port: "Port")
    row.roundTrip = frame.positive(named: "Time").map { TimeSpan.milliseconds($0).microseconds }
    if state == "rejected" {
      // An attempt that was refused; what is registered stays registered.
      registrations.note(row, at: time, ids: &counters.registrations, serverID: serverID)
      return
    }
    if state == "registered", let current = registrations.current(row.key)?.state,
      ["reachable", "lagged", "unreachable"].contains(current)
    {
      // A refresh of a registration whose peer is asked whether it is there: that state stands.
      row.state = current
    }
    observe(row, at: time, isSnapshot: isSnapshot)
  }

  /// A registration of this server with another one changed.
  ///
  /// **Source:** res/res_pjsip_outbound_registration.c; channels/chan_sip.c, `regstate2str`;
  /// channels/chan_iax2.c; `ChannelDriver` in Asterisk 1.4.
  mutating func registry(_ frame: borrowing Frame, at time: Instant) {
    guard let word = frame.text(of: .status) else { return }
    let technology =
      frame.knownText(named: "ChannelType") ?? frame.knownText(named: "ChannelDriver")
    var row = registrationRow(
      technology: technology, username: frame.knownText(named: "Username"),
      domain: frame.knownText(named: "Domain"))
    row.state = registryState(word)
    row.asteriskState = word
    row.cause = frame.knownText(of: .cause)
    observe(row, at: time)
  }

  // MARK: Rows

  mutating func observe(_ row: RegistrationRow, at time: Instant, isSnapshot: Bool = false) {
    registrations.observe(
      row.key, row, at: time, isSnapshot: isSnapshot, in: session,
      ids: &counters.registrations, serverID: serverID)
  }

  /// The row of `TECHNOLOGY/NAME`, as peers are called in events.
  func peerRow(technology: String?, peer: String) -> RegistrationRow {
    var row = RegistrationRow()
    let slash = peer.firstIndex(of: "/")
    row.technology = slash.map { String(peer[..<$0]) } ?? technology
    row.name = slash.map { String(peer[peer.index(after: $0)...]) } ?? peer
    let kind: RegistrationRow.Kind = row.technology == "PJSIP" ? .endpoint : .peer
    row.kind = kind.rawValue
    return row
  }

  /// The row of a registration elsewhere. chan_pjsip gives URIs of both sides; the others a user
  /// and a host without its port, so that registrations of one user with one host are one to us.
  func registrationRow(technology: String?, username: String?, domain: String?) -> RegistrationRow {
    var row = RegistrationRow()
    row.kind = RegistrationRow.Kind.registration.rawValue
    row.technology = technology
    row.address = domain
    row.name = username ?? domain ?? ""
    return row
  }

  // MARK: Words

  /// Our word for a ContactStatus; nil for one that is no state.
  func contactState(_ word: String) -> String? {
    switch word {
    case "Reachable", "Avail": "reachable"
    case "Unreachable", "Unavail": "unreachable"
    case "NonQualified", "Unqualified", "NonQual": "unqualified"
    case "Unknown", "Created": "unknown"
    case "Removed": "removed"
    case "Updated": nil
    default: word.lowercased()
    }
  }

  /// Our word for a PeerStatus.
  func peerState(_ word: String) -> String? { word.isEmpty ? nil : word.lowercased() }

  /// Our word for the Status of a Registry event.
  ///
  /// chan_sip sends `Request Sent` only when an earlier request remained without an answer, and `No
  /// Authentication` when its credentials were refused.
  func registryState(_ word: String) -> String {
    switch word {
    case "Request Sent", "Auth. Sent": "registering"
    case "No Authentication": "rejected"
    default: word.split(separator: " ").joined(separator: "-").lowercased()
    }
  }
}

extension Frame {
  /// A number above zero; nil for anything else: zero and less mean that nothing was measured.
  func positive(named name: String) -> Int64? {
    integer(named: name, in: 1...Int64(Int32.max))
  }

  /// An address of a host and a port, which may stand in one header or in two.
  func address(host: String, port: String) -> String? {
    guard let host = knownText(named: host), host != "-none-", host != "(null)", host != "(none)"
    else { return nil }
    guard let port = knownText(named: port), port != "0" else { return host }
    return "\(host):\(port)"
  }
}
