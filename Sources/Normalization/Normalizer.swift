public import AMI

/// Turns the frames of one server into rows: a state machine without I/O or clock. Frames and their
/// times go in, changed rows come out.
///
/// It holds what is live, and what ended within the last `lingerTime` of the stream's own time. A
/// row that changes ten times between two drains comes out once. The same frames with the same
/// times give the same rows, ids included, however often it is drained, saved and restored in
/// between.
public struct Normalizer: ~Copyable {
  /// How long after a channel's end events about it are still taken in: `Cdr` and others come from
  /// other threads of the server than `Hangup`.
  static let lingerTime = TimeSpan.seconds(10)
  /// Two boots are the same when they lie no further apart than this: `Uptime` is in whole seconds.
  static let bootTolerance = TimeSpan.seconds(2)

  /// What is to be told by whoever knows the server: its trunks, and the bulky tables that are
  /// filled only when asked for.
  public struct Options: Sendable, Equatable {
    /// A table that is filled only when asked for; the raw value is its name.
    public enum BulkyTable: String, CaseIterable, Sendable {
      case cels
      case dialplanSteps = "dialplan_steps"
      case variables
    }

    /// Whether to fill `cels`.
    public var cels = false
    /// Whether to fill `dialplan_steps`.
    public var dialplanSteps = false
    /// Whether to fill `variables`.
    public var variables = false
    /// The endpoints that lead to other networks, as `TECHNOLOGY/ENDPOINT`; without any, the
    /// direction of calls is not known.
    public var trunks: Set<String> = []
    /// Whether `dtmf` shows which keys were pressed.
    public var dtmf = false

    public init() {}

    /// The bulky tables that are filled.
    public var tables: Set<BulkyTable> {
      get {
        Set(
          BulkyTable.allCases.filter {
            switch $0 {
            case .cels: cels
            case .dialplanSteps: dialplanSteps
            case .variables: variables
            }
          })
      }
      set {
        cels = newValue.contains(.cels)
        dialplanSteps = newValue.contains(.dialplanSteps)
        variables = newValue.contains(.variables)
      }
    }
  }

  /// What the server said of itself that is kept in its row.
  public struct ServerFacts: Sendable, Equatable {
    public var systemName: String?
    public var asteriskVersion: String?
    public var amiVersion: String?
    /// When it last started, in microseconds since 1970.
    public var bootedAt: Int64? { boot?.microseconds }
    var boot: Instant?

    public init() {}

    /// Whether the version tells who asks for the end of a channel: from Asterisk 11, AMI 1.3 on.
    var tellsHangupRequests: Bool {
      guard let amiVersion else { return false }
      return amiVersion.hasPrefix("1.") ? amiVersion.hasPrefix("1.3") : !amiVersion.isEmpty
    }
  }

  let serverID: Int64
  let options: Options
  let ceilings: Ceilings
  var counters = Counters()
  var calls = Pool<LiveCall>()
  var channels = Pool<LiveChannel>()
  var dials = Pool<LiveDial>()
  var bridges = Pool<LiveBridge>()
  var members = Pool<LiveMember>()
  var counts = EventCounts()
  var ended = Ended()
  var session = SessionState()
  var dialplan = DialplanTrace()
  var features = CallFeatures()
  var lists = Lists()
  var queueing = Queueing()
  var registrations = Timelines<RegistrationRow>()
  var devices = Timelines<DeviceStateRow>()
  var firstGeneration = FirstGeneration()
  var agentLogins = AgentLogins()
  var beyond = Excess()

  // Found by what they are called; made anew from the pools when a state is restored.
  var channelByUniqueid: [String: Int] = [:]
  /// Those that live, in the order in which they were opened.
  var channelsByName: [String: [Int]] = [:]
  var callByLinkedid: [String: Int] = [:]
  var nearHalfByName: [String: Int] = [:]
  var bridgeByUniqueid: [String: Int] = [:]

