import AMI

/// The normalizer's state as bytes, so that another process can go on where one stopped.
///
/// | field | bytes |
/// |---|---|
/// | integer | zigzag LEB128 |
/// | optional | one byte 0 or 1, then the value |
/// | flag | one byte |
/// | text | LEB128 length, UTF-8 |
/// | list | LEB128 count, items |
///
/// It begins with `version`; a state of another version is refused. It ends with a checksum: its
/// slots refer to each other, so that one byte that a disk changed would end the program at some
/// later message.
public struct StateWriter: FieldVisitor {
  /// Of this format, and of the fields that the normalizer saves. To be raised with any change.
  public static let version: Int64 = 6

  private var bytes: [UInt8] = []

  public init() {
    append(Self.version)
  }

  /// The state: what was shown, and its checksum.
  public consuming func finish() -> [UInt8] {
    bytes + Checksum.bytes(of: bytes[...])
  }

  mutating func append(_ value: Int64) {
    var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  public mutating func visit(_ value: inout Int64) { append(value) }

  public mutating func visit(_ value: inout Int64?) {
    bytes.append(value == nil ? 0 : 1)
    if let value { append(value) }
  }

  public mutating func visit(_ value: inout Bool) { bytes.append(value ? 1 : 0) }

  public mutating func visit(_ value: inout String) {
    append(Int64(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  public mutating func visit(_ value: inout String?) {
    bytes.append(value == nil ? 0 : 1)
    if var text = value { visit(&text) }
  }
}

/// The checksum at the end of a state: FNV-1a of 64 bits, its least byte first. No change of one
/// byte leaves it as it was.
///
/// **Source:** isthe.com/chongo/tech/comp/fnv
private enum Checksum {
  static let count = 8

  static func bytes(of content: ArraySlice<UInt8>) -> [UInt8] {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in content { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return (0..<count).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
  }
}

/// Reads what a `StateWriter` wrote.
public struct StateReader: FieldVisitor {
  private let bytes: ArraySlice<UInt8>
  private var position = 0
  /// Whether something was read that no writer writes. Values read from then on are empty.
  public private(set) var isDamaged = false

  /// Reads a whole state; one whose checksum is not that of its bytes is damaged.
  public init(_ state: [UInt8]) {
    bytes = state.dropLast(Checksum.count)
    isDamaged = !state.suffix(Checksum.count).elementsEqual(Checksum.bytes(of: bytes))
    if !isDamaged, integer() != StateWriter.version { isDamaged = true }
  }

  private init(head: [UInt8]) { bytes = head[...] }

  /// Whether a state that begins with these bytes is of this version; the first 16 suffice.
  public static func isCurrent(head: [UInt8]) -> Bool {
    var reader = StateReader(head: head)
    return reader.integer() == StateWriter.version
  }

  /// Whether everything was read, and read well.
  public var isComplete: Bool { !isDamaged && position == bytes.count }

  mutating func integer() -> Int64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = byte(), shift < 64 {
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return Int64(bitPattern: (value >> 1)) ^ -Int64(bitPattern: value & 1) }
      shift += 7
    }
    isDamaged = true
    return 0
  }

  private mutating func byte() -> UInt8? {
    guard !isDamaged, position < bytes.count else {
      isDamaged = true
      return nil
    }
    defer { position += 1 }
    return bytes[position]
  }

  public mutating func visit(_ value: inout Int64) { value = integer() }
  public mutating func visit(_ value: inout Int64?) { value = byte() == 1 ? integer() : nil }
  public mutating func visit(_ value: inout Bool) { value = byte() == 1 }

  public mutating func visit(_ value: inout String) {
    let count = integer()
    guard count >= 0, count <= bytes.count - position, !isDamaged else {
      isDamaged = true
      value = ""
      return
    }
    value = String(decoding: bytes[position..<position + Int(count)], as: UTF8.self)
    position += Int(count)
  }

  public mutating func visit(_ value: inout String?) {
    guard byte() == 1 else {
      value = nil
      return
    }
    var text = ""
    visit(&text)
    value = text
  }
}

extension FieldVisitor {
  @inline(__always)
  mutating func visit(_ value: inout Instant) { visit(&value.microseconds) }

  @inline(__always)
  mutating func visit(_ value: inout Instant?) {
    var micros = value?.microseconds
    visit(&micros)
    value = micros.map { Instant(microseconds: $0) }
  }

  @inline(__always)
  mutating func visit(_ value: inout TimeSpan) {
    var micros = value.microseconds
    visit(&micros)
    value = TimeSpan(microseconds: micros)
  }

  /// A span that is kept in whole milliseconds.
  @inline(__always)
  mutating func visit(milliseconds value: inout TimeSpan) {
    var millis = value.milliseconds
    visit(&millis)
    value = .milliseconds(millis)
  }

  mutating func visit(_ value: inout Int) {
    var wide = Int64(value)
    visit(&wide)
    value = Int(wide)
  }

  mutating func visit(_ value: inout Int?) {
    var wide = value.map { Int64($0) }
    visit(&wide)
    value = wide.map { Int($0) }
  }

  mutating func visit(_ list: inout [Int]) {
    var count = list.count
    visit(&count)
    resize(&list, to: count, filler: 0)
    for position in list.indices { visit(&list[position]) }
  }

  mutating func visit(_ list: inout [String]) {
    var count = list.count
    visit(&count)
    resize(&list, to: count, filler: "")
    for position in list.indices { visit(&list[position]) }
  }

  mutating func visit<Element: Visitable>(_ list: inout [Element], filler: Element) {
    var count = list.count
    visit(&count)
    resize(&list, to: count, filler: filler)
    for position in list.indices { list[position].visit(&self) }
  }

  /// The same, for a list of slots that may be empty: of these there is only that they are.
  mutating func visit<Element: Visitable>(
    _ slots: inout [Element], filler: Element, isUsed: (Element) -> Bool
  ) {
    var count = slots.count
    visit(&count)
    resize(&slots, to: count, filler: filler)
    for place in slots.indices {
      var isHere = isUsed(slots[place])
      visit(&isHere)
      if isHere { slots[place].visit(&self) }
    }
  }

  /// A damaged state can claim any length; no live state has more entries than this.
  private var entriesMax: Int { 1 << 24 }

  private func resize<Element>(_ list: inout [Element], to count: Int, filler: Element) {
    guard count != list.count else { return }
    list = Array(repeating: filler, count: min(max(count, 0), entriesMax))
  }
}
