/// Asks for the peers of chan_sip.
public struct SIPpeers: DeclaredAction {
  /// A peer of chan_sip.
  public struct Peer: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "PeerEntry"
    /// `SIP`.
    public let channelType: String?
    /// The name.
    public let name: String
    /// `peer` or `user`.
    public let objectType: String?
    /// The address; nil when it is not registered.
    public let address: String?
    /// The port; nil when it is not registered.
    public let port: Int?
    /// Whether it registers.
    public let isDynamic: Bool?
    /// Whether what it sends comes from another address than it says, and is answered there.
    public let forcesRport: Bool?
    /// The same for media.
    public let hasComedia: Bool?
    /// Whether it may send pictures.
    public let hasVideo: Bool?
    /// Whether it may send text.
    public let hasText: Bool?
    /// Whether only some addresses are let in.
    public let hasACL: Bool?
    /// `OK (1 ms)`, `LAGGED (…)`, `UNREACHABLE`, `UNKNOWN` or `Unmonitored`.
    public let status: String?
    /// Whether it comes from a database.
    public let isRealtime: Bool?
    /// The description; nil when there is none.
    public let description: String?
    /// The account code.
    public let accountCode: String?

    /// Reads a `PeerEntry`.
    public init(_ item: Frame) throws(AnswerError) {
      channelType = item.known("Channeltype")
      name = try item.required("ObjectName")
      objectType = item.known("ChanObjectType")
      address = item.known("IPaddress").flatMap { $0 == "-none-" ? nil : $0 }
      port = item.number("IPport").flatMap { $0 == 0 ? nil : $0 }
      isDynamic = item.flag("Dynamic")
      forcesRport = item.flag("Forcerport") ?? item.flag("Natsupport")
      hasComedia = item.flag("Comedia")
      hasVideo = item.flag("VideoSupport")
      hasText = item.flag("TextSupport")
      hasACL = item.flag("ACL")
      status = item.known("Status")
      isRealtime = item.flag("RealtimeDevice")
      description = item.known("Description")
      accountCode = item.known("Accountcode")
    }

    /// The last round trip, of a peer that is qualified and answers.
    public var roundTrip: Duration? {
      guard let start = status?.firstIndex(of: "("), let text = status?[start...].dropFirst(),
        text.hasSuffix(" ms)")
      else { return nil }
      return Number.integer(text.dropLast(4), in: Number.count).map { .milliseconds($0) }
    }
  }

  /// What the answer is read as.
  public typealias Reply = [Peer]

  /// The peers of chan_sip.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "SIPpeers", "Asks for the peers of chan_sip.", until: "20",
    source: "channels/chan_sip.c, manager_sip_show_peers", privileges: ["system", "reporting"],
    effect: .reads, reply: .list(of: Peer.self, end: "PeerlistComplete"))
}

/// Asks whether peers of chan_sip can be reached.
public struct SIPpeerstatus: DeclaredAction {
  /// Whether a peer can be reached.
  public struct Peer: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "PeerStatus"
    /// `SIP`.
    public let channelType: String?
    /// The peer, with its technology: `SIP/300`.
    public let peer: String
    /// `Reachable`, `Lagged`, `Unreachable`, `Unknown`, or `Unmonitored` without `qualify`.
    public let status: String
    /// The last round trip; nil unless it is qualified.
    public let roundTrip: Duration?

    /// Reads a `PeerStatus`.
    public init(_ item: Frame) throws(AnswerError) {
      channelType = item.known("ChannelType")
      peer = try item.required("Peer")
      status = try item.required("PeerStatus")
      roundTrip = item.number("Time").map { .milliseconds($0) }
    }
  }

  /// What the answer is read as.
  public typealias Reply = [Peer]

  /// The peer; nil for all.
  public var peer: String?

  /// Whether `peer`, or every peer, can be reached.
  public init(peer: String? = nil) { self.peer = peer }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "SIPpeerstatus", "Asks whether peers of chan_sip can be reached.", since: "11", until: "20",
    source: "channels/chan_sip.c, manager_sip_peer_status", privileges: ["system"],
    effect: .reads, reply: .list(of: Peer.self, end: "SIPpeerstatusComplete"),
    parameters: [.optional("Peer", \.peer, "The peer; without it all.")],
    notes: "Only peers with qualify=yes are watched.")
}

/// Asks for one peer of chan_sip in every detail.
public struct SIPshowpeer: DeclaredAction {
  /// A peer in every detail.
  public struct Reply: ActionReply {
    /// The name.
    public let name: String
    /// The address; nil when it is not registered.
    public let address: String?
    /// The port; nil when it is not registered.
    public let port: Int?
    /// `OK (1 ms)`, `LAGGED (…)`, `UNREACHABLE`, `UNKNOWN` or `Unmonitored`.
    public let status: String?
    /// What the device calls itself.
    public let userAgent: String?
    /// How long the registration still holds; nil when there is none.
    public let expiry: Duration?
    /// Every header of the answer, in order.
    public let fields: [Action.Field]

