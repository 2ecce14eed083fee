import AMI
import Support
import Testing

@testable import AMIClient

/// The recorded transcripts of actions (Tests/Fixtures/actions): what was sent, and all that came.
@Suite struct TranscriptTests {
  @Test(arguments: Transcript.all)
  func `every action of a transcript gets its answer, and each list all of its items`(
    _ transcript: Transcript
  ) {
    var actions = OpenActions<String>(Limits())
    var buffer = FrameBuffer()
    var frame = Frame()
    for (isSent, bytes) in transcript.passages {
      guard !isSent else {
        for actionID in actionIDs(in: bytes) {
          _ = actions.remove(actionID)
          actions.add(actionID, actionID)
        }
        continue
      }
      buffer.append(bytes)
      while buffer.next(into: &frame) {
        guard case .finished(let finished) = actions.take(frame) else { continue }
        guard case .answered(let answer) = finished.outcome,
          let count = answer.completion?.integer(of: .listItems, in: Number.count)
        else { continue }
        // This one counts registrations, and not the AuthDetail between them.
        let isUneven = answer.completion!.has(.event, "OutboundRegistrationDetailComplete")
        let items = answer.items.filter { !isUneven || !$0.has(.event, "AuthDetail") }
        #expect(items.count == count, "\(transcript), \(finished.context)")
      }
    }
    // One action was sent with a second ActionID, which is not the one that counts.
    #expect(actions.removeAll().filter { $0 != "other" } == [], "\(transcript)")
  }

  private func actionIDs(in bytes: [UInt8]) -> [String] {
    bytes.split { $0 == 0x0d || $0 == 0x0a }.compactMap { line in
      let text = Text.decode(line)
      guard text.lowercased().hasPrefix("actionid:") else { return nil }
      return String(text.dropFirst("actionid:".count).drop { $0 == " " })
    }
  }
}
