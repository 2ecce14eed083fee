import AMI

// Calls are the sets that remain when channels that belong together are joined: a union-find over
// the live channels. Asterisk's linkedid alone does not do: it changes as channels are bridged, and
// some joins (an attended transfer, a pickup) never show in it.

extension Normalizer {
  /// Puts a new channel into the call of its linkedid, or into a call of its own.
  mutating func assignCall(to slot: Int, at time: Instant) {
    let shown = channels[slot].row.linkedid
    let linkedid = shown.flatMap { agentLogins.linkedids.contains($0) ? nil : $0 }
    if let linkedid, let call = callByLinkedid[linkedid] {
      add(slot, to: call)
      return
    }
    var call = LiveCall()
    call.row.id = counters.calls.next(serverID)
    call.row.serverID = serverID
    call.row.linkedid = shown
    call.row.startedAt = time
    call.row.dialled = channels[slot].row.exten
    call.firstChannel = channels[slot].row.id
    if !options.trunks.isEmpty { call.row.direction = isTrunk(slot) ? "inbound" : "internal" }
    if let linkedid { call.linkedids = [linkedid] }
    let callSlot = calls.insert(call)
    if let linkedid { callByLinkedid[linkedid] = callSlot }
    add(slot, to: callSlot)
  }

  /// The latest channels of a call about which more may come. Those that are over stay in the list
  /// until their rows are written, and that must change nothing.
  func latestChannels(of call: Int) -> some Sequence<Int> {
    calls[call].channels.lazy.filter { [channels] in !channels[$0].isExpired }
      .suffix(Ceilings.lookedThrough)
  }

  private mutating func add(_ slot: Int, to call: Int) {
    channels[slot].call = call
    calls[call].channels.append(slot)
    calls[call].open += 1
    calls[call].held += 1
    reopen(call)
    calls[call].row.startedAt = min(calls[call].row.startedAt, channels[slot].row.startedAt)
    if channels[slot].row.counts {
      calls[call].row.channels += 1
      if calls[call].caller == 0 { calls[call].caller = channels[slot].row.id }
    }
    if channels[slot].row.openedBy == "snapshot" { noteOldest(slot) }
    calls.touch(call)
  }

  /// An event shows a channel's linkedid: the same linkedid at any time is the same call, but for
  /// those that agents on the line hand from one caller to the next.
  @inline(__always)
  mutating func noteLinkedid(
    _ frame: borrowing Frame, _ headers: ChannelHeaders, at time: Instant
  ) {
    guard frame.range(of: headers.linkedid) != nil,
      let slot = knownChannel(frame, headers.uniqueid)
    else { return }
    channels[slot].seenAt = time
    guard
      !(channels[slot].row.linkedid.map { frame.has(headers.linkedid, $0.utf8) } ?? false),
      let linkedid = frame.knownText(of: headers.linkedid)
    else { return }
    channels[slot].row.linkedid = linkedid
    channels.touch(slot)
    if channels[slot].isAgent { agentLogins.linkedids.insert(linkedid) }
    if agentLogins.linkedids.contains(linkedid) { return }
    let call = channels[slot].call
    if let other = callByLinkedid[linkedid] {
      if other != call { unite(call, other, at: time) }
    } else {
      callByLinkedid[linkedid] = call
      calls[call].linkedids.append(linkedid)
      calls.touch(call)
    }
  }

  /// Joins the calls of all channels that these headers name and that are held.
  mutating func join(_ frame: borrowing Frame, _ uniqueids: [HeaderName], at time: Instant) {
    var first: Int?
    for uniqueid in uniqueids {
      guard let slot = knownChannel(frame, uniqueid), joinedCall(of: slot) != nil else { continue }
      if let first { join(first, slot, at: time) } else { first = slot }
    }
  }

  /// Joins the calls of two channels.
  mutating func join(_ slot: Int, _ other: Int, at time: Instant) {
    guard let call = joinedCall(of: slot), let otherCall = joinedCall(of: other) else { return }
    if call != otherCall { unite(call, otherCall, at: time) }
  }

  /// Two calls turn out to be one: the smaller id stays.
  private mutating func unite(_ call: Int, _ other: Int, at time: Instant) {
    let (kept, gone) = calls[call].row.id < calls[other].row.id ? (call, other) : (other, call)
    let keptID = calls[kept].row.id
    let goneID = calls[gone].row.id
    for slot in calls[gone].channels {
      channels[slot].call = kept
      channels.touch(slot)
    }
    for linkedid in calls[gone].linkedids { callByLinkedid[linkedid] = kept }
    let old = calls[gone]
    calls[kept].channels += old.channels
    calls[kept].linkedids += old.linkedids
    calls[kept].open += old.open
    calls[kept].held += old.held
    calls[kept].row.channels += old.row.channels
    calls[kept].row.startedAt = min(calls[kept].row.startedAt, old.row.startedAt)
    if let status = old.dialStatus { calls[kept].dialStatus = status }
    if calls[kept].row.direction == "internal" { calls[kept].row.direction = old.row.direction }
    reopen(kept)
    calls[kept].take(old)
    calls.touch(kept)
    calls.discard(gone)
    mergedCalls[goneID] = keptID
    merges.append(
      CallMergeRow(id: goneID, serverID: serverID, callID: keptID, mergedAt: time))
    if calls[kept].open == 0 { finish(kept) }
  }

  /// The id of the call that this one is part of by now.
  func currentCallID(_ id: Int64) -> Int64 {
    var id = id
    while let kept = mergedCalls[id] { id = kept }
    return id
  }

