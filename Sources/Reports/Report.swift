public import SQLite

/// One question: a query with its parameters and period.
public struct Report: Sendable {
  public let query: Query
  /// The period asked about; nil where the query has none.
  public let period: Period?
  let zone: Zone
  let values: [(name: String, value: Value)]
  let nowUs: Int64

  /// Checks `arguments` (by parameter name, without the colon) against what the query documents.
  ///
  /// `from` and `to` are times as `Time` describes them; a whole number is bound as a number,
  /// anything else as text.
  ///
  /// - Throws: `ReportsError` for a parameter that the query lacks, or a value that it does not
  ///   know.
  public init(
    _ query: Query, arguments: [String: String], zone: Zone, nowUs: Int64
  ) throws(ReportsError) {
    for name in arguments.keys.sorted() where query.parameter(name) == nil {
      let names = query.parameters.map(\.name).joined(separator: ", ")
      throw ReportsError(
        .usage,
        "the report \(query.name) has no parameter \(name.quoted); "
          + (names.isEmpty ? "it has none" : "it has: \(names)"))
    }
    self.query = query
    self.zone = zone
    self.nowUs = nowUs
    var values: [(name: String, value: Value)] = []
    for parameter in query.parameters {
      guard let text = arguments[parameter.name] else { continue }
      if query.hasPeriod, parameter.name == "from" || parameter.name == "to" { continue }
      guard parameter.choices.isEmpty || parameter.choices.contains(text) else {
        throw ReportsError(
          .usage,
          "\(parameter.name) cannot be \(text.quoted); "
            + "it is one of: \(parameter.choices.joined(separator: ", "))")
      }
      let value = Self.value(text)
      if parameter.isSeconds, Int64(text).map({ $0 < 0 }) ?? true {
        throw ReportsError(
          .usage, "\(parameter.name) cannot be \(text.quoted); it is a number of seconds")
      }
      values.append((parameter.name, value))
    }
    self.values = values
    period =
      query.hasPeriod
      ? try Period(from: arguments["from"], to: arguments["to"], zone: zone, nowUs: nowUs) : nil
  }

  /// Asks the store, and writes heading and rows to `output`.
  ///
  /// All that is read belongs to one moment, and all of it is read before anything is written: a
  /// reader that waits for a terminal would keep the collector from shortening its log. `aside`
  /// takes
  /// sentences that `format` has no place for.
  ///
  /// - Throws: `ReportsError` when the query or the store cannot be read, or what `output` throws.
  public func write(
    from store: borrowing StoreFile, as format: Format, to output: Output,
    aside: (String) -> Void
  ) throws {
    var pieces: [[UInt8]] = []
    var asides: [String] = []
    do {
      try store.connection.execute("BEGIN")
      try ask(store, as: format, to: Output { pieces.append($0) }, aside: { asides.append($0) })
      try store.connection.execute("COMMIT")
    } catch let error as SQLiteError {
      if error.isInterruption { throw ReportsError.overtime("the report \(query.name)") }
      if error.isDamage { throw ReportsError.damaged(store.path, error) }
      throw ReportsError(.input, "the report \(query.name) failed: \(error.message), \(store.path)")
    }
    for piece in pieces { try output.write(piece) }
    try output.flush()
    for sentence in asides { aside(sentence) }
  }

  private func ask(
    _ store: borrowing StoreFile, as format: Format, to output: Output,
    aside: @escaping (String) -> Void
  ) throws {
    try checkServer(in: store)
    let statement = try store.connection.prepare(query.sql)
    guard statement.isReadOnly else {
      throw ReportsError(.input, "\(query.path ?? query.name) writes: a report may only read")
    }
    try bind(to: statement)
    let coverage = try period.map { period throws(SQLiteError) in
      try Coverage(of: store, in: period, server: server, nowUs: nowUs)
    }
    let heading = Heading(
      report: query.name, sentence: query.sentence, parameters: values, period: period,
      coverage: coverage, zone: zone)
    var writer = format.writer(heading: heading, chart: query.chart, to: output, aside: aside)
    let count = try Rows.copy(statement, naming: grouping, to: &writer)
    try writer.end(notes: notes(rows: count, store: store))
  }

  /// What the first column is named if it is called `grouped_by`; nil when it goes.
  private var grouping: String? {
    guard let by = values.first(where: { $0.name == "by" }) else { return nil }
    return String(by.value.plain.map { $0 == "-" ? "_" : $0 })
  }

  private var server: String? {
    values.first { $0.name == "server" }?.value.plain
  }