  // Rows without a life of their own, until they are drained.
  var records: [CDRRow] = []
  /// Records of channels that were not announced yet; they are drained like the others meanwhile.
  var early = EarlyRecords<CDRRow>()
  var logEntries: [CELRow] = []
  var systemEvents: [SystemEventRow] = []
  var securityEvents: [SecurityEventRow] = []
  var userEvents: [UserEventRow] = []
  var mediaQuality: [MediaQualityRow] = []
  var merges: [CallMergeRow] = []
  /// The same, by the calls that are gone: which one they became part of.
  var mergedCalls: [Int64: Int64] = [:]
  /// Slots whose objects are gone once they are written.
  var leavingChannels: [Int] = []
  var leavingCalls: [Int] = []

  /// A normalizer for the server with this number, at the beginning of its stream.
  public init(
    server number: Int64, options: Options = Options(), ceilings: Ceilings = Ceilings()
  ) {
    serverID = number
    self.options = options
    self.ceilings = ceilings
  }

  /// What is known of the server.
  public var facts: ServerFacts { session.facts }
  /// How many restarts of the server have been seen.
  public var restarts: Int { session.restarts }
  /// Whether the server announced its end in the session that ended last.
  public var isShuttingDown: Bool { session.isShuttingDown }
  /// How many different names of events have numbers; `take` gives numbers below.
  public var eventNameCount: Int { counts.nameCount }
  /// How many channels are held: alive, or ended a moment ago.
  public var heldChannels: Int { channels.count }
  /// Of what there has been more than is held, since this process began.
  public internal(set) var reachedCeilings: Set<Ceilings.Kind> = []
  /// How many states of registrations and devices are held: they last.
  public var heldStates: Int { registrations.count + devices.count }

  /// The name of an event by the number that `take` gave.
  public func eventName(_ number: Int) -> String {
    Text.decode(counts.names.bytes(of: number))
  }

  /// Forgets the numbers of names: `take` gives them out anew.
  public mutating func forgetEventNames() { counts.forgetNames() }

  // MARK: Input

  /// A connection was made at `time`, which may lie before the end of the one before it: then the
  /// recording machine's clock was set back meanwhile.
  public mutating func sessionBegan(id: Int64, at time: Int64) {
    let time = Instant(microseconds: time)
    if time < session.endedAt { timeGoesBack(to: time) }
    session.begin(id: id)
    queueing.samples.removeAll()
  }

  /// The clock that tells the times was set by so many milliseconds within the session, whose times
  /// went on as if it had not been.
  public mutating func clockStepped(byMs step: Int64) {
    let sum = session.clockStepMs.addingReportingOverflow(step).partialValue
    session.clockStepMs = min(max(sum, -Self.stepMsMax), Self.stepMsMax)
  }

  /// The connection ended at `time`, in microseconds since 1970: nothing was observed from then on.
  public mutating func sessionEnded(at time: Int64) {
    let time = Instant(microseconds: time)
    session.endedAt = time
    if session.isShuttingDown { closeWhatRestartEnded(openedBefore: Int.max, at: time) }
  }

  /// Takes in one frame that was complete at `time`, in microseconds since 1970.
  ///
  /// - Returns: the number of the event's name; nil when the frame is no event.
  @discardableResult
  public mutating func take(_ frame: borrowing Frame, at time: Int64) -> Int? {
    let time = Instant(microseconds: time)
    expireVisits(at: time)
    expireWrapUps(at: time)
    expireEnded(at: time)
    keepCeilings(at: time)
    if time >= lists.reviewAt { reviewMissing() }
    switch frame.kind {
    case .event:
      guard let name = frame.range(of: .event) else { return nil }
      let number = counts.number(of: frame.bytes.span.extracting(name))
      let isListItem = frame.isListItem
      count(number, isListItem: isListItem, at: time)
      if isListItem {
        applyListItem(counts.event(number), frame, at: time)
      } else {
        let event = counts.event(number)
        if !takeFirstGeneration(event, frame, at: time) { apply(event, frame, at: time) }
      }
      return number
    case .response: learn(from: frame, at: time)
    case .banner: session.facts.amiVersion = amiVersion(of: frame)
    case .other: break
    }
    return nil
  }

