import AMI

/// One recorded connection on its way to a client: without the recorded banner, challenge and login
/// answer, for the client logs in to us, and handed out up to the ends of frames only, so that an
/// answer of ours can stand between any two pieces.
struct PlayedConnection {
  private enum Login {
    case expectsBanner, expectsAnswer, isOver
  }

  private var login: Login
  private var frames = FrameBuffer()
  private var frame = Frame()
  /// What has been taken and not yet given out.
  private var held: [UInt8] = []
  /// The stream's offset of `held[0]`.
  private var heldOffset = 0

  /// A connection from its beginning, or one whose beginning is not in the recording.
  init(isFromBeginning: Bool) { login = isFromBeginning ? .expectsBanner : .isOver }

  /// Takes the next recorded bytes; returns what the client is to get now.
  mutating func take(_ bytes: [UInt8]) -> [UInt8] {
    held.append(contentsOf: bytes)
    frames.append(bytes)
    var output: [UInt8] = []
    var start = 0
    var end = 0
    while frames.next(into: &frame) {
      let frameEnd = frames.offset - heldOffset
      if leavesOut(frame) {
        output.append(contentsOf: held[start..<end])
        start = frameEnd
      } else if frame.damage != .none {
        // Within a message that was cut there is no place for an answer.
        continue
      }
      end = frameEnd
    }
    output.append(contentsOf: held[start..<end])
    held.removeFirst(end)
    heldOffset += end
    return output
  }

  /// The rest: a recording may end within a frame. Nothing of a login that was never answered.
  consuming func rest() -> [UInt8] { login == .isOver ? held : [] }

  private mutating func leavesOut(_ frame: Frame) -> Bool {
    switch login {
    case .isOver: return false
    case .expectsBanner:
      login = frame.kind == .banner ? .expectsAnswer : .isOver
      return frame.kind == .banner
    case .expectsAnswer:
      guard frame.kind == .response else { return false }
      if frame.range(of: .challenge) == nil { login = .isOver }
      return true
    }
  }
}
