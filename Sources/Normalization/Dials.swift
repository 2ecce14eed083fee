import AMI

extension Normalizer {
  mutating func dialBegin(_ frame: borrowing Frame, at time: Instant) {
    guard let dest = channel(frame, .dest, at: time) else { return }
    let source = channel(frame, .main, at: time)
    noteLinkedid(frame, .dest, at: time)
    update(dest, frame, .dest, at: time)
    if let source {
      join(source, dest, at: time)
      becomesConduit(source)
    }
    noteDialled(dest)
    noteCallee(dest, talks: false)
    callGoesOn(channels[dest].call)
    if let unfinished = channels[dest].dial { end(unfinished, status: nil, at: time) }
    var dial = LiveDial()
    dial.row.id = counters.dials.next(serverID)
    dial.row.serverID = serverID
    dial.row.callID = calls[channels[dest].call].row.id
    dial.row.channelID = source.map { channels[$0].row.id }
    dial.row.destChannelID = channels[dest].row.id
    dial.row.dialString = frame.knownText(of: .dialString)
    dial.row.startedAt = time
    dial.dest = dest
    let slot = dials.insert(dial)
    dials.touch(slot)
    channels[dest].dial = slot
    ringingBegins(dest, at: time)
    if let ended = channels[dest].row.endedAt { end(slot, status: nil, at: max(ended, time)) }
  }

  mutating func dialState(_ frame: borrowing Frame, at time: Instant) {
    guard let dest = knownChannel(frame, .destUniqueid) else { return }
    update(dest, frame, .dest, at: time)
    guard let dial = channels[dest].dial, dials[dial].row.ringingAt == nil,
      frame.has(.dialStatus, "RINGING")
    else { return }
    dials[dial].row.ringingAt = max(time, dials[dial].row.startedAt)
    dials.touch(dial)
  }

  mutating func dialEnd(_ frame: borrowing Frame, at time: Instant) {
    guard let dest = knownChannel(frame, .destUniqueid) else { return }
    noteLinkedid(frame, .dest, at: time)
    update(dest, frame, .dest, at: time)
    guard let dial = channels[dest].dial else { return }
    let status = frame.knownText(of: .dialStatus)
    dials[dial].row.forward = frame.knownText(of: .forward)
    if status != "ANSWER" { calls[channels[dest].call].dialStatus = status }
    end(dial, status: status, at: time)
    noteUnanswered(dest, status)
    if let offer = queueing.offerByDest[dest] { endRinging(offer, status: status, at: time) }
  }

  /// Ends a dial; without a status when its DialEnd never came.
  mutating func end(_ dial: Int, status: String?, at time: Instant) {
    dials[dial].row.status = status
    dials[dial].row.endedAt = max(time, dials[dial].row.startedAt)
    dials.touch(dial)
    channels[dials[dial].dest].dial = nil
    ringingEnds(dials[dial].dest, at: time)
  }
}
