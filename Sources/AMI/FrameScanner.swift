/// The state of reading one message after the other: what has been seen of the message that is
/// still coming in. Positions are offsets into the buffer's bytes.
struct FrameScanner: Sendable {
  private enum Mode {
    case headers
    /// Within the raw output of `Response: Follows`.
    case output
    /// Within a frame that was too long: nothing counts up to the next empty line.
    case skipping
  }

  private(set) var frameStart = 0
  private var lineStart = 0
  private var searched = 0
  private var mode: Mode = .headers
  /// Whether the line before ended in a bare LF.
  private var isContinued = false
  /// Whether the message is a `Response: Follows` whose output has not ended.
  private var isFollows = false
  /// Whether the message is a `UserEvent` that holds what looks like the beginning of another one.
  private var isDoubtful = false
  private var pending = Frame()
  private let names = HeaderNameTable.shared

  var isSkipping: Bool { mode == .skipping }

  mutating func rebase(by count: Int) {
    frameStart -= count
    lineStart -= count
    searched -= count
  }

  mutating func next(in storage: borrowing [UInt8], into frame: inout Frame) -> Bool {
    let bytes = storage.span
    while let feed = NewlineSearch.first(in: bytes, from: searched) {
      let isCRLF =
        feed > lineStart
        && bytes[feed - 1] == 0x0D
      let line = lineStart..<(isCRLF ? feed - 1 : feed)
      searched = feed + 1
      if take(line, isCRLF: isCRLF, in: bytes, into: &frame) { return true }
    }
    searched = bytes.count
    if mode == .skipping {
      // Whether the line is empty shows in its last two bytes; no more need be kept.
      lineStart = max(lineStart, bytes.count - 2)
      frameStart = lineStart
    } else if bytes.count - lineStart > 2,
      bytes.count - frameStart > FrameBuffer.frameBytesMax
    {
      return emitOverlong(in: bytes, into: &frame)
    }
    return false
  }

  mutating func finish(in storage: borrowing [UInt8], into frame: inout Frame) -> Bool {
    let bytes = storage.span
    guard bytes.count > frameStart, mode != .skipping else { return false }
    if bytes.count > lineStart {
      addHeader(lineStart..<bytes.count, in: bytes)
    } else if pending.headers.isEmpty {
      return false
    }
    emit(upTo: bytes.count, in: bytes, into: &frame, damage: .unfinished)
    return true
  }

  /// One line, complete; true when it completed a frame.
  @inline(__always)
  private mutating func take(
    _ line: Range<Int>, isCRLF: Bool, in bytes: borrowing Span<UInt8>, into frame: inout Frame
  ) -> Bool {
    defer { lineStart = searched }
    if mode == .skipping {
      if line.isEmpty {
        mode = .headers
        frameStart = searched
      }
      return false
    }
    if line.isEmpty, mode == .headers, !isContinued || isCRLF {
      return endFrame(in: bytes, into: &frame)
    }
    if searched - 1 - frameStart >= FrameBuffer.frameBytesMax {
      return emitOverlong(in: bytes, into: &frame)
    }
    if mode == .output || (isFollows && !precedesOutput(line, in: bytes)) {
      takeOutput(line, in: bytes)
      return false
    }
    switch addHeader(line, in: bytes) {
    case .banner: return emit(upTo: searched, in: bytes, into: &frame)
    case .lateBanner:
      if !isUserEvent(in: bytes) { return split(at: line.lowerBound, in: bytes, into: &frame) }
      doubt(line)
    case .privilege:
      if let cut = cutPosition(in: bytes) {
        pending.dropLastHeader()
        pending.cutLastHeader(at: cut - frameStart)
        return split(at: cut, in: bytes, into: &frame)
      }
    case .other: break
    }
    isContinued = !isCRLF
    return false
  }

  private mutating func endFrame(in bytes: borrowing Span<UInt8>, into frame: inout Frame) -> Bool {
    guard !pending.headers.isEmpty else {
      frameStart = searched  // a stray empty line
      isContinued = false
      return false
    }
    return emit(upTo: searched, in: bytes, into: &frame)
  }

  // MARK: Headers

