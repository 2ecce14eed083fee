import AMI

/// Numbers names in the order in which they are first seen. Names are never dropped.
///
/// An open-addressing table, so that a name that was seen before is found without making a
/// `String`.
struct NameIndex: Sendable {
  private var slots = [Int32](repeating: -1, count: 256)
  private var letters: [UInt8] = []
  private var ends: [Int] = []

  var count: Int { ends.count }

  /// The name with a number below `count`.
  func bytes(of number: Int) -> ArraySlice<UInt8> {
    letters[(number == 0 ? 0 : ends[number - 1])..<ends[number]]
  }

  /// The number of a name, a new one if need be. Bytes that are no UTF-8 are the name that
  /// `Text.decode` makes of them: so the text of a name, which is what is stored, is the name
  /// again.
  mutating func number(of name: borrowing Span<UInt8>) -> Int {
    var slot = Int(truncatingIfNeeded: Self.hash(name)) & (slots.count - 1)
    while slots[slot] >= 0 {
      if matches(Int(slots[slot]), name) { return Int(slots[slot]) }
      slot = (slot + 1) & (slots.count - 1)
    }
    guard (try? UTF8Span(validating: copy name)) != nil else {
      var bytes: [UInt8] = []
      for place in name.indices { bytes.append(name[place]) }
      return number(of: Array(Text.decode(bytes[...]).utf8).span)
    }
    for place in name.indices { letters.append(name[place]) }
    ends.append(letters.count)
    slots[slot] = Int32(ends.count - 1)
    if ends.count * 2 > slots.count { grow() }
    return ends.count - 1
  }

  private func matches(_ number: Int, _ name: borrowing Span<UInt8>) -> Bool {
    let start = number == 0 ? 0 : ends[number - 1]
    guard ends[number] - start == name.count else { return false }
    for place in name.indices where letters[start + place] != name[place] { return false }
    return true
  }

  private static func hash(_ name: borrowing Span<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for place in name.indices { hash = (hash ^ UInt64(name[place])) &* 0x100_0000_01B3 }
    return hash ^ (hash >> 29)
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for number in ends.indices {
      var slot = Int(truncatingIfNeeded: Self.hash(bytes(of: number).span)) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(number)
    }
  }
}
