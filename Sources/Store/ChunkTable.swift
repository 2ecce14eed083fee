/// When the bytes of a block were received.
///
/// Encoded (and then compressed as a zlib stream), a number of bytes and a time for each chunk:
///
/// | field | bytes |
/// |---|---|
/// | first time | LEB128, microseconds since 1970 |
/// | length of a chunk | LEB128, bytes |
/// | time since the chunk before | LEB128 of the zigzag number, microseconds; 0 for the first |
///
/// The last two repeat to the end; the lengths add up to the block's size. A chunk that lies in two
/// blocks stands in both, with the same time.
public struct ChunkTable: Sendable, Equatable {
  /// Bytes that were received together.
  public struct Chunk: Sendable, Equatable {
    public var length: Int
    public var time: Int64
  }

  public private(set) var chunks: [Chunk] = []

  public init() {}

  /// Receive time of the first chunk; 0 while there is none.
  public var firstAt: Int64 { chunks.first?.time ?? 0 }
  /// Receive time of the last chunk; 0 while there is none.
  public var lastAt: Int64 { chunks.last?.time ?? 0 }

  /// Adds bytes that were received at `time`.
  public mutating func append(_ length: Int, at time: Int64) {
    guard length > 0 else { return }
    chunks.append(Chunk(length: length, time: time))
  }

  /// Adds bytes to the last chunk if they have its time: where times do not tell chunks apart.
  public mutating func extend(_ length: Int, at time: Int64) {
    if let last = chunks.indices.last, chunks[last].time == time {
      chunks[last].length += length
    } else {
      append(length, at: time)
    }
  }

  /// How many bytes the table speaks of.
  public var length: Int { chunks.reduce(0) { $0 + $1.length } }

  /// Takes the chunks of the first `length` bytes off.
  public mutating func split(at length: Int) -> ChunkTable {
    var head = ChunkTable()
    var rest = length
    var place = 0
    while rest > 0 {
      let chunk = chunks[place]
      let part = min(rest, chunk.length)
      head.append(part, at: chunk.time)
      rest -= part
      if part == chunk.length { place += 1 } else { chunks[place].length -= part }
    }
    chunks.removeFirst(place)
    return head
  }

  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    var last = firstAt
    append(UInt64(bitPattern: last), to: &bytes)
    for chunk in chunks {
      append(UInt64(chunk.length), to: &bytes)
      // As it is read: a damaged table holds any times.
      let delta = chunk.time &- last
      append(UInt64(bitPattern: (delta << 1) ^ (delta >> 63)), to: &bytes)
      last = chunk.time
    }
    return bytes
  }

  private func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// The table that was encoded in these bytes; nil when they are damaged.
  init?(encoded bytes: [UInt8]) {
    var position = 0
    func number() -> UInt64? {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      while position < bytes.count, shift < 64 {
        let byte = bytes[position]
        position += 1
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
        shift += 7
      }
      return nil
    }
    guard var time = number().map({ Int64(bitPattern: $0) }) else { return nil }
    var sum: UInt64 = 0
    while position < bytes.count {
      guard let length = number(), length > 0, length < 1 << 40, let delta = number(),
        sum < 1 << 40
      else { return nil }
      sum += length
      time &+= Int64(bitPattern: (delta >> 1)) ^ -Int64(bitPattern: delta & 1)
      chunks.append(Chunk(length: Int(length), time: time))
    }
  }
}
