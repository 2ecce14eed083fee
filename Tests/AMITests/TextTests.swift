import AMI
import Testing

@Suite struct TextTests {
  @Test func `bytes that are no UTF-8 are read as Latin-1`() {
    #expect(Text.decode([0x4D, 0xFC, 0x6C]) == "Mül")
    #expect(Text.decode(Array("탱이".utf8)[...]) == "탱이")
  }

  @Test func `unknown and empty are no value`() {
    #expect(Text.decodeKnown(Array("<unknown>".utf8)[...]) == nil)
    #expect(Text.decodeKnown([]) == nil)
    #expect(Text.decodeKnown(Array("100".utf8)[...]) == "100")
  }

  @Test(
    arguments: [
      ("0", 0), ("-12", -12), ("9223372036854775807", Int64.max), ("9223372036854775808", nil),
      ("", nil), ("-", nil), ("1x", nil), ("+1", nil),
    ] as [(String, Int64?)])
  func `a number is decimal digits and no more than 63 bits`(text: String, number: Int64?) {
    #expect(Text.integer(Array(text.utf8)[...]) == number)
  }

  @Test(
    arguments: [
      ("1795392754.466711", 1_795_392_754_466_711), ("5", 5_000_000), ("5.5", 5_500_000),
      ("5.1234567", 5_123_456), ("x", nil), ("5.x", nil), ("-1.0", nil),
    ] as [(String, Int64?)])
  func `seconds with decimals are microseconds`(text: String, micros: Int64?) {
    #expect(Text.microseconds(Array(text.utf8)[...]) == micros)
  }
}
