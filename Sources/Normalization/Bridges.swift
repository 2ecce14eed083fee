import AMI

extension Normalizer {
  mutating func bridgeCreate(_ frame: borrowing Frame, at time: Instant) {
    guard let uniqueid = frame.text(of: .bridgeUniqueid), bridgeByUniqueid[uniqueid] == nil else {
      return
    }
    update(openBridge(uniqueid, by: "event", at: time), frame, at: time)
  }

  mutating func bridgeDestroy(_ frame: borrowing Frame, at time: Instant) {
    guard let uniqueid = frame.text(of: .bridgeUniqueid), let slot = bridgeByUniqueid[uniqueid]
    else { return }
    update(slot, frame, at: time)
    closeBridge(slot, at: time, by: "event")
  }

  mutating func bridgeEnter(_ frame: borrowing Frame, at time: Instant) {
    guard let uniqueid = frame.text(of: .bridgeUniqueid),
      let channel = channel(frame, .main, at: time), channels[channel].row.endedAt == nil
    else { return }
    let bridge = bridgeByUniqueid[uniqueid] ?? openBridge(uniqueid, by: "event", at: time)
    update(bridge, frame, at: time)
    update(channel, frame, .main, at: time)
    if let member = channels[channel].member {
      if members[member].bridge == bridge { return wasListed(member, at: time) }
      if members[member].sighting.isLost { leaveInGap(member) } else { leave(member, at: time) }
    }
    swapped(frame, to: channel)
    becomesConduit(channel)
    enter(bridge, channel, at: time)
  }

  /// The event tells of a stay that a list had shown already.
  private mutating func wasListed(_ member: Int, at time: Instant) {
    guard members[member].row.openedBy == "snapshot",
      time.since(members[member].row.enteredAt) < Self.settleTime
    else { return }
    members[member].row.openedBy = "event"
    members[member].row.enteredAt = time
    members.touch(member)
  }

  mutating func bridgeLeave(_ frame: borrowing Frame, at time: Instant) {
    guard let channel = knownChannel(frame, .uniqueid), let member = channels[channel].member
    else { return }
    let bridge = members[member].bridge
    guard frame.text(of: .bridgeUniqueid) == bridges[bridge].row.bridgeUniqueid else { return }
    update(bridge, frame, at: time)
    leave(member, at: time)
    entersUnannounced(channel, after: bridge, at: time)
  }

  /// A channel whom an attended transfer swapped into a conference is in its bridge without a
  /// BridgeEnter, from its ConfbridgeJoin on. AttendedTransfer and the BridgeLeave of the bridge
  /// before come in any order with that.
  ///
  /// - Parameter left: the bridge that it has just left.
  mutating func entersUnannounced(_ channel: Int, after left: Int? = nil, at time: Instant) {
    guard channels[channel].member == nil, let stay = channels[channel].features.member,
      isSwappedIn(channel, at: time),
      let uniqueid = features.conferences[features.members[stay].conference].bridgeUniqueid,
      let bridge = bridgeByUniqueid[uniqueid], bridge != left
    else { return }
    becomesConduit(channel)
    enter(bridge, channel, at: features.members[stay].row.joinedAt ?? time)
  }

  // MARK: Stays

  mutating func enter(
    _ bridge: Int, _ channel: Int, by openedBy: String = "event", at time: Instant
  ) {
    var member = LiveMember()
    member.row.id = counters.members.next(serverID)
    member.row.serverID = serverID
    member.row.bridgeID = bridges[bridge].row.id
    member.row.channelID = channels[channel].row.id
    member.row.openedBy = openedBy
    member.row.enteredAt = time
    member.channel = channel
    member.bridge = bridge
    member.session = session.number
    let slot = members.insert(member)
    members.touch(slot)
    queueTalkEntered(channel, bridge)
    channels[channel].member = slot
    bridges[bridge].members.append(slot)
    meet(in: bridge, at: time)
  }

