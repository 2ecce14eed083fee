/// Asks for the endpoints of chan_pjsip.
public struct PJSIPShowEndpoints: DeclaredAction {
  /// An endpoint of chan_pjsip.
  public struct Endpoint: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "EndpointList"
    /// The name.
    public let name: String
    /// The transport it is bound to.
    public let transport: String?
    /// Its addresses of record, with commas between them.
    public let aor: String?
    /// Who may log in as it.
    public let auths: String?
    /// As whom it logs in elsewhere.
    public let outboundAuths: String?
    /// Its contacts, with commas between them.
    public let contacts: String?
    /// `Not in use`, `In use`, `Unavailable`, …
    public let deviceState: String?
    /// Its channels; a number or their names.
    public let activeChannels: String?

    /// Reads an `EndpointList`.
    public init(_ item: Frame) throws(AnswerError) {
      name = try item.required("ObjectName")
      transport = item.known("Transport")
      aor = item.known("Aor")
      auths = item.known("Auths")
      outboundAuths = item.known("OutboundAuths")
      contacts = item.known("Contacts")
      deviceState = item.known("DeviceState")
      activeChannels = item.known("ActiveChannels")
    }
  }

  /// What the answer is read as.
  public typealias Reply = [Endpoint]

  /// The endpoints of chan_pjsip.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "PJSIPShowEndpoints", "Asks for the endpoints of chan_pjsip.", since: "12",
    source: "res/res_pjsip/pjsip_configuration.c, ami_show_endpoints", privileges: ["system"],
    effect: .reads,
    reply: .list(
      of: Endpoint.self, end: "EndpointListComplete", isEmpty: ["No endpoints found"]))
}

/// Asks where chan_pjsip's endpoints are.
public struct PJSIPShowContacts: DeclaredAction {
  /// Where an endpoint is.
  public struct Contact: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "ContactList"
    /// What tells it from every other.
    public let name: String
    /// The endpoint; nil when it has none.
    public let endpoint: String?
    /// Its address.
    public let uri: String?
    /// The address it registered from.
    public let viaAddress: String?
    /// The port it registered from.
    public let viaPort: Int?
    /// The Call-ID it registered with.
    public let callID: String?
    /// What the device calls itself.
    public let userAgent: String?
    /// The server it registered with, where there are several.
    public let registrationServer: String?
    /// The way to it.
    public let path: String?
    /// A proxy in between.
    public let outboundProxy: String?
    /// When the registration ends, seconds since 1970; nil for never.
    public let expirationTime: Int?
    /// How often it is asked for a sign of life; zero for never.
    public let qualifyInterval: Duration?
    /// How long it may take to answer.
    public let qualifyTimeout: Duration?
    /// Whether it is forgotten when Asterisk starts.
    public let prunesOnBoot: Bool?
    /// `Reachable`, `Unreachable`, `NonQualified`, `Unknown`, …
    public let status: String?
    /// The last round trip; nil when it was not asked.
    public let roundTrip: Duration?

    /// Reads a `ContactList`.
    public init(_ item: Frame) throws(AnswerError) {
      name = try item.required("ObjectName")
      endpoint = item.known("Endpoint")
      uri = item.known("Uri")
      viaAddress = item.known("ViaAddr")
      viaPort = item.number("ViaPort")
      callID = item.known("CallId")
      userAgent = item.known("UserAgent")
      registrationServer = item.known("RegServer")
      path = item.known("Path")
      outboundProxy = item.known("OutboundProxy")
      expirationTime = item.time("ExpirationTime")
      qualifyInterval = item.seconds("QualifyFrequency")
      qualifyTimeout = item.decimal("QualifyTimeout").map { .seconds($0) }
      prunesOnBoot = item.flag("PruneOnBoot")
      status = item.known("Status")
      roundTrip = item.number("RoundtripUsec").map { .microseconds($0) }
    }
  }

  /// What the answer is read as.
  public typealias Reply = [Contact]

  /// Where chan_pjsip's endpoints are.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "PJSIPShowContacts", "Asks where chan_pjsip's endpoints are.", since: "16",
    source: "res/res_pjsip/location.c, ami_show_contacts", privileges: ["system"],
    effect: .reads,
    reply: .list(of: Contact.self, end: "ContactListComplete", isEmpty: ["No contacts found"]))
}

