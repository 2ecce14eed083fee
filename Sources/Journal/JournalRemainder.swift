import Glibc

/// What of a journal a store lacks, told by the journal's own files: its indexes say which bytes
/// are of which connection, and the store says how many bytes of each it holds.
public struct JournalRemainder: Sendable, Equatable {
  /// A journal that has more bytes than this grows because the store does not take it in: that is
  /// said. Nothing is ever dropped from it.
  public static let bytesWarned: Int64 = 1 << 30

  /// Bytes that the journal holds.
  public private(set) var bytes: Int64 = 0
  /// Of these, bytes that the store lacks.
  public private(set) var lackingBytes: Int64 = 0
  /// When the first of them was received, in microseconds since 1970; nil while none is lacking.
  public private(set) var lackingSince: Int64?

  /// Compares the journal in a folder with a store; a writer may append meanwhile.
  ///
  /// - Parameter stored: how many bytes from its beginning on the store holds of the connection
  ///   that was made at a time, in microseconds since 1970; 0 for one that it does not know.
  /// - Throws: `JournalError` when the journal cannot be read, and what `stored` throws.
  public init(of folder: String, stored: (_ connectedAt: Int64) throws -> Int64) throws {
    for segment in try Segment.all(in: folder) {
      do {
        try add(segment, stored)
      } catch let error as JournalError {
        // One that the store holds may be removed at any time.
        guard unsafe access(segment.path, F_OK) != 0 else { throw error }
      }
    }
  }

  /// A connection whose bytes stand in a segment.
  private struct Stretch {
    /// Bytes of it that the store holds.
    var stored: Int64
    /// What is to be added to an offset in the file, for the offset in the connection's stream.
    var base: Int64
  }

  private mutating func add(_ segment: Segment, _ stored: (Int64) throws -> Int64) throws {
    // What is appended while the index is read is for the next time.
    let size = segment.bytes
    var stretch: Stretch?
    var reached: Int64 = 0
    var lastTime: Int64 = 0
    func pass(upTo end: Int64, at time: Int64, _ remainder: inout JournalRemainder) {
      let end = min(end, size)
      guard end > reached else { return }
      remainder.note(reached..<end, at: time, stretch)
      reached = end
    }
    if unsafe access(segment.indexPath, F_OK) == 0 {
      let index = try ByteSource(
        plain: segment.indexPath, at: 0, readAhead: Index.readAheadBytes)
      while case .whole(let line, _) = try index.nextLine() {
        guard let line else { continue }
        pass(upTo: line.offset, at: line.time, &self)
        lastTime = line.time
        switch line.kind {
        case .chunk: pass(upTo: line.end, at: line.time, &self)
        case .connect: stretch = Stretch(stored: try stored(line.time), base: -line.offset)
        case .resume(let offset):
          stretch = Stretch(stored: try stored(line.time), base: offset - line.offset)
        case .disconnect, .step: break
        }
      }
    }
    pass(upTo: size, at: lastTime, &self)
  }

  /// Bytes of a segment that came at a time.
  private mutating func note(_ range: Range<Int64>, at time: Int64, _ stretch: Stretch?) {
    bytes += Int64(range.count)
    let stored = stretch.map { $0.stored - $0.base } ?? 0
    let lacking = range.upperBound - max(range.lowerBound, min(stored, range.upperBound))
    guard lacking > 0 else { return }
    lackingBytes += lacking
    if lackingSince == nil { lackingSince = time }
  }
}
