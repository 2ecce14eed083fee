import AMI

// Dials and bridges as Asterisk before 12 tells them.
//
// **Source:** apps/app_dial.c, `senddialevent` and `senddialendevent`; main/channel.c,
// `ast_channel_bridge` and `manager_bridge_event`; channels/chan_local.c, `local_call`.

extension Normalizer {
  // MARK: Dials

  /// Asterisk 1.4 tells only that a dial begins; later versions tell the end of the whole Dial,
  /// when the call is over.
  mutating func oldDial(_ frame: borrowing Frame, at time: Instant) {
    if frame.has(.subEvent, "End") {
      guard let source = knownChannel(frame, .uniqueid) else { return }
      let status = frame.knownText(of: .dialStatus)
      resolveReaches(of: source, status == "ANSWER" ? "CANCEL" : status, at: time)
      firstGeneration.reaches.removeAll { $0.source == source && $0.interface == nil }
      return
    }
    guard let dest = frame.text(of: .destUniqueid), let name = frame.text(of: .destination) else {
      return
    }
    var words = FrameWriter(event: "DialBegin")
    words.add("Channel", frame.text(of: .source) ?? frame.text(of: .channel))
    words.add("Uniqueid", frame.text(of: .srcUniqueid) ?? frame.text(of: .uniqueid))
    words.add("DestChannel", name)
    words.add("DestUniqueid", dest)
    words.copy(.dialString, of: frame)
    begin(words.finish(), interface: nil, at: time)
  }

  /// A dial begins whose end will not be told.
  mutating func begin(_ dial: Frame, interface: String?, at time: Instant) {
    apply(.dialBegin, dial, at: time)
    guard let source = knownChannel(dial, .uniqueid), let dest = knownChannel(dial, .destUniqueid),
      let slot = channels[dest].dial
    else { return }
    dials[slot].isKept = true
    firstGeneration.reaches.append(
      FirstGeneration.Reach(dial: slot, source: source, dest: dest, interface: interface))
  }

  mutating func reachRings(_ dest: Int, at time: Instant) {
    guard firstGeneration.reaches.contains(where: { $0.dest == dest && !$0.isAnswered }) else {
      return
    }
    apply(.dialState, dialMessage("DialState", dest, "RINGING"), at: time)
  }

  mutating func reachIsAnswered(_ dest: Int, at time: Instant) {
    guard
      let place = firstGeneration.reaches.firstIndex(where: { $0.dest == dest && !$0.isAnswered })
    else { return }
    firstGeneration.reaches[place].isAnswered = true
    settle(reach: place, "ANSWER", at: time)
  }

  /// The status of a dial is known.
  mutating func settle(reach place: Int, _ status: String?, at time: Instant) {
    let reach = firstGeneration.reaches[place]
    guard let dial = reach.dial else { return }
    firstGeneration.reaches[place].dial = nil
    dials[dial].isKept = false
    if let dest = reach.dest, channels[dest].dial == dial {
      if let status { apply(.dialEnd, dialMessage("DialEnd", dest, status), at: time) }
    } else {
      // It ended with its channel.
      dials[dial].row.status = status
      dials.touch(dial)
      if let status { calls[channels[reach.source].call].dialStatus = status }
      if let dest = reach.dest, let offer = queueing.offerByDest[dest] {
        endRinging(offer, status: status, at: time)
      }
    }
  }

  private func dialMessage(_ event: String, _ dest: Int, _ status: String) -> Frame {
    var words = FrameWriter(event: event)
    words.add("DestUniqueid", uniqueidNow(dest))
    words.add("DialStatus", status)
    return words.finish()
  }

  /// What became of the dials of this channel that are over shows now.
  mutating func resolveReaches(of source: Int, _ status: String?, at time: Instant) {
    for place in firstGeneration.reaches.indices
    where firstGeneration.reaches[place].source == source && firstGeneration.reaches[place].hasEnded
    {
      settle(reach: place, status, at: time)
    }
    firstGeneration.reaches.removeAll { $0.source == source && $0.hasEnded }
  }