/// Asks for chan_pjsip's registrations with others.
public struct PJSIPShowRegistrationsOutbound: DeclaredAction {
  /// A registration of chan_pjsip with another server.
  public struct Registration: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "OutboundRegistrationDetail"
    /// The name.
    public let name: String
    /// The address it registers.
    public let clientURI: String?
    /// The server it registers with.
    public let serverURI: String?
    /// The user part of the contact it registers.
    public let contactUser: String?
    /// The endpoint calls come in as.
    public let endpoint: String?
    /// As whom it logs in.
    public let outboundAuth: String?
    /// The transport.
    public let transport: String?
    /// How long a registration holds.
    public let expiration: Duration?
    /// How long until the next attempt after one that failed.
    public let retryInterval: Duration?
    /// `Registered`, `Unregistered`, `Rejected`, `Stopped`, …
    public let status: String?
    /// How long until it registers again.
    public let nextRegistration: Duration?

    /// Reads an `OutboundRegistrationDetail`.
    public init(_ item: Frame) throws(AnswerError) {
      name = try item.required("ObjectName")
      clientURI = item.known("ClientUri")
      serverURI = item.known("ServerUri")
      contactUser = item.known("ContactUser")
      endpoint = item.known("Endpoint")
      outboundAuth = item.known("OutboundAuth")
      transport = item.known("Transport")
      expiration = item.seconds("Expiration")
      retryInterval = item.seconds("RetryInterval")
      status = item.known("Status")
      nextRegistration = item.seconds("NextReg")
    }
  }

  /// What the answer is read as. The `AuthDetail` items between, which hold passwords, are left
  /// out.
  public typealias Reply = [Registration]

  /// chan_pjsip's registrations with others.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "PJSIPShowRegistrationsOutbound", "Asks for chan_pjsip's registrations with others.",
    since: "12",
    source: "res/res_pjsip_outbound_registration.c, ami_show_outbound_registrations",
    privileges: ["system", "reporting"], effect: .reads,
    reply: .list(
      items: [Registration.event, "AuthDetail"], end: "OutboundRegistrationDetailComplete",
      isEmpty: ["No registrations found"]))
}

/// Has chan_pjsip ask an endpoint's contacts for a sign of life.
public struct PJSIPQualify: DeclaredAction {
  /// The endpoint.
  public var endpoint: String

  /// Has the contacts of `endpoint` asked.
  public init(endpoint: String) { self.endpoint = endpoint }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "PJSIPQualify", "Has chan_pjsip ask an endpoint's contacts for a sign of life.",
    since: "12", source: "res/res_pjsip/pjsip_options.c, ami_sip_qualify",
    privileges: ["system", "reporting"],
    parameters: [.required("Endpoint", \.endpoint, "The endpoint.")],
    notes: "The event ContactStatus tells when something has changed.")
}

/// Sends a NOTIFY by chan_pjsip.
public struct PJSIPNotify: DeclaredAction {
  /// To whom.
  public enum Recipient: Sendable, Equatable {
    /// To every contact of this endpoint.
    case endpoint(String)
    /// To this address.
    case uri(String)
    /// To the far end of this channel, within its dialog.
    case channel(String)
  }

  /// To whom.
  public var recipient: Recipient
  /// The headers of the NOTIFY: `Event` and others. `Content` is its body.
  public var variables: [Variable]
  /// A section of pjsip_notify.conf with headers.
  public var option: String?

  /// Sends a NOTIFY with `variables`, or those of `option`, to `recipient`.
  public init(to recipient: Recipient, variables: [Variable] = [], option: String? = nil) {
    self.recipient = recipient
    self.variables = variables
    self.option = option
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "PJSIPNotify", "Sends a NOTIFY by chan_pjsip.", since: "12",
    source: "res/res_pjsip_notify.c, manager_notify", privileges: ["system"],
    parameters: [
      .optional("Endpoint", { $0.endpoint }, "To every contact of this endpoint."),
      .optional("URI", { $0.uri }, "To this address.", since: "13"),
      .optional("Channel", { $0.channel }, "To the far end of this channel.", since: "16"),
      .optional(
        "Option", \.option, "A section of pjsip_notify.conf with headers.",
        since: "22 at the latest, not in 16"),
      .repeated("Variable", \.variables, "A header of the NOTIFY, like Event=check-sync."),
    ],
    rules: [.oneOf(["Endpoint", "URI", "Channel"]), .anyOf(["Variable", "Option"])])

  private var endpoint: String? { if case .endpoint(let name) = recipient { name } else { nil } }
  private var uri: String? { if case .uri(let uri) = recipient { uri } else { nil } }
  private var channel: String? { if case .channel(let name) = recipient { name } else { nil } }
}
