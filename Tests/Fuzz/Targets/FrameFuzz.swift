internal import AMI

// The frame buffer. What must hold for any bytes at all:
//
// - the frames do not depend on how the stream was split into chunks;
// - every byte is in a frame, is pending, or is part of a stray line end between frames;
// - ranges of headers lie inside their frame, and text of any value can be had.
//
// The first byte of an input says how its rest is split.

/// What a frame is, to be compared: its bytes, its headers' places, its kind and damage.
private struct Shape: Equatable {
  var bytes: [UInt8]
  var headers: [Range<Int>]
  var kind: Frame.Kind
  var damage: Frame.Damage

  init(_ frame: Frame) {
    bytes = frame.bytes
    headers = frame.headers.flatMap { [$0.nameRange, $0.valueRange] }
    kind = frame.kind
    damage = frame.damage
  }
}

/// The frames of a stream that comes in chunks of the given size.
private func frames(of stream: ArraySlice<UInt8>, chunk: Int) -> [Shape] {
  var buffer = FrameBuffer()
  var frame = Frame()
  var shapes: [Shape] = []
  var received = 0
  var rest = stream
  while !rest.isEmpty {
    let part = rest.prefix(chunk)
    rest = rest.dropFirst(chunk)
    received += part.count
    buffer.append(part)
    while buffer.next(into: &frame) {
      shapes.append(Shape(frame))
      check(frame)
    }
    require(buffer.offset + buffer.pendingBytes == received, "bytes were lost")
  }
  let pending = buffer.pendingBytes
  if buffer.finish(into: &frame) {
    shapes.append(Shape(frame))
    check(frame)
    require(frame.bytes.count <= pending, "more bytes than there were")
  }
  return shapes
}

private func check(_ frame: Frame) {
  var length = 0
  for header in frame.headers {
    require(header.nameRange.upperBound <= header.valueRange.lowerBound, "name after value")
    require(header.valueRange.upperBound <= frame.bytes.count, "value outside the frame")
    length += Text.decode(frame.bytes[header.nameRange]).utf8.count
    length += Text.decode(frame.bytes[header.valueRange]).utf8.count
  }
  for name in HeaderName.allCases {
    guard let value = frame.value(of: name) else { continue }
    length &+= Int(truncatingIfNeeded: Number.integer(value, in: Int64.min...Int64.max) ?? 0)
    length &+= Int(truncatingIfNeeded: Number.time(value)?.microseconds ?? 0)
    length &+= Int(truncatingIfNeeded: Number.calendarTime(value)?.microseconds ?? 0)
  }
  require(length != Int.min, "cannot be")
}

func fuzzFrames(_ input: [UInt8]) {
  guard let first = input.first else { return }
  let stream = input.dropFirst()
  let whole = frames(of: stream, chunk: max(stream.count, 1))
  for chunk in [1, Int(first) + 1] {
    require(frames(of: stream, chunk: chunk) == whole, "split every \(chunk): other frames")
  }
}
