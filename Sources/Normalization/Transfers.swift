import AMI

// Transfers. A blind transfer is one event, and what the transferred channel does next tells where
// it came to. An attended transfer by feature code begins with a Local channel to the target,
// marked with TRANSFERERNAME; its event comes only if the transfer takes place.
//
// **Source:** main/bridge.c, `ast_bridge_transfer_blind`, `ast_bridge_transfer_attended`;
// main/bridge_basic.c; main/stasis_bridges.c

extension Normalizer {
  mutating func blindTransfer(_ frame: borrowing Frame, at time: Instant) {
    join(frame, [.transfererUniqueid, .transfereeUniqueid], at: time)
    var transfer = LiveTransfer()
    transfer.transferer = knownChannel(frame, .transfererUniqueid)
    transfer.transferee = knownChannel(frame, .transfereeUniqueid)
    let isDone = frame.has(.result, "Success")
    let seen = transfer.transferee.map { channels[$0].features } ?? ChannelFeatures()
    transfer.row.kind = "blind"
    transfer.row.method = blindMethod(frame, seen)
    transfer.row.transferer = frame.knownText(named: "TransfererChannel")
    transfer.row.context = frame.knownText(of: .context)
    transfer.row.exten = frame.knownText(named: "Extension")
    transfer.row.destination = "extension"
    transfer.row.startedAt = time
    transfer.row.endedAt = time
    transfer.row.result = frame.knownText(of: .result)
    transfer.row.outcome = isDone && !seen.isInvalid ? "completed" : "failed"
    transfer.isPlaced = seen.isPlaced
    transfer.hasRun = seen.hasRun
    transfer.isSettled = !isDone
    let slot = open(transfer, at: time)
    if isDone { noteTransferred(slot) }
    dropIfForgotten(slot)
    guard let transferee = transfer.transferee, isDone else { return }
    channels[transferee].features.isTransferred = false
    channels[transferee].features.isReferred = false
    channels[transferee].features.isPlaced = false
    channels[transferee].features.hasRun = false
    channels[transferee].features.isInvalid = false
    if let parking = channels[transferee].features.parkings.first {
      settle(slot, "parking", features.parkings[parking].row.lot)
    } else if seen.hasRun {
      nameArrival(of: slot, transferee)
    }
  }

  /// The event may come after the transferred channel has arrived: in a queue, in a conference.
  private mutating func nameArrival(of slot: Int, _ transferee: Int) {
    if let visit = queueing.visitByChannel[transferee], queueing.visits[visit].phase == .waiting {
      features.transfers[slot].row.application = "Queue"
      settle(slot, "queue", channels[transferee].features.queue)
    } else if channels[transferee].features.member != nil {
      features.transfers[slot].row.application = "ConfBridge"
      settle(slot, "conference", channels[transferee].features.conference)
    }
  }

  /// A REFER marks the transferred channel; feature codes say that they come from within.
  private func blindMethod(_ frame: borrowing Frame, _ seen: ChannelFeatures) -> String? {
    if frame.text(named: "IsExternal") == "No" { return "feature" }
    if seen.isReferred { return "refer" }
    return seen.isTransferred ? "action" : nil
  }

  mutating func attendedTransfer(_ frame: borrowing Frame, at time: Instant) {
    let isDone = frame.has(.result, "Success")
    let parties: [HeaderName] = [
      .origTransfererUniqueid, .secondTransfererUniqueid, .transfereeUniqueid,
      .transferTargetUniqueid,
    ]
    if isDone {
      transferIntoQueue(frame)
      join(frame, parties, at: time)
    }
    let transferer = knownChannel(frame, .origTransfererUniqueid)
    let second = knownChannel(frame, .secondTransfererUniqueid)
    let isOneChannel =
      frame.text(of: .origTransfererUniqueid) == frame.text(of: .secondTransfererUniqueid)
    let slot =
      transferer.flatMap { isOneChannel ? consultation(of: $0) : nil }
      ?? openAttended(frame, isOneChannel, transferer, at: time)
    features.transfers[slot].row.endedAt = max(
      time, features.transfers[slot].row.startedAt)
    features.transfers[slot].row.result = frame.knownText(of: .result)
    features.transfers[slot].row.outcome = isDone ? "completed" : "failed"
    features.transfers[slot].row.targetStatus = nil
    features.transfers[slot].row.destType = frame.knownText(named: "DestType")
    features.transfers[slot].row.application = frame.knownText(named: "DestApp")
    features.transfers[slot].row.bridgeID = frame.knownText(named: "DestBridgeUniqueid")
      .flatMap { bridgeByUniqueid[$0] }.map { bridges[$0].row.id }
    features.transfers[slot].isSettled = true
    take(part: \.second, in: slot, isOneChannel ? nil : second)
    take(part: \.transferee, in: slot, knownChannel(frame, .transfereeUniqueid))
    take(part: \.target, in: slot, knownChannel(frame, .transferTargetUniqueid))
    nameDestination(of: slot, second)
    if isDone, features.transfers[slot].row.kind != "three-way" { noteTransferred(slot) }
    if let transferee = features.transfers[slot].transferee {
      entersUnannounced(transferee, at: time)
    }
    dropIfForgotten(slot)
  }

