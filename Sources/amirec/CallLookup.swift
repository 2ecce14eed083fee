import Reports
import SQLite

/// Finds a call by its id, by the id of a call that was merged into it, or by a channel's uniqueid or linkedid.
struct CallLookup: ~Copyable {
  private let file: StoreFile

  init(path: String) throws {
    file = try StoreFile(path: path)
  }

  /// The uniqueids of the call's channels; none when there is no such call.
  func uniqueids(of id: String) throws -> Set<String> {
    let statement = try file.connection.prepare(
      """
      SELECT uniqueid FROM channels WHERE call_id IN (
        SELECT id FROM calls WHERE id = CAST(:id AS INTEGER) AND :id NOT GLOB '*[^0-9]*'
        UNION SELECT call_id FROM call_merges
          WHERE id = CAST(:id AS INTEGER) AND :id NOT GLOB '*[^0-9]*'
        UNION SELECT call_id FROM channels WHERE uniqueid = :id OR linkedid = :id
        UNION SELECT id FROM calls WHERE linkedid = :id)
      """)
    statement.bind(.text(id), named: ":id")
    var found: Set<String> = []
    while try statement.step() { found.insert(statement.text(at: 0) ?? "") }
    return found
  }
}
