import AMI
import Testing

@testable import amirec

@Suite struct PlayedConnectionTests {
  private let banner = "Asterisk Call Manager/11.0.0\r\n"
  private let answer = "Response: Success\r\nActionID: login\r\n\r\n"
  private let early = "Event: Early\r\nPrivilege: a,all\r\n\r\n"
  private let later =
    "Response: Success\r\nActionID: 1\r\n\r\n\r\nEvent: B\r\nPrivilege: a,all\r\n\r\n"

  @Test func `banner, challenge and login answer are left out, however the bytes were split`() {
    let challenge = "Response: Success\r\nChallenge: 1\r\n\r\n"
    let stream = Array((banner + challenge + early + answer + later).utf8)
    for size in 1...stream.count {
      var connection = PlayedConnection(isFromBeginning: true)
      var output: [UInt8] = []
      for start in stride(from: 0, to: stream.count, by: size) {
        output += connection.take(Array(stream[start..<min(start + size, stream.count)]))
      }
      #expect(String(decoding: output, as: UTF8.self) == early + later)
      #expect(connection.rest() == [])
    }
  }

  @Test func `without a banner nothing is left out`() {
    for (isFromBeginning, stream) in [(true, answer + later), (false, answer + later)] {
      var connection = PlayedConnection(isFromBeginning: isFromBeginning)
      #expect(connection.take(Array(stream.utf8)) == Array(stream.utf8))
    }
  }

  @Test func `a frame is given out when it is whole, or at the end`() {
    var connection = PlayedConnection(isFromBeginning: true)
    #expect(connection.take(Array((banner + answer + "Event: A\r\nX: 1").utf8)) == [])
    #expect(connection.take(Array("\r\n".utf8)) == [])
    let whole = "Event: A\r\nX: 1\r\n\r\n"
    #expect(connection.take(Array("\r\nEvent: B".utf8)) == Array(whole.utf8))
    #expect(connection.rest() == Array("Event: B".utf8))
  }

  @Test func `a login that was never answered gives nothing`() {
    var connection = PlayedConnection(isFromBeginning: true)
    #expect(connection.take(Array((banner + "Response: Err").utf8)) == [])
    #expect(connection.rest() == [])
  }
}
