import AMI

extension Normalizer {
  mutating func bridgeCreate(_ frame: borrowing Frame, at time: Int64) {
    guard let uniqueid = frame.text(of: .bridgeUniqueid), bridgeByUniqueid[uniqueid] == nil else {
      return
    }
    openBridge(uniqueid, frame, at: time)
  }

  mutating func bridgeDestroy(_ frame: borrowing Frame, at time: Int64) {
    guard let uniqueid = frame.text(of: .bridgeUniqueid), let slot = bridgeByUniqueid[uniqueid]
    else { return }
    update(slot, frame)
    closeBridge(slot, at: time)
  }

  mutating func bridgeEnter(_ frame: borrowing Frame, at time: Int64) {
    guard let uniqueid = frame.text(of: .bridgeUniqueid),
      let channel = channel(frame, .main, at: time), channels[channel].row.endedAt == nil
    else { return }
    let bridge = bridgeByUniqueid[uniqueid] ?? openBridge(uniqueid, frame, at: time)
    update(bridge, frame)
    update(channel, frame, .main, at: time)
    if let member = channels[channel].member {
      if members[member].bridge == bridge { return }
      leave(member, at: time)
    }
    swapped(frame, to: channel)
    becomesConduit(channel)
    enter(bridge, channel, at: time)
  }

  mutating func bridgeLeave(_ frame: borrowing Frame, at time: Int64) {
    guard let channel = knownChannel(frame, .uniqueid), let member = channels[channel].member
    else { return }
    let bridge = members[member].bridge
    guard frame.text(of: .bridgeUniqueid) == bridges[bridge].row.bridgeUniqueid else { return }
    update(bridge, frame)
    leave(member, at: time)
  }

  /// A channel joins a conference's bridge without a BridgeEnter: an attended transfer swapped it
  /// in.
  mutating func entersUnannounced(_ channel: Int, _ frame: borrowing Frame, at time: Int64) {
    guard let uniqueid = frame.text(of: .bridgeUniqueid), let bridge = bridgeByUniqueid[uniqueid]
    else { return }
    if let member = channels[channel].member {
      if members[member].bridge == bridge { return }
      leave(member, at: time)
    }
    becomesConduit(channel)
    enter(bridge, channel, at: time)
  }

  // MARK: Stays

  private mutating func enter(_ bridge: Int, _ channel: Int, at time: Int64) {
    var member = LiveMember()
    member.row.id = counters.members.next(serverID)
    member.row.serverID = serverID
    member.row.bridgeID = bridges[bridge].row.id
    member.row.channelID = channels[channel].row.id
    member.row.enteredAt = time
    member.channel = channel
    member.bridge = bridge
    let slot = members.insert(member)
    members.touch(slot)
    queueTalkEntered(channel, bridge)
    channels[channel].member = slot
    bridges[bridge].members.append(slot)
    if bridges[bridge].joinsCalls {
      for other in bridges[bridge].members { join(members[other].channel, channel, at: time) }
      bridges[bridge].row.callID = calls[channels[channel].call].row.id
      bridges.touch(bridge)
    }
    if bridges[bridge].connectsParties, bridges[bridge].members.count > 1 {
      for other in bridges[bridge].members {
        connected(members[other].channel, at: time)
        talkBegins(other, at: time)
      }
    }
  }

  /// Ends a stay in a bridge.
  mutating func leave(_ member: Int, at time: Int64) {
    members[member].row.leftAt = time
    members.touch(member)
    channels[members[member].channel].member = nil
    bridges[members[member].bridge].members.removeAll { $0 == member }
    talkEnds(member, at: time)
    if bridges[members[member].bridge].members.count == 1 {
      talkEnds(bridges[members[member].bridge].members[0], at: time)
    }
    queueTalkLeft(members[member].channel, members[member].bridge, at: time)
  }

  // MARK: Bridges

  @discardableResult
  private mutating func openBridge(
    _ uniqueid: String, _ frame: borrowing Frame, at time: Int64
  ) -> Int {
    var bridge = LiveBridge()
    bridge.row.id = counters.bridges.next(serverID)
    bridge.row.serverID = serverID
    bridge.row.bridgeUniqueid = uniqueid
    bridge.row.type = frame.knownText(of: .bridgeType)
    bridge.row.technology = frame.knownText(of: .bridgeTechnology)
    bridge.row.creator = frame.knownText(of: .bridgeCreator)
    bridge.row.name = frame.knownText(of: .bridgeName)
    bridge.row.startedAt = time
    bridge.session = session.number
    let slot = bridges.insert(bridge)
    bridges.touch(slot)
    bridgeByUniqueid[uniqueid] = slot
    return slot
  }

  private mutating func update(_ bridge: Int, _ frame: borrowing Frame) {
    guard let technology = frame.knownText(of: .bridgeTechnology),
      bridges[bridge].row.technology != technology
    else { return }
    bridges[bridge].row.technology = technology
    bridges.touch(bridge)
  }

  mutating func closeBridge(_ bridge: Int, at time: Int64) {
    for member in bridges[bridge].members { leave(member, at: time) }
    bridges[bridge].row.endedAt = time
    bridges.touch(bridge)
    bridgeByUniqueid[bridges[bridge].row.bridgeUniqueid] = nil
  }
}
