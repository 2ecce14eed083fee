import AMI
import Testing

@Suite struct NumberTests {
  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("-12", -12), ("007", 7), ("9223372036854775807", Int64.max),
      ("-9223372036854775807", -Int64.max), ("9223372036854775808", nil),
      ("-9223372036854775808", nil), ("99999999999999999999", nil), ("", nil), ("-", nil),
      ("--1", nil), ("1-", nil), ("1x", nil), ("+1", nil), (" 1", nil), ("1 ", nil), ("1.0", nil),
      ("1e3", nil), ("0x10", nil), ("٧", nil), ("NaN", nil),
    ] as [(String, Int64?)])
  func `a number is decimal digits and no more than 63 bits`(text: String, number: Int64?) {
    #expect(Number.integer(text, in: Int64.min...Int64.max) == number)
    #expect(Number.integer(Array(text.utf8)[...], in: Int64.min...Int64.max) == number)
  }

  @Test func `a number outside its range is none, and its limits are within`() {
    #expect(Number.integer("2147483647", in: Number.count) == 2_147_483_647)
    #expect(Number.integer("2147483648", in: Number.count) == nil)
    #expect(Number.integer("0", in: Number.count) == 0)
    #expect(Number.integer("-1", in: Number.count) == nil)
    #expect(Number.integer("-1", in: Number.int) == -1)
    #expect(Number.integer("65536", in: Number.port) == nil)
    #expect(Number.hexadecimal("06e7dce3", in: Number.unsigned) == 0x06E7_DCE3)
    #expect(Number.hexadecimal("1FFFFFFFF", in: Number.unsigned) == nil)
    #expect(Number.hexadecimal("-1", in: Number.int) == nil)
    #expect(Number.hexadecimal("+1", in: Number.int) == nil)
    #expect(Number.hexadecimal("", in: Number.int) == nil)
  }

  @Test(
    arguments: [
      ("12.5", 12.5), ("12", 12), ("-0.25", -0.25), (".5", 0.5), ("5.", 5), (".", nil), ("-", nil),
      ("", nil), ("1e3", nil), ("nan", nil), ("inf", nil), ("0x1p3", nil), ("+1", nil),
      ("1.2.3", nil), ("1001", nil), (String(repeating: "9", count: 400), nil),
    ] as [(String, Double?)])
  func `a decimal number has a point at most, and lies in its range`(
    text: String, number: Double?
  ) {
    #expect(Number.decimal(text, in: -1_000...1_000) == number)
  }

  @Test(
    arguments: [
      ("1795392754.466711", 1_795_392_754_466_711), ("5", 5_000_000), ("5.5", 5_500_000),
      ("5.1234567", 5_123_456), ("5.", 5_000_000), ("253402300799.999999", 253_402_300_799_999_999),
      ("253402300800", nil), ("9223372036854775807", nil), ("x", nil), ("5.x", nil), ("-1.0", nil),
      ("-0.5", nil), ("5.12345678901234567890", 5_123_456), ("", nil), (".5", nil),
    ] as [(String, Int64?)])
  func `a time is seconds with decimals, up to the year 9999`(text: String, micros: Int64?) {
    #expect(Number.time(Array(text.utf8)[...])?.microseconds == micros)
  }

  @Test(
    arguments: [
      ("2026-11-23T00:00:16.229+0000", 1_795_392_016_229_000),
      ("2026-11-23T01:00:16.229+01:00", 1_795_392_016_229_000),
      ("2026-11-22T23:00:16-0100", 1_795_392_016_000_000), ("1970-01-01T00:00:00Z", 0),
      ("1795392016-229000", 1_795_392_016_229_000), ("0001-01-01T00:00:00.000+0000", nil),
      ("300000-01-01T00:00:00.000+0000", nil), ("2026-13-01T00:00:00.000+0000", nil),
      ("2026-11-23T24:00:00.000+0000", nil), ("2026-11-23T00:00:16.229+9999", nil),
      ("9223372036854775807-1", nil), ("1795392016-9223372036854775807", nil), ("", nil),
      ("2026-11-23 00:00:16.229+0000", nil),
    ] as [(String, Int64?)])
  func `a time of the calendar is one of the years 1970 to 9999`(text: String, micros: Int64?) {
    #expect(Number.calendarTime(Array(text.utf8)[...])?.microseconds == micros)
  }
}
