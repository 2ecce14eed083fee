import AMI

// Queues as Asterisk before 12 tells them.
//
// **Source:** apps/app_queue.c, `join_queue`, `leave_queue`, `ring_entry`, `rna`, `try_calling`,
// `send_agent_complete`, `set_member_paused`, `set_member_penalty`.

extension Normalizer {
  /// Join and Leave.
  mutating func oldQueueEvent(_ event: Event, _ frame: borrowing Frame, at time: Instant) {
    let told: Event = event == .join ? .queueCallerJoin : .queueCallerLeave
    var words = FrameWriter(event: told.rawValue)
    for header in [HeaderName.queue, .position, .channel, .uniqueid] {
      words.copy(header, of: frame)
    }
    words.add("CallerIDNum", frame.oldText(.callerIDNum, .callerID))
    words.add("CallerIDName", frame.oldText(.callerIDName))
    apply(told, words.finish(), at: time)
  }

  /// A member is called. Asterisk 1.4 names neither the queue nor the member's channel: the queue
  /// is where the caller waits, the channel the latest of the member's that no dial has.
  mutating func oldAgentCalled(_ frame: borrowing Frame, at time: Instant) {
    let caller =
      knownChannel(frame, .uniqueid) ?? slot(named: frame.text(named: "ChannelCalling"))
    guard let caller, let interface = frame.knownText(named: "AgentCalled"),
      let queue = frame.knownText(of: .queue) ?? queueName(of: caller),
      let dest = slot(named: frame.knownText(of: .destinationChannel)) ?? latest(of: interface)
    else { return }
    // Who is called again was called in vain before.
    resolveReaches(of: caller, "NOANSWER", at: time)
    var dial = FrameWriter(event: "DialBegin")
    dial.add("Channel", channels[caller].row.name)
    dial.add("Uniqueid", uniqueidNow(caller))
    dial.add("DestChannel", channels[dest].row.name)
    dial.add("DestUniqueid", uniqueidNow(dest))
    let slash = interface.firstIndex(of: "/")
    dial.add("DialString", slash.map { String(interface[interface.index(after: $0)...]) })
    begin(dial.finish(), interface: interface, at: time)
    var words = FrameWriter(event: "AgentCalled")
    words.add("Queue", queue)
    words.add("Interface", interface)
    words.add("MemberName", frame.knownText(named: "AgentName"))
    words.add("Channel", channels[caller].row.name)
    words.add("Uniqueid", uniqueidNow(caller))
    words.add("DestChannel", channels[dest].row.name)
    words.add("DestUniqueid", uniqueidNow(dest))
    apply(.agentCalled, words.finish(), at: time)
  }

  /// The queue in which a channel waits.
  private func queueName(of caller: Int) -> String? {
    guard let visit = queueing.visitByChannel[caller] else { return nil }
    return queueing.queueByID[queueing.visits[visit].row.queueID]
      .map { queueing.queues[$0].row.name }
  }

  /// The latest channel to an interface such as `SIP/100` that is not dialled yet.
  private func latest(of interface: String) -> Int? {
    channels.used.filter {
      channels[$0].row.endedAt == nil && channels[$0].dial == nil && !channels[$0].isFarHalf
        && channels[$0].row.answeredAt == nil
        && "\(channels[$0].row.technology)/\(channels[$0].row.endpoint ?? "")"
          == interface.prefix { $0 != "," && $0 != ";" }
    }.max { channels[$0].row.id < channels[$1].row.id }
  }

  /// AgentConnect, AgentComplete and AgentDump have the caller's uniqueid and the agent's channel.
  mutating func oldAgentEvent(_ event: Event, _ frame: borrowing Frame, at time: Instant) {
    let agent =
      knownChannel(frame, .bridgedChannel) ?? slot(named: frame.knownText(of: .channel))
    if let agent { reachIsAnswered(agent, at: time) }
    var words = FrameWriter(event: event.rawValue)
    for header in [
      HeaderName.queue, .uniqueid, .holdTime, .talkTime, .ringTime, .reason, .memberName,
    ] {
      words.copy(header, of: frame)
    }
    words.add("Interface", frame.text(of: .member))
    if let caller = knownChannel(frame, .uniqueid) {
      words.add("Channel", channels[caller].row.name)
    }
    words.copy(.channel, of: frame, as: "DestChannel")
    words.add(
      "DestUniqueid", agent.map { uniqueidNow($0) } ?? frame.knownText(of: .bridgedChannel))
    apply(event, words.finish(), at: time)
  }

  mutating func oldRingNoAnswer(_ frame: borrowing Frame, at time: Instant) {
    let interface = frame.text(of: .member)
    let caller = knownChannel(frame, .uniqueid)
    if let caller,
      let place = firstGeneration.reaches.firstIndex(where: {
        $0.source == caller && $0.interface == interface && !$0.isAnswered
      })
    {
      settle(reach: place, "NOANSWER", at: time)
    }
    var words = FrameWriter(event: "AgentRingNoAnswer")
    for header in [HeaderName.queue, .uniqueid, .channel, .memberName, .ringTime] {
      words.copy(header, of: frame)
    }
    words.add("Interface", interface)
    apply(.agentRingNoAnswer, words.finish(), at: time)
  }

  /// A member is paused, or its settings changed; the latter events lack the member's name.
  mutating func oldMemberEvent(_ event: Event, _ frame: borrowing Frame, at time: Instant) {
    guard let interface = frame.text(of: .location) else { return }
    let told: Event = event == .queueMemberPaused ? .queueMemberPause : event
    var words = FrameWriter(event: told.rawValue)
    words.copyAll(of: frame, renaming: [.location: "Interface", .reason: "PausedReason"])
    if frame.range(of: .memberName) == nil, let name = frame.knownText(of: .queue),
      let queue = queueing.queueByName[name],
      let member = queueing.memberByKey[Queueing.key(queue, interface)]
    {
      words.add("MemberName", queueing.members[member].row.agent)
    }
    apply(told, words.finish(), at: time)
  }

  /// An item of QueueStatus: Asterisk 1.4 gives the caller's channel without its uniqueid.
  mutating func oldQueueEntry(_ frame: borrowing Frame, at time: Instant) {
    guard let caller = slot(named: frame.text(of: .channel)) else { return }
    var words = FrameWriter(event: "QueueEntry")
    words.copyAll(of: frame)
    words.add("Uniqueid", uniqueidNow(caller))
    queueEntry(words.finish(), at: time)
  }
}
