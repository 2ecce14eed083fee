import SQLite

/// A run of the stream as it was received, ready to be compressed.
public struct Block: Sendable {
  /// When blocks are made, and when a position after one is.
  public struct Targets: Sendable {
    /// Bytes after which a block is sealed, at the next frame's end.
    public var bytes = 1 << 20
    /// Time of the stream after which a block is sealed, at the next frame's end, and after which a
    /// position is due, in microseconds.
    public var time: Int64 = 60_000_000
    /// Bytes after which a position is due: with it the normalizer's state is saved.
    public var positionBytes: Int64 = 4 << 20

    /// Those above.
    public init() {}
  }

  /// The level of zlib's compression. **Source:** zlib.net/manual.html
  static let level: Int32 = 6

  public var id: Int64 = 0
  public var serverID: Int64 = 0
  public var sessionID: Int64 = 0
  public var sessionOffset: Int64 = 0
  public var frames: Int64 = 0
  /// JSON object: event name to number of frames.
  public var eventNames = "{}"
  public var chunks = ChunkTable()
  public var bytes: [UInt8] = []

  public init() {}

  /// The block with its bytes compressed: what is written.
  public func compressed() -> CompressedBlock {
    let packed = Deflate.compress(bytes, level: Self.level)
    // As large as before, the stock shell's sqlar_uncompress would take it for not compressed.
    let isSmaller = packed.count < bytes.count
    return CompressedBlock(
      block: header, size: Int64(bytes.count), codec: isSmaller ? "zlib" : "none",
      crc32: Deflate.crc32(bytes), chunks: Deflate.compress(chunks.encoded(), level: Self.level),
      bytes: isSmaller ? packed : bytes)
  }

  private var header: Block {
    var header = self
    header.bytes = []
    return header
  }
}

/// A block as it stands in the table `blocks`.
public struct CompressedBlock: Sendable {
  var block: Block
  /// Bytes before compression.
  public let size: Int64
  let codec: String
  let crc32: Int64
  let chunks: [UInt8]
  let bytes: [UInt8]
}

extension Store {
  /// Adds a block.
  public func write(_ block: CompressedBlock) throws {
    try execute(
      """
      INSERT INTO blocks (id, server_id, session_id, session_offset, size, codec, crc32, first_us,
        last_us, frames, event_names, chunks, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """
    ) {
      $0.append(block.block.id)
      $0.append(block.block.serverID)
      $0.append(block.block.sessionID)
      $0.append(block.block.sessionOffset)
      $0.append(block.size)
      $0.append(block.codec)
      $0.append(block.crc32)
      $0.append(block.block.chunks.firstAt)
      $0.append(block.block.chunks.lastAt)
      $0.append(block.block.frames)
      $0.append(block.block.eventNames)
      $0.append(blob: block.chunks)
      $0.append(blob: block.bytes)
    }
  }

  /// Changes what a block says of its events.
  public func set(eventNames: String, ofBlock id: Int64) throws {
    try execute("UPDATE blocks SET event_names = ? WHERE id = ?") {
      $0.append(eventNames)
      $0.append(id)
    }
  }

  /// The next id of a block of this server.
  public func nextBlockID(of server: Int64) throws -> Int64 {
    let last = try integer("SELECT max(id) FROM blocks WHERE server_id = ?", .integer(server))
    return (last ?? server << 40) + 1
  }
}
