/// One AMI message as its bytes, and where its headers lie in them.
///
/// Headers are an ordered multimap: names may repeat, may be empty, may be anything. The first
/// occurrence of a name is Asterisk's; later ones may be a user's (a `UserEvent` can carry a second
/// `Uniqueid`), so every look-up by name gives the first.
///
/// A frame is a value that can be used again: `FrameBuffer.next(into:)` fills the same storage, so
/// that reading a stream allocates nothing per message.
///
/// **Source:** main/manager.c, `astman_append` and `__manager_event`; recordings of Asterisk 16 and
/// 22.
public struct Frame: Sendable {
  /// What a frame is, told by its first header.
  public enum Kind: Sendable {
    /// The one line that opens a session: `Asterisk Call Manager/VERSION`.
    case banner
    /// `Event` comes first. An `OriginateResponse` has a `Response` header and is an event.
    case event
    /// `Response` comes first: an answer to an action.
    case response
    /// Neither, such as the head of a message that was cut in its first line.
    case other
  }

  /// What is wrong with a frame.
  public enum Damage: Sendable {
    case none
    /// The server stopped in the middle of it and began the next (Asterisk 15 to 19 with a slow
    /// reader).
    case cut
    /// It passed `FrameBuffer.frameBytesMax`; what lies beyond is not in `bytes`.
    case overlong
    /// The stream ended before it did.
    case unfinished
  }

  /// One header line: offsets into the frame's bytes.
  public struct Header: Sendable {
    var lineStart: UInt32
    var nameEnd: UInt32
    var valueStart: UInt32
    var valueEnd: UInt32
    /// The name, when this package knows it.
    public internal(set) var name: HeaderName?

    /// The bytes of the name; empty for a line without a colon.
    public var nameRange: Range<Int> { Int(lineStart)..<Int(nameEnd) }
    /// The bytes of the value, without the line end. A value may hold line feeds.
    public var valueRange: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    /// Whether the line had a colon at all.
    public var hasColon: Bool { nameEnd != valueStart }
  }

  /// The message as received, with its line ends and the empty line that ended it.
  public internal(set) var bytes: [UInt8] = []
  public internal(set) var headers: [Header] = []
  public internal(set) var kind: Kind = .other
  public internal(set) var damage: Damage = .none
  /// Position of the first header of each known name, plus one; 0 when there is none.
  private var firsts = [UInt16](repeating: 0, count: HeaderName.allCases.count)

  /// An empty frame, to be filled.
  public init() {}

  /// The value of the first header of this name, as a range of `bytes`.
  @inline(__always)
  public func range(of name: HeaderName) -> Range<Int>? {
    let position = firsts[name.index]
    return position == 0 ? nil : headers[Int(position) - 1].valueRange
  }

  /// The value of the first header of this name.
  public func value(of name: HeaderName) -> ArraySlice<UInt8>? {
    range(of: name).map { bytes[$0] }
  }

  /// The value of the first header of this name as text (see `Text.decode`); nil when the header is
  /// absent. An empty value is an empty text.
  public func text(of name: HeaderName) -> String? {
    range(of: name).map { Text.decode(bytes[$0]) }
  }

  /// The value of the first header with this name, whether this package knows the name or not.
  public func text(named name: String) -> String? {
    headers.first { matches($0, name) }.map { Text.decode(bytes[$0.valueRange]) }
  }

  /// The values of all headers with this name, in their order.
  public func texts(named name: String) -> [String] {
    headers.filter { matches($0, name) }.map { Text.decode(bytes[$0.valueRange]) }
  }

  /// Whether the first header of this name has exactly this value; case matters.
  public func has(_ name: HeaderName, _ value: StaticString) -> Bool {
    guard let range = range(of: name), range.count == value.utf8CodeUnitCount else { return false }
    for place in 0..<range.count
    where unsafe bytes[range.lowerBound + place] != value.utf8Start[place] {
      return false
    }
    return true
  }

  /// Whether the first header of this name has exactly this value; case matters.
  @inline(__always)
  public func has(_ name: HeaderName, _ value: String.UTF8View) -> Bool {
    guard let range = range(of: name), range.count == value.count else { return false }
    return bytes[range].elementsEqual(value)
  }

  /// The value of the first header of this name as a number within `range`; nil when it is none.
  public func integer(of name: HeaderName, in range: ClosedRange<Int64>) -> Int64? {
    self.range(of: name).flatMap { Number.integer(bytes[$0], in: range) }
  }

  /// The value of the first header with this name, whether this package knows the name or not, as a
  /// number within `range`; nil when it is none.
  public func integer(named name: String, in range: ClosedRange<Int64>) -> Int64? {
    headers.first { matches($0, name) }.flatMap { Number.integer(bytes[$0.valueRange], in: range) }
  }

  /// Whether this is an answer to an action and no event that happened now: list items carry an
  /// `ActionID` and no `Privilege`, and share their names with live events.
  ///
  /// An event without `Privilege` is a list item even without `ActionID`: the action may have had
  /// none. Items of `Status` and `SIPpeerstatus` do have a `Privilege`, but one word (`Call`,
  /// `System`), where that of a live event ends in `,all` (`OriginateResponse` and `UserEvent` may
  /// have an `ActionID`).
  public var isListItem: Bool {
    guard kind == .event, damage == .none else { return false }
    guard let privilege = value(of: .privilege) else { return true }
    return range(of: .actionID) != nil && !privilege.contains(UInt8(ascii: ","))
  }

  private func matches(_ header: Header, _ name: String) -> Bool {
    header.hasColon && header.nameRange.count == name.utf8.count
      && zip(bytes[header.nameRange], name.utf8).allSatisfy { $0 | 0x20 == $1 | 0x20 }
  }

  // MARK: Filling

  /// Room for more headers than this is given back after the message that needed it.
  private static let headersKept = 4_096
  /// Room for more bytes than this is given back after the message that needed it.
  private static let bytesKept = 1 << 20

  mutating func reset() {
    for header in headers {
      if let name = header.name { firsts[name.index] = 0 }
    }
    headers.removeAll(keepingCapacity: headers.capacity <= Self.headersKept)
    bytes.removeAll(keepingCapacity: bytes.capacity <= Self.bytesKept)
    kind = .other
    damage = .none
  }

  @inline(__always)
  mutating func append(_ header: Header) {
    headers.append(header)
    if let name = header.name, firsts[name.index] == 0, headers.count <= Int(UInt16.max) {
      firsts[name.index] = UInt16(truncatingIfNeeded: headers.count)
    }
  }

  mutating func extendLastValue(to end: Int) {
    headers[headers.count - 1].valueEnd = UInt32(end)
  }

  @discardableResult
  mutating func dropLastHeader() -> Header {
    let last = headers.removeLast()
    if let name = last.name, Int(firsts[name.index]) == headers.count + 1 { firsts[name.index] = 0 }
    return last
  }

  /// Ends the last header at `end`, where the next message begins in the middle of its line. What
  /// is left of it is kept without a known name: nobody should take half a value for a value.
  mutating func cutLastHeader(at end: Int) {
    let last = dropLastHeader()
    guard end > Int(last.lineStart) else { return }
    var head = last
    head.name = nil
    head.nameEnd = min(head.nameEnd, UInt32(end))
    head.valueStart = min(head.valueStart, UInt32(end))
    head.valueEnd = UInt32(end)
    headers.append(head)
  }
}
