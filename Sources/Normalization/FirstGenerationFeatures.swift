import AMI

// Transfers, parking, pickups and MeetMe conferences as Asterisk before 12 tells them.

extension Normalizer {
  // MARK: Transfers

  /// A REFER to chan_sip. Asterisk 1.4 tells none, and none tells those that fail.
  ///
  /// **Source:** channels/chan_sip.c, `handle_request_refer` and `local_attended_transfer`.
  mutating func oldTransfer(_ frame: borrowing Frame, at time: Instant) {
    if frame.text(named: "TransferType") == "Blind" { return oldBlindTransfer(frame, at: time) }
    guard let first = knownChannel(frame, .uniqueid),
      let second = knownChannel(frame, .targetUniqueid)
        ?? slot(named: frame.text(of: .targetChannel)),
      !firstGeneration.transferers.contains(first), !firstGeneration.transferers.contains(second)
    else { return }
    firstGeneration.transfers.append(FirstGeneration.Transfer(first: first, second: second))
  }

  private mutating func oldBlindTransfer(_ frame: borrowing Frame, at time: Instant) {
    let transferee =
      knownChannel(frame, .targetUniqueid) ?? slot(named: frame.text(of: .targetChannel))
    var words = FrameWriter(event: "BlindTransfer")
    words.copy(.channel, of: frame, as: "TransfererChannel")
    words.copy(.uniqueid, of: frame, as: "TransfererUniqueid")
    words.copy(.targetChannel, of: frame, as: "TransfereeChannel")
    words.add("TransfereeUniqueid", transferee.map { uniqueidNow($0) })
    words.add("Context", frame.knownText(named: "TransferContext"))
    words.add("Extension", frame.knownText(named: "TransferExten"))
    words.add("Result", "Success")
    words.add("IsExternal", "Yes")
    if let transferee {
      channels[transferee].features.isReferred = true
      // The next step in the dialplan is the first at the new extension.
      channels[transferee].features.isPlaced = true
    }
    apply(.blindTransfer, words.finish(), at: time)
  }

  /// The attended transfer that a masquerade makes, if it does: one that was announced, or of a
  /// talking party into another channel of the one that it talks to.
  mutating func attendedTransfer(_ original: Int, _ clone: Int) -> Frame? {
    if let place = firstGeneration.transfers.firstIndex(where: {
      $0.second == original || $0.first == original
    }) {
      let transfer = firstGeneration.transfers.remove(at: place)
      return attended(
        transfer.first, transfer.second, bridgedPeer(of: transfer.first),
        bridgedPeer(of: transfer.second))
    }
    guard let first = bridgedPeer(of: clone), first != original,
      channels[first].row.technology != "Local",
      channels[first].row.technology == channels[original].row.technology,
      channels[first].row.endpoint == channels[original].row.endpoint,
      channels[original].row.answeredAt != nil
    else { return nil }
    return attended(first, original, clone, bridgedPeer(of: original))
  }

  /// A channel ends by which a transfer was announced whose masquerade did not show.
  mutating func tellTransfer(of slot: Int, at time: Instant) {
    while let place = firstGeneration.transfers.firstIndex(where: {
      $0.first == slot || $0.second == slot
    }) {
      let transfer = firstGeneration.transfers.remove(at: place)
      let words = attended(
        transfer.first, transfer.second, bridgedPeer(of: transfer.first),
        bridgedPeer(of: transfer.second))
      apply(.attendedTransfer, words, at: time)
    }
  }

  private mutating func attended(
    _ first: Int, _ second: Int, _ transferee: Int?, _ target: Int?
  ) -> Frame {
    for transferer in [first, second] where !firstGeneration.transferers.contains(transferer) {
      firstGeneration.transferers.append(transferer)
    }
    var words = FrameWriter(event: "AttendedTransfer")
    words.add("Result", "Success")
    words.add("OrigTransfererChannel", channels[first].row.name)
    words.add("OrigTransfererUniqueid", uniqueidNow(first))
    words.add("SecondTransfererChannel", channels[second].row.name)
    words.add("SecondTransfererUniqueid", uniqueidNow(second))
    words.add("TransfereeUniqueid", transferee.map { uniqueidNow($0) })
    words.add("TransferTargetUniqueid", target.map { uniqueidNow($0) })
    let isWaiting =
      queueing.visitByChannel[second].map { queueing.visits[$0].phase == .waiting } ?? false
    if isWaiting {
      words.add("DestType", "App")
      words.add("DestApp", "Queue")
    } else if let member = channels[second].member {
      words.add("DestType", "Bridge")
      words.add("DestBridgeUniqueid", bridges[members[member].bridge].row.bridgeUniqueid)
    }
    return words.finish()
  }

