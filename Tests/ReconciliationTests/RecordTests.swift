import AMI
import Support
import Testing

@testable import Reconciliation

/// What a record of Asterisk's own files says, by itself.
@Suite(.serialized, .ownsZone) struct RecordTests {
  /// The clock was set back by a second: then the text of the end lies before the beginning.
  @Test(arguments: [("00", 0), ("00", 1), ("01", 0), ("07", 7)])
  func `a call ends no earlier than it begins`(end: String, duration: Int) throws {
    let record = """
      "","7","8","in","A <7>","PJSIP/7-1","","Wait","1","2026-09-21 14:15:01","",\
      "2026-09-21 14:15:\(end)",\(duration),0,"ANSWERED","DOCUMENTATION"
      """
    let call = try #require(CDRRecord(Array(record.utf8)))
    #expect(call.endedAt >= call.startedAt)
    #expect(call.endedAt.distance(to: call.startedAt + .seconds(Int64(duration))) <= .seconds(1))
  }
}