  /// A channel is about to end, for this cause: what it says of the dial to it.
  ///
  /// **Source:** include/asterisk/causes.h, 17 and 34.
  mutating func noteReachEnds(_ dest: Int, cause: Int64?, at time: Instant) {
    for place in firstGeneration.reaches.indices
    where firstGeneration.reaches[place].dest == dest && firstGeneration.reaches[place].dial != nil
    {
      let source = firstGeneration.reaches[place].source
      let isElsewhere = firstGeneration.reaches.contains { $0.source == source && $0.isAnswered }
      switch cause {
      case 17: settle(reach: place, "BUSY", at: time)
      case 34: settle(reach: place, "CONGESTION", at: time)
      case _ where isElsewhere: settle(reach: place, "CANCEL", at: time)
      default: firstGeneration.reaches[place].hasEnded = true
      }
    }
  }

  /// A channel ended: so did the dials of it and to it. Why those to it ended may show later.
  mutating func firstGenerationClosed(_ slot: Int, at time: Instant, by closedBy: String) {
    tellTransfer(of: slot, at: time)
    resolveReaches(of: slot, closedBy == "hangup" ? "CANCEL" : nil, at: time)
    for place in firstGeneration.reaches.indices
    where firstGeneration.reaches[place].source == slot
      || closedBy != "hangup" && firstGeneration.reaches[place].dest == slot
    {
      settle(reach: place, nil, at: time)
    }
    firstGeneration.reaches.removeAll {
      $0.source == slot || $0.dest == slot && $0.dial == nil && !$0.isAnswered
    }
    dissolvePair(of: slot, at: time, by: closedBy == "hangup" ? "event" : closedBy)
  }

  // MARK: Bridges

  /// Two channels are bridged, or no longer. Repeated for the same two it says nothing.
  mutating func oldBridge(_ frame: borrowing Frame, isLink: Bool, at time: Instant) {
    guard let one = frame.text(of: .uniqueid1), let other = frame.text(of: .uniqueid2) else {
      return
    }
    guard isLink else {
      for uniqueid in [one, other] {
        if let slot = channelByUniqueid[uniqueid] { dissolvePair(of: slot, at: time) }
      }
      return
    }
    for uniqueid in [one, other] {
      if let slot = channelByUniqueid[uniqueid] { reachIsAnswered(slot, at: time) }
    }
    if let bridge = bridge(of: one), bridge == self.bridge(of: other) { return }
    for uniqueid in [one, other] {
      if let slot = channelByUniqueid[uniqueid] { dissolvePair(of: slot, at: time) }
    }
    let bridge = "\(one)/\(other)"
    for (uniqueid, channel) in [(one, HeaderName.channel1), (other, .channel2)] {
      var words = FrameWriter(event: "BridgeEnter")
      words.add("BridgeUniqueid", bridge)
      words.add("BridgeType", "basic")
      words.add("BridgeTechnology", frame.text(named: "Bridgetype"))
      words.copy(channel, of: frame, as: "Channel")
      words.add("Uniqueid", uniqueid)
      apply(.bridgeEnter, words.finish(), at: time)
      if let slot = bridgeByUniqueid[bridge] { bridges[slot].isPair = true }
    }
  }

  private func bridge(of uniqueid: String) -> Int? {
    channelByUniqueid[uniqueid].flatMap { channels[$0].member }.map { members[$0].bridge }
  }

  /// A bridge of two channels ends as one of them leaves it.
  mutating func dissolvePair(of slot: Int, at time: Instant, by closedBy: String = "event") {
    guard let member = channels[slot].member, bridges[members[member].bridge].isPair else { return }
    closeBridge(members[member].bridge, at: time, by: closedBy)
  }

  /// The other channel in a bridge of two.
  func bridgedPeer(of slot: Int) -> Int? {
    guard let member = channels[slot].member else { return nil }
    let others = bridges[members[member].bridge].members.filter { $0 != member }
    return others.count == 1 ? members[others[0]].channel : nil
  }

  mutating func oldLocalBridge(_ frame: borrowing Frame, at time: Instant) {
    var words = FrameWriter(event: "LocalBridge")
    words.copy(.uniqueid1, of: frame, as: "LocalOneUniqueid")
    words.copy(.uniqueid2, of: frame, as: "LocalTwoUniqueid")
    apply(.localBridge, words.finish(), at: time)
  }
}