  // MARK: Parking

  /// The event in the words of later versions. The space is called Exten, and who parked From: a
  /// channel, of which later versions tell the dial string. Asterisk 1.4 gives no uniqueid.
  ///
  /// **Source:** main/features.c, `park_call_full`, `post_manager_event` and `parked_call_exec`;
  /// res/res_features.c in Asterisk 1.4.
  func oldParking(_ event: Event, _ frame: borrowing Frame) -> Frame {
    var words = FrameWriter(event: event.rawValue)
    words.copy(.channel, of: frame, as: "ParkeeChannel")
    let parkee = knownChannel(frame, .uniqueid) ?? slot(named: frame.text(of: .channel))
    words.add("ParkeeUniqueid", parkee.map { uniqueidNow($0) } ?? frame.text(of: .uniqueid) ?? "")
    words.add("Parkinglot", frame.knownText(named: "Parkinglot"))
    words.copy(.exten, of: frame, as: "ParkingSpace")
    words.add("ParkingTimeout", frame.text(named: "Timeout"))
    guard let from = frame.knownText(named: "From") else { return words.finish() }
    if event == .unparkedCall {
      words.add("RetrieverChannel", from)
      words.add("RetrieverUniqueid", slot(named: from).map { uniqueidNow($0) })
    } else {
      let name = ChannelName(from)
      words.add("ParkerDialString", name.endpoint.map { "\(name.technology)/\($0)" } ?? from)
    }
    return words.finish()
  }

  // MARK: Pickups

  /// **Source:** main/features.c, `ast_do_pickup`.
  mutating func oldPickup(_ frame: borrowing Frame, at time: Instant) {
    guard let channel = slot(named: frame.text(of: .channel)),
      let target = slot(named: frame.text(of: .targetChannel))
    else { return }
    var words = FrameWriter(event: "Pickup")
    words.add("Uniqueid", uniqueidNow(channel))
    words.add("TargetUniqueid", uniqueidNow(target))
    apply(.pickup, words.finish(), at: time)
  }

  // MARK: MeetMe

  /// MeetMe tells no beginning of a conference, and in Asterisk 1.4 no end: it lasts from the first
  /// member to the last.
  ///
  /// **Source:** apps/app_meetme.c, `conf_run`, `conf_free` and `send_talking_event`.
  mutating func meetme(_ event: Event, _ frame: borrowing Frame, at time: Instant) {
    guard let name = frame.knownText(named: "Meetme") else { return }
    let isOn = frame.has(.status, "on")
    switch event {
    case .meetmeJoin:
      if features.openConferences.first(named: name) == nil,
        frame.text(named: "Usernum") ?? "1" == "1"
      {
        conferenceMessage(.confbridgeStart, name, frame, at: time)
      }
      conferenceMessage(.confbridgeJoin, name, frame, at: time)
    case .meetmeLeave:
      conferenceMessage(.confbridgeLeave, name, frame, at: time)
      if let slot = features.openConferences.first(named: name),
        features.conferences[slot].members.isEmpty
      {
        conferenceMessage(.confbridgeEnd, name, frame, at: time)
      }
    case .meetmeEnd: conferenceMessage(.confbridgeEnd, name, frame, at: time)
    case .meetmeMute:
      conferenceMessage(isOn ? .confbridgeMute : .confbridgeUnmute, name, frame, at: time)
    default: conferenceMessage(.confbridgeTalking, name, frame, at: time)
    }
  }

  private mutating func conferenceMessage(
    _ event: Event, _ name: String, _ frame: borrowing Frame, at time: Instant
  ) {
    var words = FrameWriter(event: event.rawValue)
    words.add("Conference", name)
    words.copy(.channel, of: frame)
    words.copy(.uniqueid, of: frame)
    words.copy(.status, of: frame, as: "TalkingStatus")
    apply(event, words.finish(), at: time)
  }
}
