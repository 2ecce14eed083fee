import AMI

// Channels as lists show them. A list says what there was when it was asked for; events that were
// queued before come after it. So what it shows is taken over where nothing was known, what events
// told in this session counts more, and what it lacks is looked at again a moment later.
//
// **Source:** main/manager.c, `process_message` and `process_events`; `action_coreshowchannels`.

extension Normalizer {
  /// How long after a list events may come that were queued before it.
  static let settleTime = TimeSpan.seconds(2)

  /// An item of CoreShowChannels or Status.
  mutating func channelIsListed(
    _ question: Lists.Question, _ frame: borrowing Frame, at time: Instant
  ) {
    let list = lists.item(question, frame, at: time)
    guard let (slot, isNew) = listedChannel(frame, at: time) else { return }
    channels[slot].sighting.isThere(in: list)
    noteLinkedid(frame, .main, at: time)
    if let other = frame.knownText(named: "BridgedUniqueID").flatMap({ channelByUniqueid[$0] }) {
      join(slot, other, at: time)
    }
    if let bridge = frame.text(named: "BridgeId") {
      if question == .channels { lists.showsBridges = true }
      place(slot, in: bridge.isEmpty ? nil : bridge, isNew: isNew, at: time)
    }
    guard isNew else { return }
    if frame.has(.application, "Dial") { becomesConduit(slot) }
    if frame.has(.application, "AppDial") {
      noteDialled(slot)
      noteCallee(slot, talks: false)
    }
  }

  /// The channel that an item shows, and whether events of this session have told nothing of it
  /// yet; nil if it has ended.
  mutating func listedChannel(
    _ frame: borrowing Frame, at time: Instant
  ) -> (slot: Int, isNew: Bool)? {
    guard let uniqueid = frame.text(of: .uniqueid), !uniqueid.isEmpty else { return nil }
    guard let slot = channelByUniqueid[uniqueid] else {
      let started = time - (frame.duration(named: "Duration") ?? .zero)
      return (open(uniqueid, frame, .main, by: "snapshot", at: time, since: started), true)
    }
    guard channels[slot].row.endedAt == nil else { return nil }
    isListedAsAgent(slot, frame)
    let isSeen = channels[slot].row.openedBy == "seen"
    let isNew = channels[slot].session < session.number || isSeen
    channels[slot].session = session.number
    if isSeen, let duration = frame.duration(named: "Duration") {
      channels[slot].row.openedBy = "snapshot"
      starts(slot, at: min(channels[slot].row.startedAt, time - duration))
    }
    update(slot, frame, .main, at: time)
    return (slot, isNew)
  }

  mutating func channelsAreListed(
    _ question: Lists.Question, _ frame: borrowing Frame, at time: Instant
  ) {
    // Of a Status with one item it is not told whether all channels were asked for.
    guard let list = lists.end(question, frame, at: time),
      question == .channels || list.items != 1
    else { return }
    lists.channelsListedIn = session.number
    for slot in channels.inOrder
    where channels[slot].row.endedAt == nil && channels[slot].sighting.listedIn != list.number
      && channels[slot].row.startedAt < list.startedAt
    {
      if channels[slot].sighting.missingAt != .epoch, !channels[slot].sighting.isLost,
        time.distance(to: channels[slot].sighting.missingAt) >= Self.settleTime
      {
        close(slot, at: channels[slot].sighting.missingAt, by: "snapshot")
      } else {
        channels[slot].sighting.isMissing(at: time, lostAt: end(before: channels[slot].session))
      }
    }
    review(after: time)
  }

  /// When the session ended in which something was last known, if that was not this one.
  func end(before number: Int) -> Instant? { number < session.number ? session.endedAt : nil }

  // MARK: What is gone

  /// What is missing is looked at again a moment later.
  mutating func review(after time: Instant) {
    lists.reviewAt = min(lists.reviewAt, time + Self.settleTime)
  }

  /// Ends what was missing in a complete list and of whose end no event came: it ended unobserved.
  mutating func reviewMissing() {
    lists.reviewAt = .last
    for slot in members.inOrder
    where members[slot].row.leftAt == nil && members[slot].sighting.isLost {
      leaveInGap(slot)
    }
    for slot in channels.inOrder
    where channels[slot].row.endedAt == nil && channels[slot].sighting.isLost {
      closeInGap(slot)
    }
    reviewBridges()
    reviewFeatures()
  }

  mutating func closeInGap(_ slot: Int) {
    let end = channels[slot].sighting.isLost ? channels[slot].sighting.lostAt : session.endedAt
    let seen = max(channels[slot].row.startedAt, channels[slot].leftBridgeAt)
    close(slot, at: max(end, seen), by: "gap")
  }

  /// A channel that a list showed, or an event named, is announced by an older event.
  mutating func isAnnounced(_ slot: Int, at time: Instant) {
    guard channels[slot].row.openedBy != "newchannel" else { return }
    let wasListed = channels[slot].row.openedBy == "snapshot"
    channels[slot].row.openedBy = "newchannel"
    channels.touch(slot)
    // An event of another thread of the server came first: it began then at the latest.
    guard wasListed else { return }
    let entered = channels[slot].member.map { members[$0].row.enteredAt }
    starts(slot, at: min(time, channels[slot].row.answeredAt ?? time, entered ?? time))
  }

  /// It shows that a channel began at another time than it seemed, and so perhaps its call.
  private mutating func starts(_ slot: Int, at time: Instant) {
    let call = channels[slot].call
    let wasFirst = calls[call].row.startedAt >= channels[slot].row.startedAt
    channels[slot].row.startedAt = time
    channels.touch(slot)
    guard wasFirst || time < calls[call].row.startedAt else { return }
    let held = calls[call].channels.filter { !channels[$0].isExpired }
    calls[call].row.startedAt = held.map { channels[$0].row.startedAt }.min() ?? time
    calls.touch(call)
  }
}

extension Frame {
  /// A duration as hours, minutes and seconds (`00:01:30`); nil where it is none.
  func duration(named name: String) -> TimeSpan? {
    guard let parts = text(named: name)?.split(separator: ":"), parts.count == 3,
      let hours = Number.integer(parts[0], in: 0...Number.elapsed.upperBound / 3_600),
      let minutes = Number.integer(parts[1], in: 0...59),
      let seconds = Number.integer(parts[2], in: 0...59)
    else { return nil }
    return .hours(hours) + .seconds(minutes * 60 + seconds)
  }
}
