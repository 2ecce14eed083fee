/// One header that an action takes, as data: what help, completion, documentation and the check
/// before sending are made of.
public struct ActionParameter: Sendable {
  /// What a value must look like. Values are checked before anything is sent, and sent in the
  /// spelling that Asterisk knows.
  public enum Kind: Sendable, Equatable {
    /// Any text of one line.
    case text
    /// A decimal number in this range.
    case integer(ClosedRange<Int>)
    /// Seconds, decimals allowed.
    case seconds
    /// Whole milliseconds.
    case milliseconds
    /// `true` or `false`; `yes`, `no`, `on`, `off`, `1` and `0` mean the same.
    case flag
    /// `yes` or `no`, where Asterisk knows no other word.
    case yesNo
    /// One of these words, in any case.
    case choice([String])
    /// `name=value`.
    case variable
    /// A hangup cause: its number (0 to 127) or its name (`USER_BUSY`, see ``HangupCause``).
    case cause
    /// The exact name of a channel, or a regular expression between slashes (`/^SIP\/.*$/`) that
    /// means every channel it matches.
    case channels
    /// A step of an extension: a number from 1 or `hint`.
    case priority
  }

  /// The header's name. Asterisk compares without case.
  public let name: String
  /// What it means, one sentence.
  public let summary: String
  /// What a value must look like.
  public let kind: Kind
  /// Whether the action is refused without it. What is required only with other fields is among
  /// the ``ActionDescription/rules``.
  public let isRequired: Bool
  /// Whether the header may stand more than once.
  public let isRepeated: Bool
  /// Whether it is a list by an index in its name, from 0: `UnitAmount(0)`, `UnitAmount(1)`. The
  /// ``name`` is without index.
  public let isIndexed: Bool
  /// Whether its value must be in no log and no table.
  public let isSecret: Bool
  /// The first version of Asterisk that knows it, if that is later than the action's.
  public let since: String?
  /// What is sent where it is not given; nil when nothing is.
  public var standard: String?
}

extension ActionParameter.Kind {
  /// The word that stands for a value in help: `SECONDS`, `true|false`, …
  public var placeholder: String {
    switch self {
    case .text: "TEXT"
    case .integer: "NUMBER"
    case .seconds: "SECONDS"
    case .milliseconds: "MILLISECONDS"
    case .flag: "true|false"
    case .yesNo: "yes|no"
    case .choice(let words): words.count <= 4 ? words.joined(separator: "|") : "WORD"
    case .variable: "NAME=VALUE"
    case .cause: "CAUSE"
    case .channels: "CHANNEL|/EXPRESSION/"
    case .priority: "NUMBER|hint"
    }
  }

  /// The unit of a value; nil when it has none.
  public var unit: String? {
    switch self {
    case .seconds: "s"
    case .milliseconds: "ms"
    default: nil
    }
  }

  /// The words to offer where there is a choice; empty where any value will do.
  public var choices: [String] {
    switch self {
    case .flag: ["true", "false"]
    case .yesNo: ["yes", "no"]
    case .choice(let words): words
    case .cause: HangupCause.all.map(\.name)
    case .text, .integer, .seconds, .milliseconds, .variable, .channels, .priority: []
    }
  }

  /// `value` in the spelling that Asterisk knows; nil when it is not of this kind.
  func normalized(_ value: String) -> String? {
    switch self {
    case .text, .channels: value
    case .integer(let range): Int(value).flatMap { range.contains($0) ? value : nil }
    case .milliseconds: Int(value).flatMap { $0 >= 0 ? value : nil }
    case .seconds: Self.isDecimal(value) ? value : nil
    case .flag: Self.flag(value).map { $0 ? "true" : "false" }
    case .yesNo: Self.flag(value).map { $0 ? "yes" : "no" }
    case .choice(let words): words.first { $0.lowercased() == value.lowercased() }
    case .variable: value.first.map { $0 != "=" } == true && value.contains("=") ? value : nil
    case .cause: HangupCause(named: value).map { String($0.code) }
    case .priority: value == "hint" || (Int(value) ?? 0) > 0 ? value : nil
    }
  }

  /// Digits with at most one point between them.
  private static func isDecimal(_ value: String) -> Bool {
    let parts = value.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count <= 2
      && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
  }

  /// **Source:** `main/utils.c`, `ast_true` and `ast_false`.
  private static func flag(_ value: String) -> Bool? {
    switch value.lowercased() {
    case "yes", "true", "y", "t", "1", "on": true
    case "no", "false", "n", "f", "0", "off": false
    default: nil
    }
  }
}
