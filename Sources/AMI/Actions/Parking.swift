/// Parks a channel.
public struct Park: OutcomeAction {
  /// Where a channel was parked: the event ParkedCall.
  public typealias Outcome = ParkedCalls.ParkedCall

  /// The channel to park.
  public var channel: String
  /// The channel to call when the parking times out; in a call with `channel` it also hears the
  /// space.
  public var timeoutChannel: String?
  /// A channel that hears the space.
  public var announceChannel: String?
  /// How long it may stay; zero for any time, nil for the lot's own. Asterisk takes whole seconds.
  public var timeout: Duration?
  /// The lot; nil for the channel's own.
  public var parkinglot: String?
  /// The space of the lot; nil for a free one.
  public var parkingSpace: Int?

  /// Parks `channel`.
  public init(
    channel: String, timeoutChannel: String? = nil, announceChannel: String? = nil,
    timeout: Duration? = nil, parkinglot: String? = nil, parkingSpace: Int? = nil
  ) {
    self.channel = channel
    self.timeoutChannel = timeoutChannel
    self.announceChannel = announceChannel
    self.timeout = timeout
    self.parkinglot = parkinglot
    self.parkingSpace = parkingSpace
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Park", "Parks a channel.", source: "res/parking/parking_manager.c, manager_park",
    privileges: ["call"], effect: .destroys,
    outcome: ActionOutcome(
      [Outcome.event], .headers(["ParkeeChannel", "ParkeeUniqueid"], field: "Channel")),
    parameters: [
      .required("Channel", \.channel, "The channel to park."),
      .optional(
        "TimeoutChannel", \.timeoutChannel, "The channel to call when it times out.", since: "12"),
      .optional("AnnounceChannel", \.announceChannel, "A channel that hears the space."),
      .optional(
        "Timeout", \.timeout, "How long it may stay, cut to seconds; 0 for any time.",
        as: .milliseconds),
      .optional("Parkinglot", \.parkinglot, "The lot.", since: "1.8"),
      .optional(
        "ParkingSpace", \.parkingSpace, "The space of the lot.", as: .integer(1 ... .max),
        since: "22 at the latest, not in 16"),
    ])
}

/// Asks for parked calls.
public struct ParkedCalls: DeclaredAction {
  /// A parked call.
  public struct ParkedCall: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "ParkedCall"
    /// The channel that is parked.
    public let parkee: ChannelSnapshot
    /// The channel that parked it; nil where the version does not tell.
    public let parker: ChannelSnapshot?
    /// What is dialled when the time is over: `PJSIP/100`.
    public let parkerDialString: String?
    /// The lot.
    public let parkinglot: String?
    /// The space.
    public let parkingSpace: String?
    /// How long it may still stay; zero for any time.
    public let timeout: Duration?
    /// How long it has been there.
    public let duration: Duration?

    /// Reads a `ParkedCall`, before Asterisk 12 too.
    public init(_ item: Frame) throws(AnswerError) {
      let isOld = item.known("ParkeeChannel") == nil
      parkee = try ChannelSnapshot(required: item, prefix: isOld ? "" : "Parkee")
      parker = ChannelSnapshot(item, prefix: "Parker")
      parkerDialString = item.known("ParkerDialString") ?? item.known("From")
      parkinglot = item.known("Parkinglot")
      parkingSpace = item.known(isOld ? "Exten" : "ParkingSpace")
      timeout = item.seconds(isOld ? "Timeout" : "ParkingTimeout")
      duration = item.seconds("ParkingDuration")
    }
  }

  /// What the answer is read as.
  public typealias Reply = [ParkedCall]

  /// The lot; nil for all.
  public var parkingLot: String?

  /// Calls parked in `parkingLot`, or in all.
  public init(parkingLot: String? = nil) { self.parkingLot = parkingLot }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "ParkedCalls", "Asks for parked calls.",
    source: "res/parking/parking_manager.c, manager_parking_status", privileges: ["call"],
    effect: .reads, reply: .list(of: ParkedCall.self, end: "ParkedCallsComplete"),
    parameters: [
      .optional("ParkingLot", \.parkingLot, "The lot; without it all.", since: "1.8")
    ])
}

/// Asks for parking lots.
public struct Parkinglots: DeclaredAction {
  /// A parking lot.
  public struct Lot: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "Parkinglot"
    /// The name.
    public let name: String
    /// The first space.
    public let startSpace: Int?
    /// The last space.
    public let stopSpace: Int?
    /// How long a call may stay.
    public let timeout: Duration?

    /// Reads a `Parkinglot`.
    public init(_ item: Frame) throws(AnswerError) {
      name = try item.required("Name")
      startSpace = item.number("StartSpace") ?? item.number("StartExten")
      stopSpace = item.number("StopSpace") ?? item.number("StopExten")
      timeout = item.seconds("Timeout")
    }
  }

  /// What the answer is read as.
  public typealias Reply = [Lot]

  /// Parking lots.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Parkinglots", "Asks for parking lots.", since: "1.8",
    source: "res/parking/parking_manager.c, manager_parking_lot_list", privileges: ["call"],
    effect: .reads, reply: .list(of: Lot.self, end: "ParkinglotsComplete"))
}
