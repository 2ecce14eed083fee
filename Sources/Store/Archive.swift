import SQLite

/// Reads the recorded stream back out of a store.
public struct Archive: ~Copyable {
  private let connection: Connection
  private let path: String

  /// Opens a store for reading.
  ///
  /// - Throws: `StoreError` when there is none, or it is no store that this program can read.
  public init(path: String) throws {
    self.path = path
    connection = try Self.open(path)
  }

  private static func open(_ path: String) throws -> Connection {
    do {
      let connection = try Connection.reading(path: path)
      connection.busyTimeout(Store.busyTimeout)
      // A page that is none of the table's is found before its rows are taken for rows.
      try connection.execute("PRAGMA cell_size_check = ON")
      guard try Schema.found(in: connection, path: path) > 0 else {
        throw StoreError(.notAStore, path, "is empty; record or import first")
      }
      return connection
    } catch let error as SQLiteError {
      throw StoreError(error, path: path)
    }
  }

  /// A block read back: its place in the stream, its bytes and when they came.
  public struct StoredBlock: Sendable {
    public let id: Int64
    public let sessionID: Int64
    public let sessionOffset: Int64
    /// Messages that end in it, as the block says.
    public let frames: Int64
    /// JSON object: how many frames of each event, as the block says.
    public let eventNames: String
    public let chunks: ChunkTable
    public let bytes: [UInt8]
  }

  /// Which bytes of which sessions there are.
  public func map() throws -> ArchiveMap {
    do {
      return try ArchiveMap(of: connection)
    } catch let error as SQLiteError {
      throw StoreError(error, path: path)
    }
  }

  /// Reads one block.
  ///
  /// - Throws: `StoreError.Code.damaged` when it cannot be read back as it was written.
  public func block(_ id: Int64) throws -> StoredBlock {
    do {
      let statement = try connection.prepare(
        """
        SELECT session_id, session_offset, size, codec, crc32, chunks, bytes, frames, event_names,
          first_us, last_us
        FROM blocks WHERE id = \(id)
        """)
      guard try statement.step() else { throw damaged(id) }
      let size = Int(statement.int(at: 2))
      let stored = statement.blob(at: 6)
      let codec = statement.text(at: 3) ?? ""
      guard let bytes = Self.decode(stored, codec: codec, size: size),
        Deflate.crc32(bytes) == statement.int(at: 4),
        let table = Inflate.all(statement.blob(at: 5)), let chunks = ChunkTable(encoded: table),
        chunks.chunks.reduce(0, { $0 + $1.length }) == size,
        chunks.firstAt == statement.int(at: 9), chunks.lastAt == statement.int(at: 10)
      else { throw damaged(id) }
      return StoredBlock(
        id: id, sessionID: statement.int(at: 0), sessionOffset: statement.int(at: 1),
        frames: statement.int(at: 7), eventNames: statement.text(at: 8) ?? "", chunks: chunks,
        bytes: bytes)
    } catch let error as SQLiteError where error.isDamage {
      throw damaged(id)
    } catch let error as SQLiteError {
      throw StoreError(error, path: path)
    }
  }

  private static func decode(_ stored: [UInt8], codec: String, size: Int) -> [UInt8]? {
    switch codec {
    case "zlib": return Deflate.uncompress(stored, size: size)
    case "none": return stored.count == size ? stored : nil
    default: return nil
    }
  }

  private func damaged(_ id: Int64) -> StoreError {
    StoreError(
      .damaged, path,
      "block \(id) cannot be read back: the file is damaged; take a copy from before, or amirec "
        + "rebuild --db \(path) makes the tables without it")
  }

  private func texts(_ sql: String) throws(SQLiteError) -> [String] {
    let statement = try connection.prepare(sql)
    var result: [String] = []
    while try statement.step() { result.append(statement.text(at: 0) ?? "") }
    return result
  }
}

extension Archive {
  /// What must be true of this store.
  ///
  /// - Throws: `StoreError` for a store of another version, which may lack what they speak of.
  public func invariants() throws -> [Invariant] {
    do {
      guard try Schema.found(in: connection, path: path) == Schema.version else {
        throw StoreError.older(path)
      }
      return Invariant.all(
        tables: try texts(
          """
          SELECT t.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
          WHERE t.type = 'table' AND c.name = 'server_id' ORDER BY t.rowid
          """))
    } catch let error as SQLiteError {
      throw StoreError(error, path: path)
    }
  }

  /// Which rows contradict an invariant. What cannot be looked up, as the file is damaged, is the
  /// last of them.
  public func contradictions(of invariant: Invariant) -> [String] {
    var found: [String] = []
    do throws(SQLiteError) {
      let statement = try connection.prepare(invariant.sql)
      while try statement.step() { found.append(statement.text(at: 0) ?? "") }
    } catch {
      found.append(
        (found.isEmpty ? "cannot be looked up: " : "cannot be looked up further: ")
          + error.message)
    }
    return found
  }
}

extension Archive {
  /// How many events of each name are counted.
  public struct EventCounts: Sendable {
    /// By the server's number and the name, in UTF-8.
    public var counts: [(server: Int64, name: [UInt8], count: Int64)] = []
    /// Servers with a session that has not ended: not all that is counted is in blocks.
    public var openServers: Set<Int64> = []
  }

  /// How many events are counted in the tables.
  public func eventCounts() throws -> EventCounts {
    try run {
      var found = EventCounts()
      let sessions = try connection.prepare(
        "SELECT DISTINCT server_id FROM sessions WHERE ended_us IS NULL")
      while try sessions.step() { found.openServers.insert(sessions.int(at: 0)) }
      let counts = try connection.prepare(
        "SELECT server_id, name, sum(count) FROM event_counts GROUP BY 1, 2")
      while try counts.step() {
        found.counts.append((counts.int(at: 0), counts.blob(at: 1), counts.int(at: 2)))
      }
      return found
    }
  }

  /// What a block says of its events, be it readable or not.
  public func claimedEvents(ofBlock id: Int64) throws -> [[UInt8]: Int64] {
    try run {
      let statement = try connection.prepare(
        "SELECT j.key, j.value FROM blocks b, json_each(b.event_names) j WHERE b.id = \(id)")
      var found: [[UInt8]: Int64] = [:]
      while try statement.step() { found[statement.blob(at: 0)] = statement.int(at: 1) }
      return found
    }
  }

  /// The places in a session of the messages that are kept from the tables.
  public func skippedFrames(ofSession session: Int64) throws -> Set<Int64> {
    try run {
      let statement = try connection.prepare(
        "SELECT session_offset FROM gaps WHERE session_id = \(session) AND reason = 'skipped'")
      var found: Set<Int64> = []
      while try statement.step() { found.insert(statement.int(at: 0)) }
      return found
    }
  }

  /// The ids of blocks of lines that cannot be read back as they were written.
  public func damagedLogBlocks() throws -> [Int64] {
    try run {
      let statement = try connection.prepare("SELECT \(LogBlock.columns) FROM log_blocks")
      var found: [Int64] = []
      while try statement.step() {
        if LogBlock(statement) == nil { found.append(statement.int(at: 0)) }
      }
      return found
    }
  }

  private func run<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as SQLiteError {
      throw StoreError(error, path: path)
    }
  }
}