  private enum Beginning {
    case banner
    /// A banner within a message: another connection begins, the message was cut.
    case lateBanner
    case privilege
    case other
  }

  /// Adds the header of one line, or lets the line continue the value before it.
  @inline(__always) @discardableResult
  private mutating func addHeader(_ line: Range<Int>, in bytes: borrowing Span<UInt8>) -> Beginning
  {
    var hash: UInt32 = 0
    var colon = line.lowerBound
    while colon < line.upperBound {
      // Within the line, which lies within the bytes.
      let byte = unsafe bytes[unchecked: colon]
      if byte == UInt8(ascii: ":") { break }
      hash = HeaderNameTable.mix(hash, byte)
      colon += 1
    }
    if colon == line.upperBound { return addColonless(line, in: bytes) }
    var value = colon + 1
    if value < line.upperBound,
      bytes[value] == UInt8(ascii: " ")
    {
      value += 1
    }
    let name = names.find(bytes, line.lowerBound..<colon, hash: hash)
    pending.append(header(line.lowerBound, colon, value, line.upperBound, name))
    if pending.headers.count == 1 { begin(with: name, in: bytes) }
    return name == .privilege && pending.headers.count >= 2 ? .privilege : .other
  }

  private mutating func addColonless(_ line: Range<Int>, in bytes: borrowing Span<UInt8>)
    -> Beginning
  {
    if !isContinued, Self.starts(bytes, line, with: "Asterisk Call Manager/") {
      guard pending.headers.isEmpty else { return .lateBanner }
      pending.kind = .banner
      pending.append(
        header(line.lowerBound, line.lowerBound, line.lowerBound, line.upperBound, nil))
      return .banner
    }
    if isContinued, !pending.headers.isEmpty {
      pending.extendLastValue(to: line.upperBound - frameStart)
    } else {
      pending.append(
        header(line.lowerBound, line.lowerBound, line.lowerBound, line.upperBound, nil))
    }
    return .other
  }

  @inline(__always)
  private func header(
    _ start: Int, _ nameEnd: Int, _ valueStart: Int, _ valueEnd: Int, _ name: HeaderName?
  ) -> Frame.Header {
    Frame.Header(
      lineStart: UInt32(truncatingIfNeeded: start - frameStart),
      nameEnd: UInt32(truncatingIfNeeded: nameEnd - frameStart),
      valueStart: UInt32(truncatingIfNeeded: valueStart - frameStart),
      valueEnd: UInt32(truncatingIfNeeded: valueEnd - frameStart), name: name)
  }

  /// A banner within a user's words: it stays one of them.
  private mutating func doubt(_ line: Range<Int>) {
    isDoubtful = true
    pending.append(
      header(line.lowerBound, line.lowerBound, line.lowerBound, line.upperBound, nil))
  }

  private mutating func begin(with name: HeaderName?, in bytes: borrowing Span<UInt8>) {
    switch name {
    case .event: pending.kind = .event
    case .response:
      pending.kind = .response
      isFollows = ends(pending.headers[0], with: "Follows", in: bytes)
    default: pending.kind = .other
    }
  }

  private static func starts(
    _ bytes: borrowing Span<UInt8>, _ line: Range<Int>, with text: StaticString
  ) -> Bool {
    guard line.count >= text.utf8CodeUnitCount else { return false }
    for place in 0..<text.utf8CodeUnitCount
    where unsafe bytes[line.lowerBound + place] != text.utf8Start[place] {
      return false
    }
    return true
  }

  // MARK: Response: Follows

  /// Whether a line of such a message is one of the two headers that stand before the output. What
  /// else looks like a header there is output already.
  private func precedesOutput(_ line: Range<Int>, in bytes: borrowing Span<UInt8>) -> Bool {
    Self.starts(bytes, line, with: "Privilege: ") || Self.starts(bytes, line, with: "ActionID: ")
  }

