/// Logs in. A connection does this by itself; see ``Login``.
public struct LoginAction: DeclaredAction {
  /// How the client shows that it knows the secret.
  public enum Proof: Sendable, Equatable {
    /// The secret itself.
    case secret(String)
    /// The lower-case hexadecimal MD5 of the challenge followed by the secret.
    case md5(key: String)
  }

  /// The user of `manager.conf`.
  public var username: String
  /// The secret, or a digest of it.
  public var proof: Proof
  /// Which events to send: `on`, `off`, or classes with commas between them; nil for `on`.
  public var events: String?

  /// A login of `username`.
  public init(username: String, proof: Proof, events: String? = nil) {
    self.username = username
    self.proof = proof
    self.events = events
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Login", "Logs in.", source: "main/manager.c, authenticate and action_login",
    parameters: [
      .required("Username", \.username, "The user of manager.conf."),
      .optional(
        "AuthType", { $0.key.map { _ in "MD5" } }, "MD5 when Key is given.",
        as: .choice(["MD5"])),
      .optional("Secret", { $0.secret }, "The user's secret.", isSecret: true),
      .optional(
        "Key", { $0.key }, "The MD5 of the challenge and the secret, in hexadecimal.",
        isSecret: true),
      .optional("Events", \.events, "on, off, or classes with commas between them."),
    ],
    rules: [.oneOf(["Secret", "Key"]), .together(["AuthType", "Key"])],
    notes: "A connection logs in by itself.")

  private var secret: String? { if case .secret(let secret) = proof { secret } else { nil } }
  private var key: String? { if case .md5(let key) = proof { key } else { nil } }
}

/// Asks for the text to hash with the secret.
public struct Challenge: DeclaredAction {
  /// The answer to a ``Challenge``.
  public struct Reply: ActionReply, Equatable {
    /// The text to put before the secret.
    public let challenge: String

    /// Reads `Challenge`.
    public init(_ answer: Answer) throws(AnswerError) {
      challenge = try answer.response.required("Challenge")
    }
  }

  /// A challenge for MD5.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Challenge", "Asks for the text to hash with the secret for a login by MD5.",
    source: "main/manager.c, action_challenge", effect: .reads,
    parameters: [
      .required("AuthType", { _ in "MD5" }, "The hash; there is only MD5.", as: .choice(["MD5"]))
    ])
}

/// Ends the session. ``Response`` is `Goodbye`, then the server closes the connection.
public struct Logoff: DeclaredAction {
  /// A Logoff.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Logoff", "Ends the session.", source: "main/manager.c, action_logoff",
    notes: "The answer is Goodbye; then the server closes the connection.")
}

/// Asks for a sign of life.
public struct Ping: DeclaredAction {
  /// The answer to a ``Ping``.
  public struct Reply: ActionReply, Equatable {
    /// The server's clock, in microseconds since 1970, UTC; nil before Asterisk 1.8.
    public let timeMicroseconds: Int64?

    /// Reads `Timestamp`.
    public init(_ answer: Answer) throws(AnswerError) {
      timeMicroseconds = answer.response.value(of: .timestamp)
        .flatMap { Number.time($0)?.microseconds }
    }
  }

  /// A Ping.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Ping", "Asks for a sign of life.", source: "main/manager.c, action_ping", effect: .reads)
}

/// Chooses which events this connection receives.
public struct Events: DeclaredAction {
  /// The answer to ``Events``.
  public struct Reply: ActionReply, Equatable {
    /// Whether events come at all from now on. A mask without a known class says off.
    public let isOn: Bool

    /// Reads `Events`.
    public init(_ answer: Answer) throws(AnswerError) {
      isOn = try answer.response.required("Events").lowercased() == "on"
    }
  }

  /// `on`, `off`, or classes with commas between them: `call,agent`.
  public var mask: String

  /// Events of `mask`, as far as the user may read them.
  public init(mask: String) { self.mask = mask }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Events", "Chooses which events this connection receives.",
    source: "main/manager.c, action_events and set_eventmask",
    parameters: [
      .required(
        "EventMask", \.mask, "on, off, or classes with commas between them, like call,agent.")
    ],
    notes: "An unknown class counts for nothing; with none but these, events are off.")
}

/// Adds an event filter to this connection, until it ends.
public struct Filter: DeclaredAction {
  /// What an event is compared with. Without `matchCriteria` an extended POSIX expression over the
  /// whole event; with `!` before it, what matches is left out.
  public var filter: String
  /// How `filter` is compared: `action(exclude),name(Newexten)`. Nil for an expression.
  public var matchCriteria: String?

  /// A filter to add.
  public init(_ filter: String, matchCriteria: String? = nil) {
    self.filter = filter
    self.matchCriteria = matchCriteria
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Filter", "Adds an event filter to this connection, until it ends.", since: "10",
    source: "main/manager.c, action_filter", privileges: ["system"],
    parameters: [
      .optional(
        "Operation", { _ in "Add" }, "There is only Add.", as: .choice(["Add"]), standard: "Add"),
      .optional(
        "MatchCriteria", \.matchCriteria,
        "How Filter is compared, like action(exclude),name(Newexten).",
        since: "18.26, 20.11, 22.1"),
      .optional(
        "Filter", \.filter,
        "An expression over the whole event; with ! before it, what matches is left out."),
    ],
    rules: [.anyOf(["Filter", "MatchCriteria"])])
}