  /// Takes in an event as Asterisk 12 and later tells it.
  mutating func apply(_ event: Event?, _ frame: borrowing Frame, at time: Instant) {
    if event?.showsChannel ?? true { noteLinkedid(frame, .main, at: time) }
    switch event {
    case .newchannel: newchannel(frame, at: time)
    case .newstate, .newCallerid, .newConnectedLine, .newAccountCode: newstate(frame, at: time)
    case .newexten:
      if options.dialplanSteps { keepStep(frame, at: time) }
      newexten(frame)
      noteStep(frame)
      noteRefusal(frame)
      newextenOfCaller(frame, at: time)
    case .hangup: hangup(frame, at: time)
    case .hangupRequest: hangupRequest(frame, isSoft: false, at: time)
    case .softHangupRequest: hangupRequest(frame, isSoft: true, at: time)
    case .localBridge: localBridge(frame, at: time)
    case .dialBegin:
      dialBegin(frame, at: time)
      noteDial(frame)
    case .dialState: dialState(frame, at: time)
    case .dialEnd:
      dialEnd(frame, at: time)
      noteTargetStatus(frame)
    case .bridgeCreate: bridgeCreate(frame, at: time)
    case .bridgeDestroy: bridgeDestroy(frame, at: time)
    case .bridgeEnter:
      bridgeEnter(frame, at: time)
      noteSwap(frame, at: time)
    case .bridgeLeave: bridgeLeave(frame, at: time)
    case .attendedTransfer: attendedTransfer(frame, at: time)
    case .blindTransfer: blindTransfer(frame, at: time)
    case .pickup: join(frame, [.uniqueid, .targetUniqueid], at: time)
    case .parkedCall: parkedCall(frame, openedBy: "parked", at: time)
    case .parkedCallTimeOut: parkingEnds(frame, "timed-out", at: time)
    case .parkedCallGiveUp: parkingEnds(frame, "gave-up", at: time)
    case .parkedCallSwap: parkedCallSwap(frame, at: time)
    case .unparkedCall: unparkedCall(frame, at: time)
    case .confbridgeStart: confbridgeStart(frame, at: time)
    case .confbridgeJoin: confbridgeJoin(frame, at: time)
    case .confbridgeLeave: confbridgeLeave(frame, at: time)
    case .confbridgeEnd: confbridgeEnd(frame, at: time)
    case .confbridgeMute: confbridgeMute(frame, true, at: time)
    case .confbridgeUnmute: confbridgeMute(frame, false, at: time)
    case .confbridgeTalking: confbridgeTalking(frame, at: time)
    case .confbridgeRecord: confbridgeRecord(frame, at: time)
    case .confbridgeStopRecord: confbridgeStopRecord(frame, at: time)
    case .hold: hold(frame, at: time)
    case .unhold: unhold(frame, at: time)
    case .mixMonitorStart: recordingStarts(frame, "mixmonitor", at: time)
    case .mixMonitorStop: recordingStops(frame, "mixmonitor", at: time)
    case .monitorStart: recordingStarts(frame, "monitor", at: time)
    case .monitorStop: recordingStops(frame, "monitor", at: time)
    case .originateResponse: originateResponse(frame, at: time)
    case .dtmfEnd: dtmfEnd(frame, at: time)
    case .dtmf: if frame.text(named: "End") == "Yes" { dtmfEnd(frame, at: time) }
    case .varSet:
      if options.variables { keepVariable(frame, at: time) }
      noteVariable(frame, at: time)
      varSet(frame, at: time)
      qualityVariable(frame, at: time)
    case .queueCallerJoin:
      noteQueue(frame)
      queueCallerJoin(frame, at: time)
    case .cdr: cdr(frame, at: time)
    case .cel: if options.cels { cel(frame, at: time) }
    case .fullyBooted: fullyBooted(frame, at: time)
    case .shutdown: shutdown(frame, at: time)
    case .reload, .load, .unload: systemEvent(frame, at: time)
    case .queueCallerLeave: queueCallerLeave(frame, at: time)
    case .queueCallerAbandon: queueCallerAbandon(frame, at: time)
    case .agentCalled: agentCalled(frame, at: time)
    case .agentRingNoAnswer: agentRingNoAnswer(frame, at: time)
    case .agentConnect: agentConnect(frame, at: time)
    case .agentComplete: agentComplete(frame, at: time)
    case .agentDump: agentDump(frame, at: time)
    case .agentLogin: agentLogin(frame, at: time)
    case .agentLogoff: agentLogoff(frame, at: time)
    case .queueMemberAdded: queueMemberAdded(frame, at: time)
    case .queueMemberRemoved: queueMemberRemoved(frame, at: time)
    case .queueMemberPause, .queueMemberStatus, .queueMemberPenalty, .queueMemberRinginuse:
      queueMember(frame, at: time)
    case .queueParams, .queueMember, .queueEntry, .queueStatusComplete, .queueSummary,
      .queueSummaryComplete, .agents:
      break
    case .userEvent: userEvent(frame, at: time)
    case .contactStatus: contactStatus(frame, at: time)
    case .peerStatus: peerStatus(frame, at: time)
    case .registry: registry(frame, at: time)
    case .deviceStateChange: deviceState(frame, at: time, isSnapshot: false)
    case .rtcpSent: rtcpSent(frame, at: time)
    case .rtcpReceived: rtcpReceived(frame, at: time)
    case .failedACL, .invalidAccountID, .sessionLimit, .memoryLimit, .loadAverageLimit,
      .requestNotSupported, .requestNotAllowed, .authMethodNotAllowed, .requestBadFormat,
      .successfulAuth, .unexpectedAddress, .challengeResponseFailed, .invalidPassword,
      .challengeSent, .invalidTransport:
      securityEvent(event!, frame, at: time)
    case .status: channelIsListed(.status, frame, at: time)
    case .coreShowChannel, .coreShowChannelsComplete, .statusComplete, .bridgeListItem,
      .bridgeListComplete, .bridgeInfoChannel, .bridgeInfoComplete, .parkedCallsComplete,
      .confbridgeListRoomsComplete, .confbridgeList, .confbridgeListComplete, .rename, .dial,
      .bridge, .link, .unlink, .join, .leave, .queueMemberPaused, .transfer,
      .agentCallbackLogin, .agentCallbackLogoff, .meetmeJoin, .meetmeLeave, .meetmeEnd,
      .meetmeMute, .meetmeTalking:
      break
    case .confbridgeListRooms, .contactList, .contactListComplete, .contactStatusDetail,
      .endpointList, .peerEntry, .registryEntry, .outboundRegistrationDetail, nil:
      break
    }
  }

