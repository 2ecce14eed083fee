import AMI

// **Source:** res/parking/parking_manager.c

extension Normalizer {
  /// A channel is parked. One that is known to be there already stays as it is.
  mutating func parkedCall(_ frame: borrowing Frame, openedBy: String, at time: Instant) {
    guard let uniqueid = frame.text(of: .parkeeUniqueid) else { return }
    let lot = frame.knownText(named: "Parkinglot")
    let space = frame.integer(named: "ParkingSpace", in: Number.count)
    let known =
      features.openParkings.of(uniqueid)
      + features.openParkings.at(OpenParkings.Place(lot: lot, space: space))
    for slot in Set(known).sorted() {
      let isSame = features.parkings[slot].uniqueid == uniqueid
      let isThere =
        features.parkings[slot].row.lot == lot && features.parkings[slot].row.space == space
      if isSame && isThere { return }
      // Whoever was there, or was elsewhere, left it unobserved.
      if isSame || isThere {
        let end = end(before: features.parkings[slot].session) ?? time
        self.end(parking: slot, "unknown", at: max(end, features.parkings[slot].row.parkedAt))
      }
    }
    let channel = channelByUniqueid[uniqueid]
    if openedBy == "seen", let channel, channels[channel].row.endedAt != nil { return }
    let slot = openParking(frame, openedBy: openedBy, at: time)
    if let channel { noteParking(of: channel, in: slot) }
  }

  mutating func unparkedCall(_ frame: borrowing Frame, at time: Instant) {
    let parking = parkingEnds(frame, "retrieved", at: time)
    if let parking, let retriever = knownChannel(frame, .retrieverUniqueid) {
      features.parkings[parking].row.retrieverID = channels[retriever].row.id
    }
    join(frame, [.parkeeUniqueid, .retrieverUniqueid], at: time)
  }

  /// Another channel takes over the space of a parked one.
  mutating func parkedCallSwap(_ frame: borrowing Frame, at time: Instant) {
    let lot = frame.knownText(named: "Parkinglot")
    let space = frame.integer(named: "ParkingSpace", in: Number.count)
    for slot in features.openParkings.at(OpenParkings.Place(lot: lot, space: space)) {
      if frame.has(.parkeeUniqueid, features.parkings[slot].uniqueid.utf8) { return }
      end(parking: slot, "swapped", at: time)
    }
    openParking(frame, openedBy: "swapped", at: time)
  }

  /// A stay ends; one that was there before it was observed is told by its end.
  @discardableResult
  mutating func parkingEnds(
    _ frame: borrowing Frame, _ outcome: String, at time: Instant
  ) -> Int? {
    guard let uniqueid = frame.text(of: .parkeeUniqueid) else { return nil }
    let slot =
      features.openParkings.of(uniqueid).first ?? openParking(frame, openedBy: "seen", at: time)
    end(parking: slot, outcome, at: time)
    return slot
  }

  @discardableResult
  private mutating func openParking(
    _ frame: borrowing Frame, openedBy: String, at time: Instant
  ) -> Int {
    var parking = LiveParking()
    parking.row.id = features.parkingIDs.next(serverID)
    parking.row.serverID = serverID
    parking.row.channel = frame.text(named: "ParkeeChannel") ?? ""
    parking.row.lot = frame.knownText(named: "Parkinglot")
    parking.row.space = frame.integer(named: "ParkingSpace", in: Number.count)
    parking.row.parker = frame.knownText(named: "ParkerDialString")
    parking.row.openedBy = openedBy
    let duration = openedBy == "seen" ? frame.seconds(named: "ParkingDuration") ?? .zero : .zero
    parking.row.parkedAt = time - duration
    parking.row.timeout = frame.seconds(named: "ParkingTimeout").map {
      ($0 + duration).milliseconds
    }
    parking.uniqueid = frame.text(of: .parkeeUniqueid) ?? ""
    parking.session = session.number
    if let channel = channelByUniqueid[parking.uniqueid] {
      parking.channel = channel
      parking.row.channelID = channels[channel].row.id
      parking.row.parkerID = parker(of: channel, parking.row.parker)
    }
    let slot = features.parkings.insert(parking)
    features.parkings.touch(slot)
    features.openParkings.insert(slot, parking)
    if let channel = parking.channel { channels[channel].features.parkings.append(slot) }
    return slot
  }

  mutating func end(parking slot: Int, _ outcome: String, at time: Instant) {
    features.openParkings.remove(slot, features.parkings[slot])
    if let channel = features.parkings[slot].channel {
      channels[channel].features.parkings.removeFirst(of: slot)
    }
    // One that a channel's end in a gap ends may have been reckoned back to later than that.
    features.parkings[slot].row.endedAt = max(time, features.parkings[slot].row.parkedAt)
    features.parkings[slot].row.outcome = outcome
    features.parkings.touch(slot)
  }

  /// Nothing more comes about a parked channel.
  mutating func parkingsForgotten(of channel: Int, at time: Instant) {
    for slot in channels[channel].features.parkings { end(parking: slot, "unknown", at: time) }
  }

  /// A parking may be told before its channel is announced: another thread of the server tells it.
  mutating func linkParkings(to channel: Int) {
    guard features.openParkings.count > 0 else { return }
    for slot in features.openParkings.of(channels[channel].row.uniqueid)
    where features.parkings[slot].channel == nil {
      features.parkings[slot].channel = channel
      channels[channel].features.parkings.append(slot)
      features.parkings[slot].row.channelID = channels[channel].row.id
      features.parkings[slot].row.parkerID = parker(
        of: channel, features.parkings[slot].row.parker)
      features.parkings.touch(slot)
    }
  }

  /// The channel of the call that the dial string reaches: the parked one itself, else the latest.
  private func parker(of parked: Int, _ dialString: String?) -> Int64? {
    guard let dialString else { return nil }
    if isReached(channels[parked].row, by: dialString) { return channels[parked].row.id }
    var latest: Int64?
    for slot in latestChannels(of: channels[parked].call) where slot != parked {
      let row = channels[slot].row
      if isReached(row, by: dialString) { latest = max(latest ?? 0, row.id) }
    }
    return latest
  }

  private func isReached(_ channel: ChannelRow, by dialString: String) -> Bool {
    guard let endpoint = channel.endpoint else { return false }
    return dialString == channel.technology + "/" + endpoint
  }
}
