import Testing

@testable import AMIClient
@testable import amirecd

/// When a session goes on although the clock was set, and when it does not.
@Suite struct ClockSkewTests {
  private static let minute: Int64 = 60_000_000

  @Test func `a large difference that lasts ends the session, once`() {
    var skew = ClockSkew()
    skew.add(2 * Self.minute, at: 0)
    #expect(skew.astray(at: Self.minute - 1) == nil)
    #expect(skew.astray(at: Self.minute) == 2 * Self.minute)
    #expect(skew.astray(at: 2 * Self.minute) == nil)
  }

  @Test func `one that is set right in time does not, nor does a small one`() {
    var skew = ClockSkew()
    skew.add(-120 * Self.minute, at: 0)
    skew.add(120 * Self.minute, at: 30_000_000)
    #expect(skew.astray(at: 10 * Self.minute) == nil)
    skew.add(Self.minute, at: 10 * Self.minute)
    #expect(skew.astray(at: 30 * Self.minute) == nil)
    skew.add(1, at: 30 * Self.minute)
    #expect(skew.astray(at: 31 * Self.minute) == Self.minute + 1)
  }

  @Test func `steps are said in words`() {
    #expect(ClockSkew.words(-7_200_000_000) == "back by 7200.0 s")
    #expect(ClockSkew.words(349_999) == "ahead by 0.3 s")
  }

  @Test func `a session was observed up to its end only where both sides ended it in order`() {
    func failed(_ code: ClientError.Code) -> Connection.End {
      .failed(ClientError(code, server: "pbx1", "it ended"))
    }
    func end(_ end: Connection.End, failed: Bool = false) -> Int64 {
      Inlet.end(of: end, noted: 200, stored: 100, failed)
    }
    #expect(end(.loggedOff) == 200)
    #expect(end(failed(.disconnected)) == 200)
    #expect(end(failed(.broken)) == 100)
    #expect(end(failed(.silent)) == 100)
    #expect(end(.loggedOff, failed: true) == 100)
    #expect(Inlet.end(of: failed(.broken), noted: 200, stored: nil, false) == 200)
  }
}
