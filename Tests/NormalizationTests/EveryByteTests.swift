import AMI
import Journal
import Support
import Testing

/// Every byte of every recording is explained.
@Suite struct EveryByteTests {
  @Test(arguments: Fixture.recordings)
  func `each byte belongs to a message of a known kind or to an empty line between two`(
    recording: String
  ) throws {
    let capture = try Capture(path: Fixture.recording(recording))
    var bytes: [UInt8] = []
    var session: [UInt8] = []
    var sessions: [[UInt8]] = []
    while let record = try capture.next(into: &bytes) {
      if case .connect = record {
        sessions.append(session)
        session = []
      }
      session += bytes
    }
    sessions.append(session)
    var isCut = false
    for session in sessions { isCut = try explain(session) || isCut }
    #expect(isCut == recording.hasPrefix("slow-reader"), "only these end within a message")
  }

  /// Whether the stream ends within a message.
  private func explain(_ stream: [UInt8]) throws -> Bool {
    var buffer = FrameBuffer()
    var frame = Frame()
    var explained = 0
    buffer.append(stream)
    while buffer.next(into: &frame) {
      let start = buffer.offset - frame.bytes.count
      #expect(Array(stream[start..<buffer.offset]) == frame.bytes)
      #expect(stream[explained..<start].allSatisfy { $0 == 0x0D || $0 == 0x0A })
      #expect(frame.kind != .other && frame.damage == .none)
      #expect(frame.headers.allSatisfy { $0.hasColon } || frame.kind == .banner)
      explained = buffer.offset
    }
    return buffer.finish(into: &frame)
  }
}
