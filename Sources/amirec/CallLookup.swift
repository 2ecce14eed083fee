import AMI
import Reports
import SQLite

/// Finds a call by its id, by the id of a call that was merged into it, or by a channel's uniqueid
/// or linkedid.
struct CallLookup: ~Copyable {
  let file: StoreFile

  init(path: String) throws {
    file = try StoreFile(path: path)
  }

  /// The ids of the calls that `id` may mean, newest last; none when there is no such call. A
  /// uniqueid may come again after years, or on another server.
  func calls(_ id: String) throws -> [Int64] {
    let statement = try file.connection.prepare(
      """
      SELECT id FROM calls WHERE id = CAST(:id AS INTEGER) AND :id NOT GLOB '*[^0-9]*'
      UNION SELECT call_id FROM call_merges
        WHERE id = CAST(:id AS INTEGER) AND :id NOT GLOB '*[^0-9]*'
      UNION SELECT call_id FROM channels WHERE uniqueid = :id
      UNION SELECT call_id FROM channels WHERE linkedid = :id
      ORDER BY 1
      """)
    statement.bind(.text(id), named: ":id")
    var found: [Int64] = []
    while try statement.step() { found.append(statement.int(at: 0)) }
    return found
  }

  /// The uniqueids of a call's channels and bridges.
  func uniqueids(of call: Int64) throws -> Set<String> {
    let statement = try file.connection.prepare(
      """
      SELECT uniqueid FROM channels WHERE call_id = :call
      UNION SELECT bridge_uniqueid FROM bridges WHERE call_id = :call
      """)
    statement.bind(.integer(call), named: ":call")
    var found: Set<String> = []
    while try statement.step() { found.insert(statement.text(at: 0) ?? "") }
    return found
  }

  /// Messages about a call may come so long before its first channel is announced or after its
  /// last one ended.
  static let lingerTime = TimeSpan.seconds(10)

  /// When messages about a call may have come: its uniqueids may come again after years.
  func times(of call: Int64) throws -> Range<Int64> {
    let statement = try file.connection.prepare(
      "SELECT started_us, ended_us FROM calls WHERE id = ?")
    statement.bind(call, at: 1)
    guard try statement.step() else { return .min..<(.max) }
    let start = Instant(microseconds: statement.int(at: 0)) - Self.lingerTime
    let end = statement.optionalInt(at: 1).map {
      Instant(microseconds: $0) + Self.lingerTime
    }
    // In a store of before, a call may have ended before it began.
    return start.microseconds..<max(start, end ?? .last).microseconds
  }

  /// The number of the server that a row with this id is of.
  static func server(of id: Int64) -> Int64 { id >> 40 }

  /// The call that `id` means: the newest, if there are several.
  ///
  /// - Throws: `Failure` when there is none.
  func call(_ id: String) throws -> Int64 {
    guard let call = try calls(id).last else {
      throw Failure(
        Failure.wanting,
        "no call has this id, uniqueid or linkedid; amirec report calls lists what there is")
    }
    return call
  }
}
