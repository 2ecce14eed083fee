import AMI

// A talk's time on hold: while the caller, the agent, or a telephone that one of them is behind a
// Local channel has put the other on hold.

extension Normalizer {
  /// The talk in which a channel takes part.
  private func talk(of channel: Int) -> Int? {
    if let visit = queueing.talkByAgent[channel] ?? queueing.visitByChannel[channel] {
      return queueing.visits[visit].phase == .talking ? visit : nil
    }
    guard let member = channels[channel].member else { return nil }
    for other in bridges[members[member].bridge].members {
      guard let end = channels[members[other].channel].partner,
        let visit = queueing.talkByAgent[end] ?? queueing.visitByChannel[end],
        queueing.visits[visit].phase == .talking
      else { continue }
      return visit
    }
    return nil
  }

  /// A channel put the other side on hold.
  mutating func queueHolds(_ channel: Int, at time: Instant) {
    guard !queueing.talkByAgent.isEmpty, let visit = talk(of: channel) else { return }
    hold(visit, by: channel, at: time)
  }

  private mutating func hold(_ visit: Int, by channel: Int, at time: Instant) {
    guard queueing.visitByHolder[channel] == nil else { return }
    if queueing.visits[visit].holders.isEmpty { queueing.visits[visit].heldSince = time }
    queueing.visits[visit].holders.append(channel)
    queueing.visitByHolder[channel] = visit
  }

  /// A channel gave up a hold, or is gone.
  mutating func queueUnholds(_ channel: Int, at time: Instant) {
    guard let visit = queueing.visitByHolder.removeValue(forKey: channel) else { return }
    queueing.visits[visit].holders.removeAll { $0 == channel }
    guard queueing.visits[visit].holders.isEmpty, let start = queueing.visits[visit].heldSince
    else { return }
    queueing.visits[visit].held += time.since(start)
    queueing.visits[visit].heldSince = nil
  }

  /// A talk begins: a hold of before goes on in it.
  mutating func holdFromStart(of visit: Int, at time: Instant) {
    for channel in [queueing.visits[visit].channel, queueing.visits[visit].agent] {
      if let channel, channels[channel].features.hold != nil {
        hold(visit, by: channel, at: time)
      }
    }
  }

  /// How long a talk that ends at `end` was on hold, in milliseconds.
  func holdMs(of visit: Int, until end: Instant) -> Int64 {
    let last = queueing.visits[visit].heldSince.map { end.since($0) } ?? .zero
    return (queueing.visits[visit].held + last).milliseconds
  }
}
