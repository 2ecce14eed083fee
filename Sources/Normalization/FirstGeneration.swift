import AMI

// Asterisk before 12 (AMI 1.x) tells the same things in other words, and leaves some to be seen
// from what else it tells. Here its events are told again in the words of Asterisk 12 and later, so
// that one set of rules makes the rows of all versions. Which version speaks shows in each event,
// by the headers that it has or lacks; docs/asterisk-before-12.md says what a version cannot tell.
//
// **Source:** branches 1.4, 1.6.2, 1.8, 10 and 11 of Asterisk; the files and functions stand where
// an event is taken in.

/// What is held of servers that tell their calls as Asterisk before 12 does.
struct FirstGeneration: Visitable {
  /// How many masquerades may be under way: each takes three messages in a row.
  static let masqueradesMax = 64
  /// How many placeholders may wait for the channel whose place they are to take.
  static let placeholdersMax = 1024

  /// Whether such a server was seen.
  var isSeen = false
  var aliases: [Alias] = []
  var masquerades: [Masquerade] = []
  /// Uniqueids of channels that Asterisk makes only to move another into them.
  var placeholders: [String] = []
  var reaches: [Reach] = []
  var transfers: [Transfer] = []
  /// Slots of channels by which an attended transfer was made that is told already.
  var transferers: [Int] = []
  /// The greatest serial in a `Uniqueid` of a new channel: a smaller one in a later session is a
  /// server that was started anew.
  var serial: Int64 = -1
  /// The session in which `serial` was last compared.
  var session = 0

  /// A uniqueid that means another channel than the one that was announced with it: a masquerade
  /// moves a channel, with its name, into the uniqueid of another.
  struct Alias: Visitable {
    var uniqueid = ""
    /// The slot of the channel; nil for one that is of no interest.
    var slot: Int?

    mutating func visit(_ visitor: inout some FieldVisitor) {
      visitor.visit(&uniqueid)
      visitor.visit(&slot)
    }
  }

  /// A masquerade of which the first Rename came.
  struct Masquerade: Visitable {
    /// Name and uniqueid of the channel that is moved.
    var name = ""
    var uniqueid = ""

    mutating func visit(_ visitor: inout some FieldVisitor) {
      visitor.visit(&name)
      visitor.visit(&uniqueid)
    }
  }

  /// An attended transfer that was announced: the masquerade that makes it follows.
  struct Transfer: Visitable {
    /// Slots of the channels by which it was made.
    var first = 0
    var second = 0

    mutating func visit(_ visitor: inout some FieldVisitor) {
      visitor.visit(&first)
      visitor.visit(&second)
    }
  }

  /// A dial whose end no event tells: that shows in what happens to both channels.
  struct Reach: Visitable {
    /// The slot of the dial, until its status is known.
    var dial: Int?
    /// The slot of the channel that dials, and the one that is dialled while it is held.
    var source = 0
    var dest: Int?
    /// The member, for a dial of a queue.
    var interface: String?
    var isAnswered = false
    /// Whether the dialled channel ended without a word why.
    var hasEnded = false

    mutating func visit(_ visitor: inout some FieldVisitor) {
      visitor.visit(&dial)
      visitor.visit(&source)
      visitor.visit(&dest)
      visitor.visit(&interface)
      visitor.visit(&isAnswered)
      visitor.visit(&hasEnded)
    }
  }

  /// How many there are of what there are most.
  var most: Int { max(reaches.count, aliases.count, transfers.count) }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&isSeen)
    visitor.visit(&aliases, filler: Alias())
    visitor.visit(&masquerades, filler: Masquerade())
    visitor.visit(&placeholders)
    visitor.visit(&reaches, filler: Reach())
    visitor.visit(&transfers, filler: Transfer())
    visitor.visit(&transferers)
    visitor.visit(&serial)
    visitor.visit(&session)
  }
}

