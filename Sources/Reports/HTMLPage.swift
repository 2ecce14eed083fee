import Display
import SQLite

/// An answer as one HTML page that needs nothing else: light and dark, on screen and paper.
struct HTMLPage: RowWriter {
  /// The longest text that is kept on one line, in characters.
  static let shortMax = 40

  private let heading: Heading?
  private let chart: Chart?
  private let output: Output
  private var columns: [String] = []
  private var rows: [[Value]] = []

  init(heading: Heading?, chart: Chart?, output: Output) {
    self.heading = heading
    self.chart = chart
    self.output = output
  }

  mutating func begin(_ columns: [String]) throws {
    self.columns = columns
  }

  mutating func append(_ row: [Value]) throws {
    rows.append(row)
  }

  mutating func end(notes: [String]) throws {
    let title = HTML.escaped(heading?.report ?? "amirec sql")
    try output.write(
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" 
        content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(title)</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <h1>\(title)</h1>

      """)
    if let heading {
      try output.write("<p>\(HTML.escaped(heading.sentence))</p>\n")
      for line in heading.lines {
        try output.write("<p class=\"detail\">\(HTML.escaped(line))</p>\n")
      }
    }
    if let chart { try output.write(chart.svg(columns: columns, rows: rows)) }
    try writeTable()
    for note in notes { try output.write("<p class=\"detail\">\(HTML.escaped(note))</p>\n") }
    try output.write("</body>\n</html>\n")
    try output.flush()
  }

  private func writeTable() throws {
    let isNumber = columns.indices.map { column in
      let values = rows.lazy.map { $0[column] }.filter { $0 != .null }
      return !values.isEmpty && values.allSatisfy(\.isNumber)
    }
    let names = zip(columns, isNumber).map { name, isNumber in
      // A long name may break where its words do, but not before a unit.
      let words = HTML.escaped(name).split(separator: "_", omittingEmptySubsequences: false)
        .reduce("") { $0 + ($0.isEmpty ? "" : $1.count < 3 ? "_" : "_<wbr>") + $1 }
      return "<th\(isNumber ? Self.number : "")>\(words)</th>"
    }
    let head = "<thead><tr>\(names.joined())</tr></thead>"
    try output.write("<div class=\"table\"><table>\n\(head)\n<tbody>\n")
    for row in rows {
      let cells = zip(row, isNumber).map { value, isNumber in
        let text = value.plain
        let kind = isNumber ? Self.number : text.count > Self.shortMax ? Self.long : ""
        return "<td\(kind)>\(HTML.escaped(text))</td>"
      }
      try output.write("<tr>\(cells.joined())</tr>\n")
    }
    try output.write("</tbody>\n</table></div>\n")
  }

  private static let number = " class=\"number\""
  private static let long = " class=\"long\""

  private static let style = """
    :root { color-scheme: light dark; --ink: #1c2530; --soft: #5d6b7a; --line: #d9dfe6;
      --paper: #ffffff; --first: #3a78b8; --second: #16395f; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e6ebf1; --soft: #9aa7b5;
      --line: #36404c; --paper: #14191f; --first: #4b86c2; --second: #b5d6f5; } }
    body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper);
      margin: 2rem auto; max-width: 110rem; padding: 0 2rem; }
    h1 { font-size: 1.4rem; margin: 0 0 .4rem; }
    p { margin: .2rem 0; }
    .detail, .legend { color: var(--soft); }
    svg { width: 100%; max-width: 60rem; height: auto; margin: 1.2rem 0 .4rem; display: block; }
    svg text { font-size: 12px; fill: var(--soft); }
    .grid { stroke: var(--line); }
    rect.series0 { fill: var(--first); }
    rect.series1 { fill: var(--second); }
    .legend i { display: inline-block; width: .8em; height: .8em; margin: 0 .4em 0 1em; }
    i.series0 { background: var(--first); }
    i.series1 { background: var(--second); }
    .table { overflow-x: auto; }
    table { border-collapse: collapse; margin: 1.2rem 0; }
    th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line);
      white-space: pre; vertical-align: top; }
    .long { white-space: pre-wrap; min-width: 20rem; overflow-wrap: anywhere; }
    table { font-size: 14px; }
    th { color: var(--soft); font-weight: 600; white-space: normal; vertical-align: bottom; }
    .number { text-align: right; font-variant-numeric: tabular-nums; }
    @page { size: A4 landscape; margin: 12mm; }
    @media print { :root { --ink: #000; --soft: #444; --line: #bbb; --paper: #fff;
      --first: #3a78b8; --second: #16395f; }
      body { margin: 0; padding: 0; max-width: none; font-size: 11px; }
      .table { overflow: visible; font-size: 8px; } th, td { padding: .2rem .4rem .2rem 0; }
      .long { min-width: 8rem; } thead { display: table-header-group; }
      tr { break-inside: avoid; } * { print-color-adjust: exact; } }
    """
}

/// Text as HTML writes it.
enum HTML {
  /// `text` for the inside of an element or of a quoted attribute.
  static func escaped(_ text: some StringProtocol) -> String {
    var safe = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": safe += "&amp;"
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      case "\"": safe += "&quot;"
      case "'": safe += "&#39;"
      // HTML has no place for control characters, and direction marks could turn the rest of the
      // page.
      case "\n", "\t": safe.unicodeScalars.append(scalar)
      case _ where VisibleText.isUnsafe(scalar): safe += "\u{FFFD}"
      default: safe.unicodeScalars.append(scalar)
      }
    }
    return safe
  }
}
