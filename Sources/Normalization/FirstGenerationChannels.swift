import AMI

// Channels as Asterisk before 12 tells them.
//
// **Source:** main/channel.c, `__ast_channel_alloc_ap`, `ast_setstate`, `report_new_callerid`,
// `ast_change_name`, `ast_do_masquerade`, `ast_hangup`; main/pbx.c, `pbx_extension_helper`.

/// How the names of channels begin that Asterisk makes only to move another channel into them.
///
/// **Source:** main/pbx.c, `ast_async_goto`; main/features.c, `masq_park_call`, `action_bridge` and
/// `builtin_atxfer`; channels/chan_sip.c, `sip_park`.
private let placeholderNames = [
  "AsyncGoto/", "Parked/", "Bridge/", "Transfered/", "Parking/", "SIPPeer/",
]

/// States by their names: Asterisk 1.4 gives no number.
///
/// **Source:** main/channel.c, `ast_state2str`; include/asterisk/channel.h.
private let stateNumbers: [String: Int] = [
  "Down": 0, "Rsrvd": 1, "OffHook": 2, "Dialing": 3, "Ring": 4, "Ringing": 5, "Up": 6, "Busy": 7,
  "Dialing Offhook": 8, "Pre-ring": 9,
]

extension Normalizer {
  mutating func oldNewchannel(_ frame: borrowing Frame, at time: Instant) {
    guard let uniqueid = frame.text(of: .uniqueid) else { return }
    noteSerial(uniqueid, at: time)
    let name = frame.text(of: .channel) ?? ""
    if placeholderNames.contains(where: { name.hasPrefix($0) }) {
      if firstGeneration.placeholders.count >= FirstGeneration.placeholdersMax {
        firstGeneration.placeholders.removeFirst()
      }
      return firstGeneration.placeholders.append(uniqueid)
    }
    apply(.newchannel, inNewWords(.newchannel, frame), at: time)
  }

  mutating func oldNewstate(_ event: Event, _ frame: borrowing Frame, at time: Instant) {
    if let uniqueid = frame.text(of: .uniqueid), firstGeneration.placeholders.contains(uniqueid) {
      return
    }
    let told = inNewWords(event, frame)
    apply(event, told, at: time)
    guard event == .newstate, !firstGeneration.reaches.isEmpty,
      let slot = knownChannel(frame, .uniqueid)
    else { return }
    switch told.integer(of: .channelState, in: Number.int) {
    case 5: reachRings(slot, at: time)
    case 6: reachIsAnswered(slot, at: time)
    default: break
    }
  }

  /// The same event with the state as a number, and the caller under the name of later versions.
  private func inNewWords(_ event: Event, _ frame: borrowing Frame) -> Frame {
    var words = FrameWriter(event: event.rawValue)
    let hasNumber = frame.range(of: .channelState) != nil
    words.copyAll(
      of: frame,
      renaming: hasNumber
        ? [.callerID: "CallerIDNum"] : [.callerID: "CallerIDNum", .state: "ChannelStateDesc"])
    if !hasNumber, let state = frame.text(of: .state).flatMap({ stateNumbers[$0] }) {
      words.add("ChannelState", String(state))
    }
    return words.finish()
  }

  mutating func oldNewexten(_ frame: borrowing Frame, at time: Instant) {
    var words = FrameWriter(event: "Newexten")
    words.copyAll(of: frame)
    let exten = frame.text(named: "Extension") ?? ""
    words.add("Exten", exten)
    if !firstGeneration.reaches.isEmpty, exten != "h", let slot = knownChannel(frame, .uniqueid) {
      // It goes on behind what it dialled.
      resolveReaches(of: slot, "NOANSWER", at: time)
    }
    apply(.newexten, words.finish(), at: time)
  }

  // MARK: Masquerades

  /// A masquerade moves the clone into the original: the original takes the clone's name, the clone
  /// becomes a zombie of the original's name, and both keep their uniqueids. What goes on under the
  /// clone's name is the clone to us.
  mutating func oldRename(_ frame: borrowing Frame, at time: Instant) {
    guard let uniqueid = frame.text(of: .uniqueid), let name = frame.text(of: .newname) else {
      return
    }
    if name.hasSuffix("<MASQ>") {
      if firstGeneration.masquerades.count >= FirstGeneration.masqueradesMax {
        firstGeneration.masquerades.removeFirst()
      }
      firstGeneration.masquerades.append(
        FirstGeneration.Masquerade(name: String(name.dropLast(6)), uniqueid: uniqueid))
    } else if name.hasSuffix("<ZOMBIE>") {
      firstGeneration.masquerades.removeAll { $0.uniqueid == uniqueid }
    } else if let masquerade = firstGeneration.masquerades.last(where: {
      $0.name == name && $0.uniqueid != uniqueid
    }) {
      move(masquerade.uniqueid, into: uniqueid, at: time)
    } else if let slot = channelByUniqueid[uniqueid], channels[slot].row.endedAt == nil {
      channelsByName.remove(slot, of: channels[slot].row.name)
      channels[slot].row.name = name
      channels.touch(slot)
      let others = channelsByName[name] ?? []
      let place = others.firstIndex { channels[$0].row.id > channels[slot].row.id }
      channelsByName[name, default: []].insert(slot, at: place ?? others.endIndex)
    }
  }