  /// Those who are in a bridge belong together and talk, if it is such a bridge.
  private mutating func meet(in bridge: Int, at time: Instant) {
    guard let last = bridges[bridge].members.last else { return }
    let channel = members[last].channel
    if bridges[bridge].joinsCalls {
      for other in bridges[bridge].members.suffix(Ceilings.joined) {
        join(members[other].channel, channel, at: time)
      }
      bridges[bridge].row.callID = calls[currentCall(of: channel)].row.id
      bridges.touch(bridge)
    }
    if bridges[bridge].connectsParties, bridges[bridge].members.count > 1 {
      let isSeen = members[last].row.openedBy != "snapshot"
      // Who talks already came before all who do not.
      var first = bridges[bridge].members.endIndex
      while first > 0, !members[bridges[bridge].members[first - 1]].isTalking { first -= 1 }
      for other in bridges[bridge].members[first...] {
        connected(members[other].channel, at: time, isSeen: isSeen)
        talkBegins(other, at: time)
      }
    }
  }

  /// Ends a stay in a bridge.
  mutating func leave(_ member: Int, at time: Instant, by closedBy: String = "event") {
    members[member].row.leftAt = max(time, members[member].row.enteredAt)
    members[member].row.closedBy = closedBy
    members.touch(member)
    let channel = members[member].channel
    channels[channel].member = nil
    // As long as it was there both lived, whatever a list lacks.
    if closedBy == "event" {
      channels[channel].leftBridgeAt = time
      bridges[members[member].bridge].leftAt = time
    }
    bridges[members[member].bridge].members.removeFirst(of: member)
    talkEnds(member, at: time)
    if bridges[members[member].bridge].members.count == 1 {
      talkEnds(bridges[members[member].bridge].members[0], at: time)
    }
    queueTalkLeft(channel, members[member].bridge, at: time)
  }

  // MARK: Bridges

  mutating func openBridge(_ uniqueid: String, by openedBy: String, at time: Instant) -> Int {
    var bridge = LiveBridge()
    bridge.row.id = counters.bridges.next(serverID)
    bridge.row.serverID = serverID
    bridge.row.bridgeUniqueid = uniqueid
    bridge.row.openedBy = openedBy
    bridge.row.startedAt = time
    bridge.session = session.number
    bridge.seenAt = time
    let slot = bridges.insert(bridge)
    bridges.touch(slot)
    bridgeByUniqueid[uniqueid] = slot
    return slot
  }

  /// Takes over what a frame says of a bridge. What it is may show only after who is in it.
  mutating func update(_ bridge: Int, _ frame: borrowing Frame, at time: Instant) {
    bridges[bridge].seenAt = time
    if bridges[bridge].session != session.number {
      bridges[bridge].session = session.number
      bridges[bridge].sighting.isThere()
    }
    if bridges[bridge].row.type == nil, let type = frame.knownText(of: .bridgeType) {
      bridges[bridge].row.type = type
      bridges[bridge].row.technology = frame.knownText(of: .bridgeTechnology)
      bridges[bridge].row.creator = frame.knownText(of: .bridgeCreator)
      bridges[bridge].row.name = frame.knownText(of: .bridgeName)
      bridges.touch(bridge)
      return meet(in: bridge, at: time)
    }
    guard let technology = frame.knownText(of: .bridgeTechnology),
      bridges[bridge].row.technology != technology
    else { return }
    bridges[bridge].row.technology = technology
    bridges.touch(bridge)
  }

  mutating func closeBridge(_ bridge: Int, at time: Instant, by closedBy: String) {
    for member in bridges[bridge].members { leave(member, at: time, by: closedBy) }
    bridges[bridge].row.endedAt = max(time, bridges[bridge].row.startedAt)
    bridges[bridge].row.closedBy = closedBy
    bridges.touch(bridge)
    bridgeByUniqueid[bridges[bridge].row.bridgeUniqueid] = nil
  }
}
