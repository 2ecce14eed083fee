import AMI

/// What happens within calls, as far as it is live: transfers, parking, conferences, holds,
/// recordings.
struct CallFeatures: Visitable {
  var transfers = Pool<LiveTransfer>()
  var parkings = Pool<LiveParking>()
  var conferences = Pool<LiveConference>()
  var members = Pool<LiveConferenceMember>()
  var holds = Pool<LiveHold>()
  var recordings = Pool<LiveRecording>()

  // Made anew when a state is restored.
  var openConferences = OpenConferences()
  var openParkings = OpenParkings()
  /// How many recordings go on.
  var openRecordings = 0

  // Rows without a life of their own, until they are drained.
  var originates: [OriginateRow] = []
  var keys: [DTMFRow] = []
  /// Originates of channels that were not announced yet; they are drained like the others
  /// meanwhile.
  var early = EarlyRecords<OriginateRow>()
  /// Slots of transfers that are gone once they are written.
  var leavingTransfers: [Int] = []

  var transferIDs = Normalizer.IDs()
  var parkingIDs = Normalizer.IDs()
  var conferenceIDs = Normalizer.IDs()
  var memberIDs = Normalizer.IDs()
  var holdIDs = Normalizer.IDs()
  var recordingIDs = Normalizer.IDs()
  var originateIDs = Normalizer.IDs()
  var keyIDs = Normalizer.IDs()

  mutating func visit(_ visitor: inout some FieldVisitor) {
    transfers.visit(&visitor)
    parkings.visit(&visitor)
    conferences.visit(&visitor)
    members.visit(&visitor)
    holds.visit(&visitor)
    recordings.visit(&visitor)
    transferIDs.visit(&visitor)
    parkingIDs.visit(&visitor)
    conferenceIDs.visit(&visitor)
    memberIDs.visit(&visitor)
    holdIDs.visit(&visitor)
    recordingIDs.visit(&visitor)
    originateIDs.visit(&visitor)
    keyIDs.visit(&visitor)
    early.visit(&visitor)
  }

  mutating func makeIndexes() {
    for slot in conferences.inOrder
    where conferences[slot].row.endedAt == nil {
      openConferences.insert(slot, conferences[slot].row.name)
      if let bridge = conferences[slot].bridgeUniqueid {
        openConferences.set(bridge, of: slot, conferences[slot].row.name, before: nil)
      }
    }
    for slot in parkings.inOrder
    where parkings[slot].row.endedAt == nil {
      openParkings.insert(slot, parkings[slot])
    }
    openRecordings = recordings.used.count { recordings[$0].row.endedAt == nil }
  }

  /// Gives the rows that changed to `sink`, and forgets what is over.
  mutating func drain(into sink: inout some RowSink) throws {
    for slot in parkings.takeChanged() {
      try sink.write(&parkings[slot].row)
      if parkings[slot].row.endedAt != nil { parkings.remove(slot) }
    }
    for slot in conferences.takeChanged() {
      try sink.write(&conferences[slot].row)
      if conferences[slot].row.endedAt != nil { conferences.remove(slot) }
    }
    for slot in members.takeChanged() {
      try sink.write(&members[slot].row)
      if members[slot].row.leftAt != nil { members.remove(slot) }
    }
    for slot in holds.takeChanged() {
      try sink.write(&holds[slot].row)
      if holds[slot].row.endedAt != nil { holds.remove(slot) }
    }
    for slot in recordings.takeChanged() {
      try sink.write(&recordings[slot].row)
      if recordings[slot].row.endedAt != nil { recordings.remove(slot) }
    }
    for slot in transfers.takeChanged() { try sink.write(&transfers[slot].row) }
    for slot in leavingTransfers { transfers.remove(slot) }
    leavingTransfers.removeAll(keepingCapacity: true)
    for index in originates.indices { try sink.write(&originates[index]) }
    originates.removeAll(keepingCapacity: true)
    for index in keys.indices { try sink.write(&keys[index]) }
    keys.removeAll(keepingCapacity: true)
  }
}

