import SQLite

/// Rows as RFC 4180 has them: commas, quotes where needed, CR LF. NULL is an empty field, an empty
/// text is `""`.
struct CSVText: RowWriter {
  private let heading: Heading?
  private let output: Output
  private let aside: (String) -> Void

  init(heading: Heading?, output: Output, aside: @escaping (String) -> Void) {
    self.heading = heading
    self.output = output
    self.aside = aside
  }

  mutating func begin(_ columns: [String]) throws {
    try append(columns.map { .text($0) })
  }

  mutating func append(_ row: [Value]) throws {
    try output.write(row.map(Self.field).joined(separator: ",") + "\r\n")
  }

  /// The file has no place for what the reader must know: it goes aside.
  mutating func end(notes: [String]) throws {
    try output.flush()
    if let coverage = heading?.coverage, coverage.unobservedUs > 0 { aside(coverage.sentence) }
    for note in notes { aside(note) }
  }

  private static func field(_ value: Value) -> String {
    guard case .text(let text) = value else { return value.plain }
    let needsQuotes =
      text.isEmpty
      || text.utf8.contains { [0x0A, 0x0D, 0x22, 0x2C].contains($0) }
    guard needsQuotes else { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      quoted.unicodeScalars.append(scalar)
      if scalar == "\"" { quoted += "\"" }
    }
    return quoted + "\""
  }
}
