import SQLite

/// Which bytes of which sessions a store's archive holds, as the rows of its sessions and blocks
/// say: read past what is damaged.
public struct ArchiveMap: Sendable {
  /// Where a block stands in the stream.
  public struct Place: Sendable, Equatable {
    public let id: Int64
    public let sessionID: Int64
    /// Of its first byte in the session's stream.
    public let offset: Int64
    /// Bytes of the stream.
    public let size: Int64
    /// When its first and last bytes came.
    public let firstAt: Int64
    public let lastAt: Int64
    /// Messages that end in it.
    public let frames: Int64

    /// Its bytes in the session's stream.
    public var bytes: Range<Int64> { offset..<offset + size }
  }

  /// Bytes that no block holds.
  public struct Hole: Sendable, Equatable {
    /// Their place in the session's stream.
    public let bytes: Range<Int64>
    /// When the last bytes before them came, and the first after them.
    public let since: Int64
    public let until: Int64
    /// The block before them; nil at a session's beginning.
    public let after: Int64?
  }

  /// A part of a session's stream.
  public enum Piece: Sendable, Equatable {
    case block(Place)
    case hole(Hole)
  }

  /// A session, and the parts of its stream in their order.
  public struct Session: Sendable {
    public let id: Int64
    /// Nil where it cannot be read, but blocks are there.
    public let row: SessionRow?
    public let pieces: [Piece]

    /// Its blocks in the stream's order.
    public var blocks: [Place] {
      pieces.compactMap { if case .block(let place) = $0 { place } else { nil } }
    }
  }

  /// In the order of their ids.
  public let sessions: [Session]
  /// Blocks that claim bytes of another, or that no session can have: their rows are damaged.
  public let misplaced: [Place]
  /// The tables of which some rows cannot be read.
  public let damagedTables: [String]

  /// Bytes of the stream that are in blocks.
  public var bytes: Int64 { sessions.reduce(0) { $1.blocks.reduce($0) { $0 + $1.size } } }

  /// No session has more bytes, and no block: larger numbers are damage.
  static let bytesMax: Int64 = 1 << 50

  init(of connection: borrowing Connection) throws {
    var rows: [Int64: SessionRow] = [:]
    var damaged: [String] = []
    // Before the blocks: a session may get more of them meanwhile.
    if try !Salvage.read(
      "sessions", SessionRow.columns, of: connection, { rows[$0.int(at: 0)] = SessionRow($0) })
    {
      damaged.append("sessions")
    }
    var places: [Int64: [Place]] = [:]
    var misplaced: [Place] = []
    let columns = [
      "id", "session_id", "session_offset", "size", "first_us", "last_us", "frames",
    ]
    let isWhole = try Salvage.read("blocks", columns, of: connection) {
      let place = Place(
        id: $0.int(at: 0), sessionID: $0.int(at: 1), offset: $0.int(at: 2), size: $0.int(at: 3),
        firstAt: $0.int(at: 4), lastAt: $0.int(at: 5), frames: $0.int(at: 6))
      if place.isPossible {
        places[place.sessionID, default: []].append(place)
      } else {
        misplaced.append(place)
      }
    }
    if !isWhole { damaged.append("blocks") }
    sessions = Set(rows.keys).union(places.keys).sorted().map {
      Session($0, rows[$0], places[$0] ?? [], &misplaced)
    }
    self.misplaced = misplaced
    damagedTables = damaged
  }
}

extension ArchiveMap.Place {
  /// Whether a block can stand there.
  fileprivate var isPossible: Bool {
    id >> 40 == sessionID >> 40 && 0..<ArchiveMap.bytesMax ~= offset
      && 1..<ArchiveMap.bytesMax ~= size
  }
}

extension ArchiveMap.Session {
  fileprivate init(
    _ id: Int64, _ row: SessionRow?, _ blocks: [ArchiveMap.Place],
    _ misplaced: inout [ArchiveMap.Place]
  ) {
    var pieces: [ArchiveMap.Piece] = []
    var end: Int64 = 0
    var last: ArchiveMap.Place?
    func pass(to next: Int64, until: Int64?) {
      guard next > end else { return }
      let since = last?.lastAt ?? row?.connectedAt ?? until ?? 0
      pieces.append(
        .hole(
          ArchiveMap.Hole(
            bytes: end..<next, since: since, until: max(since, until ?? since), after: last?.id)))
    }
    for place in blocks.sorted(by: { ($0.offset, $0.id) < ($1.offset, $1.id) }) {
      guard place.offset >= end else {
        misplaced.append(place)
        continue
      }
      pass(to: place.offset, until: place.firstAt)
      pieces.append(.block(place))
      end = place.offset + place.size
      last = place
    }
    if let row, row.bytes < ArchiveMap.bytesMax { pass(to: row.bytes, until: row.endedAt) }
    self.init(id: id, row: row, pieces: pieces)
  }
}
