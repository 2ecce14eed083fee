/// How the bytes of a value become text and numbers.
public enum Text {
  /// UTF-8 where the bytes are valid UTF-8, else Latin-1, which every byte string is.
  ///
  /// **Source:** recordings: caller names in Latin-1 go out raw in Newexten, NewCallerid, CEL and
  /// Cdr.
  public static func decode(_ bytes: ArraySlice<UInt8>) -> String {
    guard let text = try? UTF8Span(validating: bytes.span) else { return latin1(bytes) }
    return String(copying: text)
  }

  /// Text, or nil for an empty value and for Asterisk's `<unknown>`.
  public static func decodeKnown(_ bytes: ArraySlice<UInt8>) -> String? {
    if bytes.isEmpty { return nil }
    if bytes.first == UInt8(ascii: "<"), bytes.elementsEqual("<unknown>".utf8) { return nil }
    return decode(bytes)
  }

  private static func latin1(_ bytes: ArraySlice<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.lazy.map { Unicode.Scalar($0) }))
  }

  /// A decimal number with an optional minus; nil for anything else, overflow included.
  public static func integer(_ bytes: ArraySlice<UInt8>) -> Int64? {
    var digits = bytes
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits = digits.dropFirst() }
    guard !digits.isEmpty else { return nil }
    var number: Int64 = 0
    for byte in digits {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int64(byte - 0x30))
      guard !overflow, !carry else { return nil }
      number = sum
    }
    return isNegative ? -number : number
  }

  /// Seconds with up to six decimals, such as `1795392754.466711`, in microseconds.
  public static func microseconds(_ bytes: ArraySlice<UInt8>) -> Int64? {
    let point = bytes.firstIndex(of: UInt8(ascii: ".")) ?? bytes.endIndex
    guard let seconds = integer(bytes[..<point]), seconds >= 0, seconds < 1 << 40 else {
      return nil
    }
    var micros: Int64 = 0
    var digits = 0
    for byte in bytes[point...].dropFirst() where digits < 6 {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      micros = micros * 10 + Int64(byte - 0x30)
      digits += 1
    }
    while digits < 6 {
      micros *= 10
      digits += 1
    }
    return seconds * 1_000_000 + micros
  }
}
