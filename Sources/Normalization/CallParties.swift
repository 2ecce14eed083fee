import AMI

extension Normalizer {
  /// Of a call's first channel: who called. Of the one that answered: who was called.
  mutating func noteParty(_ slot: Int) {
    let id = channels[slot].row.id
    let call = channels[slot].call
    if calls[call].firstChannel == id {
      calls[call].row.callerNumber = channels[slot].row.callerNumber
      calls[call].row.callerName = channels[slot].row.callerName
      calls.touch(call)
    }
    let current = currentCall(of: slot)
    if calls[current].callee == id {
      calls[current].row.calleeNumber = channels[slot].row.callerNumber
      calls[current].row.calleeName = channels[slot].row.callerName
      calls.touch(current)
    }
  }

  /// Lists show the channels of a call in any order: its first one is that whose uniqueid is the
  /// linkedid.
  ///
  /// **Source:** main/channel.c, `ast_channel_internal_oldest_linkedid`.
  mutating func noteOldest(_ slot: Int) {
    let row = channels[slot].row
    let call = channels[slot].call
    guard row.linkedid == row.uniqueid, calls[call].row.linkedid == row.linkedid,
      calls[call].firstChannel != row.id
    else { return }
    calls[call].firstChannel = row.id
    calls[call].row.dialled = row.exten
    if row.counts {
      calls[call].caller = row.id
      if calls[call].callee == row.id { calls[call].callee = 0 }
    }
    if isTrunk(slot) {
      calls[call].row.direction = "inbound"
    } else if calls[call].row.direction == "inbound" {
      calls[call].row.direction = "outbound"
    }
    noteParty(slot)
  }

  /// A channel is dialled, or talks: the first that talks is who was called, else the first that
  /// was dialled.
  mutating func noteCallee(_ slot: Int, talks: Bool) {
    let call = currentCall(of: slot)
    let id = channels[slot].row.id
    guard channels[slot].row.counts, id != calls[call].caller,
      calls[call].callee == 0 || talks && !calls[call].calleeTalked
    else { return }
    calls[call].callee = id
    calls[call].calleeTalked = talks
    noteParty(slot)
  }

  /// A channel counts no more: it is no party of its call.
  mutating func isNoParty(_ slot: Int) {
    let call = channels[slot].call
    let id = channels[slot].row.id
    if calls[call].callee == id {
      calls[call].callee = 0
      calls[call].calleeTalked = false
      calls[call].row.calleeNumber = nil
      calls[call].row.calleeName = nil
      calls.touch(call)
    }
    if calls[call].caller == id {
      calls[call].caller =
        calls[call].channels.filter {
          channels[$0].row.counts && !channels[$0].isExpired
        }.map { channels[$0].row.id }.min() ?? 0
    }
  }

  // MARK: Times

  /// Members of a bridge hear each other from now on.
  mutating func talkBegins(_ member: Int, at time: Instant) {
    guard !members[member].isTalking else { return }
    members[member].isTalking = true
    let slot = members[member].channel
    let call = channels[slot].call
    calls[call].talk.start(at: time)
    // Who has hung up already may still be put into the bridge.
    let ended = calls[call].ending.channel
    let isOver = bridges[members[member].bridge].members.contains {
      ended != 0 && channels[members[$0].channel].row.id == ended
    }
    if !isOver { calls[call].ending = CallEnding() }
    if bridges[members[member].bridge].joinsCalls { noteCallee(slot, talks: true) }
  }

  mutating func talkEnds(_ member: Int, at time: Instant) {
    guard members[member].isTalking else { return }
    members[member].isTalking = false
    let call = channels[members[member].channel].call
    calls[call].talk.stop(at: time)
    calls[call].row.talkTime = calls[call].talk.milliseconds
    calls.touch(call)
  }

  /// A telephone is rung; what counts is the time before the call is answered.
  mutating func ringingBegins(_ dest: Int, at time: Instant) {
    let call = channels[dest].call
    calls[call].wasDialled = true
    if calls[call].connectedAt == nil { calls[call].ring.start(at: time) }
  }

  mutating func ringingEnds(_ dest: Int, at time: Instant) {
    let call = channels[dest].call
    calls[call].ring.stop(at: time)
    calls[call].row.ringTime = calls[call].ring.milliseconds
    calls.touch(call)
  }

  mutating func holdBegins(_ slot: Int, at time: Instant) {
    calls[currentCall(of: slot)].hold.start(at: time)
  }

  mutating func holdEnds(_ slot: Int, at time: Instant) {
    let call = currentCall(of: slot)
    calls[call].hold.stop(at: time)
    calls[call].row.holdTime = calls[call].hold.milliseconds
    calls.touch(call)
  }

  // MARK: Where it came to

  /// A visit to a queue began: the first one names the call's queue.
  mutating func noteQueue(of slot: Int, _ visit: QueueVisitRow) {
    let call = channels[slot].call
    guard calls[call].firstVisit == 0 else { return }
    calls[call].firstVisit = visit.id
    calls[call].row.queueID = visit.queueID
    calls.touch(call)
  }

  /// A recording began: the first one is the call's.
  mutating func noteRecording(of slot: Int, _ recording: Int64) {
    let call = channels[slot].call
    guard calls[call].row.recordingID == nil else { return }
    calls[call].row.recordingID = recording
    calls.touch(call)
  }
}
