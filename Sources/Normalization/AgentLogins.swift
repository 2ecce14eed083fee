import AMI

// Agents of app_agent_pool wait on the line, for hours, and callers come to them one after another.
// Each of these is a call of its own, and so is the login: while an agent waits on a channel, that
// channel joins no calls. With a caller it is in the caller's call, as far as talk, transfers and
// the end are concerned; its row stays with the login's.
//
// In the bridge with the agent the caller's side takes the older linkedid of the two, which may be
// the login's or that of the agent's last caller. So such linkedids join nothing any more: what
// they would have joined shows in dials, Local channels and bridges.
//
// **Source:** apps/app_agent_pool.c, `agent_login_exec`, `agent_request_exec`; main/bridge.c,
// `bridge_channel_complete_join`; main/channel.c, `ast_channel_internal_oldest_linkedid`.

/// What agents who wait on the line brought into calls.
struct AgentLogins: Visitable {
  /// The linkedids that channels of agents had while they waited or talked; as long as any channel
  /// has it.
  var linkedids: Set<String> = []

  mutating func visit(_ visitor: inout some FieldVisitor) {
    var sorted = linkedids.sorted()
    visitor.visit(&sorted)
    linkedids = Set(sorted)
  }
}

extension Normalizer {
  /// An agent is on this channel from now on.
  mutating func waitsForCallers(_ slot: Int) {
    channels[slot].isAgent = true
    if let linkedid = channels[slot].row.linkedid { agentLogins.linkedids.insert(linkedid) }
  }

  /// A list shows what a channel does.
  mutating func isListedAsAgent(_ slot: Int, _ frame: borrowing Frame) {
    guard let application = frame.text(of: .application), !application.isEmpty else { return }
    if application == "AgentLogin" {
      waitsForCallers(slot)
    } else {
      channels[slot].isAgent = false
    }
  }

  /// A channel is forgotten, and its linkedid if it was the last that had it.
  mutating func agentLoginForgets(_ slot: Int) {
    guard !agentLogins.linkedids.isEmpty, let linkedid = channels[slot].row.linkedid,
      agentLogins.linkedids.contains(linkedid)
    else { return }
    let isLast = channels.used.allSatisfy {
      $0 == slot || channels[$0].isExpired || channels[$0].row.linkedid != linkedid
    }
    if isLast { agentLogins.linkedids.remove(linkedid) }
  }

  // MARK: Calls

  /// The call in which a channel is: an agent with a caller is in the caller's.
  func currentCall(of slot: Int) -> Int {
    callWithCaller(of: slot) ?? channels[slot].call
  }

  /// The call that a channel joins to others; nil for an agent who waits for callers.
  func joinedCall(of slot: Int) -> Int? {
    channels[slot].isAgent ? callWithCaller(of: slot) : channels[slot].call
  }

  private func callWithCaller(of slot: Int) -> Int? {
    guard channels[slot].isAgent, let member = channels[slot].member,
      bridges[members[member].bridge].joinsCalls
    else { return nil }
    for other in bridges[members[member].bridge].members {
      let caller = members[other].channel
      if !channels[caller].isAgent { return channels[caller].call }
    }
    return nil
  }
}