  private mutating func openAttended(
    _ frame: borrowing Frame, _ isOneChannel: Bool, _ transferer: Int?, at time: Instant
  ) -> Int {
    var transfer = LiveTransfer()
    transfer.transferer = transferer
    transfer.transferee = knownChannel(frame, .transfereeUniqueid)
    transfer.row.method = isOneChannel ? "feature" : "refer"
    transfer.row.transferer = frame.knownText(named: "OrigTransfererChannel")
    if !isOneChannel {
      // What it dialled; the event has where it is by now.
      let second = knownChannel(frame, .secondTransfererUniqueid).map { channels[$0].row }
      transfer.row.context =
        second?.context ?? frame.knownText(named: "SecondTransfererContext")
      transfer.row.exten = second?.exten ?? frame.knownText(named: "SecondTransfererExten")
    }
    transfer.row.startedAt = time
    return open(transfer, at: time)
  }

  /// Which kind an attended transfer was, and where it went, by DestType and by what the target
  /// did.
  private mutating func nameDestination(of slot: Int, _ second: Int?) {
    let transfer = features.transfers[slot]
    let application = transfer.row.application
    let isRinging =
      application == "Dial"
      || transfer.target.map { channels[$0].row.answeredAt == nil } ?? false
    features.transfers[slot].row.kind =
      transfer.row.destType == "Threeway" ? "three-way" : isRinging ? "blonde" : "attended"
    let seen = second.map { channels[$0].features }
    switch (transfer.row.destType, application) {
    case ("App", "Queue"): settle(slot, "queue", seen?.queue)
    case ("App", "ConfBridge"), ("App", "MeetMe"): settle(slot, "conference", seen?.conference)
    case ("App", "Dial"): settle(slot, "extension", nil)
    case ("App", _): settle(slot, "application", nil)
    default: settle(slot, "channel", nil)
    }
  }

  // MARK: Consultations by feature code

  /// A Local channel is made to the target of an attended transfer.
  mutating func consultationBegins(_ frame: borrowing Frame, at time: Instant) {
    guard let target = knownChannel(frame, .uniqueid), !channels[target].isFarHalf,
      channels[target].row.technology == "Local", let name = frame.knownText(of: .value),
      let transferer = slot(named: name),
      !channels[target].features.transfers.contains(where: {
        features.transfers[$0].target == target
      })
    else { return }
    var transfer = LiveTransfer()
    transfer.transferer = transferer
    transfer.target = target
    transfer.row.kind = "attended"
    transfer.row.method = channels[transferer].features.isAsked ? "action" : "feature"
    channels[transferer].features.isAsked = false
    transfer.row.transferer = name
    transfer.row.context = frame.knownText(of: .context)
    transfer.row.exten = frame.knownText(of: .exten)
    transfer.row.destination = "extension"
    transfer.row.startedAt = time
    if let member = channels[transferer].member {
      let others = bridges[members[member].bridge].members.filter { $0 != member }
      if others.count == 1 { transfer.transferee = members[others[0]].channel }
    }
    _ = open(transfer, at: time)
  }

  /// The consultation of a channel of which no event told yet that it became a transfer.
  private func consultation(of transferer: Int) -> Int? {
    channels[transferer].features.transfers.last {
      features.transfers[$0].transferer == transferer && features.transfers[$0].row.result == nil
        && features.transfers[$0].row.kind == "attended"
    }
  }

