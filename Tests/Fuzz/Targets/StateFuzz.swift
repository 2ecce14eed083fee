@testable internal import AMI
@testable internal import Normalization

// A saved state. What must hold of any bytes: they are refused, unless a writer wrote them. An
// input says how a good state is changed.

private struct Nothing: Visitable {
  mutating func visit(_ visitor: inout some FieldVisitor) {}
}

/// The states at some moments of a stream in which much goes on.
private let good: [[UInt8]] = {
  var normalizer = Normalizer(server: 1)
  var nothing = Nothing()
  var rows = Tables()
  var states: [[UInt8]] = []
  var turn: UInt32 = 1
  // What the generator makes of bytes without a pattern.
  let bytes = (0..<600).map { _ in
    turn = turn &* 1_664_525 &+ 1_013_904_223
    return UInt8(turn >> 24)
  }
  for step in StreamScript(Choices(bytes)).steps {
    switch step {
    case .message(let bytes, let time):
      var buffer = FrameBuffer()
      var frame = Frame()
      buffer.append(bytes)
      while buffer.next(into: &frame) { normalizer.take(frame, at: time) }
    case .sessionBegan(let id, let time): normalizer.sessionBegan(id: id, at: time)
    case .sessionEnded, .clockStepped: break
    case .saved:
      do { try normalizer.drain(into: &rows) } catch { fatalError("\(error)") }
      states.append(normalizer.save(with: &nothing))
    }
  }
  return states
}()

@Sendable func prepareState() { require(!good.isEmpty, "nothing was saved") }

func fuzzState(_ input: [UInt8]) throws {
  var choices = Choices(input)
  let before = choices.one(of: good)
  var state = before
  while !choices.isOver {
    let place = choices.place(in: state.count + 1)
    let byte = UInt8(choices.byte())
    switch choices.byte() % 4 {
    case 0: if place < state.count { state[place] = byte }
    case 1: state.insert(byte, at: place)
    case 2: if place < state.count { state.remove(at: place) }
    default: state.removeLast(state.count - place)
    }
  }
  var nothing = Nothing()
  let isTaken = Normalizer(server: 1, restoring: state, with: &nothing) != nil
  require(isTaken == (state == before), "a good state is refused, or another is taken")
}
