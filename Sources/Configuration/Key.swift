/// A setting that amirec.conf may hold.
public struct Key: Equatable, Sendable {
  /// Where it may stand.
  public enum Section: Equatable, Sendable {
    /// In [general].
    case general
    /// In the section of a server.
    case server
  }

  /// What may be its value.
  public enum Kind: Equatable, Sendable {
    /// Any text.
    case text
    /// A file or folder, with its whole path.
    case path
    /// yes or no, or what else Asterisk takes for these.
    case flag
    /// A whole number in a range.
    case number(ClosedRange<Int>)
    /// One of these words.
    case choice([String])
    /// Texts with commas between them.
    case list
    /// Some of these words, with commas between them.
    case choices([String])
  }

  /// As it is written.
  public let name: String
  /// Where it may stand.
  public let section: Section
  /// What may be its value.
  public let kind: Kind
  /// The value where it is not set; nil if there is none, or if it depends on others.
  public let standard: String?
  /// The unit of a number.
  public let unit: String?
  /// What it is for.
  public let meaning: String

  init(
    _ name: String, _ section: Section, _ kind: Kind, standard: String? = nil, unit: String? = nil,
    _ meaning: String
  ) {
    self.name = name
    self.section = section
    self.kind = kind
    self.standard = standard
    self.unit = unit
    self.meaning = meaning
  }

  /// All keys, in the order of the sample file.
  public static let all: [Key] = [
    Key("store", .general, .path, standard: "/var/lib/amirec/amirec.db", "the SQLite file"),
    Key(
      "journal", .general, .path, standard: "/var/lib/amirec/journal",
      "the folder for what is received but not yet in the store"),
    Key(
      "tables", .general, .choices(["cels", "dialplan_steps", "variables"]), standard: "",
      "bulky tables that are left empty unless named here"),
    Key(
      "dtmf", .general, .choice(["masked", "clear"]), standard: "masked",
      "whether the table dtmf shows which keys were pressed: they may be secrets"),
    Key(
      "log_level", .general,
      .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
      standard: "info", "the least important lines that are logged"),
    Key(
      "commit_interval_ms", .general, .number(10...60_000), standard: "250", unit: "milliseconds",
      "how long what was received may wait until it is in the store"),
    Key(
      "segment_size_mb", .general, .number(1...4_096), standard: "64", unit: "MiB",
      "how large a file of the journal grows"),
    Key(
      "mask", .general, .list, standard: "",
      "fields and variables of actions whose values are not written down, besides secrets"),
    Key("host", .server, .text, "the name or address of the Asterisk server"),
    Key(
      "port", .server, .number(1...65_535),
      "its manager port: 5038, with tls = yes 5039, unless set here"),
    Key("tls", .server, .flag, standard: "no", "whether the connection is encrypted"),
    Key(
      "tls_ca", .server, .path,
      "a PEM file with the authorities to trust instead of the system's"),
    Key("tls_name", .server, .text, "the name that its certificate must have, if not host"),
    Key(
      "tls_insecure", .server, .flag, standard: "no",
      "yes: whoever answers is trusted, whatever its certificate"),
    Key("username", .server, .text, "the user in manager.conf"),
    Key("secret_file", .server, .path, "a file with nothing but the user's secret"),
    Key(
      "action_username", .server, .text,
      "the user as which amirec action logs in, if not the recorder's"),
    Key(
      "action_secret_file", .server, .path, "a file with nothing but the secret of action_username"),
    Key(
      "authentication", .server, .choice(["md5", "plain"]), standard: "md5",
      "how the secret is proven: md5 does not send it"),
    Key(
      "trunks", .server, .list, standard: "",
      "endpoints that lead to the outside; without them no call has a direction"),
    Key(
      "ping_interval_s", .server, .number(1...60), standard: "5", unit: "seconds",
      "how often the server is asked for a sign of life; three in vain mean that it is gone"),
    Key(
      "snapshot", .server, .flag, standard: "yes",
      "whether the server is asked after each login what is there: channels, queues, peers, states"),
    Key(
      "outbound_registrations", .server, .flag, standard: "no",
      "whether PJSIP's outbound registrations are asked for too: the passwords are in the answer"),
    Key(
      "queues_interval_s", .server, .number(0...86_400), standard: "60", unit: "seconds",
      "how often the queues' figures are asked for; 0: never"),
    Key(
      "registrations_interval_s", .server, .number(0...86_400), standard: "300", unit: "seconds",
      "how often peers, contacts and registrations are asked for; 0: never"),
  ]

  /// The keys of a kind of section.
  static func all(in section: Section) -> [Key] { all.filter { $0.section == section } }

  /// What a value must be, for an error.
  var demand: String {
    let what: String
    switch kind {
    case .text: what = "a text"
    case .path: what = "a whole path, such as /etc/amirec/file"
    case .flag: what = "yes or no"
    case .number(let range): what = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .choice(let words): what = "one of " + words.joined(separator: ", ")
    case .list: what = "a list with commas"
    case .choices(let words): what = "a list of any of " + words.joined(separator: ", ")
    }
    return unit.map { "\(what) (\($0))" } ?? what
  }
}

/// The word among some that takes the fewest changes of a letter (or swaps of two) to get to
/// another.
func nearest(to word: String, among words: [String]) -> String? {
  words.min { distance(word, $0) < distance(word, $1) }
}

/// How many letters must be put in, left out, changed or swapped with the next to get from one word
/// to another.
private func distance(_ one: String, _ other: String) -> Int {
  let one = Array(one.utf8)
  let other = Array(other.utf8)
  var rows = [Array(0...other.count)]
  for row in 1...max(1, one.count) where !one.isEmpty {
    var current = [row]
    for column in 0..<other.count {
      let isSame = one[row - 1] == other[column]
      var least = min(
        rows[row - 1][column] + (isSame ? 0 : 1), rows[row - 1][column + 1] + 1, current[column] + 1
      )
      if row > 1, column > 0, one[row - 1] == other[column - 1], one[row - 2] == other[column] {
        least = min(least, rows[row - 2][column - 1] + 1)
      }
      current.append(least)
    }
    rows.append(current)
  }
  return rows[rows.count - 1][other.count]
}
