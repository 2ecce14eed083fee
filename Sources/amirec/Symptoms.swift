import AMI
import AMIClient

/// What a visit to one server found out, before anybody judges it. Nil is what could not be known.
struct Symptoms: Sendable {
  /// What became of the event that was sent to see whether events come back.
  enum Echo: Sendable, Equatable {
    /// It came, so long after it was sent.
    case heard(after: Duration)
    /// It was sent, and did not come within `Visit.echoLimit`.
    case unheard
    /// The user may not send one.
    case notPermitted
  }

  /// How the connection is made.
  struct Link: Sendable {
    var isEncrypted = false
    /// Whether any certificate is taken.
    var isInsecure = false
    /// Whether the secret itself is sent.
    var isPlain = false
    /// Whether nobody else can listen on the way.
    var isLocal = true
  }

  var username: String
  var link = Link()
  var banner = ""
  var receiveBuffer: ReceiveBuffer?
  /// `AsteriskVersion` of CoreSettings.
  var version: String?
  var commands: CommandList?
  /// Whether amirecd asks what is answered with passwords, too.
  var asksForSecrets = false
  /// How often an event of each name came.
  var events: [String: Int] = [:]
  /// The classes of these events.
  var seenClasses: Set<String> = []
  /// How many events had a Timestamp.
  var stampedEvents = 0
  /// The address that we have for the server.
  var ownAddress: String?
  /// Sections of the server's files.
  var general: ConfigSection?
  var user: ConfigSection?
  /// The classes that `manager show user` prints.
  var shownReadClasses: Set<String>?
  /// Whether `cdr_manager.conf` and `cel.conf` have these events sent.
  var sendsCDRs: Bool?
  var sendsCELs: Bool?
  /// The queues of `queues.conf` that do not have all their events sent; before Asterisk 12.
  var mutedQueues: [String]?
  var roundTrips: [Duration] = []
  /// How much the server's clock is ahead of ours.
  var clockAhead: Duration?
  var echo: Echo?
  /// The longest way of an event with a Timestamp, by both clocks and their difference.
  var stampedDelay: Duration?

  init(username: String) { self.username = username }

  /// The version as numbers.
  var release: AsteriskVersion? { version.flatMap(AsteriskVersion.init) }

  /// The classes of events that the user may read; nil where nothing says it.
  var readClasses: Set<String>? {
    if let shownReadClasses { return shownReadClasses }
    guard let user else { return nil }
    let words = ConfigSection.list(user.last("read") ?? "")
    return words.contains("all") ? Set(Examination.classes) : Set(words)
  }
}

/// A section of one of Asterisk's files, as `GetConfig` answers: its variables in their order.
///
/// **Source:** `main/manager.c`, `action_getconfig`: headers `Category-N: NAME` and
/// `Line-N-M: VARIABLE=VALUE`; recorded answers of Asterisk 16 and 22.
struct ConfigSection: Sendable, Equatable {
  let name: String
  private(set) var variables: [(name: String, value: String)] = []

  init(_ name: String, _ variables: [(String, String)] = []) {
    self.name = name
    self.variables = variables
  }

  /// All sections of an answer. A secret is in none of them.
  static func all(in response: Frame) -> [ConfigSection] {
    var sections: [ConfigSection] = []
    for header in response.headers {
      let name = Text.decode(response.bytes[header.nameRange]).lowercased()
      let value = Text.decode(response.bytes[header.valueRange])
      if name.hasPrefix("category-") {
        sections.append(ConfigSection(value))
      } else if name.hasPrefix("line-"), !sections.isEmpty,
        let equals = value.firstIndex(of: "=")
      {
        let variable = value[..<equals].lowercased()
        guard variable != "secret", variable != "password" else { continue }
        sections[sections.count - 1].variables
          .append((variable, String(value[value.index(after: equals)...])))
      }
    }
    return sections
  }

  /// The last value of a variable: the one that counts.
  func last(_ name: String) -> String? { variables.last { $0.name == name }?.value }

  /// All values of a variable.
  func all(_ name: String) -> [String] { variables.filter { $0.name == name }.map(\.value) }

  /// Whether a variable says yes in one of Asterisk's ways.
  func isTrue(_ name: String) -> Bool {
    ["yes", "true", "y", "t", "1", "on"].contains(last(name)?.lowercased() ?? "")
  }

  /// The words of a list with commas.
  static func list(_ text: String) -> [String] {
    text.lowercased().split(separator: ",").map { String($0.filter { $0 != " " }) }
      .filter { !$0.isEmpty }
  }

  static func == (one: ConfigSection, other: ConfigSection) -> Bool {
    one.name == other.name && one.variables.elementsEqual(other.variables, by: ==)
  }
}
