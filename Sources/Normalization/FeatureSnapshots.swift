import AMI

// Parked calls and conferences as lists show them.

extension Normalizer {
  /// An item of ParkedCalls.
  mutating func parkedCallIsListed(_ frame: borrowing Frame, at time: Instant) {
    let list = lists.item(.parkedCalls, frame, at: time)
    if let lot = frame.knownText(named: "Parkinglot"), !lists.lots.contains(lot) {
      if lists.lots.count < min(Ceilings.lookedThrough, ceilings.parkings) {
        lists.lots.append(lot)
      } else {
        note(.parkings, 1, at: time)
      }
    }
    if frame.range(of: .parkeeUniqueid) == nil {
      let parked = oldParking(.parkedCall, frame)
      parkedCall(parked, openedBy: "seen", at: time)
      return parkingIsListed(parked, in: list)
    }
    parkedCall(frame, openedBy: "seen", at: time)
    parkingIsListed(frame, in: list)
  }

  private mutating func parkingIsListed(_ frame: borrowing Frame, in list: Int) {
    guard let uniqueid = frame.text(of: .parkeeUniqueid) else { return }
    for slot in features.openParkings.of(uniqueid) {
      features.parkings[slot].session = session.number
      features.parkings[slot].sighting.isThere(in: list)
    }
  }

  /// The end of ParkedCalls. It may have been asked for one lot only, so it tells of the lots that
  /// it names.
  mutating func parkedCallsAreListed(_ frame: borrowing Frame, at time: Instant) {
    guard let list = lists.end(.parkedCalls, frame, at: time) else { return }
    for slot in features.parkings.inOrder
    where features.parkings[slot].row.endedAt == nil
      && features.parkings[slot].sighting.listedIn != list.number
      && lists.lots.contains(features.parkings[slot].row.lot ?? "")
    {
      features.parkings[slot].sighting.isMissing(
        at: time, lostAt: end(before: features.parkings[slot].session))
    }
    review(after: time)
  }

  // MARK: Conferences

  /// An answer to ConfbridgeListRooms names a conference that exists.
  mutating func conferenceIsListed(_ frame: borrowing Frame, at time: Instant) {
    let list = lists.item(.conferences, frame, at: time)
    let slot = knownConference(frame) ?? openConference(frame, openedBy: "seen", at: time)
    features.conferences[slot].session = session.number
    features.conferences[slot].sighting.isThere(in: list)
  }

  mutating func conferencesAreListed(_ frame: borrowing Frame, at time: Instant) {
    guard let list = lists.end(.conferences, frame, at: time) else { return }
    conferencesAreMissing(in: list.number, at: time)
  }

  /// There are no conferences but those that the list with this number names.
  mutating func conferencesAreMissing(in list: Int, at time: Instant) {
    for slot in features.conferences.inOrder
    where features.conferences[slot].row.endedAt == nil
      && features.conferences[slot].sighting.listedIn != list
    {
      features.conferences[slot].sighting.isMissing(
        at: time, lostAt: end(before: features.conferences[slot].session))
    }
    review(after: time)
  }

  /// An item of ConfbridgeList.
  mutating func conferenceMemberIsListed(_ frame: borrowing Frame, at time: Instant) {
    let list = lists.item(.conferenceMembers, frame, at: time)
    guard let (channel, isNew) = listedChannel(frame, at: time) else { return }
    noteLinkedid(frame, .main, at: time)
    let conference = knownConference(frame) ?? openConference(frame, openedBy: "seen", at: time)
    features.conferences[conference].session = session.number
    features.conferences[conference].sighting.isThere()
    if channels[channel].features.member == nil,
      isNew || channels[channel].row.openedBy != "newchannel"
    {
      _ = openMember(conference, channel, frame)
    }
    guard let member = channels[channel].features.member,
      features.members[member].conference == conference
    else { return }
    features.members[member].session = session.number
    features.members[member].sighting.isThere(in: list)
    if features.members[member].row.isAdmin == nil {
      features.members[member].row.isAdmin = frame.knownText(named: "Admin")
        .map { $0 == "Yes" ? 1 : 0 }
      features.members.touch(member)
    }
  }

  mutating func conferenceMembersAreListed(_ frame: borrowing Frame, at time: Instant) {
    guard let list = lists.end(.conferenceMembers, frame, at: time) else { return }
    // The conference is that of any member in the list.
    let listed = features.members.inOrder.first {
      features.members[$0].row.leftAt == nil
        && features.members[$0].sighting.listedIn == list.number
    }
    guard let listed else { return }
    for slot in features.conferences[features.members[listed].conference].members
    where features.members[slot].sighting.listedIn != list.number {
      features.members[slot].sighting.isMissing(
        at: time, lostAt: end(before: features.members[slot].session))
    }
    review(after: time)
  }

  /// A bridge that a list shows is a conference's: who is in it is in the conference.
  mutating func conferenceIsSeen(_ bridge: Int, _ frame: borrowing Frame, at time: Instant) {
    guard bridges[bridge].row.creator == "ConfBridge", let name = bridges[bridge].row.name,
      let conference = conference(named: name, of: bridges[bridge].row.bridgeUniqueid)
    else { return }
    for member in bridges[bridge].members {
      let channel = members[member].channel
      guard channels[channel].features.member == nil, members[member].row.openedBy == "snapshot"
      else { continue }
      _ = openMember(conference, channel, frame)
    }
  }

  /// Parkings, conferences and their members that are over since a time that was not observed.
  mutating func reviewFeatures() {
    for slot in features.members.inOrder
    where features.members[slot].row.leftAt == nil && features.members[slot].sighting.isLost {
      end(conferenceMember: slot, at: features.members[slot].sighting.lostAt)
    }
    for slot in features.conferences.inOrder
    where features.conferences[slot].row.endedAt == nil
      && features.conferences[slot].sighting.isLost
    {
      let end = features.conferences[slot].sighting.lostAt
      self.end(
        conference: slot, by: "gap", at: max(end, features.conferences[slot].row.startedAt))
    }
    for slot in features.parkings.inOrder where features.parkings[slot].row.endedAt == nil {
      let isGone = features.parkings[slot].session < session.number && hasLeft(parking: slot)
      guard isGone || features.parkings[slot].sighting.isLost else { continue }
      let lostAt = features.parkings[slot].sighting.lostAt
      let end = lostAt != .epoch ? lostAt : session.endedAt
      self.end(parking: slot, "unknown", at: max(end, features.parkings[slot].row.parkedAt))
    }
  }

  /// Whether the complete list of channels says that a parked one is no more, or elsewhere.
  private func hasLeft(parking slot: Int) -> Bool {
    guard lists.channelsListedIn == session.number else { return false }
    guard let channel = features.parkings[slot].channel else {
      return channelByUniqueid[features.parkings[slot].uniqueid] == nil
    }
    guard lists.showsBridges, channels[channel].row.endedAt == nil else { return false }
    guard let member = channels[channel].member else { return true }
    return bridges[members[member].bridge].row.type != "parking"
  }
}
