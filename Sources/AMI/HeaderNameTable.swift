/// Finds the `HeaderName` of a name's bytes, without case.
///
/// An open-addressing table: a slot holds the position of a name in `HeaderName.allCases` plus one,
/// or 0. Built once; it never grows.
struct HeaderNameTable: Sendable {
  private static let slotCount = 1024
  private let slots: [UInt8]
  /// Lower-case bytes of all names, one after the other.
  private let letters: [UInt8]
  /// Where each name begins in `letters`; one more entry than names.
  private let starts: [UInt16]
  private let names: [HeaderName]

  static let shared = HeaderNameTable()

  private init() {
    var slots = [UInt8](repeating: 0, count: Self.slotCount)
    var letters: [UInt8] = []
    var starts: [UInt16] = [0]
    let names = HeaderName.allCases
    precondition(names.count < 256, "slots hold a byte")
    for (position, name) in names.enumerated() {
      let lower = name.rawValue.utf8.map { $0 | 0x20 }
      letters += lower
      starts.append(UInt16(letters.count))
      var slot = Self.slot(of: lower.reduce(0, Self.mix))
      while slots[slot] != 0 { slot = (slot + 1) & (Self.slotCount - 1) }
      slots[slot] = UInt8(position + 1)
    }
    self.slots = slots
    self.letters = letters
    self.starts = starts
    self.names = names
  }

  /// One step of the hash that `find` takes; the caller computes it while it looks for the colon.
  @inline(__always)
  static func mix(_ hash: UInt32, _ byte: UInt8) -> UInt32 {
    (hash &* 31) &+ UInt32(byte | 0x20)
  }

  @inline(__always)
  private static func slot(of hash: UInt32) -> Int {
    Int((hash &* 0x9E37_79B1) >> 22)
  }

  /// The name that stands in `bytes[range]`, whose hash is `hash`.
  @inline(__always)
  func find(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>, hash: UInt32) -> HeaderName? {
    var slot = Self.slot(of: hash)
    while case let entry = slots[slot], entry != 0 {
      let position = Int(entry) - 1
      let start = Int(starts[position])
      if Int(starts[position + 1]) - start == range.count,
        matches(bytes, range, at: start)
      {
        return names[position]
      }
      slot = (slot + 1) & (Self.slotCount - 1)
    }
    return nil
  }

  @inline(__always)
  private func matches(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>, at start: Int) -> Bool {
    var place = start
    for offset in range {
      if unsafe letters[place] != bytes[unchecked: offset] | 0x20 {
        return false
      }
      place += 1
    }
    return true
  }
}
