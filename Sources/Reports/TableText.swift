import Display
import SQLite

/// Rows in columns for a terminal: numbers to the right, and nothing in a text can disturb it.
struct TableText: RowWriter {
  /// How many rows are looked at for the widths of the columns; later rows may be wider.
  static let measuredRowsMax = 10_000

  private let heading: Heading?
  private let output: Output
  private var columns: [String] = []
  private var waiting: [[Value]] = []
  /// Width and side of each column, once known.
  private var layout: [(width: Int, isNumber: Bool)]?

  init(heading: Heading?, output: Output) {
    self.heading = heading
    self.output = output
  }

  mutating func begin(_ columns: [String]) throws {
    self.columns = columns
    guard let heading else { return }
    for line in [heading.sentence] + heading.lines {
      try output.write(VisibleText.escaped(line) + "\n")
    }
    try output.write("\n")
  }

  mutating func append(_ row: [Value]) throws {
    if let layout { return try write(row, layout) }
    waiting.append(row)
    if waiting.count == Self.measuredRowsMax { try layOut() }
  }

  mutating func end(notes: [String]) throws {
    if layout == nil { try layOut() }
    if !notes.isEmpty { try output.write("\n") }
    for note in notes { try output.write(VisibleText.escaped(note) + "\n") }
    try output.flush()
  }

  private mutating func layOut() throws {
    let layout: [(width: Int, isNumber: Bool)] = columns.indices.map { column in
      let width = waiting.reduce(VisibleText.width(VisibleText.escaped(columns[column]))) {
        max($0, VisibleText.width(Self.text($1[column])))
      }
      let values = waiting.lazy.map { $0[column] }.filter { $0 != .null }
      return (width, !values.isEmpty && values.allSatisfy(\.isNumber))
    }
    self.layout = layout
    try write(columns.map { .text($0) }, layout)
    let rules = layout.map { String(repeating: "─", count: $0.width) }
    try output.write(rules.joined(separator: "  ") + "\n")
    for row in waiting { try write(row, layout) }
    waiting = []
  }

  private func write(_ row: [Value], _ layout: [(width: Int, isNumber: Bool)]) throws {
    var line = ""
    for (value, (width, isNumber)) in zip(row, layout) {
      let text = Self.text(value)
      let padding = String(repeating: " ", count: max(0, width - VisibleText.width(text)))
      line += isNumber ? padding + text : text + padding
      line += "  "
    }
    while line.last == " " { line.removeLast() }
    try output.write(line + "\n")
  }

  private static func text(_ value: Value) -> String {
    if case .text(let text) = value { return VisibleText.escaped(text) }
    return value.plain
  }
}