extension Normalizer {
  /// Takes in an event that Asterisk before 12 tells in its own way; says whether it was one.
  @inline(__always)
  mutating func takeFirstGeneration(
    _ event: Event?, _ frame: borrowing Frame, at time: Instant
  ) -> Bool {
    switch event {
    case .newchannel: if frame.range(of: .priority) != nil { return false }
    case .newstate, .newCallerid:
      if frame.range(of: .context) != nil || frame.range(of: .linkedid) != nil { return false }
    case .newexten: if frame.range(of: .exten) != nil { return false }
    case .hangup:
      if firstGeneration.reaches.isEmpty, !frame.endsInBracket { return false }
    case .agentCalled, .agentConnect, .agentComplete, .agentDump, .agentRingNoAnswer,
      .queueMemberPenalty, .queueMemberRinginuse:
      if frame.range(of: .interface) != nil { return false }
    case .localBridge: if frame.range(of: .localOneUniqueid) != nil { return false }
    case .parkedCall, .parkedCallTimeOut, .parkedCallGiveUp, .unparkedCall:
      if frame.range(of: .parkeeUniqueid) != nil { return false }
    case .pickup: if frame.range(of: .uniqueid) != nil { return false }
    case .transfer, .rename, .dial, .bridge, .link, .unlink, .join, .leave, .queueMemberPaused,
      .agentCallbackLogin, .agentCallbackLogoff, .meetmeJoin, .meetmeLeave, .meetmeEnd,
      .meetmeMute, .meetmeTalking:
      break
    default: return false
    }
    retell(event!, frame, at: time)
    return true
  }

  @inline(never)
  private mutating func retell(_ event: Event, _ frame: borrowing Frame, at time: Instant) {
    firstGeneration.isSeen = true
    switch event {
    case .newchannel: oldNewchannel(frame, at: time)
    case .newstate, .newCallerid: oldNewstate(event, frame, at: time)
    case .newexten: oldNewexten(frame, at: time)
    case .hangup: oldHangup(frame, at: time)
    case .rename: oldRename(frame, at: time)
    case .dial: oldDial(frame, at: time)
    case .bridge: oldBridge(frame, isLink: !frame.has(.bridgestate, "Unlink"), at: time)
    case .link: oldBridge(frame, isLink: true, at: time)
    case .unlink: oldBridge(frame, isLink: false, at: time)
    case .localBridge: oldLocalBridge(frame, at: time)
    case .join, .leave: oldQueueEvent(event, frame, at: time)
    case .agentCalled: oldAgentCalled(frame, at: time)
    case .agentConnect, .agentComplete, .agentDump: oldAgentEvent(event, frame, at: time)
    case .agentRingNoAnswer: oldRingNoAnswer(frame, at: time)
    case .queueMemberPaused, .queueMemberPenalty, .queueMemberRinginuse:
      oldMemberEvent(event, frame, at: time)
    case .agentCallbackLogin: agentLogin(frame, at: time)
    case .agentCallbackLogoff: agentLogoff(frame, at: time)
    case .parkedCall, .parkedCallTimeOut, .parkedCallGiveUp, .unparkedCall:
      apply(event, oldParking(event, frame), at: time)
    case .pickup: oldPickup(frame, at: time)
    case .transfer: oldTransfer(frame, at: time)
    case .meetmeJoin, .meetmeLeave, .meetmeEnd, .meetmeMute, .meetmeTalking:
      meetme(event, frame, at: time)
    default: break
    }
  }

  /// The slot of the channel of this name that was opened last and lives. Old events name channels
  /// without their uniqueids at times.
  func slot(named name: String?) -> Int? {
    guard let name, !name.isEmpty else { return nil }
    return channelsByName[name]?.last
  }

  /// The uniqueid by which events name a channel now.
  func uniqueidNow(_ slot: Int) -> String {
    firstGeneration.aliases.last { $0.slot == slot }?.uniqueid ?? channels[slot].row.uniqueid
  }
}

extension Frame {
  /// Whether its channel's name ends in a mark such as `<ZOMBIE>`.
  var endsInBracket: Bool {
    guard let range = range(of: .channel), let last = range.last else { return false }
    return bytes[last] == UInt8(ascii: ">")
  }

  /// The text of the first of these headers that is there and known. Old versions write `unknown`
  /// for it as well.
  func oldText(_ names: HeaderName...) -> String? {
    for name in names {
      if let text = knownText(of: name) { return text == "unknown" ? nil : text }
    }
    return nil
  }
}
