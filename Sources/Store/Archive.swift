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
        SELECT session_id, session_offset, size, codec, crc32, chunks, bytes FROM blocks
        WHERE id = \(id)
        """)
      guard try statement.step() else { throw damaged(id) }
      let size = Int(statement.int(at: 2))
      let stored = statement.blob(at: 6)
      let codec = statement.text(at: 3) ?? ""
      guard let bytes = Self.decode(stored, codec: codec, size: size),
        Deflate.crc32(bytes) == statement.int(at: 4),
        let table = Inflate.all(statement.blob(at: 5)), let chunks = ChunkTable(encoded: table),
        chunks.chunks.reduce(0, { $0 + $1.length }) == size
      else { throw damaged(id) }
      return StoredBlock(
        id: id, sessionID: statement.int(at: 0), sessionOffset: statement.int(at: 1),
        chunks: chunks, bytes: bytes)
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
}
