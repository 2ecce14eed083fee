import AMI

/// The frames of one session's stream, and where in the stream each of them lies.
struct FrameReader {
  /// The frame that was read last.
  private(set) var frame = Frame()
  /// Its bytes in the session's stream, with empty lines before it.
  private(set) var range: Range<Int64> = 0..<0
  private var buffer = FrameBuffer()
  /// The stream's offset of the buffer's first byte.
  private let start: Int64

  /// Reads from this offset of the session's stream on.
  init(at start: Int64 = 0) {
    self.start = start
  }

  /// Takes the next bytes of the stream.
  mutating func append(_ bytes: ArraySlice<UInt8>) { buffer.append(bytes) }

  /// Reads the next complete frame; false when more bytes are needed.
  @inline(__always)
  mutating func next() -> Bool {
    let begin = start + Int64(buffer.offset)
    guard buffer.next(into: &frame) else { return false }
    range = begin..<start + Int64(buffer.offset)
    return true
  }

  /// Whether the rest of a message that was too long is still to come.
  var isWithinOverlong: Bool { buffer.isWithinOverlong }

  /// Reads what is left when the stream ends within a frame; false when nothing is.
  mutating func finish() -> Bool { buffer.finish(into: &frame) }
}
