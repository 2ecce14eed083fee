import AMI

/// The headers that show one channel: the same set stands in events with different prefixes.
///
/// **Source:** main/manager_channels.c, `ast_manager_build_channel_state_string_prefix`.
struct ChannelHeaders {
  let channel: HeaderName
  let state: HeaderName
  let callerNumber: HeaderName
  let callerName: HeaderName
  let connectedNumber: HeaderName
  let accountCode: HeaderName
  let context: HeaderName
  let exten: HeaderName
  let uniqueid: HeaderName
  let linkedid: HeaderName

  static let main = ChannelHeaders(
    channel: .channel, state: .channelState, callerNumber: .callerIDNum, callerName: .callerIDName,
    connectedNumber: .connectedLineNum, accountCode: .accountCode, context: .context, exten: .exten,
    uniqueid: .uniqueid, linkedid: .linkedid)

  static let dest = ChannelHeaders(
    channel: .destChannel, state: .destChannelState, callerNumber: .destCallerIDNum,
    callerName: .destCallerIDName, connectedNumber: .destConnectedLineNum,
    accountCode: .destAccountCode, context: .destContext, exten: .destExten,
    uniqueid: .destUniqueid, linkedid: .destLinkedid)
}

/// ChannelState of a channel that is up. **Source:** include/asterisk/channelstate.h.
private let stateUp: Int64 = 6

extension Normalizer {
  mutating func newchannel(_ frame: borrowing Frame, at time: Instant) {
    guard let uniqueid = frame.text(of: .uniqueid) else { return }
    if let slot = channelByUniqueid[uniqueid], channels[slot].row.endedAt == nil {
      if channels[slot].session == session.number {
        isAnnounced(slot, at: time)
        return update(slot, frame, .main, at: time)
      }
      // The one of that name ended unobserved.
      closeInGap(slot)
    }
    open(uniqueid, frame, .main, by: "newchannel", at: time)
  }

  mutating func newstate(_ frame: borrowing Frame, at time: Instant) {
    guard let slot = channel(frame, .main, at: time) else { return }
    update(slot, frame, .main, at: time)
  }

  /// The first extension that a channel enters is what it dialled; where Newchannel tells it, that
  /// counts.
  mutating func newexten(_ frame: borrowing Frame) {
    guard let slot = knownChannel(frame, .uniqueid), channels[slot].row.exten == nil,
      let exten = frame.knownText(of: .exten)
    else { return }
    channels[slot].row.exten = exten
    channels[slot].row.context = frame.knownText(of: .context)
    channels.touch(slot)
    let call = channels[slot].call
    if calls[call].firstChannel == channels[slot].row.id {
      calls[call].row.dialled = exten
      calls.touch(call)
    }
  }

  mutating func hangup(_ frame: borrowing Frame, at time: Instant) {
    guard let slot = channel(frame, .main, at: time), channels[slot].row.endedAt == nil else {
      return
    }
    update(slot, frame, .main, at: time)
    channels[slot].row.cause = frame.integer(of: .cause, in: Number.int)
    channels[slot].row.causeText = frame.knownText(of: .causeText)
    channels[slot].row.techCause = frame.knownText(of: .techCause)
    noteCause(of: slot)
    close(slot, at: time, by: "hangup")
  }

  mutating func localBridge(_ frame: borrowing Frame, at time: Instant) {
    guard let near = knownChannel(frame, .localOneUniqueid),
      let far = knownChannel(frame, .localTwoUniqueid)
    else { return }
    pair(near, far)
    join(near, far, at: time)
  }

  // MARK: Finding

  /// The channel that a header names, when it is held.
  func knownChannel(_ frame: borrowing Frame, _ uniqueid: HeaderName) -> Int? {
    guard let text = frame.text(of: uniqueid) else { return nil }
    return channelByUniqueid[text]
  }

  /// The channel that an event shows; one that was never announced is opened as it is shown.
  mutating func channel(
    _ frame: borrowing Frame, _ headers: ChannelHeaders, at time: Instant
  ) -> Int? {
    guard let uniqueid = frame.text(of: headers.uniqueid) else { return nil }
    if let slot = channelByUniqueid[uniqueid] { return slot }
    guard !uniqueid.isEmpty, frame.range(of: headers.channel) != nil else { return nil }
    return open(uniqueid, frame, headers, by: "seen", at: time)
  }

