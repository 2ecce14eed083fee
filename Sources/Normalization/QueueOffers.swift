import AMI

// An offer is one ringing of one member for one visit.

extension Normalizer {
  mutating func agentCalled(_ frame: borrowing Frame, at time: Instant) {
    guard let visit = visit(frame, in: [.waiting, .left], at: time),
      let dest = channel(frame, .dest, at: time), queueing.offerByDest[dest] == nil
    else { return }
    // A member is rung again only after it was rung in vain.
    for offer in queueing.visits[visit].offers
    where queueing.offers[offer].row.endedAt != nil
      && frame.has(.interface, (queueing.offers[offer].row.interface ?? "").utf8)
    {
      decide(
        offer, queueing.offers[offer].row.dialStatus == "BUSY" ? "busy" : "no-answer", at: time)
    }
    openOffer(frame, of: visit, to: dest, from: time, at: time)
  }

  @discardableResult
  private mutating func openOffer(
    _ frame: borrowing Frame, of visit: Int, to dest: Int?, from time: Instant, at now: Instant
  ) -> Int {
    var offer = LiveOffer()
    offer.row.id = counters.queueOffers.next(serverID)
    offer.row.serverID = serverID
    offer.row.visitID = queueing.visits[visit].row.id
    offer.row.queueID = queueing.visits[visit].row.queueID
    offer.row.channelID = dest.map { channels[$0].row.id }
    offer.row.agent = agentName(frame)
    offer.row.interface = frame.knownText(of: .interface)
    offer.row.calledAt = time
    offer.visit = visit
    offer.dest = dest
    let slot = queueing.offers.insert(offer)
    queueing.offers.touch(slot)
    queueing.openOffers += 1
    queueing.visits[visit].offers.append(slot)
    if let dest { queueing.offerByDest[dest] = slot }
    beginRinging(slot, at: now)
    return slot
  }

  /// The open offer that an event means; one whose beginning was not seen is opened. RingTime of an
  /// answer is in seconds, that of a ringing in vain in milliseconds.
  ///
  /// **Source:** apps/app_queue.c, `try_calling` and `rna`.
  mutating func offer(
    _ frame: borrowing Frame, of visit: Int, at time: Instant, inMilliseconds: Bool = false
  ) -> Int? {
    let dest = channel(frame, .dest, at: time)
    if let dest, let offer = queueing.offerByDest[dest] { return offer }
    let interface = frame.knownText(of: .interface)
    if dest == nil,
      let offer = queueing.visits[visit].offers.first(where: {
        queueing.offers[$0].row.interface == interface
      })
    {
      return offer
    }
    let ring =
      inMilliseconds
      ? frame.integer(of: .ringTime, in: Number.count).map { .milliseconds($0) }
      : frame.seconds(of: .ringTime)
    let begin = max(queueing.visits[visit].row.joinedAt, time - (ring ?? .zero))
    return openOffer(frame, of: visit, to: dest, from: begin, at: time)
  }

  /// A member was rung in vain, or was busy at once.
  mutating func agentRingNoAnswer(_ frame: borrowing Frame, at time: Instant) {
    guard let visit = visit(frame, in: [.waiting, .left], at: time),
      let offer = offer(frame, of: visit, at: time, inMilliseconds: true)
    else { return }
    decide(offer, queueing.offers[offer].row.dialStatus == "BUSY" ? "busy" : "no-answer", at: time)
  }

  /// A member hung up while the announcement was played.
  mutating func agentDump(_ frame: borrowing Frame, at time: Instant) {
    guard let dest = knownChannel(frame, .destUniqueid), let offer = queueing.offerByDest[dest]
    else { return }
    decide(offer, "dumped", at: time)
  }

  /// A member's telephone stopped ringing; why shows in what follows.
  mutating func endRinging(
    _ offer: Int, status: String?, at time: Instant, by closedBy: String = "ended"
  ) {
    if let status { queueing.offers[offer].row.dialStatus = status }
    if queueing.offers[offer].row.endedAt == nil {
      queueing.offers[offer].row.endedAt = max(time, queueing.offers[offer].row.calledAt)
      finishRinging(offer, at: time, by: closedBy)
    }
    queueing.offers.touch(offer)
  }

  mutating func decide(_ offer: Int, _ outcome: String, at time: Instant) {
    endRinging(offer, status: nil, at: time)
    if queueing.offers[offer].row.outcome == nil { queueing.openOffers -= 1 }
    queueing.offers[offer].row.outcome = outcome
    let ended = queueing.offers[offer].row.endedAt ?? time
    queueing.offers[offer].row.ringMs =
      ended.since(queueing.offers[offer].row.calledAt).milliseconds
    queueing.visits[queueing.offers[offer].visit].offers.removeFirst(of: offer)
    if let dest = queueing.offers[offer].dest, queueing.offerByDest[dest] == offer {
      queueing.offerByDest[dest] = nil
    }
  }

  /// The visit has its outcome, and so have the offers of it that were open.
  mutating func decideOffers(of visit: Int, at time: Instant) {
    for offer in queueing.visits[visit].offers {
      decide(offer, outcome(of: queueing.offers[offer], in: queueing.visits[visit]), at: time)
    }
  }

  private func outcome(of offer: LiveOffer, in visit: LiveVisit) -> String {
    switch offer.row.dialStatus {
    case "BUSY": return "busy"
    case "NOANSWER", "CHANUNAVAIL", "CONGESTION": return "no-answer"
    default: break
    }
    switch visit.row.outcome {
    case "answered": return "answered-elsewhere"
    case "unknown": return "unknown"
    default: return "cancelled"
    }
  }
}