  // MARK: Ids

  /// Gives out the ids of a table: the server's number × 2^40 + a counter.
  struct IDs: Visitable {
    private var last: Int64 = 0

    mutating func next(_ serverID: Int64) -> Int64 {
      last += 1
      return serverID << 40 + last
    }

    mutating func visit(_ visitor: inout some FieldVisitor) { visitor.visit(&last) }
  }

  /// The ids of all tables.
  struct Counters: Visitable {
    var calls = IDs()
    var channels = IDs()
    var dials = IDs()
    var bridges = IDs()
    var members = IDs()
    var records = IDs()
    var logEntries = IDs()
    var systemEvents = IDs()
    var eventCounts = IDs()
    var queues = IDs()
    var queueVisits = IDs()
    var queueOffers = IDs()
    var queueMembers = IDs()
    var queueSamples = IDs()
    var agentIntervals = IDs()
    var registrations = IDs()
    var deviceStates = IDs()
    var securityEvents = IDs()
    var userEvents = IDs()
    var mediaQuality = IDs()

    mutating func visit(_ visitor: inout some FieldVisitor) {
      calls.visit(&visitor)
      channels.visit(&visitor)
      dials.visit(&visitor)
      bridges.visit(&visitor)
      members.visit(&visitor)
      records.visit(&visitor)
      logEntries.visit(&visitor)
      systemEvents.visit(&visitor)
      eventCounts.visit(&visitor)
      queues.visit(&visitor)
      queueVisits.visit(&visitor)
      queueOffers.visit(&visitor)
      queueMembers.visit(&visitor)
      queueSamples.visit(&visitor)
      agentIntervals.visit(&visitor)
      registrations.visit(&visitor)
      deviceStates.visit(&visitor)
      securityEvents.visit(&visitor)
      userEvents.visit(&visitor)
      mediaQuality.visit(&visitor)
    }
  }
}
