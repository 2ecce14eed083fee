import AMI

// What tells of a transfer beside its own event: variables, steps in the dialplan, and ends.

extension Normalizer {
  /// A transferred channel that ends within this time of its transfer and took no step in the
  /// dialplan was sent to an extension that does not exist.
  static let refusalTime = TimeSpan.milliseconds(500)

  /// A channel of a transfer ended.
  mutating func transferChannelClosed(
    _ slot: Int, _ channel: Int, by closedBy: String, at time: Instant
  ) {
    let transfer = features.transfers[slot]
    if transfer.target == channel, transfer.row.outcome == nil {
      let isAnswered = channels[channel].row.answeredAt != nil
      features.transfers[slot].row.outcome =
        closedBy != "hangup" ? "unknown" : isAnswered ? "cancelled" : "failed"
      if isAnswered { features.transfers[slot].row.targetStatus = nil }
      features.transfers[slot].row.endedAt = max(time, transfer.row.startedAt)
      features.transfers.touch(slot)
    }
    // Whoever ends at once without a step at the extension was sent to one that does not exist.
    if transfer.transferee == channel, transfer.row.kind == "blind", closedBy == "hangup",
      !transfer.hasRun, !transfer.isSettled, time.since(transfer.row.startedAt) < Self.refusalTime
    {
      fail(slot)
    }
  }

  private mutating func fail(_ slot: Int) {
    features.transfers[slot].isSettled = true
    features.transfers[slot].row.outcome = "failed"
    features.transfers.touch(slot)
  }

  /// A channel takes a step in the dialplan: the first application that takes a transferred channel
  /// over tells where the transfer went. The first step that is shown after a blind transfer has
  /// the new extension, but the application that ran before.
  mutating func noteStep(_ frame: borrowing Frame) {
    guard let channel = knownChannel(frame, .uniqueid) else { return }
    if frame.has(.application, "Queue") {
      channels[channel].features.queue = firstArgument(frame)
    } else if frame.has(.application, "Monitor") {
      noteMonitorFile(frame, of: channel)
    }
    if channels[channel].features.isTransferred {
      channels[channel].features.hasRun = channels[channel].features.isPlaced
      channels[channel].features.isPlaced = true
    }
    for slot in channels[channel].features.transfers
    where features.transfers[slot].transferee == channel && !features.transfers[slot].isSettled {
      let isFirst = !features.transfers[slot].isPlaced
      features.transfers[slot].isPlaced = true
      if isFirst { continue }
      features.transfers[slot].hasRun = true
      switch frame.text(of: .application) {
      case "Queue": settle(slot, "queue", firstArgument(frame))
      case "ConfBridge", "MeetMe": settle(slot, "conference", firstArgument(frame))
      case "Park", "ParkAndAnnounce": settle(slot, "parking", nil)
      case "Dial", "VoiceMail", "VoiceMailMain", "Page", "AgentRequest", "Directory":
        settle(slot, "extension", nil)
      default: continue
      }
      features.transfers[slot].row.application = frame.text(of: .application)
    }
  }

  private func firstArgument(_ frame: borrowing Frame) -> String? {
    frame.knownText(of: .appData)?.split(separator: ",", maxSplits: 1).first.map { String($0) }
  }

  /// A channel is parked, perhaps by a transfer.
  mutating func noteParking(of channel: Int, in parking: Int) {
    arrive(channel, "parking", features.parkings[parking].row.lot, "Park")
  }

  /// A channel joined a conference, perhaps by a transfer.
  mutating func noteConference(of channel: Int) {
    arrive(channel, "conference", channels[channel].features.conference, "ConfBridge")
  }

  /// A channel joined a queue, perhaps by a transfer.
  mutating func noteQueue(_ frame: borrowing Frame) {
    guard let channel = knownChannel(frame, .uniqueid) else { return }
    arrive(channel, "queue", frame.knownText(named: "Queue"), "Queue")
  }

  /// A channel dials, perhaps because of a transfer.
  mutating func noteDial(_ frame: borrowing Frame) {
    guard let channel = knownChannel(frame, .uniqueid) else { return }
    arrive(channel, "extension", nil, "Dial")
  }

  private mutating func arrive(
    _ channel: Int, _ destination: String, _ name: String?, _ application: String
  ) {
    for slot in channels[channel].features.transfers
    where features.transfers[slot].transferee == channel
      && (!features.transfers[slot].isSettled || features.transfers[slot].isUnnamed(destination))
    {
      features.transfers[slot].row.application = application
      settle(slot, destination, name)
    }
  }

  mutating func settle(_ slot: Int, _ destination: String, _ name: String?) {
    features.transfers[slot].isSettled = true
    features.transfers[slot].row.destination = destination
    features.transfers[slot].row.destinationName = name
    features.transfers.touch(slot)
  }

  /// The variables that Asterisk sets when it transfers or records.
  mutating func noteVariable(_ frame: borrowing Frame, at time: Instant) {
    if frame.has(.variable, "MIXMONITOR_FILENAME") { return noteRecordingFile(frame) }
    if frame.has(.variable, "TRANSFERERNAME") { return consultationBegins(frame, at: time) }
    let isBlind = frame.has(.variable, "BLINDTRANSFER") && frame.knownText(of: .value) != nil
    let isReferred = frame.has(.variable, "SIPTRANSFER")
    let isAsked = frame.has(.variable, "TRANSFER_CONTEXT")
    let isInvalid = frame.has(.variable, "INVALID_EXTEN")
    let isDialplan = frame.has(.variable, "BLINDTRANSFERSTATUS")
    guard isBlind || isReferred || isAsked || isInvalid || isDialplan,
      let channel = knownChannel(frame, .uniqueid)
    else { return }
    if isBlind {
      channels[channel].features.isTransferred = true
      channels[channel].features.isPlaced = false
      channels[channel].features.hasRun = false
      channels[channel].features.isInvalid = false
    } else if isReferred {
      channels[channel].features.isReferred = true
    } else if isAsked {
      // Set while it talks: by the action Atxfer, no dialplan runs then.
      if channels[channel].member != nil { channels[channel].features.isAsked = true }
    } else if isInvalid {
      extensionIsInvalid(channel)
    } else {
      transferByDialplan(channel)
    }
  }

  private mutating func extensionIsInvalid(_ channel: Int) {
    if channels[channel].features.isTransferred, !channels[channel].features.hasRun {
      channels[channel].features.isInvalid = true
    }
    for slot in channels[channel].features.transfers
    where features.transfers[slot].transferee == channel && !features.transfers[slot].isSettled
      && !features.transfers[slot].hasRun
    {
      fail(slot)
    }
  }

  private mutating func transferByDialplan(_ channel: Int) {
    guard let slot = channels[channel].features.transfers.last,
      features.transfers[slot].transferer == channel, features.transfers[slot].row.method == nil
    else { return }
    features.transfers[slot].row.method = "dialplan"
    features.transfers.touch(slot)
  }

  /// Whether an attended transfer brought this channel into a conference just now.
  func isSwappedIn(_ channel: Int, at time: Instant) -> Bool {
    channels[channel].features.transfers.contains {
      features.transfers[$0].transferee == channel
        && features.transfers[$0].row.destination == "conference"
        && features.transfers[$0].row.kind != "blind"
        && (features.transfers[$0].row.endedAt ?? .epoch) >= time - Self.lingerTime
    }
  }
}
