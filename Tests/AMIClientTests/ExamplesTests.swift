import AMI
import AMIClient
import Glibc
import Support
import Testing

/// The examples of README.md and of the articles: they stand in Examples, where they are compiled,
/// and run here.
@Suite struct ExamplesTests {
  @Test(arguments: [
    "README.md", "Sources/AMI/AMI.docc/Actions.md",
    "Sources/AMIClient/AMIClient.docc/SendingActions.md",
  ])
  func `what a document shows of Swift is compiled`(_ document: String) throws {
    let root = String(Fixture.tests.dropLast("Tests".count))
    let examples = ["QueueBoard", "Sending"].map { name in
      Self.bare(text(of: "\(Fixture.tests)/AMIClientTests/Examples/\(name).swift"))
    }
    let blocks = Self.blocks(text(of: root + document))
    #expect(!blocks.isEmpty)
    for block in blocks {
      for part in block.split(separator: "\n\n") {
        let lines = Self.bare(String(part))
        #expect(examples.contains { $0.contains(lines) }, "\(document): \(lines)")
      }
    }
  }

  @Test func `the program of README runs`() async throws {
    try await patiently { try await runQueueBoard() }
  }

  /// The examples have the limits of any program. On a machine that runs all tests at once ten
  /// seconds may be over in no time: then again.
  private func patiently(_ body: () async throws -> Void) async throws {
    for _ in 0..<5 {
      do {
        return try await body()
      } catch let error as ClientError where error.code == .timedOut {}
    }
    try await body()
  }

  private func runQueueBoard() async throws {
    let support =
      "Event: QueueMember\r\nQueue: support\r\nName: Anna\r\nLocation: PJSIP/100\r\nPaused: 1\r\n"
    let seen = Seen()
    try await FakeServer.run { session in
      try await session.acceptLogin()
      while let action = try await session.actionButPing() {
        let id = "ActionID: \(action["ActionID"] ?? "")\r\n"
        await seen.append(action["Action"]!)
        switch action["Action"] {
        case "QueueStatus":
          try await session.respond(to: action, "EventList: start\r\n")
          try await session.send("\(support)\(id)\r\n")
          try await session.send(
            "Event: QueueStatusComplete\r\nEventList: Complete\r\nListItems: 1\r\n\(id)\r\n")
        case "Originate":
          try await session.respond(to: action)
          try await session.send(
            "Event: OriginateResponse\r\nPrivilege: call,all\r\n\(id)Response: Success\r\n"
              + "Channel: PJSIP/100-1\r\nReason: 4\r\nUniqueid: 1.1\r\n\r\n")
        case "Logoff": return
        default: try await session.respond(to: action)
        }
      }
    } while: { port in
      try await queueBoard(server(port))
      #expect(await seen.names == ["QueueStatus", "QueuePause", "Originate", "Logoff"])
    }
  }

  @Test func `the examples of the articles run`() async throws {
    try await PlayedServer.play("16/SIPpeers") { try await Sending.peers($0) }
    try await PlayedServer.play("22/Lists") { connection in
      try await Sending.several(connection)
      try await Sending.free(connection)
      await Sending.refused(connection)
    }
    #expect(
      ActionCatalogue.names(near: "QueuePuse") == ["QueuePause", "QueueRule", "QueueReset"])
  }

  /// The lines that say something, without their indentation.
  private static func bare(_ text: String) -> String {
    text.split(separator: "\n").map { line in String(line.drop { $0 == " " }) }
      .filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private static func blocks(_ text: String) -> [String] {
    var blocks: [String] = []
    var isInside = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isInside = line == "```swift"
        if isInside { blocks.append("") }
      } else if isInside {
        blocks[blocks.count - 1] += line + "\n"
      }
    }
    return blocks
  }
}

/// The names of actions, in the order in which they came.
private actor Seen {
  var names: [String] = []
  func append(_ name: String) { names.append(name) }
}

/// A file of the repository.
private func text(of path: String) -> String {
  guard let file = unsafe fopen(path, "r") else { preconditionFailure("no \(path)") }
  defer { unsafe fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 1 << 20)
  let count = unsafe fread(&bytes, 1, bytes.count, file)
  return String(decoding: bytes[..<count], as: UTF8.self)
}
