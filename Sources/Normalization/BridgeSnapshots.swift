import AMI

// Bridges as lists show them, and who is in them.
//
// **Source:** main/manager_bridges.c, `manager_bridges_list` and `manager_bridge_info`.

extension Normalizer {
  /// A list says in which bridge a channel is, if in any. Where a channel is new, nothing tells so
  /// but the list.
  mutating func place(_ channel: Int, in uniqueid: String?, isNew: Bool, at time: Instant) {
    if let member = channels[channel].member {
      if bridges[members[member].bridge].row.bridgeUniqueid == uniqueid {
        members[member].session = session.number
        members[member].sighting.isThere()
        bridges[members[member].bridge].session = session.number
        return
      }
      guard leaves(member, for: uniqueid, at: time) else { return }
    } else if !isNew {
      return
    }
    guard let uniqueid else { return }
    let bridge = bridgeByUniqueid[uniqueid] ?? openBridge(uniqueid, by: "snapshot", at: time)
    bridges[bridge].session = session.number
    becomesConduit(channel)
    enter(bridge, channel, by: "snapshot", at: time)
  }

  /// A channel is not where it was known to be: whether that stay is over. BridgeLeave may be still
  /// to come; one of an earlier session comes soon or never.
  private mutating func leaves(
    _ member: Int, for uniqueid: String?, at time: Instant
  ) -> Bool {
    let sighting = members[member].sighting
    if members[member].session < session.number {
      members[member].sighting.isMissing(at: time, lostAt: session.endedAt)
      review(after: time)
      if uniqueid != nil { leaveInGap(member) }
      return uniqueid != nil
    }
    if sighting.missingAt != .epoch, time.distance(to: sighting.missingAt) >= Self.settleTime {
      leave(member, at: sighting.missingAt, by: "snapshot")
      return true
    }
    members[member].sighting.isMissing(at: time, lostAt: nil)
    return false
  }

  /// Ends a stay that ended while nothing was observed.
  mutating func leaveInGap(_ member: Int) {
    let channel = members[member].channel
    let bridge = bridges[members[member].bridge].row.bridgeUniqueid
    let time = max(members[member].sighting.lostAt, members[member].row.enteredAt)
    leave(member, at: time, by: "gap")
    if let stay = channels[channel].features.member,
      features.conferences[features.members[stay].conference].bridgeUniqueid == bridge
    {
      end(conferenceMember: stay, at: time)
    }
  }

  /// An item of BridgeList.
  mutating func bridgeIsListed(_ frame: borrowing Frame, at time: Instant) {
    let list = lists.item(.bridges, frame, at: time)
    // Whether there are several is all that counts.
    if let type = frame.knownText(of: .bridgeType), lists.bridgeTypes.count < 2,
      !lists.bridgeTypes.contains(type)
    {
      lists.bridgeTypes.append(type)
    }
    guard let uniqueid = frame.text(of: .bridgeUniqueid) else { return }
    let bridge = bridgeByUniqueid[uniqueid] ?? openBridge(uniqueid, by: "snapshot", at: time)
    bridges[bridge].sighting.isThere(in: list)
    bridges[bridge].session = session.number
    update(bridge, frame, at: time)
    conferenceIsSeen(bridge, frame, at: time)
  }

  /// The end of BridgeList. It may have been asked for bridges of one type only.
  mutating func bridgesAreListed(_ frame: borrowing Frame, at time: Instant) {
    guard let list = lists.end(.bridges, frame, at: time) else { return }
    for slot in bridges.inOrder
    where bridges[slot].row.endedAt == nil && bridges[slot].sighting.listedIn != list.number
      && bridges[slot].row.startedAt < list.startedAt
      && (lists.bridgeTypes.count > 1 || bridges[slot].members.isEmpty
        || lists.bridgeTypes == [bridges[slot].row.type])
    {
      if bridges[slot].sighting.missingAt != .epoch, !bridges[slot].sighting.isLost,
        time.distance(to: bridges[slot].sighting.missingAt) >= Self.settleTime
      {
        closeBridge(slot, at: bridges[slot].sighting.missingAt, by: "snapshot")
      } else {
        bridges[slot].sighting.isMissing(at: time, lostAt: end(before: bridges[slot].session))
      }
    }
    review(after: time)
  }

  /// An item of BridgeInfo: a channel of the bridge that is named at the end.
  mutating func bridgeChannelIsListed(_ frame: borrowing Frame, at time: Instant) {
    _ = lists.item(.bridgeInfo, frame, at: time)
    guard lists.bridgeChannels.count < Self.bridgeChannelsMax,
      let (slot, isNew) = listedChannel(frame, at: time)
    else { return }
    noteLinkedid(frame, .main, at: time)
    if isNew || channels[slot].row.openedBy == "snapshot" {
      lists.bridgeChannels.append(channels[slot].row.uniqueid)
    }
  }

  /// The most channels of one bridge that are taken over from BridgeInfo.
  static let bridgeChannelsMax = 10_000

  mutating func bridgeChannelsAreListed(_ frame: borrowing Frame, at time: Instant) {
    guard lists.end(.bridgeInfo, frame, at: time) != nil,
      let uniqueid = frame.text(of: .bridgeUniqueid)
    else { return }
    for name in lists.bridgeChannels {
      guard let channel = channelByUniqueid[name], channels[channel].row.endedAt == nil else {
        continue
      }
      place(channel, in: uniqueid, isNew: channels[channel].member == nil, at: time)
    }
    lists.bridgeChannels = []
    if let bridge = bridgeByUniqueid[uniqueid] {
      update(bridge, frame, at: time)
      conferenceIsSeen(bridge, frame, at: time)
    }
  }

  /// Bridges that are missing since a time that was not observed, and those that nobody of before
  /// is in any more: talks and conferences end with their last member, lots stay.
  mutating func reviewBridges() {
    for slot in bridges.inOrder
    where bridges[slot].row.endedAt == nil {
      let isPassing = bridges[slot].joinsCalls || bridges[slot].row.type == "base"
      let isLeft = isPassing && bridges[slot].members.isEmpty
      let end = bridges[slot].session < session.number && isLeft ? session.endedAt : .epoch
      let lostAt = bridges[slot].sighting.isLost ? bridges[slot].sighting.lostAt : end
      guard lostAt != .epoch else { continue }
      let seen = max(bridges[slot].row.startedAt, bridges[slot].leftAt)
      closeBridge(slot, at: max(lostAt, seen), by: "gap")
    }
  }
}
