import AMI

// What happens beyond the ceilings: see `Ceilings`. It is done before a message is taken in, so
// that nothing that a message is about goes while it is taken in; and it goes by what the stream
// told, never by what has been written meanwhile.

extension Normalizer {
  /// Channels that live, or ended a moment ago.
  private var channelsHeld: Int { channels.count - leavingChannels.count }
  /// Visits that go on, or ended a moment ago.
  private var visitsHeld: Int { queueing.visits.count - queueing.leaving.count }
  /// Transfers of which some channel is held.
  private var transfersHeld: Int {
    features.transfers.count - features.leavingTransfers.count
  }

  /// How much is held of a kind.
  func held(_ kind: Ceilings.Kind) -> Int {
    switch kind {
    case .channels: channelsHeld
    case .linkedids: max(callByLinkedid.count, agentLogins.linkedids.count)
    case .bridges: bridgeByUniqueid.count
    case .conferences: features.openConferences.count
    case .parkings: features.openParkings.count
    case .transfers: transfersHeld
    case .recordings: features.openRecordings
    case .queues: queueing.queues.count
    case .visits: visitsHeld
    case .offers: queueing.openOffers
    case .members: queueing.memberByKey.count
    case .samples: queueing.samples.count
    case .agents: queueing.agents.count
    case .registrations: registrations.count
    case .devices: devices.count
    case .eventNames: counts.strangers
    case .early: max(early.count, features.early.count)
    case .reaches: firstGeneration.most
    }
  }

  /// Lets go of what is beyond a ceiling.
  @inline(__always)
  mutating func keepCeilings(at time: Instant) {
    if channelsHeld > ceilings.channels || callByLinkedid.count > ceilings.linkedids
      || bridgeByUniqueid.count > ceilings.bridges || transfersHeld > ceilings.transfers
      || visitsHeld > ceilings.visits || queueing.memberByKey.count > ceilings.members
      || queueing.agents.count > ceilings.agents || queueing.openOffers > ceilings.offers
      || queueing.samples.count > ceilings.samples || devices.count > ceilings.devices
      || registrations.count > ceilings.registrations
      || features.openConferences.count > ceilings.conferences
      || features.openParkings.count > ceilings.parkings
      || features.openRecordings > ceilings.recordings || firstGeneration.most > ceilings.reaches
      || agentLogins.linkedids.count > ceilings.linkedids
    {
      letGo(at: time)
    }
  }

  @inline(never)
  private mutating func letGo(at time: Instant) {
    if channelsHeld > ceilings.channels { letGoChannels(at: time) }
    if callByLinkedid.count > ceilings.linkedids { letGoLinkedids(at: time) }
    if bridgeByUniqueid.count > ceilings.bridges { letGoBridges(at: time) }
    if features.openConferences.count > ceilings.conferences { letGoConferences(at: time) }
    if features.openParkings.count > ceilings.parkings { letGoParkings(at: time) }
    if transfersHeld > ceilings.transfers { letGoTransfers(at: time) }
    if features.openRecordings > ceilings.recordings { letGoRecordings(at: time) }
    if visitsHeld > ceilings.visits { letGoVisits(at: time) }
    if queueing.openOffers > ceilings.offers { letGoOffers(at: time) }
    if queueing.memberByKey.count > ceilings.members { letGoMembers(at: time) }
    if queueing.agents.count > ceilings.agents { letGoAgents(at: time) }
    if queueing.samples.count > ceilings.samples {
      let left = ceilings.samples - ceilings.samples / Ceilings.share
      note(.samples, queueing.samples.letGo(leaving: left), at: time)
    }
    if registrations.count > ceilings.registrations {
      note(
        .registrations, registrations.letGo(excess(registrations.count, .registrations), at: time),
        at: time)
    }
    if devices.count > ceilings.devices {
      note(.devices, devices.letGo(excess(devices.count, .devices), at: time), at: time)
    }
    if firstGeneration.most > ceilings.reaches { letGoReaches(at: time) }
    if agentLogins.linkedids.count > ceilings.linkedids { forgetLinkedidsOfNobody() }
  }

  /// How many are to go where there are so many.
  private func excess(_ count: Int, _ kind: Ceilings.Kind) -> Int {
    count - ceilings[kind] + ceilings[kind] / Ceilings.share
  }

  /// Notes that so many of a kind were let go of.
  mutating func note(_ kind: Ceilings.Kind, _ count: Int, at time: Instant) {
    guard count > 0 else { return }
    reachedCeilings.insert(kind)
    beyond.note(
      kind, count, ceiling: ceilings[kind], at: time, session: session.id, serverID: serverID)
  }

