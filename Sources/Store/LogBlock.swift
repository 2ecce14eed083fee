import SQLite

/// Lines of Asterisk's own files that a fill used, as they stand in the table `log_blocks`.
public struct LogBlock: Sendable {
  /// Bytes after which a block is written, at the next record's end.
  public static let sizeTarget = 1 << 20
  /// The level of zlib's compression. **Source:** zlib.net/manual.html
  static let level: Int32 = 6

  public var serverID: Int64
  /// Number of the fill of this server, from 1.
  public var fill: Int64
  /// queue-log, cdr, cel.
  public var kind: String
  /// Time zone of the local times in it.
  public var zone: String
  /// When it was used, in microseconds since 1970.
  public var filledAt: Int64
  /// Times of the first and last record, as they say, in microseconds since 1970.
  public var firstAt: Int64
  public var lastAt: Int64
  /// How many records it holds.
  public var lines: Int64
  /// The records, each with its line end.
  public var bytes: [UInt8]

  public init(
    serverID: Int64, fill: Int64, kind: String, zone: String, filledAt: Int64, firstAt: Int64,
    lastAt: Int64, lines: Int64, bytes: [UInt8]
  ) {
    self.serverID = serverID
    self.fill = fill
    self.kind = kind
    self.zone = zone
    self.filledAt = filledAt
    self.firstAt = firstAt
    self.lastAt = lastAt
    self.lines = lines
    self.bytes = bytes
  }
}

extension Store {
  /// Adds a block of lines; its id is the next of its server.
  public func write(_ block: LogBlock) throws {
    let first = block.serverID << 40
    let last = try integer(
      "SELECT max(id) FROM log_blocks WHERE server_id = ?", .integer(block.serverID))
    let packed = Deflate.compress(block.bytes, level: LogBlock.level)
    // As large as before, the stock shell's sqlar_uncompress would take it for not compressed.
    let isSmaller = packed.count < block.bytes.count
    try execute(
      """
      INSERT INTO log_blocks (id, server_id, fill, kind, zone, filled_us, first_us, last_us, lines,
        size, codec, crc32, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """
    ) {
      $0.append((last ?? first) + 1)
      $0.append(block.serverID)
      $0.append(block.fill)
      $0.append(block.kind)
      $0.append(block.zone)
      $0.append(block.filledAt)
      $0.append(block.firstAt)
      $0.append(block.lastAt)
      $0.append(block.lines)
      $0.append(block.bytes.count)
      $0.append(isSmaller ? "zlib" : "none")
      $0.append(Deflate.crc32(block.bytes))
      $0.append(blob: isSmaller ? packed : block.bytes)
    }
  }

  /// The number of the last fill of a server; 0 where there was none.
  public func lastFill(of server: Int64) throws -> Int64 {
    try integer("SELECT max(fill) FROM log_blocks WHERE server_id = ?", .integer(server)) ?? 0
  }

  /// The fills in their order: server and number.
  public func fills() throws -> [(server: Int64, fill: Int64)] {
    try run {
      let statement = try connection.prepare(
        "SELECT DISTINCT server_id, fill FROM log_blocks ORDER BY server_id, fill")
      var found: [(server: Int64, fill: Int64)] = []
      while try statement.step() { found.append((statement.int(at: 0), statement.int(at: 1))) }
      return found
    }
  }

  /// The blocks of one fill in their order, and the ids of those that cannot be read back as they
  /// were written.
  public func logBlocks(
    of server: Int64, fill: Int64
  ) throws -> (blocks: [LogBlock], damaged: [Int64]) {
    try run {
      let statement = try connection.prepare(
        "SELECT \(LogBlock.columns) FROM log_blocks WHERE server_id = ? AND fill = ? ORDER BY id")
      statement.bind(server, at: 1)
      statement.bind(fill, at: 2)
      var blocks: [LogBlock] = []
      var damaged: [Int64] = []
      while try statement.step() {
        if let block = LogBlock(statement) {
          blocks.append(block)
        } else {
          damaged.append(statement.int(at: 0))
        }
      }
      return (blocks, damaged)
    }
  }
}

extension LogBlock {
  static let columns =
    "id, server_id, fill, kind, zone, filled_us, first_us, last_us, lines, size, codec, crc32, bytes"

  /// Of a row with these columns; nil when it cannot be read back as it was written.
  init?(_ row: borrowing Statement) {
    let stored = row.blob(at: 12)
    let bytes =
      row.text(at: 10) == "zlib"
      ? Deflate.uncompress(stored, size: Int(row.int(at: 9))) : stored
    guard let bytes, Deflate.crc32(bytes) == row.int(at: 11) else { return nil }
    self.init(
      serverID: row.int(at: 1), fill: row.int(at: 2), kind: row.text(at: 3) ?? "",
      zone: row.text(at: 4) ?? "", filledAt: row.int(at: 5), firstAt: row.int(at: 6),
      lastAt: row.int(at: 7), lines: row.int(at: 8), bytes: bytes)
  }
}

extension Store {
  /// CRC-32 of a text's UTF-8: an id that does not depend on what else is there.
  package static func checksum(of text: String) -> Int64 { Deflate.crc32(Array(text.utf8)) }
}
