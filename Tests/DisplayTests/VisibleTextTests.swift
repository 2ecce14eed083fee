import Display
import Testing

@Suite struct VisibleTextTests {
  @Test func `what a terminal would obey is escaped, what it shows stays`() {
    #expect(VisibleText.escaped("a\u{1B}[31mb\r\nc\u{7}") == "a\\u{1b}[31mb\\r\\nc\\u{7}")
    #expect(VisibleText.escaped("\u{9B}1m \u{7F}x") == "\\u{9b}1m \\u{7f}x")
    #expect(VisibleText.escaped("\u{202E}x\u{2066}") == "\\u{202e}x\\u{2066}")
    #expect(VisibleText.escaped("\u{FEFF}a\u{200B}b\u{E0041}") == "\\u{feff}a\\u{200b}b\\u{e0041}")
    for text in ["Käthe Öhlmann", "日本語", "👩‍👧", "a\\nb", "≥ 5 €"] {
      #expect(VisibleText.escaped(text) == text)
    }
  }

  @Test func `a line has a limit, and says how long it was`() {
    #expect(VisibleText.line("abcdef", charactersMax: 6) == "abcdef")
    #expect(VisibleText.line("abcdefg", charactersMax: 6) == "abcdef… (7 bytes)")
    #expect(VisibleText.line("a\nb\nc", charactersMax: 2) == "a\\n… (5 bytes)")
    // One character, of as many scalars as somebody likes.
    let tower = "e" + String(repeating: "\u{301}", count: 5_000_000)
    #expect(VisibleText.line(tower).utf8.count < 2 * VisibleText.lineCharactersMax + 20)
  }

  @Test func `several lines keep their ends and tabs, and nothing else`() {
    #expect(VisibleText.lines("a\tb\nc\r\nd\re\r") == "a\tb\nc\nd\\re\\r")
    #expect(VisibleText.lines("a\u{1B}[2J\n\u{85}\n") == "a\\u{1b}[2J\n\\u{85}\n")
    #expect(VisibleText.lines("\r\r\n") == "\\r\n")
  }

  @Test(arguments: 0..<200)
  func `whatever comes, nothing unsafe is left`(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    let bytes = (0..<Int.random(in: 0...400, using: &random)).map { _ in
      // Half of it where terminals listen.
      Bool.random(using: &random)
        ? UInt8.random(in: 0...0xFF, using: &random) : UInt8.random(in: 0...0x9F, using: &random)
    }
    let texts = [
      String(decoding: bytes, as: UTF8.self),
      // As Latin-1, which is what becomes of bytes that are no UTF-8.
      String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })),
      String(
        String.UnicodeScalarView(
          bytes.compactMap { _ in
            Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random))
          })),
    ]
    for text in texts {
      for line in [VisibleText.escaped(text), VisibleText.line(text, charactersMax: 20)] {
        #expect(!line.unicodeScalars.contains(where: VisibleText.isUnsafe))
        #expect(VisibleText.escaped(line) == line)
      }
      #expect(
        !VisibleText.lines(text).unicodeScalars.contains {
          VisibleText.isUnsafe($0) && $0 != "\n" && $0 != "\t"
        })
    }
  }
}

/// Numbers that are the same in every run.
private struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// **Source:** splitmix64, by Sebastiano Vigna.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