  // MARK: Calls

  /// First those that ended and are held for what may still come, then those that live.
  private mutating func letGoChannels(at time: Instant) {
    let before = channelsHeld
    let excess = excess(before, .channels)
    expireEnded(first: excess)
    let rest = excess - (before - channelsHeld)
    if rest > 0 {
      let live = channels.used.filter { channels[$0].row.endedAt == nil }.sorted {
        (channels[$0].seenAt, channels[$0].row.id) < (channels[$1].seenAt, channels[$1].row.id)
      }
      for slot in live.prefix(rest) where channels[slot].row.endedAt == nil {
        close(slot, at: max(time, channels[slot].row.startedAt), by: "limit")
      }
      expireEnded(first: .max)
    }
    note(.channels, before - channelsHeld, at: time)
  }

  /// Of each call its last linkedid stays.
  private mutating func letGoLinkedids(at time: Instant) {
    let before = callByLinkedid.count
    for call in calls.inOrder {
      for linkedid in calls[call].linkedids.dropLast() where callByLinkedid[linkedid] == call {
        callByLinkedid[linkedid] = nil
      }
      calls[call].linkedids = calls[call].linkedids.suffix(1)
    }
    note(.linkedids, before - callByLinkedid.count, at: time)
  }

  /// Linkedids of agents are held as long as any channel has them.
  private mutating func forgetLinkedidsOfNobody() {
    let held = channels.used.filter { !channels[$0].isExpired }.compactMap {
      channels[$0].row.linkedid
    }
    agentLogins.linkedids.formIntersection(held)
  }

  private mutating func letGoBridges(at time: Instant) {
    let excess = excess(bridgeByUniqueid.count, .bridges)
    let open = bridges.used.filter { bridges[$0].row.endedAt == nil }.sorted {
      (bridges[$0].seenAt, bridges[$0].row.id) < (bridges[$1].seenAt, bridges[$1].row.id)
    }
    for slot in open.prefix(excess) {
      closeBridge(slot, at: max(time, bridges[slot].row.startedAt), by: "limit")
    }
    note(.bridges, min(excess, open.count), at: time)
  }

  // MARK: What happens within calls

  private mutating func letGoConferences(at time: Instant) {
    let excess = excess(features.openConferences.count, .conferences)
    let open = features.conferences.used
      .filter { features.conferences[$0].row.endedAt == nil }
      .sorted { features.conferences[$0].row.id < features.conferences[$1].row.id }
    for slot in open.prefix(excess) {
      end(conference: slot, by: "limit", at: max(time, features.conferences[slot].row.startedAt))
    }
    note(.conferences, min(excess, open.count), at: time)
  }

  private mutating func letGoParkings(at time: Instant) {
    let excess = excess(features.openParkings.count, .parkings)
    let open = features.parkings.used.filter { features.parkings[$0].row.endedAt == nil }
      .sorted { features.parkings[$0].row.id < features.parkings[$1].row.id }
    for slot in open.prefix(excess) {
      end(parking: slot, "limit", at: max(time, features.parkings[slot].row.parkedAt))
    }
    note(.parkings, min(excess, open.count), at: time)
  }

  private mutating func letGoTransfers(at time: Instant) {
    let excess = excess(transfersHeld, .transfers)
    let held = features.transfers.used.filter { !features.transfers[$0].isForgotten }
      .sorted { features.transfers[$0].row.id < features.transfers[$1].row.id }
    for slot in held.prefix(excess) {
      let transfer = features.transfers[slot]
      for channel in [transfer.transferer, transfer.second, transfer.transferee, transfer.target] {
        guard let channel, !features.transfers[slot].isForgotten else { continue }
        channels[channel].features.transfers.removeFirst(of: slot)
        release(slot, channel, at: time)
      }
    }
    note(.transfers, min(excess, held.count), at: time)
  }

  private mutating func letGoRecordings(at time: Instant) {
    let excess = excess(features.openRecordings, .recordings)
    let open = features.recordings.used.filter { features.recordings[$0].row.endedAt == nil }
      .sorted { features.recordings[$0].row.id < features.recordings[$1].row.id }
    for slot in open.prefix(excess) {
      end(
        recording: slot, by: "limit", at: max(time, features.recordings[slot].row.startedAt))
    }
    for channel in channels.used where !channels[channel].features.recordings.isEmpty {
      let left = channels[channel].features.recordings.filter {
        features.recordings[$0].row.endedAt == nil
      }
      channels[channel].features.recordings = left
    }
    for slot in features.conferences.inOrder {
      guard let recording = features.conferences[slot].recording,
        features.recordings[recording].row.endedAt != nil
      else { continue }
      features.conferences[slot].recording = nil
    }
    note(.recordings, min(excess, open.count), at: time)
  }

