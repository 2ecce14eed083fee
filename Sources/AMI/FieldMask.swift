/// Which values of an action nobody may see: secrets, and what an operator adds to them.
///
/// | hidden | where |
/// |---|---|
/// | the value of a field | whose name is that of a secret, or was added |
/// | `Key`, the answer to a challenge | everywhere but in actions on Asterisk's database (`DBGet` …), where it names an entry |
/// | a variable, from its `=` to the end of the field | `Variable: NAME=value` with such a name; several stand in one field, with commas |
/// | `Value` | of a `Setvar` of such a variable |
/// | `Val` | of a `DBPut` into such a family or key |
/// | `Value-N` | of an `UpdateConfig` whose `Var-N` is such a name |
///
/// A variable has such a name also with underscores before it and functions around it:
/// `__NAME`, `GLOBAL(NAME)`. What Asterisk says of an action may repeat its values:
/// ``masked(_:of:)`` hides them there, too.
///
/// A name is that of a secret when it contains `secret`, `passw`, `passphrase`, `passcode`, `token`
/// or `credential`, or one of its words is `pin`, `pwd` or `pass`.
public struct FieldMask: Equatable, Sendable {
  /// What stands in place of a value.
  public static let placeholder = "***"

  private static let parts = [
    "secret", "passw", "passphrase", "passcode", "token", "credential",
  ]
  private static let words: Set<String> = ["pin", "pwd", "pass"]

  private let names: Set<String>

  /// Hides secrets, and the fields and variables of these names; names are compared without case.
  public init(_ names: [String] = []) {
    self.names = Set(names.map { $0.lowercased() })
  }

  /// The action with the placeholder for each value that nobody may see.
  public func masked(_ action: Action) -> Action {
    var masked = action
    let kind = action.name.lowercased()
    for (index, field) in action.fields.enumerated() {
      masked.fields[index].value = shown(field, in: action, kind)
    }
    return masked
  }

  /// What Asterisk says of `action`, with the placeholder for each value of it that nobody may see:
  /// `No such command '***'`. A value counts where it stands by itself, not within a longer word or
  /// number.
  public func masked(_ text: String, of action: Action) -> String {
    var masked = text
    for value in hiddenValues(of: action) { masked = Self.hiding(value, in: masked) }
    return masked
  }

  /// The values of `action` that nobody may see, and their words, longer ones first: of a command
  /// Asterisk repeats the first words. Where several variables are hidden together, each of them.
  private func hiddenValues(of action: Action) -> [String] {
    let kind = action.name.lowercased()
    var values: Set<String> = []
    for field in action.fields {
      let shown = shown(field, in: action, kind)
      guard shown != field.value, shown.hasSuffix(Self.placeholder) else { continue }
      let hidden = String(field.value.dropFirst(shown.count - Self.placeholder.count))
      values.insert(hidden)
      values.formUnion(hidden.split(whereSeparator: \.isWhitespace).map(String.init))
      guard shown != Self.placeholder else { continue }
      for part in hidden.split(whereSeparator: { $0 == "," || $0 == "|" }) {
        values.insert(String(part))
        if let equals = part.firstIndex(of: "=") {
          values.insert(String(part[part.index(after: equals)...]))
        }
      }
    }
    values.remove("")
    return values.sorted { ($0.count, $0) > ($1.count, $1) }
  }

  private static func hiding(_ value: String, in text: String) -> String {
    func isPart(_ character: Character?) -> Bool {
      character.map { $0.isLetter || $0.isNumber } ?? false
    }
    var shown = ""
    var rest = text[...]
    while let range = rest.firstRange(of: value) {
      let before = range.lowerBound == rest.startIndex ? shown.last : rest[..<range.lowerBound].last
      let isWhole =
        !(isPart(before) && isPart(value.first))
        && !(isPart(rest[range.upperBound...].first) && isPart(value.last))
      let end = isWhole ? range.upperBound : rest.index(after: range.lowerBound)
      shown += isWhole ? rest[..<range.lowerBound] + placeholder : rest[..<end]
      rest = rest[end...]
    }
    return shown + rest
  }

  private func shown(_ field: Action.Field, in action: Action, _ kind: String) -> String {
    let name = field.name.lowercased()
    switch name {
    case _ where hides(field.name): return Self.placeholder
    case "key" where !kind.hasPrefix("db"): return Self.placeholder
    case "variable": return maskedVariables(field.value)
    case "value" where kind == "setvar" && hidesAny(of: ["variable"], in: action): break
    case "val" where kind == "dbput" && hidesAny(of: ["family", "key"], in: action): break
    case _ where name.hasPrefix("value-"):
      guard hidesAny(of: ["var-\(name.dropFirst("value-".count))"], in: action) else {
        return field.value
      }
    default: return field.value
    }
    return Self.placeholder
  }

  /// Whether the value of a field or variable of this name is hidden.
  public func hides(_ name: String) -> Bool {
    let folded = name.lowercased()
    if names.contains(folded) || Self.parts.contains(where: folded.contains) { return true }
    // A function around a variable, underscores before it: GLOBAL(NAME), __NAME.
    let pieces = folded.split { !($0.isLetter || $0.isNumber || "_-.".contains($0)) }
    let bare = pieces.map { $0.drop { $0 == "_" } }
    if (pieces + bare).contains(where: { names.contains(String($0)) }) { return true }
    return Self.wordsOf(name).contains(where: Self.words.contains)
  }

  /// Whether a field of one of these names has a value that is the name of something hidden.
  private func hidesAny(of fields: Set<String>, in action: Action) -> Bool {
    action.fields.contains { fields.contains($0.name.lowercased()) && hides($0.value) }
  }

  /// Everything from the first hidden value on is hidden: where a quoted value ends, only the
  /// server knows.
  private func maskedVariables(_ text: String) -> String {
    var shown = ""
    var rest = text[...]
    while let equals = rest.firstIndex(of: "=") {
      let name = rest[..<equals].drop { $0 == " " }
      shown += rest[...equals]
      if hides(String(name)) { return shown + Self.placeholder }
      rest = rest[rest.index(after: equals)...]
      guard let end = rest.firstIndex(where: { $0 == "," || $0 == "|" }) else { break }
      shown += rest[...end]
      rest = rest[rest.index(after: end)...]
    }
    return shown + rest
  }

  /// The words of a name, in lower case: `vmPin` and `VM_PIN` have two.
  private static func wordsOf(_ name: String) -> [String] {
    var words: [String] = []
    var word = ""
    var wasLower = false
    for character in name {
      let beginsWord = !character.isLetter || (character.isUppercase && wasLower)
      if beginsWord, !word.isEmpty {
        words.append(word)
        word = ""
      }
      if character.isLetter { word += character.lowercased() }
      wasLower = character.isLowercase
    }
    return word.isEmpty ? words : words + [word]
  }
}
