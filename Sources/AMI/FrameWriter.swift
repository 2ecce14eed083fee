/// Makes an event header by header: what one version of Asterisk tells in the words of another.
///
/// The frame is as if it had been received, but that it has no `Privilege` unless one is added.
public struct FrameWriter {
  private var frame = Frame()

  /// Begins an event of this name.
  public init(event: String) {
    frame.kind = .event
    add("Event", event.utf8)
  }

  /// The frame, ended by its empty line.
  public consuming func finish() -> Frame {
    frame.endMessage()
    return frame
  }

  /// Adds a header. The value is taken as it is: it may hold anything but CR LF.
  public mutating func add(_ name: String, _ value: some Sequence<UInt8>) {
    frame.appendLine(name, value)
  }

  /// Adds a header of a text.
  public mutating func add(_ name: String, _ text: String) { add(name, text.utf8) }

  /// Adds a header of a text unless there is none.
  public mutating func add(_ name: String, _ text: String?) {
    if let text { add(name, text.utf8) }
  }

  /// Adds what `frame` says under `header`, if it does, under the name `name`.
  public mutating func copy(_ header: HeaderName, of frame: borrowing Frame, as name: String) {
    if let value = frame.value(of: header) { add(name, value) }
  }

  /// Adds what `frame` says under `header`, if it does.
  public mutating func copy(_ header: HeaderName, of frame: borrowing Frame) {
    copy(header, of: frame, as: header.rawValue)
  }

  /// Adds all headers of `frame` but its `Event`. A header is renamed when `names` has another name
  /// for it.
  public mutating func copyAll(
    of frame: borrowing Frame, renaming names: [HeaderName: String] = [:]
  ) {
    for header in frame.headers where header.hasColon && header.name != .event {
      let value = frame.bytes[header.valueRange]
      if let name = header.name, let other = names[name] {
        add(other, value)
      } else {
        add(Text.decode(frame.bytes[header.nameRange]), value)
      }
    }
  }
}

extension Frame {
  mutating func appendLine(_ name: String, _ value: some Sequence<UInt8>) {
    let start = bytes.count
    bytes.append(contentsOf: name.utf8)
    let nameEnd = bytes.count
    bytes.append(contentsOf: ": ".utf8)
    let valueStart = bytes.count
    bytes.append(contentsOf: value)
    let valueEnd = bytes.count
    bytes.append(contentsOf: "\r\n".utf8)
    var hash: UInt32 = 0
    for byte in name.utf8 { hash = HeaderNameTable.mix(hash, byte) }
    let known = HeaderNameTable.shared.find(bytes.span, start..<nameEnd, hash: hash)
    append(
      Header(
        lineStart: UInt32(truncatingIfNeeded: start),
        nameEnd: UInt32(truncatingIfNeeded: nameEnd),
        valueStart: UInt32(truncatingIfNeeded: valueStart),
        valueEnd: UInt32(truncatingIfNeeded: valueEnd), name: known))
  }

  mutating func endMessage() { bytes.append(contentsOf: "\r\n".utf8) }
}