  // MARK: Queues

  /// First those that are over and held for what may still come, then those that go on.
  private mutating func letGoVisits(at time: Instant) {
    let before = visitsHeld
    let excess = excess(before, .visits)
    expireVisits(first: excess)
    let rest = excess - (before - visitsHeld)
    if rest > 0 {
      let open = queueing.visits.used.filter { queueing.visits[$0].phase != .done }
        .sorted { queueing.visits[$0].row.id < queueing.visits[$1].row.id }
      for visit in open.prefix(rest) {
        queueing.visits[visit].row.closedBy = "limit"
        let time = max(time, queueing.visits[visit].row.joinedAt)
        if queueing.visits[visit].phase == .talking {
          endTalk(visit, at: time, by: nil)
          settle(visit, "answered", at: time)
        } else {
          settle(visit, "unknown", at: time)
        }
      }
      expireVisits(first: .max)
    }
    note(.visits, before - visitsHeld, at: time)
  }

  private mutating func letGoOffers(at time: Instant) {
    let excess = excess(queueing.openOffers, .offers)
    let open = queueing.offers.used.filter { queueing.offers[$0].row.outcome == nil }
      .sorted { queueing.offers[$0].row.id < queueing.offers[$1].row.id }
    for offer in open.prefix(excess) {
      decide(offer, "limit", at: max(time, queueing.offers[offer].row.calledAt))
    }
    note(.offers, min(excess, open.count), at: time)
  }

  private mutating func letGoMembers(at time: Instant) {
    let excess = excess(queueing.memberByKey.count, .members)
    let open = queueing.members.used.filter { queueing.members[$0].row.endedAt == nil }.sorted {
      (queueing.members[$0].seenAt, queueing.members[$0].row.id)
        < (queueing.members[$1].seenAt, queueing.members[$1].row.id)
    }
    for slot in open.prefix(excess) {
      closeMember(slot, at: max(time, queueing.members[slot].row.startedAt), by: "limit")
    }
    note(.members, min(excess, open.count), at: time)
  }

  /// First agents that are nothing at the moment, then those who were named first.
  private mutating func letGoAgents(at time: Instant) {
    let excess = excess(queueing.agents.count, .agents)
    let agents = queueing.agents.indices.sorted {
      let (one, other) = (queueing.agents[$0], queueing.agents[$1])
      return (one.isIdle ? 0 : 1, $0) < (other.isIdle ? 0 : 1, $1)
    }
    let gone = Set(agents.prefix(excess))
    queueing.agentsLetGoAt = time
    for agent in gone.sorted() {
      for state in AgentState.allCases { closeInterval(agent, state, at: time, by: "limit") }
      queueing.agentByKey[queueing.agents[agent].key] = nil
    }
    let left = queueing.agents.indices.filter { !gone.contains($0) }.map { queueing.agents[$0] }
    queueing.agents = left
    for agent in left.indices { queueing.agentByKey[left[agent].key] = agent }
    note(.agents, gone.count, at: time)
  }

  // MARK: Asterisk before 12

  /// Of a dial it stays unknown how it ended; what is left of a uniqueid is the channel that was
  /// announced with it; a transfer is told without its masquerade.
  private mutating func letGoReaches(at time: Instant) {
    let reaches = max(
      0, min(excess(firstGeneration.reaches.count, .reaches), firstGeneration.reaches.count))
    for place in 0..<reaches { settle(reach: place, nil, at: time) }
    firstGeneration.reaches.removeFirst(reaches)
    let aliases = max(
      0, min(excess(firstGeneration.aliases.count, .reaches), firstGeneration.aliases.count))
    for alias in firstGeneration.aliases.prefix(aliases) {
      channelByUniqueid[alias.uniqueid] = heldChannel(announcedAs: alias.uniqueid)
    }
    firstGeneration.aliases.removeFirst(aliases)
    let transfers = excess(firstGeneration.transfers.count, .reaches)
    let left = firstGeneration.transfers.count - transfers
    while transfers > 0, firstGeneration.transfers.count > max(0, left) {
      tellTransfer(of: firstGeneration.transfers[0].first, at: time)
    }
    note(.reaches, reaches + aliases + max(0, transfers), at: time)
  }
}
