/// The settings of one section, each checked against the table of keys.
struct Settings {
  let section: Key.Section
  private var values: [String: (text: String, place: ConfigurationError.Place)] = [:]

  /// Takes the settings of a section of the file, then those of the environment, which prevail.
  init(
    _ section: Key.Section, of file: ConfigurationFile.Section?, server: String?,
    environment: Environment
  ) throws(ConfigurationError) {
    self.section = section
    for setting in file?.settings ?? [] {
      try Self.check(setting, in: section)
      if let earlier = values[setting.key] {
        throw ConfigurationError(
          setting.place,
          "'\(setting.key)' is set twice, first in line \(earlier.place.line ?? 0); keep one")
      }
      values[setting.key] = (setting.value, setting.place)
    }
    for key in Key.all(in: section) {
      let name = Environment.name(of: key.name, server: server)
      if let text = environment.variables[name] {
        values[key.name] = (trimmed(text), ConfigurationError.Place(name))
      }
    }
    for key in Key.all(in: section) { try check(key) }
  }

  /// Where a key was set.
  func place(of key: String) -> ConfigurationError.Place? { values[key]?.place }

  /// The value of a key, or the one it has when it is not set.
  func text(_ name: String) -> String? {
    let key = Key.all(in: section).first { $0.name == name }
    precondition(key != nil, "no key \(name)")
    if let value = values[name]?.text { return value }
    return key?.standard
  }

  func flag(_ name: String) -> Bool { text(name).flatMap(Self.flag) ?? false }

  func number(_ name: String) -> Int? { text(name).flatMap { Int($0) } }

  func list(_ name: String) -> [String] { Self.list(text(name) ?? "") }

  /// Refuses keys that there are none of, and secrets.
  private static func check(
    _ setting: ConfigurationFile.Setting, in section: Key.Section
  ) throws(ConfigurationError) {
    let names = Key.all(in: section).map(\.name)
    if names.contains(setting.key) { return }
    if ["secret", "password"].contains(setting.key) {
      throw ConfigurationError(
        setting.place,
        "a secret does not belong into this file, which many may read; "
          + "put it into a file of its own and name that with secret_file")
    }
    if Key.all.contains(where: { $0.name == setting.key }) {
      let right = section == .general ? "the section of a server" : "[general]"
      throw ConfigurationError(setting.place, "'\(setting.key)' belongs into \(right)")
    }
    let nearest = nearest(to: setting.key, among: names) ?? ""
    throw ConfigurationError(
      setting.place, "there is no key '\(setting.key)'; the nearest is '\(nearest)'")
  }

  /// Refuses values that the key's kind does not allow.
  private func check(_ key: Key) throws(ConfigurationError) {
    guard let (text, place) = values[key.name] else { return }
    let isGood: Bool
    switch key.kind {
    case .text: isGood = !text.isEmpty
    case .path: isGood = text.hasPrefix("/") && !text.utf8.contains(0)
    case .flag: isGood = Self.flag(text) != nil
    case .number(let range): isGood = Int(text).map(range.contains) ?? false
    case .choice(let words): isGood = words.contains(text)
    case .list: isGood = true
    case .choices(let words): isGood = Self.list(text).allSatisfy(words.contains)
    }
    guard isGood else {
      throw ConfigurationError(place, "'\(key.name)' must be \(key.demand)")
    }
  }

  /// **Source:** Asterisk's ast_true and ast_false in main/utils.c.
  private static func flag(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "yes", "true", "y", "t", "1", "on": true
    case "no", "false", "n", "f", "0", "off": false
    default: nil
    }
  }

  private static func list(_ text: String) -> [String] {
    text.split(separator: ",").map { trimmed($0) }.filter { !$0.isEmpty }
  }
}
