// The syntax of amirec.conf: that of Asterisk's own files, less what makes them hard to follow.
//
//   | written                    | meaning                                                           |
//   |----------------------------|-------------------------------------------------------------------|
//   | [name]                     | a section begins                                                  |
//   | key = value, key => value  | a setting of the section; blanks around both are no part of them   |
//   | ; comment                  | up to the end of the line; \; is a semicolon of the value         |
//   | ;-- comment --;            | over any number of lines, one within another too                  |
//   | [x](!), [x](y), key += v   | refused: templates and appending                                  |
//   | #include, #exec, ...       | refused                                                           |
//
// There are no quotes and no line continuation. **Source:** Asterisk's main/config.c,
// process_text_line.

/// A configuration file, taken apart into sections and settings, whatever they mean.
struct ConfigurationFile: Equatable {
  /// Longest file in bytes.
  static let bytesMax = 1 << 20

  struct Setting: Equatable {
    var key: String
    var value: String
    var place: ConfigurationError.Place
  }

  struct Section: Equatable {
    var name: String
    var place: ConfigurationError.Place
    var settings: [Setting] = []
  }

  private(set) var sections: [Section] = []

  /// Takes a text apart; `name` is its file's, for errors.
  init(_ text: String, name: String) throws(ConfigurationError) {
    var comments = Comments()
    var number = 0
    // A CR LF is one Character of a String, so lines are told by the bytes.
    for bytes in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      let place = ConfigurationError.Place(name, line: number)
      let line = trimmed(comments.strip(Substring(bytes), line: number))
      guard let first = line.first else { continue }
      switch first {
      case "[": sections.append(try Self.section(line, at: place))
      case "#":
        let word = line.prefix { $0 != " " && $0 != "\t" }
        throw ConfigurationError(
          place, "\(word) is not supported: one file holds it all; write the settings here")
      default:
        let setting = try Self.setting(line, at: place)
        guard !sections.isEmpty else {
          throw ConfigurationError(
            place, "'\(setting.key)' stands before any section; begin with a line [general]")
        }
        sections[sections.count - 1].settings.append(setting)
      }
    }
    if let begun = comments.opened {
      throw ConfigurationError(
        .init(name, line: begun), "the comment that ;-- begins here has no end; add --;")
    }
  }

  private static func section(
    _ line: String, at place: ConfigurationError.Place
  ) throws(ConfigurationError) -> Section {
    guard let end = line.firstIndex(of: "]") else {
      throw ConfigurationError(place, "the section's name has no end; add ]")
    }
    let name = trimmed(line[line.index(after: line.startIndex)..<end])
    let rest = trimmed(line[line.index(after: end)...])
    if rest.hasPrefix("(") {
      throw ConfigurationError(
        place, "templates are not supported: write [\(name)] without \(rest), and all its settings")
    }
    guard rest.isEmpty else {
      throw ConfigurationError(place, "something follows [\(name)]; put it on a line of its own")
    }
    guard !name.isEmpty else { throw ConfigurationError(place, "the section has no name") }
    return Section(name: name, place: place)
  }

  private static func setting(
    _ line: String, at place: ConfigurationError.Place
  ) throws(ConfigurationError) -> Setting {
    guard let equals = line.firstIndex(of: "=") else {
      // The line is not repeated: it may hold a secret.
      throw ConfigurationError(place, "this is neither [section] nor key = value")
    }
    var key = trimmed(line[..<equals])
    if key.hasSuffix("+") {
      key = trimmed(key.dropLast())
      throw ConfigurationError(
        place, "+= is not supported: write the whole value, as \(key) = value")
    }
    guard !key.isEmpty else { throw ConfigurationError(place, "the key is missing before =") }
    var value = line[line.index(after: equals)...]
    if value.hasPrefix(">") { value = value.dropFirst() }
    return Setting(key: key.lowercased(), value: trimmed(value), place: place)
  }
}

/// Removes comments line by line.
private struct Comments {
  private var depth = 0
  /// The line where the outermost comment that is still open began.
  private(set) var opened: Int?

  /// The line without its comments, and with \; as a semicolon.
  mutating func strip(_ line: Substring, line number: Int) -> Substring {
    var kept: [UInt8] = []
    var rest = line.utf8[...]
    while let byte = rest.first {
      if depth > 0 {
        if Self.starts(rest, with: "--;") {
          depth -= 1
          if depth == 0 { opened = nil }
          rest = rest.dropFirst(3)
        } else if Self.opensBlock(rest) {
          depth += 1
          rest = rest.dropFirst(3)
        } else {
          rest = rest.dropFirst()
        }
      } else if Self.starts(rest, with: "\\;") {
        kept.append(0x3B)
        rest = rest.dropFirst(2)
      } else if Self.opensBlock(rest) {
        depth = 1
        opened = number
        rest = rest.dropFirst(3)
      } else if byte == 0x3B {
        break
      } else {
        kept.append(byte)
        rest = rest.dropFirst()
      }
    }
    return Substring(decoding: kept, as: UTF8.self)
  }

  /// ;-- opens a block, ;--- is an ordinary comment (a ruled line).
  private static func opensBlock(_ text: Substring.UTF8View) -> Bool {
    starts(text, with: ";--") && !starts(text, with: ";---")
  }

  private static func starts(_ text: Substring.UTF8View, with prefix: String) -> Bool {
    text.starts(with: prefix.utf8)
  }
}

/// The text without blanks, tabs and carriage returns around it.
func trimmed(_ text: some StringProtocol) -> String {
  let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
  let bytes = Array(text.utf8.drop(while: isBlank))
  let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? 0
  return String(decoding: bytes[..<end], as: UTF8.self)
}
