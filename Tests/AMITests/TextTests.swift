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
}