  /// What belonged to calls that became part of others belongs to these from now on: done once for
  /// all that were merged since the rows were last written, however much lives.
  mutating func settleMerges() {
    guard !merges.isEmpty else { return }
    for place in merges.indices.reversed() {
      // A later merge may have taken the kept one with it.
      merges[place].callID = mergedCalls[merges[place].callID] ?? merges[place].callID
      mergedCalls[merges[place].id] = merges[place].callID
    }
    for slot in dials.used {
      guard let kept = mergedCalls[dials[slot].row.callID] else { continue }
      dials[slot].row.callID = kept
      dials.touch(slot)
    }
    for slot in bridges.used {
      guard let kept = bridges[slot].row.callID.flatMap({ mergedCalls[$0] }) else { continue }
      bridges[slot].row.callID = kept
      bridges.touch(slot)
    }
    for slot in features.transfers.used {
      guard let kept = features.transfers[slot].row.callID.flatMap({ mergedCalls[$0] }) else {
        continue
      }
      features.transfers[slot].row.callID = kept
      features.transfers.touch(slot)
    }
    for slot in queueing.visits.used {
      guard let kept = queueing.visits[slot].row.callID.flatMap({ mergedCalls[$0] }) else {
        continue
      }
      queueing.visits[slot].row.callID = kept
      queueing.visits.touch(slot)
    }
    mergedCalls.removeAll(keepingCapacity: true)
  }

  // MARK: Results

  /// Whether a channel leads to another network.
  func isTrunk(_ slot: Int) -> Bool {
    guard let endpoint = channels[slot].row.endpoint else { return false }
    return options.trunks.contains("\(channels[slot].row.technology)/\(endpoint)")
  }

  /// A channel is dialled: when it leads to another network, so does the call, unless it came from
  /// there.
  mutating func noteDialled(_ slot: Int) {
    let call = channels[slot].call
    guard calls[call].row.direction == "internal", isTrunk(slot) else { return }
    calls[call].row.direction = "outbound"
    calls.touch(call)
  }

  /// Two parties are connected: the call of this channel is answered. That they are in a bridge
  /// may show later only.
  mutating func connected(_ slot: Int, at time: Instant, isSeen: Bool) {
    let call = channels[slot].call
    guard calls[call].connectedAt == nil else { return }
    calls[call].connectedAt = max(time, calls[call].row.startedAt)
    calls[call].isConnectSeen = isSeen
    calls[call].row.answeredAt = calls[call].answeredAt
    calls[call].ring.halt(at: time)
    calls[call].row.ringTime = calls[call].ring.milliseconds
    calls.touch(call)
  }

  /// A channel of the call ended; when it was the last one, so did the call.
  mutating func channelClosed(_ slot: Int, at time: Instant) {
    let call = channels[slot].call
    calls[call].open -= 1
    calls[call].lastEnd = max(calls[call].lastEnd, time)
    if calls[call].open == 0 { finish(call) }
  }

  private mutating func finish(_ call: Int) {
    calls[call].row.endedAt = max(calls[call].lastEnd, calls[call].row.startedAt)
    calls[call].row.answeredAt = calls[call].answeredAt
    let isUp = calls[call].connectedAt != nil || calls[call].upAt != nil
    let isKnown = calls[call].ending.party != .unobserved || isUp
    calls[call].row.disposition = isKnown ? disposition(of: calls[call]) : nil
    calls[call].row.endedBy = endedBy(calls[call])
    let isTold = calls[call].ending.causeChannel != nil
    calls[call].row.cause = isTold ? calls[call].ending.cause : calls[call].firstCause
    calls[call].row.causeChannelID =
      isTold ? calls[call].ending.causeChannel : calls[call].firstCauseChannel
    calls.touch(call)
  }

  /// What showed at its end shows no more: it goes on.
  private mutating func reopen(_ call: Int) {
    guard calls[call].row.endedAt != nil else { return }
    calls[call].row.endedAt = nil
    calls[call].row.disposition = nil
    calls[call].row.endedBy = nil
    calls[call].row.cause = nil
    calls[call].row.causeChannelID = nil
  }

  /// Who ended a call. What nobody asked for the server did by itself.
  private func endedBy(_ call: borrowing LiveCall) -> String? {
    let isUnasked = call.ending.party == .none && session.facts.tellsHangupRequests
    return isUnasked ? "system" : call.ending.word
  }

  private func disposition(of call: borrowing LiveCall) -> String {
    if call.connectedAt != nil { return "answered" }
    if call.upAt != nil { return "self-service" }
    switch call.dialStatus {
    case "BUSY": return "busy"
    case "NOANSWER": return "no-answer"
    case "CANCEL": return "cancelled"
    case "CHANUNAVAIL", "CONGESTION": return "failed"
    default: break
    }
    // Nothing was dialled, or the dial did not say: the cause must do. include/asterisk/causes.h
    switch call.firstCause {
    case 17: return "busy"
    case 18, 19: return "no-answer"
    case nil, 0:
      // Nobody cancelled where the server ended it: an originate's time was up, or it went nowhere.
      guard endedBy(call) == "system" else { return "cancelled" }
      return call.firstCause != nil && call.wasDialled ? "no-answer" : "failed"
    case 16, 26: return "cancelled"
    default: return "failed"
    }
  }

  /// One of the call's channels is forgotten; with the last one the call is.
  mutating func release(_ call: Int) {
    calls[call].held -= 1
    guard calls[call].held == 0 else { return }
    for linkedid in calls[call].linkedids where callByLinkedid[linkedid] == call {
      callByLinkedid[linkedid] = nil
    }
    leavingCalls.append(call)
  }
}
