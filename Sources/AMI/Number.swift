/// The one door through which numbers from outside come in: what a server sends, what a file says.
///
/// Each comes as a text, leaves as a value within the range that the caller states, or does not
/// come in at all. Texts are decimal digits of ASCII with an optional minus and nothing else: no
/// plus, no blanks, no exponent, neither `NaN` nor `inf`.
public enum Number {
  // MARK: Ranges

  /// What Asterisk's `int` holds, which most of its numbers are.
  public static let int = Int64(Int32.min)...Int64(Int32.max)
  /// An `int` that counts something, or says how long it takes in seconds or milliseconds.
  public static let count = 0...Int64(Int32.max)
  /// How long a call, a wait or a server has lasted, in seconds: up to 20 years. Asterisk is not
  /// much older, and a time so long before now is one of the years since 1970.
  public static let elapsed: ClosedRange<Int64> = 0...631_152_000
  /// 32 bits without a sign, such as those of RTP.
  public static let unsigned = 0...Int64(UInt32.max)
  /// A number that an identifier may hold, or a `long` that counts.
  public static let serial = 0...Int64.max
  /// A port of UDP or TCP.
  public static let port = 1...Int64(UInt16.max)
  /// Seconds since 1970, up to the end of the year 9999.
  public static let date: ClosedRange<Int64> = 0...253_402_300_799

  // MARK: Whole numbers

  /// A decimal number that lies in `range`; nil for anything else.
  @inlinable
  public static func integer(
    _ text: some Collection<UInt8>, in range: ClosedRange<Int64>
  ) -> Int64? {
    var isNegative = false
    var number: Int64 = 0
    var hasDigits = false
    for byte in text {
      guard byte >= 0x30, byte <= 0x39 else {
        if byte == UInt8(ascii: "-"), !hasDigits, !isNegative {
          isNegative = true
          continue
        }
        return nil
      }
      hasDigits = true
      let (tens, isBeyond) = number.multipliedReportingOverflow(by: 10)
      let (sum, isFurther) = tens.addingReportingOverflow(Int64(byte &- 0x30))
      guard !isBeyond, !isFurther else { return nil }
      number = sum
    }
    guard hasDigits else { return nil }
    let value = isNegative ? 0 &- number : number
    return range.contains(value) ? value : nil
  }

  /// A decimal number that lies in `range`; nil for anything else.
  @inlinable
  public static func integer(_ text: some StringProtocol, in range: ClosedRange<Int64>) -> Int64? {
    integer(text.utf8, in: range)
  }

  /// A hexadecimal number without a prefix that lies in `range`; nil for anything else.
  public static func hexadecimal(
    _ text: some StringProtocol, in range: ClosedRange<Int64>
  ) -> Int64? {
    guard !text.isEmpty,
      text.utf8.allSatisfy({
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
          || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0 | 0x20
      }),
      let number = Int64(text, radix: 16), range.contains(number)
    else { return nil }
    return number
  }

  // MARK: Fractions

  /// A decimal number with or without a fraction that lies in `range`; nil for anything else.
  public static func decimal(
    _ text: some StringProtocol, in range: ClosedRange<Double>
  ) -> Double? {
    let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
    var points = 0
    for byte in digits {
      if byte == UInt8(ascii: ".") { points += 1 } else if byte < 0x30 || byte > 0x39 { return nil }
    }
    guard digits.count > points, points <= 1, let number = Double(text), range.contains(number)
    else { return nil }
    return number
  }

  /// Seconds with up to six decimals, such as `1795392754.466711`, that lie in `range` without
  /// them; further decimals are cut. Nil for anything else.
  @inlinable
  public static func seconds(
    _ text: some Collection<UInt8>, in range: ClosedRange<Int64> = count
  ) -> TimeSpan? {
    let point = text.firstIndex(of: UInt8(ascii: ".")) ?? text.endIndex
    guard text.first != UInt8(ascii: "-"), let seconds = integer(text[..<point], in: range) else {
      return nil
    }
    var micros: Int64 = 0
    var unit: Int64 = 100_000
    for byte in text[point...].dropFirst() {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      micros = micros &+ Int64(byte &- 0x30) &* unit
      unit /= 10
    }
    return .seconds(seconds) + .microseconds(micros)
  }

  /// A time in seconds since 1970 with up to six decimals, as far as the year 9999; nil for
  /// anything else.
  @inlinable
  public static func time(_ text: some Collection<UInt8>) -> Instant? {
    seconds(text, in: date).map { .epoch + $0 }
  }
}
