/// Runs a command of Asterisk's command line.
public struct Command: DeclaredAction {
  /// What a command printed.
  public struct Reply: ActionReply, Equatable {
    /// The lines, without line ends.
    public let lines: [String]

    /// Reads the `Output` headers, or the raw output of Asterisk before 14.
    public init(_ answer: Answer) throws(AnswerError) {
      var lines = answer.output.flatMap { text in
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
          String(line.last == "\r" ? line.dropLast() : line)
        }
      }
      // The raw output ends in a line end.
      if answer.response.has(.response, "Follows"), lines.last == "" { lines.removeLast() }
      self.lines = lines
    }
  }

  /// The command, as it is typed there.
  public var command: String

  /// `core show channels`, or any other.
  public init(_ command: String) { self.command = command }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Command", "Runs a command of Asterisk's command line.",
    source: "main/manager.c, action_command", privileges: ["command"], effect: .destroys,
    reply: .output,
    parameters: [.required("Command", \.command, "The command, as it is typed there.")],
    notes: "It may do anything: core stop now, too.",
    danger: { action in
      let words = words(of: action.meant("Command") ?? "").map { $0.lowercased() }
      let danger = dangers.first { danger in
        words.starts(with: danger.command.split(separator: " ").map(String.init))
      }
      return danger?.meaning
    })

  /// What concerns all calls, also under the names that it had before Asterisk 1.6 and that
  /// `cli_aliases.conf` still gives it.
  private static let dangers: [(command: String, meaning: String)] = [
    ("core stop", "it stops Asterisk"), ("stop", "it stops Asterisk"),
    ("core restart", "it restarts Asterisk"), ("restart", "it restarts Asterisk"),
    ("channel request hangup all", "it hangs up every channel"),
    ("hangup request all", "it hangs up every channel"),
    ("soft hangup all", "it hangs up every channel"),
    ("module unload", "it unloads a module and ends what uses it"),
    ("unload", "it unloads a module and ends what uses it"),
  ]

  /// The words of a command as Asterisk takes it apart: blanks and tabs between them, but for those
  /// in quotes or after a backslash. A word may be quoted in part.
  ///
  /// **Source:** `main/cli.c`, `parse_args`; `word_match` takes any case and no abbreviations.
  static func words(of command: String) -> [String] {
    var words: [String] = []
    var isBetween = true
    var isQuoted = false
    var isEscaped = false
    for character in command.unicodeScalars {
      let opensWord: Bool
      switch character {
      case "\"" where !isEscaped:
        isQuoted.toggle()
        opensWord = isQuoted
      case " " where !isQuoted && !isEscaped, "\t" where !isQuoted && !isEscaped:
        isBetween = true
        continue
      case "\\" where !isEscaped:
        isEscaped = true
        continue
      default:
        opensWord = true
      }
      if opensWord, isBetween {
        words.append("")
        isBetween = false
      }
      if character != "\"" || isEscaped { words[words.count - 1].unicodeScalars.append(character) }
      isEscaped = false
    }
    return words
  }
}

/// Asks for the settings of the core.
public struct CoreSettings: DeclaredAction {
  /// The settings of the core.
  public struct Reply: ActionReply, Equatable {
    /// The version of the manager interface: `11.0.0`.
    public let amiVersion: String?
    /// The version of Asterisk.
    public let asteriskVersion: String?
    /// `systemname` of asterisk.conf; nil when there is none.
    public let systemName: String?
    /// The most calls at once; 0 for any number.
    public let callsMax: Int?
    /// The load above which no new calls are taken; 0 for any.
    public let loadMax: Double?
    /// The user Asterisk runs as; nil when it was not told to change.
    public let runUser: String?
    /// The group Asterisk runs as; nil when it was not told to change.
    public let runGroup: String?
    /// The most open files.
    public let fileHandlesMax: Int?
    /// Whether the realtime architecture is in use.
    public let isRealTimeEnabled: Bool?
    /// Whether call detail records are written.
    public let isCDREnabled: Bool?
    /// Whether the HTTP server runs.
    public let isHTTPEnabled: Bool?

