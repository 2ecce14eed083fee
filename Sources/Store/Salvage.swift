import SQLite

/// Reads the rows of a table in the order of their ids, past pages that are damaged: what SQLite
/// cannot read costs the rows that stand there, and no others.
enum Salvage {
  /// Where nothing can be read from an id on, so many following ids are tried one by one: ids of a
  /// table follow each other. After that leaps are made, each twice as long as the one before.
  static let triesMax: Int64 = 4096

  /// Gives `body` each row that can be read. The first of `columns` is the row's id.
  ///
  /// - Returns: whether all rows could be read.
  /// - Throws: `SQLiteError` for what is no damage; what `body` throws.
  @discardableResult
  static func read(
    _ table: String, _ columns: [String], of connection: borrowing Connection,
    _ body: (borrowing Statement) throws -> Void
  ) throws -> Bool {
    // An index would be one more thing that can be damaged.
    let statement = try connection.prepare(
      "SELECT \(columns.joined(separator: ", ")) FROM \"\(table)\" NOT INDEXED "
        + "WHERE \(columns[0]) >= ? ORDER BY 1")
    var isWhole = true
    var next = Int64.min
    var tries: Int64 = 0
    while true {
      statement.reset()
      statement.bind(next, at: 1)
      var step = try step(statement)
      while step == .row {
        let id = statement.int(at: 0)
        // A damaged page may lead back to one that was read.
        if id >= next {
          try body(statement)
          guard id < .max else { return isWhole }
          next = id + 1
          tries = 0
        }
        step = try self.step(statement)
      }
      if step == .end { return isWhole }
      isWhole = false
      if tries == 0 {
        // The row after the last one that was read; no table of a store has negative ids.
        next = max(next, 0)
        tries = 1
      } else if tries <= triesMax, next < .max {
        next += 1
        tries += 1
      } else {
        guard let found = try firstReadable(after: next, statement) else { return false }
        next = found
        tries = 0
      }
    }
  }

  private enum Step { case row, end, damage }

  private static func step(_ statement: borrowing Statement) throws(SQLiteError) -> Step {
    do throws(SQLiteError) {
      return try statement.step() ? .row : .end
    } catch {
      guard error.isDamage else { throw error }
      return .damage
    }
  }

  /// The first id after `start` from which rows can be read, as far as leaps find it; nil when
  /// there is none.
  private static func firstReadable(
    after start: Int64, _ statement: borrowing Statement
  ) throws(SQLiteError) -> Int64? {
    var bad = start
    var leap: Int64 = 1
    var good: Int64
    repeat {
      let (sum, isOver) = bad.addingReportingOverflow(leap)
      if isOver { return nil }
      good = sum
      leap = leap > .max / 2 ? .max : leap * 2
      if try isReadable(from: good, statement) { break }
      bad = good
    } while true
    while good - bad > 1 {
      let middle = bad + (good - bad) / 2
      if try isReadable(from: middle, statement) { good = middle } else { bad = middle }
    }
    return good
  }

  private static func isReadable(
    from id: Int64, _ statement: borrowing Statement
  ) throws(SQLiteError) -> Bool {
    statement.reset()
    statement.bind(id, at: 1)
    return try step(statement) != .damage
  }
}