  private mutating func takeOutput(_ line: Range<Int>, in bytes: borrowing Span<UInt8>) {
    if mode != .output {
      mode = .output
      pending.append(
        header(line.lowerBound, line.lowerBound, line.lowerBound, line.lowerBound, .output))
    }
    let mark: StaticString = "--END COMMAND--"
    let markStart = line.upperBound - mark.utf8CodeUnitCount
    let isEnd =
      markStart >= line.lowerBound && Self.starts(bytes, markStart..<line.upperBound, with: mark)
    guard isEnd else { return pending.extendLastValue(to: line.upperBound - frameStart) }
    if markStart > line.lowerBound { pending.extendLastValue(to: markStart - frameStart) }
    mode = .headers
    isFollows = false
    isContinued = false
  }

  // MARK: Cut frames

  /// Where the message in progress was cut, when the `Privilege` that just came is not its own:
  /// every event has exactly one, right after `Event`, so the line before must be the rest of the
  /// old message with the new one's `Event:` in it.
  ///
  /// A `UserEvent` is never split: its headers are what a dialplan, and so perhaps a caller, made
  /// of them, and what follows would be an event that nobody sent. It is marked all the same.
  private mutating func cutPosition(in bytes: borrowing Span<UInt8>) -> Int? {
    let count = pending.headers.count
    // The usual case first: an event's own Privilege, behind a name without a colon.
    if count == 2, pending.headers[0].name == .event,
      !holdsColon(pending.headers[0].valueRange, in: bytes)
    {
      return nil
    }
    guard pending.kind != .response else { return nil }
    let privilege = pending.headers[count - 1]
    let before = pending.headers[count - 2]
    let line = frameStart + Int(before.lineStart)..<frameStart + Int(before.valueEnd)
    guard ends(privilege, with: "all", in: bytes), let event = lastEvent(in: line, of: bytes) else {
      return nil
    }
    if count > 2, isUserEvent(in: bytes) {
      isDoubtful = true
      return nil
    }
    return event > line.lowerBound || count > 2 ? event : nil
  }

  private func holdsColon(_ value: Range<Int>, in bytes: borrowing Span<UInt8>) -> Bool {
    for place in value where bytes[frameStart + place] == UInt8(ascii: ":") { return true }
    return false
  }

  private func ends(
    _ header: Frame.Header, with text: StaticString, in bytes: borrowing Span<UInt8>
  ) -> Bool {
    let end = frameStart + Int(header.valueEnd)
    let start = max(end - text.utf8CodeUnitCount, frameStart + Int(header.valueStart))
    return Self.starts(bytes, start..<end, with: text)
  }

  private func lastEvent(in line: Range<Int>, of bytes: borrowing Span<UInt8>) -> Int? {
    var place = line.upperBound - 7
    while place >= line.lowerBound {
      if Self.starts(bytes, place..<line.upperBound, with: "Event: ") { return place }
      place -= 1
    }
    return nil
  }

  private func isUserEvent(in bytes: borrowing Span<UInt8>) -> Bool {
    guard pending.kind == .event else { return false }
    let value = pending.headers[0].valueRange
    return Self.starts(
      bytes, frameStart + value.lowerBound..<frameStart + value.upperBound, with: "UserEvent")
  }

  private mutating func split(
    at cut: Int, in bytes: borrowing Span<UInt8>, into frame: inout Frame
  ) -> Bool {
    searched = cut
    return emit(upTo: cut, in: bytes, into: &frame, damage: .cut)
  }

  // MARK: Giving out

  @discardableResult
  private mutating func emit(
    upTo end: Int, in bytes: borrowing Span<UInt8>, into frame: inout Frame,
    damage: Frame.Damage = .none
  ) -> Bool {
    pending.damage = isDoubtful && damage == .none ? .cut : damage
    unsafe bytes.extracting(frameStart..<end).withUnsafeBufferPointer { raw in
      unsafe pending.bytes.append(contentsOf: raw)
    }
    swap(&pending, &frame)
    pending.reset()
    frameStart = end
    isContinued = false
    isFollows = false
    isDoubtful = false
    mode = .headers
    return true
  }

  private mutating func emitOverlong(in bytes: borrowing Span<UInt8>, into frame: inout Frame)
    -> Bool
  {
    // Whole lines up to the limit: the same whatever pieces the bytes came in.
    emit(upTo: lineStart, in: bytes, into: &frame, damage: .overlong)
    mode = .skipping
    return true
  }
}
