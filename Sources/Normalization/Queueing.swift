import AMI

/// What is known of the queues: the live rows, and by what they are found.
struct Queueing: Visitable {
  var queues = Pool<LiveQueue>()
  var visits = Pool<LiveVisit>()
  var offers = Pool<LiveOffer>()
  var members = Pool<LiveQueueMember>()
  var intervals = Pool<LiveAgentInterval>()
  var agents: [LiveAgent] = []
  /// When agents were last let go of: what those who come anew are, they are from then on.
  var agentsLetGoAt = Instant.first
  /// Visits that ended, until nothing more is expected about them.
  var settled = Ended()
  /// Samples of lists that go on.
  var samples = OpenSamples()
  /// Samples to be written.
  var completeSamples: [QueueSampleRow] = []
  /// Slots of visits that are gone once they are written.
  var leaving: [Int] = []

  // Made anew when a state is restored.
  var queueByName: [String: Int] = [:]
  var memberByKey: [String: Int] = [:]
  /// What an agent is by its memberships that go on.
  var memberships: [String: Memberships] = [:]
  var agentByKey: [String: Int] = [:]
  /// When the next wrap-up ends, or earlier.
  var nextWrapUpEnd = Instant.last
  var queueByID: [Int64: Int] = [:]
  /// The visits whose callers were connected with an agent of this name, in the order in which they
  /// were, until nothing more is expected about them.
  var visitsByAgent: [String?: [Int]] = [:]
  /// The last visit of a caller's channel.
  var visitByChannel: [Int: Int] = [:]
  /// The visit in which an agent's channel talks.
  var talkByAgent: [Int: Int] = [:]
  /// The visit whose talk ended as this channel left a bridge.
  var talkByLeaver: [Int: Int] = [:]
  /// The talk in which a channel has put the other side on hold.
  var visitByHolder: [Int: Int] = [:]
  /// How many offers are open.
  var openOffers = 0
  /// The open offer that a member's channel is.
  var offerByDest: [Int: Int] = [:]

  /// What a membership is found by.
  static func key(_ queue: Int, _ interface: String) -> String { "\(queue) \(interface)" }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    queues.visit(&visitor)
    visits.visit(&visitor)
    offers.visit(&visitor)
    members.visit(&visitor)
    intervals.visit(&visitor)
    visitor.visit(&agents, filler: LiveAgent())
    visitor.visit(&agentsLetGoAt)
    settled.visit(&visitor)
    samples.visit(&visitor)
  }

  mutating func makeIndexes() {
    for slot in queues.inOrder {
      queueByName[queues[slot].row.name] = slot
      queueByID[queues[slot].row.id] = slot
    }
    for slot in members.inOrder where members[slot].row.endedAt == nil {
      guard let queue = queueByID[members[slot].row.queueID] else { continue }
      memberByKey[Self.key(queue, members[slot].row.interface)] = slot
      memberships[members[slot].row.agent, default: Memberships()].add(slot, members[slot].row)
    }
    for (place, agent) in agents.enumerated() {
      agentByKey[LiveAgent.key(agent.source, agent.name)] = place
      nextWrapUpEnd = min(nextWrapUpEnd, agent.wrapUpEndsAt)
    }
    for slot in visits.inOrder
    where !visits[slot].isExpired {
      if visits[slot].row.connectedAt != nil {
        visitsByAgent[visits[slot].row.agent, default: []].append(slot)
      }
      if let channel = visits[slot].channel { visitByChannel[channel] = slot }
      if let agent = visits[slot].agent { talkByAgent[agent] = slot }
      if let leaver = visits[slot].leaver { talkByLeaver[leaver] = slot }
      for holder in visits[slot].holders { visitByHolder[holder] = slot }
    }
    for slot in offers.inOrder where offers[slot].row.outcome == nil {
      openOffers += 1
      if let dest = offers[slot].dest { offerByDest[dest] = slot }
    }
  }

  /// Gives the rows that changed to `sink`, and forgets what is over.
  mutating func drain(into sink: inout some RowSink) throws {
    for slot in queues.takeChanged() { try sink.write(&queues[slot].row) }
    for slot in visits.takeChanged() { try sink.write(&visits[slot].row) }
    for slot in offers.takeChanged() {
      try sink.write(&offers[slot].row)
      if offers[slot].row.outcome != nil { offers.remove(slot) }
    }
    for slot in members.takeChanged() {
      try sink.write(&members[slot].row)
      if members[slot].row.endedAt != nil { members.remove(slot) }
    }
    for slot in intervals.takeChanged() {
      try sink.write(&intervals[slot].row)
      if intervals[slot].row.endedAt != nil { intervals.remove(slot) }
    }
    for index in completeSamples.indices { try sink.write(&completeSamples[index]) }
    completeSamples.removeAll(keepingCapacity: true)
    for slot in leaving { visits.remove(slot) }
    leaving.removeAll(keepingCapacity: true)
  }
}