  // MARK: Opening and changing

  @discardableResult
  mutating func open(
    _ uniqueid: String, _ frame: borrowing Frame, _ headers: ChannelHeaders, by openedBy: String,
    at time: Instant, since start: Instant? = nil
  ) -> Int {
    var channel = LiveChannel()
    channel.row.id = counters.channels.next(serverID)
    channel.row.serverID = serverID
    channel.row.uniqueid = uniqueid
    channel.row.name = frame.text(of: headers.channel) ?? ""
    channel.row.linkedid = frame.knownText(of: headers.linkedid)
    channel.row.openedBy = openedBy
    channel.row.startedAt = start ?? time
    channel.session = session.number
    channel.seenAt = time
    let name = ChannelName(channel.row.name)
    channel.row.technology = name.technology
    channel.row.endpoint = name.endpoint
    channel.isFarHalf = name.localPair?.half == 2
    channel.row.counts = !channel.isFarHalf
    // The near half of a Local channel is announced with the extension that its far half will
    // enter.
    if name.localPair == nil || openedBy == "snapshot" {
      channel.row.context = frame.knownText(of: headers.context)
      channel.row.exten = frame.knownText(of: headers.exten)
    }
    let slot = channels.insert(channel)
    channelByUniqueid[uniqueid] = slot
    channelsByName[channel.row.name, default: []].append(slot)
    if openedBy == "snapshot" { isListedAsAgent(slot, frame) }
    assignCall(to: slot, at: start ?? time)
    channels.touch(slot)
    if let localPair = name.localPair { findPartner(of: slot, in: localPair, at: time) }
    update(slot, frame, headers, at: time, isFirstSeen: openedBy != "newchannel")
    linkEarlyRecords(to: slot, at: time)
    linkParkings(to: slot)
    linkEarlyOriginates(to: slot, at: time)
    return slot
  }

  /// Takes over what a snapshot of a channel says. One that was first seen up has been so for a
  /// while.
  mutating func update(
    _ slot: Int, _ frame: borrowing Frame, _ headers: ChannelHeaders, at time: Instant,
    isFirstSeen: Bool = false
  ) {
    channels[slot].seenAt = time
    guard channels[slot].row.endedAt == nil else { return }
    if let state = frame.integer(of: headers.state, in: Number.int),
      channels[slot].row.state != state
    {
      channels[slot].row.state = state
      channels.touch(slot)
      if state == stateUp { cameUp(slot, at: time, isSeen: !isFirstSeen) }
    }
    let isNewNumber = channels[slot].row.callerNumber.fill(from: frame, headers.callerNumber)
    let isNewName = channels[slot].row.callerName.fill(from: frame, headers.callerName)
    if isNewNumber || isNewName {
      channels.touch(slot)
      noteParty(slot)
    }
    let isConnected = channels[slot].row.connectedNumber
      .replace(from: frame, headers.connectedNumber)
    let isCharged = channels[slot].row.accountCode.replace(from: frame, headers.accountCode)
    if isConnected || isCharged { channels.touch(slot) }
  }

  private mutating func cameUp(_ slot: Int, at time: Instant, isSeen: Bool) {
    guard channels[slot].row.answeredAt == nil else { return }
    let time = max(time, channels[slot].row.startedAt)
    channels[slot].row.answeredAt = time
    let call = channels[slot].call
    if channels[slot].row.counts, calls[call].upAt == nil {
      calls[call].upAt = time
      calls[call].isUpSeen = isSeen
    }
  }

  // MARK: Local channels

  private mutating func findPartner(
    of slot: Int, in localPair: (base: String, half: UInt8), at time: Instant
  ) {
    if let other = nearHalfByName.removeValue(forKey: localPair.base),
      channels[other].isFarHalf != channels[slot].isFarHalf
    {
      let far = channels[slot].isFarHalf ? slot : other
      pair(far == slot ? other : slot, far)
      join(slot, other, at: time)
    } else {
      nearHalfByName[localPair.base] = slot
    }
  }