  /// The Local channel of a consultation gives way to what it leads to.
  mutating func noteSwap(_ frame: borrowing Frame, at time: Instant) {
    guard let gone = knownChannel(frame, .swapUniqueid),
      let channel = knownChannel(frame, .uniqueid)
    else { return }
    for slot in channels[gone].features.transfers
    where features.transfers[slot].target == gone && features.transfers[slot].row.outcome == nil {
      take(part: \.target, in: slot, channel)
    }
  }

  /// How a dial ended that the target's Local channel made.
  mutating func noteTargetStatus(_ frame: borrowing Frame) {
    guard let far = knownChannel(frame, .uniqueid), let near = channels[far].partner,
      let status = frame.knownText(of: .dialStatus), status != "ANSWER"
    else { return }
    for slot in channels[near].features.transfers
    where features.transfers[slot].target == near && features.transfers[slot].row.result == nil {
      features.transfers[slot].row.targetStatus = status
      features.transfers.touch(slot)
    }
  }

  // MARK: Keeping

  mutating func open(_ transfer: LiveTransfer, at time: Instant) -> Int {
    var transfer = transfer
    transfer.row.id = features.transferIDs.next(serverID)
    transfer.row.serverID = serverID
    transfer.row.callID = (transfer.transferer ?? transfer.transferee).map {
      calls[currentCall(of: $0)].row.id
    }
    let parts = (transfer.transferer, transfer.transferee, transfer.target)
    transfer.transferer = nil
    transfer.transferee = nil
    transfer.target = nil
    let slot = features.transfers.insert(transfer)
    if let transferer = parts.0 { releaseSettled(of: transferer, at: time) }
    if let transferee = parts.1 { settleAll(of: transferee) }
    take(part: \.transferer, in: slot, parts.0)
    take(part: \.transferee, in: slot, parts.1)
    take(part: \.target, in: slot, parts.2)
    features.transfers.touch(slot)
    return slot
  }

  /// Of a transfer without a known channel nothing more will come.
  private mutating func dropIfForgotten(_ slot: Int) {
    if features.transfers[slot].isForgotten { features.leavingTransfers.append(slot) }
  }

  /// A channel takes part in a transfer.
  mutating func take(
    part: WritableKeyPath<LiveTransfer, Int?>, in slot: Int, _ channel: Int?
  ) {
    guard let channel else { return }
    features.transfers[slot][keyPath: part] = channel
    features.transfers[slot].setIDs { channels[$0].row.id }
    if !channels[channel].features.transfers.contains(slot) {
      channels[channel].features.transfers.append(slot)
    }
    features.transfers.touch(slot)
  }

  /// What a transferred channel does once it is transferred again says nothing of the time before.
  private mutating func settleAll(of transferee: Int) {
    for slot in channels[transferee].features.transfers
    where features.transfers[slot].transferee == transferee {
      features.transfers[slot].isSettled = true
    }
  }

  /// A channel that transfers all day is not to hold all its transfers.
  private mutating func releaseSettled(of transferer: Int, at time: Instant) {
    for slot in channels[transferer].features.transfers
    where features.transfers[slot].transferer == transferer
      && (features.transfers[slot].row.endedAt ?? .last) < time - Self.lingerTime
    {
      channels[transferer].features.transfers.removeFirst(of: slot)
      release(slot, transferer, at: time)
    }
  }

  /// A channel is held no more, or not for this transfer.
  mutating func release(_ slot: Int, _ channel: Int, at time: Instant) {
    features.transfers[slot].forget(channel)
    guard features.transfers[slot].isForgotten else { return }
    if features.transfers[slot].row.outcome == nil {
      features.transfers[slot].row.outcome = "unknown"
      features.transfers[slot].row.endedAt = channels[channel].row.endedAt ?? time
      features.transfers.touch(slot)
    }
    features.leavingTransfers.append(slot)
  }
}

extension LiveTransfer {
  /// Whether no channel of it is held any more.
  var isForgotten: Bool {
    transferer == nil && second == nil && transferee == nil && target == nil
  }

  mutating func forget(_ channel: Int) {
    if transferer == channel { transferer = nil }
    if second == channel { second = nil }
    if transferee == channel { transferee = nil }
    if target == channel { target = nil }
  }

  /// Writes the ids of the channels that are held into the row.
  mutating func setIDs(_ id: (Int) -> Int64) {
    if let transferer { row.transfererID = id(transferer) }
    if let second { row.secondID = id(second) }
    if let transferee { row.transfereeID = id(transferee) }
    if let target { row.targetID = id(target) }
  }
}
