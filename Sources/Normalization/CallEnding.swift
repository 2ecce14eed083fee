import AMI

// Who ended a call. Asterisk does not say; the order of its requests to hang up does.
//
// HangupRequest says that a channel's other side hung up, rejected or cancelled; SoftHangupRequest
// that the server itself ends the channel: the dialplan is at its end, a limit is reached, somebody
// sent the action Hangup. One is followed by others, because each channel of a call ends in its
// turn, so the first one counts, behind which no new talk began. Requests about halves of Local
// channels that only lead to others count for nothing: they pass on what happened elsewhere.
//
// **Source:** main/channel.c, `ast_queue_hangup` and `ast_softhangup`; main/pbx.c, `__ast_pbx_run`;
// recordings of Asterisk 16 and 22.

/// Who ended a call, as far as it shows.
struct CallEnding: Visitable {
  enum Party: Int {
    /// Nothing showed yet.
    case none
    case caller
    case callee
    case agent
    case transfer
    case system
    /// It was not observed.
    case unobserved
  }

  var party = Party.none
  /// Whether the call is over by that. It is not where a dialled party rejected: another may
  /// answer, and the caller may hear why.
  var isFirm = false
  /// The id of the channel; 0 where no single one ended the call.
  var channel: Int64 = 0
  /// Hangup cause of that channel once it hung up, and of which channel it is.
  var cause: Int64?
  var causeChannel: Int64?

  /// The word in `ended_by`.
  var word: String? {
    switch party {
    case .none, .unobserved: nil
    case .caller: "caller"
    case .callee: "callee"
    case .agent: "agent"
    case .transfer: "transfer"
    case .system: "system"
    }
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    var number = party.rawValue
    visitor.visit(&number)
    party = Party(rawValue: number) ?? .none
    visitor.visit(&isFirm)
    visitor.visit(&channel)
    visitor.visit(&cause)
    visitor.visit(&causeChannel)
  }
}

extension Normalizer {
  /// The other side of a channel hung up, or the server is about to.
  mutating func hangupRequest(_ frame: borrowing Frame, isSoft: Bool, at time: Instant) {
    guard let slot = channel(frame, .main, at: time), channels[slot].row.endedAt == nil,
      channels[slot].row.counts, !hasTransferred(slot)
    else { return }
    noteRequest(slot, in: channels[slot].call, isSoft: isSoft)
    let current = currentCall(of: slot)
    if current != channels[slot].call { noteRequest(slot, in: current, isSoft: isSoft) }
  }

  private mutating func noteRequest(_ slot: Int, in call: Int, isSoft: Bool) {
    let ending = calls[call].ending
    let isTalking = channels[slot].member.map { members[$0].isTalking } ?? false
    let isOpen = ending.party == .none || ending.party == .transfer && isTalking
    if isSoft {
      if isOpen || ending.party == .system && !ending.isFirm {
        end(call, by: .system, slot, isFirm: true)
      }
    } else if isOpen || !ending.isFirm {
      let isFirm = isTalking || channels[slot].dial == nil
      end(call, by: role(of: slot, in: call), slot, isFirm: isFirm)
    }
  }

  private mutating func end(
    _ call: Int, by party: CallEnding.Party, _ slot: Int, isFirm: Bool
  ) {
    calls[call].ending = CallEnding(
      party: party, isFirm: isFirm, channel: channels[slot].row.id)
  }

  /// Whether the channel handed its call over, and is to end for that reason.
  private func hasTransferred(_ slot: Int) -> Bool {
    channels[slot].features.transfers.contains {
      let transfer = features.transfers[$0]
      return (transfer.transferer == slot || transfer.second == slot)
        && transfer.row.outcome == "completed" && transfer.row.kind != "three-way"
    }
  }

  private func role(of slot: Int, in call: Int) -> CallEnding.Party {
    // Who waits in a queue is the caller, also where the call began with somebody else.
    if let visit = queueing.visitByChannel[slot], queueing.visits[visit].phase != .done {
      return .caller
    }
    if call == currentCall(of: slot), belongsToAgent(slot) { return .agent }
    return channels[slot].row.id == calls[call].caller ? .caller : .callee
  }

