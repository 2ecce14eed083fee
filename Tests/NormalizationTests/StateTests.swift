import AMI
import Testing

@testable import Normalization

/// A saved state is what was written, or it is refused: it lies in a file that a disk may change.
@Suite struct StateTests {
  /// The state in the midst of calls.
  private func state() throws -> [UInt8] {
    var normalizer = Normalizer(server: 0)
    normalizer.sessionBegan(id: 1, at: 0)
    var script = Script()
    script.answeredCall()
    script.enter("2", "b")
    script.enter("1", "b")
    var buffer = FrameBuffer()
    var frame = Frame()
    buffer.append(script.bytes)
    while buffer.next(into: &frame) { normalizer.take(frame, at: 1_000_000_000) }
    var log = RowLog()
    try normalizer.drain(into: &log)
    var nothing = Nothing()
    return normalizer.save(with: &nothing)
  }

  private func isTaken(_ state: [UInt8]) -> Bool {
    var nothing = Nothing()
    return Normalizer(server: 0, restoring: state, with: &nothing) != nil
  }

  @Test func `a state that was cut is refused`() throws {
    let state = try state()
    #expect(state.count > 400 && isTaken(state))
    for length in state.indices where isTaken(Array(state.prefix(length))) {
      Issue.record("\(length) of \(state.count) bytes were taken for a state")
    }
  }

  /// The number of another slot would end the program at some later message.
  @Test func `a state in which one byte is another is refused`() throws {
    let state = try state()
    for place in state.indices {
      for bit in 0..<8 {
        var changed = state
        changed[place] ^= 1 << bit
        if isTaken(changed) { Issue.record("it was taken with byte \(place) changed") }
      }
    }
  }

  @Test func `a state of another version is told by its first bytes`() throws {
    let state = try state()
    #expect(StateReader.isCurrent(head: Array(state.prefix(16))))
    #expect(!StateReader.isCurrent(head: [state[0] + 2] + state[1..<16]))
    #expect(!StateReader.isCurrent(head: []))
  }
}
