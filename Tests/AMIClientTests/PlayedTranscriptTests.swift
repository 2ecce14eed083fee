import AMI
import AMIClient
import Support
import Testing

/// All recorded actions once more, through a connection to a server that plays the transcripts.
@Suite struct PlayedTranscriptTests {
  @Test(arguments: Transcript.all.map(\.description))
  func `every recorded action gets its recorded answer, an error with Asterisk's words`(
    _ name: String
  ) async throws {
    let steps = Transcript(name).steps
    try await PlayedServer.play(name) { connection in
      for step in steps {
        guard let headers = step.headers, headers[0].name == "Action",
          headers.dropFirst().first?.name == "ActionID",
          !["Login", "Challenge", "Logoff", ""].contains(headers[0].value),
          !headers.dropFirst(2).contains(where: { $0.name.lowercased() == "actionid" }),
          !step.received.isEmpty
        else { continue }
        let fields = headers.dropFirst().filter { $0.name != "ActionID" }
        let action = Action(headers[0].value, fields.map { Action.Field($0.name, $0.value) })
        // A line over 1,024 bytes was recorded too; it never leaves this side.
        guard (try? action.encoded()) != nil else { continue }
        let expected = try #require(Self.response(in: step.received), "\(name), \(step.remark)")
        do throws(ClientError) {
          let answer = try await connection.send(action)
          #expect(answer.response.text(of: .response) == expected.text(of: .response))
          #expect(answer.response.text(of: .message) == expected.text(of: .message))
          if let count = answer.completion?.integer(of: .listItems, in: Number.count),
            action.name != "PJSIPShowRegistrationsOutbound"
          {
            #expect(answer.items.count == count, "\(name), \(step.remark)")
          }
        } catch {
          #expect(error.code == .actionRefused, "\(name), \(step.remark)")
          #expect(error.response?.text(of: .response) == "Error")
          let reason = expected.texts(named: "Output").joined(separator: " ")
          let words = reason.isEmpty ? expected.text(of: .message) ?? "" : reason
          let line = words.split(whereSeparator: \.isNewline).joined(separator: " ")
          #expect(error.message.contains(line), "\(name), \(step.remark)")
        }
      }
    }
  }

  /// The first response in these bytes.
  private static func response(in bytes: [UInt8]) -> Frame? {
    var buffer = FrameBuffer()
    var frame = Frame()
    buffer.append(bytes)
    while buffer.next(into: &frame) {
      if frame.kind == .response { return frame }
    }
    return nil
  }
}
