import SQLite

extension Replacement {
  /// What became of one table's rows.
  public struct Change: Sendable, Equatable {
    public let table: String
    /// Rows in the new file.
    public let after: Int64
    /// How they compare with those of the old one; nil where that cannot be read.
    public let comparison: Comparison?

    /// The old rows against the new ones.
    public struct Comparison: Sendable, Equatable {
      /// Rows in the old file; 0 where it has no such table.
      public let before: Int64
      /// Rows with an id that the old file has not.
      public let added: Int64
      /// Rows of the old file with an id that the new one has not.
      public let removed: Int64
      /// Rows with another value in any column that both files have.
      public let changed: Int64
    }
  }

  /// Compares the derived tables of both files, in the order of their declaration. Nothing may be
  /// uncommitted.
  public func changes() throws -> [Change] {
    precondition(!store.isInTransaction, "what cannot be read would take the transaction back")
    return try store.run {
      try names(
        """
        SELECT t.name FROM main.sqlite_schema t JOIN pragma_table_xinfo(t.name, 'main') c
        WHERE t.type = 'table' AND c.name = 'server_id' ORDER BY t.rowid
        """
      ).filter { !Schema.recordedTables.contains($0) }.map { table in
        let after = try store.integer("SELECT count(*) FROM main.\"\(table)\"") ?? 0
        return Change(table: table, after: after, comparison: try comparison(of: table, after))
      }
    }
  }

  /// Nil when the old rows cannot be read.
  private func comparison(of table: String, _ after: Int64) throws -> Change.Comparison? {
    let columns = try commonColumns(table)
    guard !columns.isEmpty else {
      return Change.Comparison(before: 0, added: after, removed: 0, changed: 0)
    }
    let differs = columns.map { "n.\($0) IS NOT o.\($0)" }.joined(separator: " OR ")
    do throws(SQLiteError) {
      let statement = try store.connection.prepare(
        """
        SELECT total(o.id IS NULL), total(o.id IS NOT NULL AND (\(differs))),
          (SELECT count(*) FROM old."\(table)" NOT INDEXED)
        FROM main."\(table)" n LEFT JOIN old."\(table)" o ON o.id = n.id
        """)
      guard try statement.step() else { return nil }
      let (added, before) = (statement.int(at: 0), statement.int(at: 2))
      return Change.Comparison(
        before: before, added: added, removed: before - (after - added),
        changed: statement.int(at: 1))
    } catch {
      guard error.isDamage else { throw error }
      return nil
    }
  }
}
