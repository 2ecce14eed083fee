/// Asks for the agents of agents.conf and what they are doing.
public struct Agents: DeclaredAction {
  /// An agent.
  public struct Agent: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "Agents"
    /// The agent's id.
    public let agent: String
    /// The agent's name.
    public let name: String?
    /// `AGENT_LOGGEDOFF`, `AGENT_IDLE`, `AGENT_ONCALL` or `AGENT_UNKNOWN`.
    public let status: String?
    /// The channel the agent talks to; nil when not talking.
    public let talkingTo: String?
    /// Since when the agent talks, seconds since 1970.
    public let callStarted: Int?
    /// Since when the agent is logged in, seconds since 1970; nil when logged off.
    public let loggedInTime: Int?
    /// The agent's channel; nil when logged off.
    public let channel: ChannelSnapshot?

    /// Reads an `Agents`, before Asterisk 12 too.
    public init(_ item: Frame) throws(AnswerError) {
      agent = try item.required("Agent")
      name = item.known("Name")
      status = item.known("Status")
      let other = item.known("TalkingToChan") ?? item.known("TalkingTo")
      talkingTo = other == "n/a" ? nil : other
      callStarted = item.time("CallStarted")
      loggedInTime = item.time("LoggedInTime")
      channel = ChannelSnapshot(item)
    }
  }

  /// What the answer is read as.
  public typealias Reply = [Agent]

  /// The agents of agents.conf.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Agents", "Asks for the agents of agents.conf and what they are doing.",
    source: "apps/app_agent_pool.c, action_agents", privileges: ["agent"], effect: .reads,
    reply: .list(of: Agent.self, end: "AgentsComplete"))
}

/// Logs an agent off.
public struct AgentLogoff: DeclaredAction {
  /// The agent's id.
  public var agent: String
  /// Whether a call in progress may go on; nil for no.
  public var soft: Bool?

  /// Logs `agent` off.
  public init(agent: String, soft: Bool? = nil) {
    self.agent = agent
    self.soft = soft
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "AgentLogoff", "Logs an agent off.",
    source: "apps/app_agent_pool.c, action_agent_logoff", privileges: ["agent"],
    effect: .destroys,
    parameters: [
      .required("Agent", \.agent, "The agent's id."),
      .optional("Soft", \.soft, "Let a call in progress go on."),
    ],
    notes: "An agent who is not logged in is a success too.")
}
