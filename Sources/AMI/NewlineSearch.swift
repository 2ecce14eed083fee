/// Finds line feeds, sixteen bytes at a time.
enum NewlineSearch {
  /// The offset of the first LF at or after `start`; nil when there is none.
  @inline(__always)
  static func first(in bytes: borrowing Span<UInt8>, from start: Int) -> Int? {
    let raw = unsafe bytes.bytes
    let end = bytes.count
    let feeds = SIMD16<UInt8>(repeating: 0x0A)
    var place = start
    while place + 16 <= end {
      let block = unsafe raw.unsafeLoadUnaligned(fromByteOffset: place, as: SIMD16<UInt8>.self)
      let matches = block .== feeds
      if any(matches) {
        while unsafe bytes[unchecked: place] != 0x0A { place += 1 }
        return place
      }
      place += 16
    }
    while place < end {
      if bytes[place] == 0x0A { return place }
      place += 1
    }
    return nil
  }
}
