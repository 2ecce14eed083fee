import SQLite

/// All rows of all tables of a store but some, as texts in a certain order: equal for stores that
/// say the same.
public func allRows(ofStore path: String, except tables: Set<String>) throws -> [String] {
  let connection = try Connection(path: path, mode: .readOnly)
  var rows: [String] = []
  let names = try texts(
    connection, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
  for table in names where !tables.contains(table) {
    let columns = try texts(connection, "SELECT name FROM pragma_table_info('\(table)')")
    let list = columns.map { "quote(\"\($0)\")" }.joined(separator: " || ',' || ")
    rows += try texts(connection, "SELECT '\(table): ' || \(list) FROM \(table) ORDER BY 1")
  }
  return rows
}

private func texts(_ connection: borrowing Connection, _ sql: String) throws -> [String] {
  let statement = try connection.prepare(sql)
  var texts: [String] = []
  while try statement.step() { texts.append(statement.text(at: 0) ?? "NULL") }
  return texts
}
