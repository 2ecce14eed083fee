import AMI

// **Source:** apps/confbridge/confbridge_manager.c

extension Normalizer {
  mutating func confbridgeStart(_ frame: borrowing Frame, at time: Instant) {
    if knownConference(frame) == nil { openConference(frame, openedBy: "started", at: time) }
  }

  mutating func confbridgeEnd(_ frame: borrowing Frame, at time: Instant) {
    guard let slot = knownConference(frame) else { return }
    end(conference: slot, by: "ended", at: time)
  }

  mutating func confbridgeJoin(_ frame: borrowing Frame, at time: Instant) {
    guard let channel = channel(frame, .main, at: time), channels[channel].row.endedAt == nil
    else { return }
    let conference =
      knownConference(frame) ?? openConference(frame, openedBy: "seen", at: time)
    channels[channel].features.conference = features.conferences[conference].row.name
    if let member = channels[channel].features.member {
      if features.members[member].conference == conference {
        return joinsListed(member, at: time)
      }
      end(conferenceMember: member, at: time)
    }
    let member = openMember(conference, channel, frame)
    features.members[member].row.joinedAt = time
    if features.members[member].row.isMuted == 1 { features.members[member].mutedSince = time }
    noteConference(of: channel)
    entersUnannounced(channel, at: time)
  }

  /// The event tells of a stay that a list had shown already.
  private mutating func joinsListed(_ member: Int, at time: Instant) {
    guard features.members[member].row.joinedAt == nil else { return }
    features.members[member].row.joinedAt = time
    features.members.touch(member)
  }

  mutating func confbridgeLeave(_ frame: borrowing Frame, at time: Instant) {
    guard let channel = channel(frame, .main, at: time) else { return }
    if let member = channels[channel].features.member {
      end(conferenceMember: member, at: time)
    } else if channels[channel].row.openedBy != "newchannel", channels[channel].row.endedAt == nil {
      // It was in the conference before that was observed.
      let conference =
        knownConference(frame) ?? openConference(frame, openedBy: "seen", at: time)
      end(conferenceMember: openMember(conference, channel, frame), at: time)
    }
  }

  mutating func confbridgeMute(_ frame: borrowing Frame, _ isMuted: Bool, at time: Instant) {
    guard let channel = knownChannel(frame, .uniqueid),
      let member = channels[channel].features.member
    else { return }
    features.members[member].row.isMuted = isMuted ? 1 : 0
    if let since = features.members[member].mutedSince, !isMuted {
      features.members[member].row.mutedTime += time.since(since).inMilliseconds
    }
    features.members[member].mutedSince =
      isMuted ? features.members[member].mutedSince ?? time : nil
    features.members.touch(member)
  }

  mutating func confbridgeTalking(_ frame: borrowing Frame, at time: Instant) {
    guard let channel = knownChannel(frame, .uniqueid),
      let member = channels[channel].features.member
    else { return }
    let isTalking = frame.text(named: "TalkingStatus") == "on"
    if let since = features.members[member].talkingSince, !isTalking {
      features.members[member].row.talkingTime += time.since(since).inMilliseconds
      features.members.touch(member)
    }
    features.members[member].talkingSince =
      isTalking ? features.members[member].talkingSince ?? time : nil
  }

  mutating func confbridgeRecord(_ frame: borrowing Frame, at time: Instant) {
    let conference =
      knownConference(frame) ?? openConference(frame, openedBy: "seen", at: time)
    guard features.conferences[conference].recording == nil else { return }
    let slot = openRecording("conference", at: time)
    features.recordings[slot].row.conferenceID = features.conferences[conference].row.id
    features.conferences[conference].recording = slot
  }

  mutating func confbridgeStopRecord(_ frame: borrowing Frame, at time: Instant) {
    guard let conference = knownConference(frame),
      let recording = features.conferences[conference].recording
    else { return }
    features.conferences[conference].recording = nil
    end(recording: recording, by: "stop", at: time)
  }

  // MARK: Conferences and stays

