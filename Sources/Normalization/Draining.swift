extension Normalizer {
  /// Gives the rows that changed since the last time to `sink`, and forgets what is over.
  public mutating func drain(into sink: inout some RowSink) throws {
    for slot in calls.takeChanged() { try sink.write(&calls[slot].row) }
    settleMerges()
    for index in merges.indices { try sink.merge(&merges[index]) }
    merges.removeAll(keepingCapacity: true)
    for slot in channels.takeChanged() {
      channels[slot].row.callID = calls[channels[slot].call].row.id
      try sink.write(&channels[slot].row)
    }
    for slot in dials.takeChanged() {
      try sink.write(&dials[slot].row)
      if dials[slot].row.endedAt != nil, !dials[slot].isKept { dials.remove(slot) }
    }
    for slot in bridges.takeChanged() {
      try sink.write(&bridges[slot].row)
      if bridges[slot].row.endedAt != nil { bridges.remove(slot) }
    }
    for slot in members.takeChanged() {
      try sink.write(&members[slot].row)
      if members[slot].row.leftAt != nil { members.remove(slot) }
    }
    try queueing.drain(into: &sink)
    for index in records.indices { try sink.write(&records[index]) }
    records.removeAll(keepingCapacity: true)
    for index in logEntries.indices { try sink.write(&logEntries[index]) }
    logEntries.removeAll(keepingCapacity: true)
    for index in systemEvents.indices { try sink.write(&systemEvents[index]) }
    systemEvents.removeAll(keepingCapacity: true)
    try features.drain(into: &sink)
    try dialplan.drain(into: &sink)
    try registrations.drain(into: &sink)
    try devices.drain(into: &sink)
    for index in securityEvents.indices { try sink.write(&securityEvents[index]) }
    securityEvents.removeAll(keepingCapacity: true)
    for index in userEvents.indices { try sink.write(&userEvents[index]) }
    userEvents.removeAll(keepingCapacity: true)
    for index in mediaQuality.indices { try sink.write(&mediaQuality[index]) }
    mediaQuality.removeAll(keepingCapacity: true)
    for var row in counts.takeChanged() { try sink.write(&row) }
    try beyond.drain(into: &sink, session: session.id)
    removeLeaving()
  }

  private mutating func removeLeaving() {
    for call in Set(leavingChannels.map { channels[$0].call }) {
      let held = calls[call].channels.filter { !channels[$0].isExpired }
      calls[call].channels = held
    }
    for slot in leavingChannels { channels.remove(slot) }
    leavingChannels.removeAll(keepingCapacity: true)
    for slot in leavingCalls { calls.remove(slot) }
    leavingCalls.removeAll(keepingCapacity: true)
  }

  // MARK: Saving

  /// Everything needed to go on from here, and `companion`. The rows must have been drained.
  public mutating func save(with companion: inout some Visitable) -> [UInt8] {
    precondition(merges.isEmpty && channels.changed.isEmpty && records.isEmpty, "drain first")
    var writer = StateWriter()
    companion.visit(&writer)
    visit(&writer)
    return writer.finish()
  }

  /// A normalizer that goes on where another was saved, and the companion saved with it; nil when
  /// `state` is damaged or of another version.
  public init?(
    server number: Int64, options: Options = Options(), ceilings: Ceilings = Ceilings(),
    restoring state: [UInt8], with companion: inout some Visitable
  ) {
    self.init(server: number, options: options, ceilings: ceilings)
    var reader = StateReader(state)
    companion.visit(&reader)
    visit(&reader)
    guard reader.isComplete else { return nil }
    makeIndexes()
  }

  private mutating func visit(_ visitor: inout some FieldVisitor) {
    counters.visit(&visitor)
    calls.visit(&visitor)
    channels.visit(&visitor)
    dials.visit(&visitor)
    bridges.visit(&visitor)
    members.visit(&visitor)
    counts.visit(&visitor)
    ended.visit(&visitor)
    session.visit(&visitor)
    features.visit(&visitor)
    dialplan.visit(&visitor)
    lists.visit(&visitor)
    queueing.visit(&visitor)
    agentLogins.visit(&visitor)
    early.visit(&visitor)
    registrations.visit(&visitor)
    devices.visit(&visitor)
    firstGeneration.visit(&visitor)
    beyond.visit(&visitor)
  }

  private mutating func makeIndexes() {
    for slot in channels.inOrder
    where !channels[slot].isExpired {
      channelByUniqueid[channels[slot].row.uniqueid] = slot
      if channels[slot].row.endedAt == nil {
        channelsByName[channels[slot].row.name, default: []].append(slot)
      }
      if channels[slot].row.localChannelID == nil, channels[slot].row.endedAt == nil,
        let base = ChannelName(channels[slot].row.name).localPair?.base
      {
        nearHalfByName[base] = slot
      }
    }
    makeAliases()
    for slot in calls.inOrder {
      for linkedid in calls[slot].linkedids { callByLinkedid[linkedid] = slot }
    }
    queueing.makeIndexes()
    features.makeIndexes()
    for slot in bridges.inOrder { bridgeByUniqueid[bridges[slot].row.bridgeUniqueid] = slot }
  }
}
