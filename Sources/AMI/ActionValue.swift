/// A type whose values can be sent in an action.
public protocol ActionValue: Sendable {
  /// What the values look like when a declaration does not say it more closely.
  static var kind: ActionParameter.Kind { get }
  /// The value as it is sent in a parameter of `kind`.
  func text(as kind: ActionParameter.Kind) -> String
}

extension String: ActionValue {
  /// Any text.
  public static var kind: ActionParameter.Kind { .text }
  /// The text itself.
  public func text(as kind: ActionParameter.Kind) -> String { self }
}

extension Int: ActionValue {
  /// Any number.
  public static var kind: ActionParameter.Kind { .integer(.min ... .max) }
  /// Decimal digits.
  public func text(as kind: ActionParameter.Kind) -> String { String(self) }
}

extension Bool: ActionValue {
  /// `true` or `false`.
  public static var kind: ActionParameter.Kind { .flag }
  /// The word that Asterisk knows here.
  public func text(as kind: ActionParameter.Kind) -> String {
    kind == .yesNo ? (self ? "yes" : "no") : (self ? "true" : "false")
  }
}

extension Duration: ActionValue {
  /// Seconds.
  public static var kind: ActionParameter.Kind { .seconds }
  /// The time in the unit of `kind`, rounded up to a millisecond.
  public func text(as kind: ActionParameter.Kind) -> String {
    let (seconds, attoseconds) = components
    let milliseconds =
      seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    guard kind != .milliseconds else { return String(milliseconds) }
    let fraction = String(1000 + milliseconds % 1000).dropFirst()
    let whole = String(milliseconds / 1000)
    return milliseconds % 1000 == 0 ? whole : "\(whole).\(fraction)"
  }
}

/// An enumeration whose words Asterisk knows.
public protocol ActionChoice: ActionValue, CaseIterable, RawRepresentable<String> {}

extension ActionChoice {
  /// One of the words.
  public static var kind: ActionParameter.Kind { .choice(allCases.map(\.rawValue)) }
  /// The word.
  public func text(as kind: ActionParameter.Kind) -> String { rawValue }
}

/// A channel variable to set, or a header to send in a NOTIFY.
public struct Variable: ActionValue, Equatable {
  /// The name; may be a dialplan function such as `CALLERID(name)`.
  public var name: String
  /// The value.
  public var value: String

  /// `name` with `value`.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// `name=value`.
  public static var kind: ActionParameter.Kind { .variable }

  /// `name=value`, with a backslash before each character of the value that Asterisk would take as
  /// the end of the value or drop.
  ///
  /// **Source:** `main/manager.c`, `astman_get_variables_order`; `main/app.c`,
  /// `__ast_app_separate_args`.
  public func text(as kind: ActionParameter.Kind) -> String {
    name + "="
      + value.reduce(into: "") { text, character in
        if "\\,\"()[]".contains(character) { text.append("\\") }
        text.append(character)
      }
  }
}

/// Which channels an action means.
public enum ChannelMatch: ActionValue, Equatable {
  /// The one with exactly this name: `PJSIP/100-00000001`.
  case named(String)
  /// Every channel whose name this extended POSIX expression matches, without slashes around it.
  case matching(String)

  /// A name, or an expression between slashes.
  public static var kind: ActionParameter.Kind { .channels }

  /// The name, or the expression between slashes.
  ///
  /// **Source:** `main/utils.c`, `ast_regex_string_to_regex_pattern`: the first and the last slash
  /// are taken off, those between need no backslash.
  public func text(as kind: ActionParameter.Kind) -> String {
    switch self {
    case .named(let name): name
    case .matching(let expression): "/\(expression)/"
    }
  }
}
