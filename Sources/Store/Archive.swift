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
      let connection = try Connection(path: path, mode: .readOnly)
      connection.busyTimeout(Store.busyTimeout)
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

  /// The ids of all sessions, ascending.
  public func sessions() throws -> [Int64] {
    try integers("SELECT id FROM sessions ORDER BY id")
  }

  /// The ids of the blocks of one session in the stream's order, of those that have bytes received
  /// at `from` or later and before `to`.
  public func blocks(
    ofSession session: Int64, from: Int64 = .min, to: Int64 = .max
  ) throws -> [Int64] {
    try integers(
      """
      SELECT id FROM blocks
      WHERE session_id = \(session) AND last_us >= \(from) AND first_us < \(to)
      ORDER BY session_offset
      """)
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
      "block \(id) cannot be read back: the file is damaged; take a copy from before")
  }

  private func integers(_ sql: String) throws -> [Int64] {
    do throws(SQLiteError) {
      let statement = try connection.prepare(sql)
      var result: [Int64] = []
      while try statement.step() { result.append(statement.int(at: 0)) }
      return result
    } catch {
      throw StoreError(error, path: path)
    }
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

  /// Which rows contradict an invariant.
  public func contradictions(of invariant: Invariant) throws -> [String] {
    do throws(SQLiteError) {
      return try texts(invariant.sql)
    } catch {
      throw StoreError(error, path: path)
    }
  }
}
