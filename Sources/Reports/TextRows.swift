import SQLite

/// Rows of text that come from elsewhere than a store, in the layout of answers from one.
public struct TextRows: Sendable {
  /// The names of the columns, in their order.
  public private(set) var columns: [String] = []
  private var rows: [[String: String]] = []

  public init() {}

  /// How many rows there are.
  public var count: Int { rows.count }

  /// Appends a row. A column that no row had yet comes after those that are there; a name that
  /// stands again in this row adds to its value, after a comma.
  public mutating func append(_ row: [(name: String, value: String)]) {
    var values: [String: String] = [:]
    for (name, value) in row {
      if !columns.contains(name) { columns.append(name) }
      if let first = values[name] {
        values[name] = "\(first), \(value)"
      } else {
        values[name] = value
      }
    }
    rows.append(values)
  }

  /// Writes columns and rows. A column whose values are all whole numbers is one of numbers.
  public func write(as format: Format, to output: Output) throws {
    let isNumber = columns.map { column in
      rows.allSatisfy { row in
        row[column].map { String(Int64($0) ?? -1) == $0 || $0.isEmpty } ?? true
      }
        && rows.contains { $0[column]?.isEmpty == false }
    }
    var writer = format.writer(heading: nil, chart: nil, to: output, aside: { _ in })
    try writer.begin(columns)
    for row in rows {
      try writer.append(
        zip(columns, isNumber).map { column, isNumber in
          guard let text = row[column] else { return .null }
          if isNumber { return Int64(text).map { .integer($0) } ?? .null }
          return .text(text)
        })
    }
    try writer.end(notes: [])
  }
}