  /// Two channels are the halves of one Local channel.
  private mutating func pair(_ near: Int, _ far: Int) {
    guard near != far, channels[near].partner != far else { return }
    channels[near].partner = far
    channels[far].partner = near
    channels[near].row.localChannelID = channels[far].row.id
    channels[far].row.localChannelID = channels[near].row.id
    channels.touch(near)
    channels.touch(far)
  }

  /// A channel dials or is bridged. When it is the far half of a Local channel, that one only leads
  /// to others, and its near half counts no more.
  mutating func becomesConduit(_ slot: Int) {
    guard channels[slot].isFarHalf, let near = channels[slot].partner, channels[near].row.counts
    else { return }
    channels[near].row.counts = false
    channels.touch(near)
    calls[channels[near].call].row.channels -= 1
    calls.touch(channels[near].call)
    isNoParty(near)
  }

  // MARK: Closing

  /// Ends a channel and what it takes part in. One that a list showed to be up, and that turns out
  /// to have ended in a gap before, ended when it was seen last.
  mutating func close(_ slot: Int, at lastTime: Instant, by closedBy: String) {
    let row = channels[slot].row
    let time = max(lastTime, row.startedAt, row.answeredAt ?? lastTime)
    channels[slot].row.endedAt = time
    channels[slot].row.closedBy = closedBy
    channelsByName.remove(slot, of: channels[slot].row.name)
    channels.touch(slot)
    noteLost(slot, by: closedBy)
    if firstGeneration.isSeen { firstGenerationClosed(slot, at: time, by: closedBy) }
    if let dial = channels[slot].dial { end(dial, status: nil, at: time) }
    if let member = channels[slot].member {
      leave(member, at: time, by: closedBy == "hangup" ? "event" : closedBy)
    }
    if let base = ChannelName(channels[slot].row.name).localPair?.base,
      nearHalfByName[base] == slot
    {
      nearHalfByName[base] = nil
    }
    featuresClosed(slot, at: time, by: closedBy)
    queueChannelClosed(slot, at: time, by: closedBy)
    ended.append(slot, at: time)
    channelClosed(slot, at: time)
  }

  /// Forgets channels that ended more than `lingerTime` ago.
  @inline(__always)
  mutating func expireEnded(at time: Instant) {
    while let slot = ended.next(before: time - Self.lingerTime) { expire(slot) }
  }

  /// Forgets as many of the channels that ended, the first ones, and those that ended with them.
  mutating func expireEnded(first count: Int) {
    guard let last = ended.time(ofFirst: count) else { return }
    while let slot = ended.next(before: last + .microseconds(1)) { expire(slot) }
  }

  private mutating func expire(_ slot: Int) {
    channels[slot].isOver = true
    if let partner = channels[slot].partner {
      // Its other half may still turn it into a conduit: it is kept until that one is done.
      if channels[partner].row.endedAt == nil { return }
      if channels[partner].isOver, !channels[partner].isExpired { forget(partner) }
    }
    if !channels[slot].isExpired { forget(slot) }
  }

  private mutating func forget(_ slot: Int) {
    channels[slot].isExpired = true
    featuresForgotten(slot)
    agentLoginForgets(slot)
    if let partner = channels[slot].partner { channels[partner].partner = nil }
    if channelByUniqueid[channels[slot].row.uniqueid] == slot {
      channelByUniqueid[channels[slot].row.uniqueid] = nil
    }
    queueForget(slot)
    if firstGeneration.isSeen { firstGenerationForgets(slot) }
    leavingChannels.append(slot)
    release(channels[slot].call)
  }
}

extension String? {
  /// Takes over a header's value unless it is unknown; says whether that changed anything.
  mutating func replace(from frame: borrowing Frame, _ header: HeaderName) -> Bool {
    if let self, frame.has(header, self.utf8) { return false }
    guard let value = frame.knownText(of: header) else { return false }
    self = value
    return true
  }

  /// Takes over a header's value while there is none; says whether that changed anything.
  mutating func fill(from frame: borrowing Frame, _ header: HeaderName) -> Bool {
    self == nil && replace(from: frame, header)
  }
}

extension Frame {
  /// The text of a header; nil where it is absent, empty or `<unknown>`.
  func knownText(of name: HeaderName) -> String? {
    value(of: name).flatMap { Text.decodeKnown($0) }
  }
}
