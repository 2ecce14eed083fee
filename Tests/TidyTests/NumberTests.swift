import Testing

/// Numbers from outside have one door, and times are types: what holds where streams and files are
/// read.
@Suite struct NumberTests {
  private static let files = ["Normalization", "Reconciliation", "Ingest"].flatMap {
    Tree.files(in: "Sources/\($0)", ".swift")
  }

  /// A conversion that may fail is one of a text: it stands in a condition or in a flatMap.
  private static var conversions: [Regex<Substring>] {
    [
      #/(?:flatMap|compactMap)\(?\s*\{?\s*(?:\$0\.)?(?:U?Int\d*|Double|Float)(?:\(|\.init)/#,
      #/\blet \w+ = (?:U?Int\d*|Double|Float)\(.*(?:,|\{|else)$/#,
      #/\b(?:U?Int\d*|Double|Float)\(.*\) \?\? /#,
      #/\b(?:U?Int\d*|Double)\(.*radix:/#,
      #/\b(?:strto\w+|ato[ifl]+|sscanf|wholeNumberValue)\b/#,
    ]
  }

  private static func isConversion(_ line: String) -> Bool {
    let bare = line.drop { $0 == " " }
    return !bare.hasPrefix("//") && conversions.contains { !line.matches(of: $0).isEmpty }
  }

  @Test func `a number from outside comes in through Number only`() {
    #expect(Self.files.count > 100)
    for file in Self.files {
      for (number, line) in file.lines.enumerated() where Self.isConversion(line) {
        Issue.record("\(file):\(number + 1): use Number, with the range that is meant")
      }
    }
  }

  @Test(
    arguments: [
      "    let joined = time - (text.flatMap { Int64($0) } ?? 0) * 1_000_000",
      "    guard let number = text(named: name).flatMap({ Int64($0) }), number > 0 else {",
      "      let fraction = Int64(text[text.index(after: point)...]), fraction >= 0,",
      "    if let seconds = Double(text) {", "      let seconds = Int64(parts[0]),",
      "    let count = Int(text) ?? 0", "    return Int64(text.dropFirst(2), radix: 16)",
      "    guard let tenths = parts[1].first?.wholeNumberValue else { return nil }",
    ])
  func `a number that comes in by another way is found`(line: String) {
    #expect(Self.isConversion(line))
  }

  /// With `Instant` and `TimeSpan` the compiler lets nobody add, subtract or multiply what traps.
  @Test func `a time within is an Instant`() {
    let time = #/\b(?:var|let) (?:\w+(?:At|Since)|time|since|start|end|limit): Int64\b/#
    for file in Self.files where !file.path.hasPrefix("Sources/Ingest") {
      for (number, line) in file.lines.enumerated()
      where !line.contains("public ") && !line.matches(of: time).isEmpty {
        Issue.record("\(file):\(number + 1): make it an Instant")
      }
    }
  }
}
