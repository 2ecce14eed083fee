import AMI

/// Reads the messages of a session's blocks in the stream's order, and knows where each begins.
struct BlockReader {
  private var buffer = FrameBuffer()
  /// The stream's offset of the buffer's first byte.
  private var start: Int64 = 0

  /// The stream's offset of the next message.
  var offset: Int64 { start + Int64(buffer.offset) }

  /// What came before `offset` is missing, or its end is. Blocks begin where a message does.
  mutating func restart(at offset: Int64) {
    buffer = FrameBuffer()
    start = offset
  }

  /// Takes the next bytes of the stream.
  mutating func append(_ bytes: some Collection<UInt8>) {
    buffer.append(bytes)
  }

  /// Fills `frame` with the next complete message.
  ///
  /// - Returns: the stream's offset of its first byte; nil when more bytes are needed.
  mutating func next(into frame: inout Frame) -> Int64? {
    let begin = offset
    return buffer.next(into: &frame) ? begin : nil
  }
}