  /// The conference that an event names: by its bridge; by its name where one of both names no
  /// bridge.
  mutating func knownConference(_ frame: borrowing Frame) -> Int? {
    let name = frame.text(named: "Conference") ?? ""
    guard let bridge = frame.knownText(of: .bridgeUniqueid) else {
      return features.openConferences.last(named: name)
    }
    let known = conference(named: name, of: bridge)
    // The conference may be told before its bridge.
    if let known, features.conferences[known].row.bridgeID == nil { setBridge(of: known, bridge) }
    return known
  }

  /// The conference of this bridge, or else of this name.
  mutating func conference(named name: String, of bridge: String) -> Int? {
    if let known = features.openConferences.inBridge(bridge) { return known }
    guard let latest = features.openConferences.lastWithoutBridge(named: name) else { return nil }
    setBridge(of: latest, bridge)
    return latest
  }

  private mutating func setBridge(of conference: Int, _ uniqueid: String?) {
    features.openConferences.set(
      uniqueid, of: conference, features.conferences[conference].row.name,
      before: features.conferences[conference].bridgeUniqueid)
    features.conferences[conference].bridgeUniqueid = uniqueid
    features.conferences[conference].row.bridgeID = uniqueid.flatMap { bridgeByUniqueid[$0] }
      .map { bridges[$0].row.id }
    features.conferences.touch(conference)
  }

  @discardableResult
  mutating func openConference(
    _ frame: borrowing Frame, openedBy: String, at time: Instant
  ) -> Int {
    var conference = LiveConference()
    conference.row.id = features.conferenceIDs.next(serverID)
    conference.row.serverID = serverID
    conference.row.name = frame.text(named: "Conference") ?? ""
    conference.row.openedBy = openedBy
    conference.row.startedAt = time
    conference.session = session.number
    let slot = features.conferences.insert(conference)
    features.openConferences.insert(slot, conference.row.name)
    setBridge(of: slot, frame.knownText(of: .bridgeUniqueid))
    return slot
  }

  mutating func openMember(
    _ conference: Int, _ channel: Int, _ frame: borrowing Frame
  ) -> Int {
    var member = LiveConferenceMember()
    member.row.id = features.memberIDs.next(serverID)
    member.row.serverID = serverID
    member.row.conferenceID = features.conferences[conference].row.id
    member.row.channelID = channels[channel].row.id
    member.row.isAdmin = frame.knownText(named: "Admin").map { $0 == "Yes" ? 1 : 0 }
    member.row.isMuted = frame.knownText(named: "Muted").map { $0 == "Yes" ? 1 : 0 }
    member.channel = channel
    member.conference = conference
    member.session = session.number
    let slot = features.members.insert(member)
    features.members.touch(slot)
    features.conferences[conference].members.append(slot)
    channels[channel].features.member = slot
    return slot
  }

  mutating func end(conferenceMember slot: Int, at time: Instant) {
    let member = features.members[slot]
    if let since = member.mutedSince {
      features.members[slot].row.mutedTime += time.since(since).inMilliseconds
    }
    if let since = member.talkingSince {
      features.members[slot].row.talkingTime += time.since(since).inMilliseconds
    }
    features.members[slot].row.leftAt = max(time, member.row.joinedAt ?? time)
    features.members.touch(slot)
    features.conferences[member.conference].members.removeFirst(of: slot)
    channels[member.channel].features.member = nil
  }

  mutating func end(conference slot: Int, by closedBy: String, at time: Instant) {
    for member in features.conferences[slot].members { end(conferenceMember: member, at: time) }
    if let recording = features.conferences[slot].recording {
      end(recording: recording, by: closedBy, at: time)
    }
    features.conferences[slot].recording = nil
    features.openConferences.remove(
      slot, features.conferences[slot].row.name, bridge: features.conferences[slot].bridgeUniqueid)
    features.conferences[slot].row.endedAt = max(
      time, features.conferences[slot].row.startedAt)
    features.conferences[slot].row.closedBy = closedBy
    features.conferences.touch(slot)
  }
}