/// What is remembered of a channel for its transfers, holds, conferences and recordings.
struct ChannelFeatures: Visitable {
  /// Slots of the transfers in which it takes part.
  var transfers: [Int] = []
  /// Slots of its recordings that go on.
  var recordings: [Int] = []
  /// Slots of its stays in parking lots that go on.
  var parkings: [Int] = []
  /// The slot of the hold that goes on.
  var hold: Int?
  /// The slot of its stay in a conference.
  var member: Int?
  /// The conference it joined last, and the queue it entered last.
  var conference: String?
  var queue: String?
  /// The queue to whose door it came by the application Queue, and when: whether it is let in shows
  /// a moment later.
  var approachedQueue: String?
  var approachedAt = Instant.epoch
  /// QUEUE_PRIO, as it was last set.
  var queuePriority: Int64?
  /// MIXMONITOR_FILENAME, until the recording starts.
  var file: String?
  /// The file that a step Monitor named, until the recording starts.
  var monitorFile: String?
  /// Whether a blind transfer of it was prepared, and what was seen of that before its event.
  var isTransferred = false
  var isReferred = false
  var isPlaced = false
  var hasRun = false
  var isInvalid = false
  /// Whether a program asked for the attended transfer that it makes.
  var isAsked = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&transfers)
    visitor.visit(&recordings)
    visitor.visit(&parkings)
    visitor.visit(&hold)
    visitor.visit(&member)
    visitor.visit(&conference)
    visitor.visit(&queue)
    visitor.visit(&approachedQueue)
    visitor.visit(&approachedAt)
    visitor.visit(&queuePriority)
    visitor.visit(&file)
    visitor.visit(&monitorFile)
    visitor.visit(&isTransferred)
    visitor.visit(&isReferred)
    visitor.visit(&isPlaced)
    visitor.visit(&hasRun)
    visitor.visit(&isInvalid)
    visitor.visit(&isAsked)
  }
}

extension Normalizer {
  /// A channel ended: so does what goes on with it.
  mutating func featuresClosed(_ slot: Int, at time: Instant, by closedBy: String) {
    if let hold = channels[slot].features.hold { end(hold: hold, of: slot, by: closedBy, at: time) }
    for recording in channels[slot].features.recordings {
      end(recording: recording, by: closedBy, at: time)
    }
    channels[slot].features.recordings = []
    if let member = channels[slot].features.member { end(conferenceMember: member, at: time) }
    for transfer in channels[slot].features.transfers {
      transferChannelClosed(transfer, slot, by: closedBy, at: time)
    }
    if closedBy != "hangup" { parkingsForgotten(of: slot, at: time) }
  }

  /// Nothing more is expected about a channel.
  mutating func featuresForgotten(_ slot: Int) {
    parkingsForgotten(of: slot, at: channels[slot].row.endedAt!)
    for transfer in channels[slot].features.transfers {
      release(transfer, slot, at: channels[slot].row.endedAt!)
    }
    channels[slot].features.transfers = []
  }

  /// A server that went down took its conferences and parked calls with it, as far as they are of
  /// earlier sessions than `number`.
  mutating func closeFeaturesThatRestartEnded(openedBefore number: Int, at time: Instant) {
    for slot in features.conferences.inOrder
    where features.conferences[slot].row.endedAt == nil
      && features.conferences[slot].session < number
    {
      end(
        conference: slot, by: "restart", at: max(time, features.conferences[slot].row.startedAt))
    }
    for slot in features.parkings.inOrder
    where features.parkings[slot].row.endedAt == nil && features.parkings[slot].session < number {
      end(parking: slot, "unknown", at: max(time, features.parkings[slot].row.parkedAt))
    }
  }
}

extension Frame {
  /// The text of a header that few events have; nil where it is absent, empty or `<unknown>`.
  func knownText(named name: String) -> String? {
    guard let text = text(named: name), !text.isEmpty, text != "<unknown>" else { return nil }
    return text
  }

  /// How long something has lasted, in whole seconds; nil for anything else.
  func seconds(named name: String) -> TimeSpan? {
    integer(named: name, in: Number.elapsed).map { .seconds($0) }
  }

  /// How long something has lasted, in whole seconds; nil for anything else.
  func seconds(of name: HeaderName) -> TimeSpan? {
    integer(of: name, in: Number.elapsed).map { .seconds($0) }
  }
}
