/// The questions that tell what is there already: after a login, before the events say what
/// changes. All of them only ask; none changes anything on the server.
///
/// | action | tells | write class (one of) | where it exists |
/// |---|---|---|---|
/// | `CoreSettings`, `CoreStatus` | version, name, start | system, reporting | 1.6 on |
/// | `CoreShowChannels` | channels | system, reporting | 1.6 on |
/// | `Status` | channels, where there is no `CoreShowChannels` | system, call, reporting | all |
/// | `BridgeList`, `BridgeInfo` | bridges, and who is in each | | 12 on |
/// | `QueueStatus`, `QueueSummary` | queues, members, callers | | app_queue; the latter 1.6 on |
/// | `ParkedCalls`, `Parkinglots` | parked calls | call | res_parking; the latter 11 on |
/// | `Agents` | agents | agent | app_agent_pool, chan_agent |
/// | `ConfbridgeListRooms`, `ConfbridgeList` | conferences, and who is in each | reporting | 10 on |
/// | `PJSIPShowEndpoints`, `PJSIPShowContacts` | telephones | system | res_pjsip, 12 and 13 on |
/// | `PJSIPShowRegistrationsOutbound` | trunks | system, reporting | res_pjsip |
/// | `SIPpeers`, `SIPshowregistry` | telephones and trunks | system, reporting | chan_sip, to 20 |
/// | `IAXpeerlist` | peers | system, reporting | chan_iax2 |
/// | `DeviceStateList`, `ExtensionStateList` | states | call, reporting | 13 on |
///
/// The answer to `PJSIPShowRegistrationsOutbound` holds the trunks' passwords in clear (items
/// `AuthDetail`), so it is asked only where somebody wants that: `Question.revealsSecrets`.
///
/// What a server has and a user may ask is not guessed from its version: `ListCommands` says it.
///
/// **Source:** `ListCommands` of Asterisk 16 and 22; the registrations of these actions in
/// `main/manager.c` and the modules named.
public enum Snapshot {
  /// What a question is about; some things are asked again and again.
  public enum Subject: Sendable, Equatable {
    /// Calls and whatever else events follow from here on.
    case state
    /// Queues, whose figures no event tells.
    case queues
    /// Who can be reached, which some channel drivers tell no event of.
    case registrations
  }

  /// One action to ask.
  public struct Question: Sendable, Equatable {
    /// The action, sent without fields.
    public let action: String
    /// What it is about.
    public let subject: Subject
    /// The write classes of which the user needs one; empty where every user may ask.
    public let classes: [String]
    /// An action that makes this one needless where the server has it.
    public var unless: String?
    /// What is asked about each item of the answer.
    public var detail: Detail?
    /// Whether the answer holds passwords in clear.
    public var revealsSecrets = false
  }

  /// A question about one item of a list.
  public struct Detail: Sendable, Equatable {
    /// The action.
    public let action: String
    /// The header of the item that names it, and the field of the action that does.
    public let header: String
  }

  /// The action that lists the others, to be asked first.
  public static let commands = Action("ListCommands")

  /// All questions, in the order in which they are asked: channels before the bridges that they
  /// are in, bridges before what runs in them.
  public static let questions: [Question] = [
    Question(action: "CoreSettings", subject: .state, classes: ["system", "reporting"]),
    Question(action: "CoreStatus", subject: .state, classes: ["system", "reporting"]),
    Question(action: "CoreShowChannels", subject: .state, classes: ["system", "reporting"]),
    Question(
      action: "Status", subject: .state, classes: ["system", "call", "reporting"],
      unless: "CoreShowChannels"),
    Question(
      action: "BridgeList", subject: .state, classes: [],
      detail: Detail(action: "BridgeInfo", header: "BridgeUniqueid")),
    Question(action: "QueueStatus", subject: .queues, classes: []),
    Question(action: "QueueSummary", subject: .queues, classes: []),
    Question(action: "ParkedCalls", subject: .state, classes: ["call"]),
    Question(action: "Parkinglots", subject: .state, classes: ["call"]),
    Question(action: "Agents", subject: .state, classes: ["agent"]),
    Question(
      action: "ConfbridgeListRooms", subject: .state, classes: ["reporting"],
      detail: Detail(action: "ConfbridgeList", header: "Conference")),
    Question(action: "PJSIPShowEndpoints", subject: .state, classes: ["system"]),
    Question(action: "PJSIPShowContacts", subject: .registrations, classes: ["system"]),
    Question(
      action: "PJSIPShowRegistrationsOutbound", subject: .registrations,
      classes: ["system", "reporting"], revealsSecrets: true),
    Question(action: "SIPpeers", subject: .registrations, classes: ["system", "reporting"]),
    Question(action: "SIPshowregistry", subject: .registrations, classes: ["system", "reporting"]),
    Question(action: "IAXpeerlist", subject: .state, classes: ["system", "reporting"]),
    Question(action: "DeviceStateList", subject: .state, classes: ["call", "reporting"]),
    Question(action: "ExtensionStateList", subject: .state, classes: ["call", "reporting"]),
  ]

  /// The fewest write classes that allow every question; of several that do, the one that is needed
  /// for others anyway.
  public static let classes = ["system", "call", "agent", "reporting"]

  /// What to ask where these actions are listed; `withSecrets` for those whose answers hold
  /// passwords, too.
  public static func askable(of commands: CommandList, withSecrets: Bool) -> [Question] {
    questions.filter { question in
      commands.has(question.action) && !(question.unless.map(commands.has) ?? false)
        && (withSecrets || !question.revealsSecrets)
    }
  }

  /// The questions that the user may not ask, or that the server does not know: it does not tell
  /// which. What needs no class, or one that the user has, is not among them, nor what is not asked
  /// anyway: `withSecrets` as for ``askable(of:withSecrets:)``.
  public static func refused(by commands: CommandList, withSecrets: Bool) -> [Question] {
    let granted = commands.grantedClasses
    return questions.filter { question in
      (withSecrets || !question.revealsSecrets) && !commands.has(question.action)
        && !question.classes.isEmpty && question.unless == nil
        && granted.isDisjoint(with: question.classes)
    }
  }
}
