import Store

/// The rows of `gaps` that name bytes of the stream, while a store is made anew.
///
/// What is damaged is found out again: a row that is there stays, with its id and its times; one of
/// bytes that can be read again goes. New ones have ids of their own, server number × 2^40 + 2^38 +
/// a counter, so that those of the stream's ledger never meet them.
struct DamageGaps {
  /// The first id of a server's rows that are made here lies so much above its first.
  static let idsFrom: Int64 = 1 << 38

  private let server: Int64
  private var counter: Int64
  /// Of damaged bytes, as recorded.
  private var damaged: [GapRow]
  /// Places of messages that are kept from the tables, with the ids of their rows.
  private var skipped: [Place: Int64] = [:]
  /// Bytes that no block ever held.
  private var missing: [(session: Int64, bytes: Range<Int64>)] = []
  private var confirmed: [GapRow] = []
  private var resolved: [Int64] = []

  private struct Place: Hashable {
    let session: Int64
    let offset: Int64
  }

  init(server: Int64 = 0, _ recorded: [GapRow] = []) {
    self.server = server
    damaged = recorded.filter { $0.reason == "damaged" }
    counter = damaged.reduce(0) { max($0, $1.id - server << 40 - Self.idsFrom) }
    for row in recorded {
      guard let session = row.sessionID, let offset = row.sessionOffset, let length = row.length,
        offset >= 0, length > 0
      else { continue }
      switch row.reason {
      case "damaged": break
      case "skipped": skipped[Place(session: session, offset: offset)] = row.id
      default: missing.append((session, offset..<offset &+ length))
      }
    }
  }

  /// Whether the message that begins there is kept from the tables.
  func skips(_ offset: Int64, of session: Int64) -> Bool {
    !skipped.isEmpty && skipped[Place(session: session, offset: offset)] != nil
  }

  /// That message was taken in after all.
  mutating func resolve(_ offset: Int64, of session: Int64) {
    if let id = skipped[Place(session: session, offset: offset)] { resolved.append(id) }
  }

  /// Whether a row says that these bytes were never there.
  func tell(_ bytes: Range<Int64>, of session: Int64) -> Bool {
    missing.contains {
      $0.session == session && $0.bytes.lowerBound <= bytes.lowerBound
        && $0.bytes.upperBound >= bytes.upperBound
    }
  }

  /// These bytes cannot be read back.
  mutating func note(_ bytes: Range<Int64>, of session: Int64, from start: Int64, to end: Int64) {
    let length = bytes.upperBound - bytes.lowerBound
    if let row = damaged.first(where: {
      $0.sessionID == session && $0.sessionOffset == bytes.lowerBound && $0.length == length
    }) {
      return confirmed.append(row)
    }
    counter += 1
    var row = GapRow()
    row.id = server << 40 + Self.idsFrom + counter
    row.serverID = server
    row.sessionID = session
    row.startedAt = start
    row.endedAt = end
    row.reason = "damaged"
    row.sessionOffset = bytes.lowerBound
    row.length = length
    confirmed.append(row)
  }

  /// Writes what was found, and removes what is no more.
  func write(to store: Store) throws {
    try store.begin()
    let ids = Set(confirmed.map(\.id))
    for row in damaged where !ids.contains(row.id) { try store.remove(gap: row.id) }
    for id in resolved { try store.remove(gap: id) }
    for var row in confirmed { try store.write(&row) }
  }
}
