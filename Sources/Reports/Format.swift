import SQLite

/// How an answer is written.
public enum Format: String, Sendable, CaseIterable {
  /// For a terminal.
  case table
  /// RFC 4180.
  case csv
  /// One object.
  case json
  /// One page that needs nothing else.
  case html

  /// What writes rows in this format. `heading` is nil for an answer that is no report; `aside`
  /// takes what a format has no place for.
  func writer(
    heading: Heading?, chart: Chart?, to output: Output, aside: @escaping (String) -> Void
  ) -> any RowWriter {
    switch self {
    case .table: TableText(heading: heading, output: output)
    case .csv: CSVText(heading: heading, output: output, aside: aside)
    case .json: JSONText(heading: heading, output: output)
    case .html: HTMLPage(heading: heading, chart: chart, output: output)
    }
  }
}

/// Takes an answer row by row.
protocol RowWriter {
  mutating func begin(_ columns: [String]) throws
  mutating func append(_ row: [Value]) throws
  /// `notes` are sentences for the reader that stand below the rows.
  mutating func end(notes: [String]) throws
}
