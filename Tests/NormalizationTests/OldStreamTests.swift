import AMI
import Journal
import Normalization
import Support
import Testing

/// The streams of versions before Asterisk 12, cut and interrupted.
@Suite struct OldStreamTests {
  @Test(arguments: OldFixture.scenarios)
  func `cut anywhere, and saved and restored after any message, a stream gives the same rows`(
    scenario: String
  ) throws {
    for version in OldFixture.versions {
      let path = OldFixture.path(version, scenario)
      let expected = try rows(of: path, inPieces: Int.max, savedAfterEvery: Int.max)
      #expect(!expected.rows.isEmpty)
      for (size, every) in [(1, 1), (7, 2), (300, 3)] {
        let log = try rows(of: path, inPieces: size, savedAfterEvery: every)
        #expect(log.rows == expected.rows, "\(version), pieces of \(size)")
      }
    }
  }

  private func rows(of path: String, inPieces size: Int, savedAfterEvery: Int) throws -> RowLog {
    var log = RowLog()
    var normalizer = Normalizer(server: 0)
    var buffer = FrameBuffer()
    var frame = Frame()
    let capture = try Capture(path: path)
    var bytes: [UInt8] = []
    var frames = 0
    var session: Int64 = 0
    while let record = try capture.next(into: &bytes) {
      switch record {
      case .connect(let time):
        session += 1
        normalizer.sessionBegan(id: session, at: time)
      case .disconnect(let time): normalizer.sessionEnded(at: time)
      case .bytes(let time?):
        var rest = bytes[...]
        while !rest.isEmpty {
          buffer.append(Array(rest.prefix(size)))
          rest = rest.dropFirst(size)
          while buffer.next(into: &frame) {
            normalizer.take(frame, at: time)
            frames += 1
            guard frames % savedAfterEvery == 0 else { continue }
            try normalizer.drain(into: &log)
            var nothing = Nothing()
            let state = normalizer.save(with: &nothing)
            guard let restored = Normalizer(server: 0, restoring: state, with: &nothing) else {
              Issue.record("what was saved cannot be read")
              return log
            }
            normalizer = restored
          }
        }
      default: break
      }
    }
    try normalizer.drain(into: &log)
    return log
  }
}