  /// Whether the channel is that of a queue's member in a visit, or the telephone behind it.
  private func belongsToAgent(_ slot: Int) -> Bool {
    if queueing.talkByAgent.isEmpty { return false }
    if queueing.talkByAgent[slot] != nil { return true }
    guard let member = channels[slot].member else { return false }
    return bridges[members[member].bridge].members.contains {
      let other = members[$0].channel
      guard channels[other].isFarHalf, let near = channels[other].partner else { return false }
      return queueing.talkByAgent[near] != nil
    }
  }

  // MARK: What else tells

  /// It turns out whose channel ended the call: a queue's member.
  mutating func isAgent(_ channel: Int) {
    let call = channels[channel].call
    guard calls[call].ending.channel == channels[channel].row.id else { return }
    switch calls[call].ending.party {
    case .caller, .callee: calls[call].ending.party = .agent
    case .none, .agent, .transfer, .system, .unobserved: break
    }
  }

  /// The dialplan answers with a tone, and waits for the caller to hang up.
  mutating func noteRefusal(_ frame: borrowing Frame) {
    guard frame.has(.application, "Busy") || frame.has(.application, "Congestion"),
      let slot = knownChannel(frame, .uniqueid), channels[slot].row.counts
    else { return }
    let call = channels[slot].call
    if calls[call].ending.party == .none {
      end(call, by: .system, slot, isFirm: true)
    } else {
      calls[call].ending.isFirm = true
    }
  }

  /// A dial ended without an answer: the dialled party rejected, or time was up. chan_sip says of a
  /// rejection nothing else.
  mutating func noteUnanswered(_ dest: Int, _ status: String?) {
    let call = channels[dest].call
    guard channels[dest].row.counts, !calls[call].ending.isFirm,
      calls[call].ending.channel != channels[dest].row.id
    else { return }
    switch status {
    case "BUSY": end(call, by: role(of: dest, in: call), dest, isFirm: false)
    case "NOANSWER": calls[call].ending = CallEnding(party: .system)
    default: break
    }
  }

  /// The call goes on: that somebody rejected did not end it.
  mutating func callGoesOn(_ call: Int) {
    if calls[call].ending.party != .none, !calls[call].ending.isFirm {
      calls[call].ending = CallEnding()
    }
  }

  /// A transfer took place: with it the talk before it ended.
  mutating func noteTransferred(_ slot: Int) {
    let transfer = features.transfers[slot]
    guard let channel = transfer.transferee ?? transfer.transferer else { return }
    let call = channels[channel].call
    let ending = calls[call].ending
    let isTransferer =
      ending.channel == transfer.row.transfererID
      || ending.channel == transfer.row.secondID
    if ending.party == .none || !ending.isFirm || isTransferer {
      calls[call].ending = CallEnding(party: .transfer, isFirm: true)
    }
  }

  /// A channel ended in another way than by hanging up.
  mutating func noteLost(_ slot: Int, by closedBy: String) {
    let call = channels[slot].call
    guard closedBy != "hangup", !calls[call].ending.isFirm else { return }
    let isTalking = channels[slot].member.map { members[$0].isTalking } ?? false
    let isRestart = closedBy == "restart"
    calls[call].ending = CallEnding(
      party: isRestart ? .system : .unobserved, isFirm: isRestart || isTalking)
  }

  /// The call's cause is that of the channel that ended it; where none did, that of its first
  /// channel, or while that one does not count, of the first that does.
  mutating func noteCause(of slot: Int) {
    let call = channels[slot].call
    guard channels[slot].row.counts else { return }
    let id = channels[slot].row.id
    let cause = channels[slot].row.cause
    if id == calls[call].firstChannel || calls[call].firstCause == nil {
      calls[call].firstCause = cause
      calls[call].firstCauseChannel = id
    }
    if calls[call].ending.channel == id || calls[call].ending.party == .transfer {
      calls[call].ending.cause = cause
      calls[call].ending.causeChannel = id
    }
  }
}
