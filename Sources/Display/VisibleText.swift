/// Text as a terminal or a log shows it: what it cannot show safely, and how wide the rest is.
///
/// The one door for what comes from elsewhere, such as a server, a caller, a file's name: whatever
/// goes to the log, a terminal or a table passes through ``escaped(_:)`` or ``line(_:)``.
public enum VisibleText {
  /// The most characters of a ``line(_:)``: what a server sends can be megabytes.
  public static let lineCharactersMax = 2_000

  /// `text` on one line, with escapes for what would move the cursor, change colours, turn the
  /// direction of writing or be seen by nobody. What is escaped already stays as it is.
  public static func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
    var safe = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": safe += "\\n"
      case "\r": safe += "\\r"
      case "\t": safe += "\\t"
      case _ where isUnsafe(scalar): safe += "\\u{\(String(scalar.value, radix: 16))}"
      default: safe.unicodeScalars.append(scalar)
      }
    }
    return safe
  }

  /// `text` as ``escaped(_:)``, and no longer than `charactersMax`; then `…` and the length that it
  /// had in bytes.
  public static func line(_ text: String, charactersMax: Int = lineCharactersMax) -> String {
    // Counted in scalars: of these a character may have any number.
    let scalars = text.unicodeScalars
    guard
      let end = scalars.index(
        scalars.startIndex, offsetBy: charactersMax, limitedBy: scalars.endIndex),
      end < scalars.endIndex
    else { return escaped(text) }
    return "\(escaped(String(scalars[..<end])))… (\(text.utf8.count) bytes)"
  }

  /// Several lines as a terminal may show them: as ``escaped(_:)``, but for line ends and tabs.
  public static func lines(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { isUnsafe($0) && $0 != "\n" }) else { return text }
    var safe = ""
    var isAfterReturn = false
    for scalar in text.unicodeScalars {
      if isAfterReturn, scalar != "\n" { safe += "\\r" }
      isAfterReturn = scalar == "\r"
      if scalar == "\n" || scalar == "\t" {
        safe.unicodeScalars.append(scalar)
      } else if !isAfterReturn {
        safe += escaped(String(scalar))
      }
    }
    return isAfterReturn ? safe + "\\r" : safe
  }

  /// How many cells of a terminal `text` takes.
  public static func width(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.reduce(0) { $0 + width($1) }
  }

  private static func width(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      width = max(width, self.width(scalar))
      // The variation selector asks for the picture.
      if scalar.value == 0xFE0F { width = 2 }
    }
    return width
  }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  /// Whether a terminal would do something else with it than to show it.
  public static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0: true
    // Line and paragraph separators; marks, embeddings and isolates of direction.
    case 0x2028, 0x2029, 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069: true
    // What takes no room: zero-width space, invisible operators, annotations, tags.
    case 0x200B, 0x2060...0x2065, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
    default: false
    }
  }

  /// What East Asian typography sets at double width. **Source:** Unicode, EastAsianWidth.txt (W
  /// and F), blocks rounded.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
    0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
    0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
  ]
}
