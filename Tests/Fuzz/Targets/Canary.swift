internal import AMI

/// Fails at a message that must be a message first and have a certain value then. It proves that
/// inputs are changed and a failure is seen. `scripts/fuzz` goes on only when it has been found.
func fuzzCanary(_ input: [UInt8]) {
  var buffer = FrameBuffer()
  var frame = Frame()
  buffer.append(input)
  while buffer.next(into: &frame) {
    guard frame.kind == .event, let value = frame.value(of: .event),
      value.first == UInt8(ascii: "n")
    else { continue }
    fatalError("the canary is dead, as it should be")
  }
}
