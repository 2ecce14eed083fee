import SQLite
import Store

/// Adds and changes rows for a fill, and counts them.
final class FillWriter {
  let store: Store
  let server: Int64
  private(set) var summary = Fill.Summary()
  private var lastID: [String: Int64] = [:]

  init(_ store: Store, server: Int64) {
    self.store = store
    self.server = server
  }

  /// Where the ids of rows from files begin.
  var idBase: Int64 { server << 40 + 1 << 39 }

  private func nextID(_ table: String) throws -> Int64 {
    let last: Int64
    if let known = lastID[table] {
      last = known
    } else {
      last =
        try store.integer(
          "SELECT max(id) FROM \(table) WHERE id BETWEEN ? AND ?", .integer(idBase),
          .integer(idBase + 1 << 39 - 1)) ?? idBase
    }
    lastID[table] = last + 1
    return last + 1
  }

  /// Adds a row.
  ///
  /// - Parameter id: its id; by default the next of the table.
  /// - Returns: its id.
  @discardableResult
  func insert(
    _ table: String, id: Int64? = nil, _ values: KeyValuePairs<String, Value>
  ) throws -> Int64 {
    let id = try id ?? nextID(table)
    let columns = values.map { "\"\($0.key)\"" }.joined(separator: ", ")
    let places = values.map { _ in "?" }.joined(separator: ", ")
    try store.execute(
      "INSERT INTO \(table) (id, server_id, \(columns)) VALUES (?, ?, \(places))"
    ) { bindings in
      bindings.append(id)
      bindings.append(server)
      for (_, value) in values { bindings.append(value) }
    }
    summary.added[table, default: 0] += 1
    return id
  }

  /// Changes a row.
  func update(_ table: String, _ id: Int64, _ values: KeyValuePairs<String, Value>) throws {
    let changes = values.map { "\"\($0.key)\" = ?" }.joined(separator: ", ")
    try store.execute("UPDATE \(table) SET \(changes) WHERE id = ?") { bindings in
      for (_, value) in values { bindings.append(value) }
      bindings.append(id)
    }
    summary.changed[table, default: 0] += 1
  }
}

extension Bindings {
  fileprivate mutating func append(_ value: Value) {
    switch value {
    case .null: appendNull()
    case .integer(let number): append(number)
    case .real(let number): append(number)
    case .text(let text): append(text)
    case .blob(let bytes): append(blob: bytes)
    }
  }
}

extension Value {
  init(_ text: String?) { self = text.map { .text($0) } ?? .null }
  init(_ number: Int64?) { self = number.map { .integer($0) } ?? .null }
}
