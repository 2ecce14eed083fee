internal import AMI

/// Fails at one message that chance does not find: byte after byte, each a step further. It proves
/// that the programs report where an input leads them, that inputs which lead further are kept, and
/// that a failure is seen. `scripts/fuzz` goes on only when it has been found.
func fuzzCanary(_ input: [UInt8]) {
  var buffer = FrameBuffer()
  var frame = Frame()
  buffer.append(input)
  while buffer.next(into: &frame) {
    guard frame.kind == .event, let value = frame.value(of: .event).map({ Array($0) }),
      value.count >= 2, value[0] == UInt8(ascii: "n"), value[1] == UInt8(ascii: "o")
    else { continue }
    fatalError("the canary is dead, as it should be")
  }
}