  private func checkServer(in store: borrowing StoreFile) throws {
    guard let server else { return }
    let statement = try store.connection.prepare("SELECT name FROM servers ORDER BY id")
    var names: [String] = []
    while try statement.step() { names.append(statement.text(at: 0) ?? "") }
    guard names.contains(server) else {
      let known = names.isEmpty ? "has none" : "has: \(names.joined(separator: ", "))"
      throw ReportsError(.usage, "there is no server \(server.quoted); the store \(known)")
    }
  }

  private func bind(to statement: borrowing Statement) throws {
    for (name, value) in values {
      guard statement.parameterIndex(":\(name)") != nil else {
        throw ReportsError(
          .input, "\(query.path ?? query.name) documents :\(name) but does not use it")
      }
      statement.bind(value, named: ":\(name)")
    }
    guard let period else { return }
    for (name, time) in [(":from", period.fromUs), (":to", period.toUs)] {
      if statement.parameterIndex(name) != nil { statement.bind(.integer(time), named: name) }
    }
  }

  private func notes(rows: Int, store: borrowing StoreFile) throws -> [String] {
    if rows == 0, period != nil {
      guard let held = try Coverage.held(by: store) else {
        return ["Nothing found: the store holds no recording yet."]
      }
      return [
        "Nothing found: the store holds \(zone.text(held.lowerBound)) "
          + "to \(zone.text(held.upperBound))."
      ]
    }
    if let limit = query.parameter("limit").map({ _ in limit }), rows == limit {
      return ["These are the first \(rows), the limit: there may be more (-p limit=…)."]
    }
    return []
  }

  /// The most rows asked for, where the query has a limit: given, or the default that its comment
  /// tells.
  private var limit: Int? {
    if case .integer(let limit)? = values.first(where: { $0.name == "limit" })?.value {
      return Int(limit)
    }
    return query.parameter("limit")?.text.split(separator: " ").last.flatMap { Int($0) }
  }

  private static func value(_ text: String) -> Value {
    if let number = Int64(text), String(number) == text { return .integer(number) }
    return .text(text)
  }
}

/// One SELECT of the user's.
public enum Rows {
  /// Runs `sql` on the store and writes its rows to `output`.
  ///
  /// - Throws: `ReportsError` when `sql` is not one statement that only reads, or SQLite does not
  ///   take it; what `output` throws.
  public static func write(
    _ sql: String, from store: borrowing StoreFile, as format: Format, to output: Output
  ) throws {
    do {
      let statement = try store.connection.prepare(sql)
      guard statement.isReadOnly, statement.columnCount > 0 else {
        throw ReportsError(.usage, "only one statement that reads is run: SELECT, WITH or PRAGMA")
      }
      var writer = format.writer(heading: nil, chart: nil, to: output, aside: { _ in })
      _ = try copy(statement, naming: nil, to: &writer)
      try writer.end(notes: [])
    } catch let error as SQLiteError {
      if error.isInterruption { throw ReportsError.overtime("the statement") }
      if error.isDamage { throw ReportsError.damaged(store.path, error) }
      let misuse: Int32 = 21
      if error.code == misuse {
        throw ReportsError(.usage, "\(error.message): give one SELECT")
      }
      throw ReportsError(.input, "SQLite does not take this: \(error.message), \(store.path)")
    }
  }

  /// Hands all rows of `statement` to `writer`. A first column called `grouped_by` is named
  /// `grouping`, or left out.
  ///
  /// - Returns: how many rows there were.
  static func copy(
    _ statement: borrowing Statement, naming grouping: String?, to writer: inout any RowWriter
  ) throws -> Int {
    var columns = (0..<statement.columnCount).map { statement.columnName($0) }
    var first = 0
    if columns.first == "grouped_by" {
      if let grouping { columns[0] = grouping } else { first = 1 }
    }
    try writer.begin(Array(columns[first...]))
    var count = 0
    while try statement.step() {
      try writer.append((first..<columns.count).map { statement.value(at: $0) })
      count += 1
    }
    return count
  }
}

extension Rows {
  /// Writes rows that a program made itself.
  ///
  /// - Parameters:
  ///   - notes: sentences for the reader that stand below the rows.
  ///   - aside: takes what the format has no place for.
  /// - Throws: what `output` throws.
  public static func write(
    _ rows: some Sequence<[Value]>, columns: [String], notes: [String], as format: Format,
    to output: Output, aside: @escaping (String) -> Void
  ) throws {
    var writer = format.writer(heading: nil, chart: nil, to: output, aside: aside)
    try writer.begin(columns)
    for row in rows { try writer.append(row) }
    try writer.end(notes: notes)
  }
}