    /// Reads the response.
    public init(_ answer: Answer) throws(AnswerError) {
      let frame = answer.response
      amiVersion = frame.known("AMIversion")
      asteriskVersion = frame.known("AsteriskVersion")
      systemName = frame.known("SystemName")
      callsMax = frame.number("CoreMaxCalls")
      loadMax = frame.decimal("CoreMaxLoadAvg")
      runUser = frame.known("CoreRunUser")
      runGroup = frame.known("CoreRunGroup")
      fileHandlesMax = frame.number("CoreMaxFilehandles")
      isRealTimeEnabled = frame.flag("CoreRealTimeEnabled")
      isCDREnabled = frame.flag("CoreCDRenabled")
      isHTTPEnabled = frame.flag("CoreHTTPenabled")
    }
  }

  /// The settings of the core.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "CoreSettings", "Asks for the settings of the core.", since: "1.6",
    source: "main/manager.c, action_coresettings", privileges: ["system", "reporting"],
    effect: .reads)
}

/// Asks when Asterisk was started and what it is doing.
public struct CoreStatus: DeclaredAction {
  /// When Asterisk was started and what it is doing. Dates and times are the server's local ones.
  public struct Reply: ActionReply, Equatable {
    /// The day of the start, `2026-11-23`; nil before Asterisk 1.8.
    public let startupDate: String?
    /// The time of the start, `00:09:00`.
    public let startupTime: String?
    /// The day of the last reload.
    public let reloadDate: String?
    /// The time of the last reload.
    public let reloadTime: String?
    /// Calls now.
    public let currentCalls: Int?
    /// Calls since the start; nil where the version does not tell.
    public let processedCalls: Int?

    /// Reads the response.
    public init(_ answer: Answer) throws(AnswerError) {
      let frame = answer.response
      startupDate = frame.known("CoreStartupDate")
      startupTime = frame.known("CoreStartupTime")
      reloadDate = frame.known("CoreReloadDate")
      reloadTime = frame.known("CoreReloadTime")
      currentCalls = frame.number("CoreCurrentCalls")
      processedCalls = frame.number("CoreProcessedCalls")
    }
  }

  /// When Asterisk was started and what it is doing.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "CoreStatus", "Asks when Asterisk was started and how many calls there are.", since: "1.6",
    source: "main/manager.c, action_corestatus", privileges: ["system", "reporting"],
    effect: .reads)
}

/// Asks which actions this server knows and this user may use.
public struct ListCommands: DeclaredAction {
  /// An action the server knows.
  public struct Command: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// What the server says it does.
    public let summary: String
    /// The write classes of which the user needs one; empty when every user may.
    public let privileges: [String]
  }

  /// The actions the server knows.
  public struct Reply: ActionReply, Equatable {
    /// In the server's order.
    public let commands: [Command]

    /// Reads the response: each header is an action.
    public init(_ answer: Answer) throws(AnswerError) {
      let frame = answer.response
      commands = frame.headers.compactMap { header in
        let name = Text.decode(frame.bytes[header.nameRange])
        let text = Text.decode(frame.bytes[header.valueRange])
        let mark = "(Priv: "
        guard let start = text.ranges(of: mark).last, text.hasSuffix(")") else { return nil }
        let classes = text[start.upperBound...].dropLast().split(separator: ",").map(String.init)
        return Command(
          name: name,
          summary: String(
            text[..<start.lowerBound].reversed().drop { $0 == " " }.reversed()),
          privileges: classes.filter { $0 != "<none>" && $0 != "all" })
      }
    }
  }

  /// The actions this server knows.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "ListCommands", "Asks which actions this server knows and this user may use.",
    source: "main/manager.c, action_listcommands", effect: .reads)
}