  /// The channel that is known by one uniqueid is known by another from now on, and takes the place
  /// of the one that was.
  private mutating func move(_ cloneID: String, into originalID: String, at time: Instant) {
    let clone = channelByUniqueid[cloneID]
    let original = channelByUniqueid[originalID]
    let isPlaceholder = firstGeneration.placeholders.contains(originalID)
    firstGeneration.placeholders.removeAll { $0 == originalID }
    guard let clone else { return }
    guard let original, !isPlaceholder else {
      dissolvePair(of: clone, at: time)
      name(cloneID, nil)
      return name(originalID, clone)
    }
    if let transfer = attendedTransfer(original, clone) {
      apply(.attendedTransfer, transfer, at: time)
    }
    firstGeneration.reaches.removeAll { $0.dest == original && !$0.isAnswered }
    takePlace(of: original, clone, at: time)
    name(originalID, clone)
    name(cloneID, original)
  }

  /// What Asterisk does with the original it does with the clone from now on.
  private mutating func takePlace(of original: Int, _ clone: Int, at time: Instant) {
    let talk = queueing.talkByAgent.removeValue(forKey: original)
    dissolvePair(of: clone, at: time)
    if let talk { queueing.talkByAgent[original] = talk }
    if let member = channels[original].member {
      let bridge = members[member].bridge
      var words = FrameWriter(event: "BridgeEnter")
      words.add("BridgeUniqueid", bridges[bridge].row.bridgeUniqueid)
      words.add("Channel", channels[clone].row.name)
      words.add("Uniqueid", uniqueidNow(clone))
      words.add("SwapUniqueid", uniqueidNow(original))
      apply(.bridgeEnter, words.finish(), at: time)
      leave(member, at: time)
    }
    if let visit = queueing.visitByChannel[original], queueing.visits[visit].phase == .waiting {
      move(visit, to: clone)
    }
    for place in firstGeneration.reaches.indices
    where firstGeneration.reaches[place].source == original {
      firstGeneration.reaches[place].source = clone
    }
    join(original, clone, at: time)
  }

  /// A uniqueid means this channel from now on; nil for none that matters.
  private mutating func name(_ uniqueid: String, _ slot: Int?) {
    firstGeneration.aliases.removeAll {
      $0.uniqueid == uniqueid || (slot != nil && $0.slot == slot)
    }
    channelByUniqueid[uniqueid] = slot
    if let slot, channels[slot].row.uniqueid == uniqueid { return }
    firstGeneration.aliases.append(FirstGeneration.Alias(uniqueid: uniqueid, slot: slot))
  }

  /// The end of what a masquerade left over: of the original, or of nothing.
  mutating func oldHangup(_ frame: borrowing Frame, at time: Instant) {
    guard let uniqueid = frame.text(of: .uniqueid) else { return }
    firstGeneration.placeholders.removeAll { $0 == uniqueid }
    if let slot = channelByUniqueid[uniqueid] {
      noteReachEnds(slot, cause: frame.integer(of: .cause, in: Number.int), at: time)
      return apply(.hangup, frame, at: time)
    }
    guard frame.endsInBracket else { return apply(.hangup, frame, at: time) }
    firstGeneration.aliases.removeAll { $0.uniqueid == uniqueid && $0.slot == nil }
    channelByUniqueid[uniqueid] = heldChannel(announcedAs: uniqueid)
  }

  /// Nothing more comes about a channel: what was announced with its uniqueid has it back.
  mutating func firstGenerationForgets(_ slot: Int) {
    firstGeneration.transferers.removeAll { $0 == slot }
    for place in firstGeneration.reaches.indices
    where firstGeneration.reaches[place].dest == slot {
      firstGeneration.reaches[place].dest = nil
    }
    for alias in firstGeneration.aliases where alias.slot == slot {
      channelByUniqueid[alias.uniqueid] = heldChannel(announcedAs: alias.uniqueid)
    }
    firstGeneration.aliases.removeAll { $0.slot == slot }
  }

  func heldChannel(announcedAs uniqueid: String) -> Int? {
    channels.used.filter { channels[$0].row.uniqueid == uniqueid && !channels[$0].isExpired }
      .max { channels[$0].row.id < channels[$1].row.id }
  }

  /// Puts the uniqueids back that mean other channels than those announced with them.
  mutating func makeAliases() {
    for alias in firstGeneration.aliases { channelByUniqueid[alias.uniqueid] = alias.slot }
  }

  // MARK: Restarts

  /// FullyBooted tells no Uptime before Asterisk 12. But the serials in uniqueids begin again: one
  /// that is smaller than the last of the session before is of a server that was started anew.
  private mutating func noteSerial(_ uniqueid: String, at time: Instant) {
    guard let dot = uniqueid.lastIndex(of: "."),
      let serial = Number.integer(uniqueid[uniqueid.index(after: dot)...], in: Number.serial)
    else { return }
    if firstGeneration.session != session.number, serial <= firstGeneration.serial {
      session.restarts += 1
      closeWhatRestartEnded(openedBefore: session.number, at: session.endedAt)
      firstGeneration.serial = serial
    }
    firstGeneration.session = session.number
    firstGeneration.serial = max(serial, firstGeneration.serial)
  }
}