    /// Reads the response.
    public init(_ answer: Answer) throws(AnswerError) {
      let frame = answer.response
      name = try frame.required("ObjectName")
      address = frame.known("Address-IP").flatMap { $0 == "(null)" ? nil : $0 }
      port = frame.number("Address-Port").flatMap { $0 == 0 ? nil : $0 }
      status = frame.known("Status")
      userAgent = frame.known("SIP-Useragent")
      let seconds = frame.known("RegExpire")?.split(separator: " ").first
        .flatMap { Number.integer($0, in: Number.int) }
      expiry = seconds.flatMap { $0 < 0 ? nil : .seconds($0) }
      fields = frame.headers.map { header in
        Action.Field(
          Text.decode(frame.bytes[header.nameRange]), Text.decode(frame.bytes[header.valueRange]))
      }
    }
  }

  /// The peer.
  public var peer: String

  /// `peer` in every detail.
  public init(peer: String) { self.peer = peer }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "SIPshowpeer", "Asks for one peer of chan_sip in every detail.", until: "20",
    source: "channels/chan_sip.c, manager_sip_show_peer", privileges: ["system", "reporting"],
    effect: .reads, parameters: [.required("Peer", \.peer, "The peer.")])
}

/// Has chan_sip ask a peer for a sign of life.
public struct SIPqualifypeer: OutcomeAction {
  /// That the peer was asked: the event SIPQualifyPeerDone. It comes whether it answers or not.
  public struct Outcome: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "SIPQualifyPeerDone"
    /// The peer.
    public let peer: String

    /// Reads a `SIPQualifyPeerDone`.
    public init(_ item: Frame) throws(AnswerError) { peer = try item.required("Peer") }
  }

  /// The peer.
  public var peer: String

  /// Has `peer` asked.
  public init(peer: String) { self.peer = peer }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "SIPqualifypeer", "Has chan_sip ask a peer for a sign of life.", since: "1.6", until: "20",
    source: "channels/chan_sip.c, manager_sip_qualify_peer",
    privileges: ["system", "reporting"], outcome: ActionOutcome([Outcome.event], .actionID),
    parameters: [.required("Peer", \.peer, "The peer.")],
    notes: "SIPpeerstatus tells the result.")
}

/// Sends a NOTIFY to a peer of chan_sip.
public struct SIPnotify: DeclaredAction {
  /// The peer, with or without `SIP/`.
  public var channel: String
  /// The headers of the NOTIFY: `Event` and others. `Content` is its body.
  public var variables: [Variable]
  /// The Call-ID to send it in; nil for one of its own.
  public var callID: String?

  /// Sends a NOTIFY with `variables` to `channel`.
  public init(channel: String, variables: [Variable], callID: String? = nil) {
    self.channel = channel
    self.variables = variables
    self.callID = callID
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "SIPnotify", "Sends a NOTIFY to a peer of chan_sip.", since: "1.6", until: "20",
    source: "channels/chan_sip.c, manager_sipnotify", privileges: ["system"],
    parameters: [
      .required("Channel", \.channel, "The peer, with or without SIP/."),
      .repeated(
        "Variable", \.variables, "A header of the NOTIFY, like Event=check-sync.",
        isRequired: true),
      .optional("Call-ID", \.callID, "The Call-ID to send it in."),
    ])
}

/// Asks for chan_sip's registrations with others.
public struct SIPshowregistry: DeclaredAction {
  /// A registration of chan_sip with another server.
  public struct Registration: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "RegistryEntry"
    /// The server.
    public let host: String
    /// Its port.
    public let port: Int?
    /// The user it registers.
    public let username: String?
    /// The domain it registers with.
    public let domain: String?
    /// That domain's port.
    public let domainPort: Int?
    /// How long a registration holds.
    public let refresh: Duration?
    /// `Unregistered`, `Request Sent`, `Auth. Sent`, `Registered`, `Rejected`, `Timeout`,
    /// `No Authentication`, `Unknown`.
    public let state: String?
    /// When it last succeeded, seconds since 1970; nil for never.
    public let registrationTime: Int?

    /// Reads a `RegistryEntry`.
    public init(_ item: Frame) throws(AnswerError) {
      host = try item.required("Host")
      port = item.number("Port")
      username = item.known("Username")
      domain = item.known("Domain")
      domainPort = item.number("DomainPort")
      refresh = item.seconds("Refresh")
      state = item.known("State")
      registrationTime = item.time("RegistrationTime")
    }
  }

  /// What the answer is read as.
  public typealias Reply = [Registration]

  /// chan_sip's registrations with others.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "SIPshowregistry", "Asks for chan_sip's registrations with others.", since: "1.6",
    until: "20", source: "channels/chan_sip.c, manager_show_registry",
    privileges: ["system", "reporting"], effect: .reads,
    reply: .list(of: Registration.self, end: "RegistrationsComplete"))
}
