import AMI
import Glibc
import Support
import Testing

@Suite struct SnapshotTests {
  /// The recorded answer of a version to a user who may everything.
  private func recorded(_ version: String) throws -> CommandList {
    let path = "\(Fixture.tests)/Fixtures/actions/\(version)/ListCommands.txt"
    let text = try #require(content(of: path))
    let lines = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("S<< ") }
    let answer = lines.map { $0.dropFirst(4) }.filter { $0.contains("  (Priv: ") }
    #expect(answer.count > 80)
    return list(answer.map(String.init))
  }

  private func list(_ lines: [String]) -> CommandList {
    var buffer = FrameBuffer()
    var frame = Frame()
    let text = "Response: Success\r\nActionID: 1\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
    buffer.append(Array(text.utf8))
    let isWhole = buffer.next(into: &frame)
    precondition(isWhole)
    return CommandList(frame)
  }

  private func content(of path: String) -> String? {
    let file = unsafe open(path, O_RDONLY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe read(file, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }

  @Test(arguments: [
    ("16", ["IAXpeerlist"]), ("22", ["SIPpeers", "SIPshowregistry", "IAXpeerlist"]),
  ])
  func `a user who may everything is refused nothing, and asks what the version has`(
    _ version: String, _ absent: [String]
  ) throws {
    let commands = try recorded(version)
    let asked = Snapshot.askable(of: commands, withSecrets: true).map(\.action)
    let all = Snapshot.questions.map(\.action)
    #expect(
      Snapshot.askable(of: commands, withSecrets: false).map(\.action)
        == asked.filter { $0 != "PJSIPShowRegistrationsOutbound" })
    #expect(asked == all.filter { $0 != "Status" && !absent.contains($0) })
    #expect(Snapshot.refused(by: commands, withSecrets: true) == [])
    for detail in Snapshot.questions.compactMap(\.detail) { #expect(commands.has(detail.action)) }
    #expect(commands.has("corestatus") && !commands.has("Nothing"))
    #expect(commands.grantedClasses.isSuperset(of: ["system", "call", "agent", "command", "user"]))
  }

  @Test func `a user who may nothing still asks for queues and bridges`() {
    let commands = list([
      "QueueStatus: Show queue status.  (Priv: <none>)", "Ping: Keepalive command.  (Priv: <none>)",
      "BridgeList: Get a list (Priv: odd) of bridges.  (Priv: <none>)",
    ])
    #expect(commands.grantedClasses == [])
    #expect(
      Snapshot.askable(of: commands, withSecrets: false).map(\.action) == [
        "BridgeList", "QueueStatus",
      ])
    let refused = Snapshot.refused(by: commands, withSecrets: false).map(\.action)
    #expect(!refused.contains("PJSIPShowRegistrationsOutbound"), "nobody asks it")
    let all = Snapshot.refused(by: commands, withSecrets: true).map(\.action)
    #expect(all.contains("PJSIPShowRegistrationsOutbound"))
    #expect(refused.contains("CoreSettings") && refused.contains("Agents"))
    #expect(!refused.contains("QueueSummary"), "a module is missing, no class")
  }

  @Test func `Status is asked where there is no CoreShowChannels`() {
    let commands = list(["Status: x  (Priv: system,call,reporting,all)"])
    #expect(Snapshot.askable(of: commands, withSecrets: false).map(\.action) == ["Status"])
  }

  @Test func `the classes named allow every question`() {
    for question in Snapshot.questions where !question.classes.isEmpty {
      #expect(!Set(question.classes).isDisjoint(with: Snapshot.classes), "\(question.action)")
    }
  }

  @Test func `none of them is needless`() {
    for one in Snapshot.classes where one != "reporting" {
      let others = Snapshot.classes.filter { $0 != one }
      #expect(
        Snapshot.questions.contains {
          !$0.classes.isEmpty && Set($0.classes).isDisjoint(with: others)
        }, "\(one)")
    }
    let reporting = Snapshot.questions.filter { $0.classes == ["reporting"] }
    #expect(!reporting.isEmpty)
  }
}

@Suite struct AsteriskVersionTests {
  @Test(arguments: [
    ("22.10.1+dfsg+~cs6.17.60671434-1", "22.10.1", false), ("1.8.32.3", "1.8.32.3", false),
    ("16.28.0~dfsg-0+deb11u4", "16.28.0", false), ("certified/18.9-cert4", "18.9", true),
    ("18.9-cert5", "18.9", true), ("GIT-18-dc1a2cbM", "18", false),
    ("Asterisk 20.9.3", "20.9.3", false), ("13", "13", false),
  ])
  func `a version is its numbers`(_ text: String, _ numbers: String, _ isCertified: Bool) throws {
    let version = try #require(AsteriskVersion(text))
    #expect(version.description == numbers)
    #expect(version.isCertified == isCertified)
  }

  @Test(arguments: ["", "unknown", "GIT-master-0a1b2c3", "SVN-trunk-r4321"])
  func `without a number there is none`(_ text: String) {
    #expect(AsteriskVersion(text) == nil)
  }

  @Test func `versions compare by their numbers`() {
    #expect(AsteriskVersion(16, 3) == AsteriskVersion(16, 3, 0))
    #expect(AsteriskVersion(16, 26) > AsteriskVersion(16, 3))
    #expect(AsteriskVersion(1, 8, 32) < AsteriskVersion(11))
    #expect(AsteriskVersion(18, 11, 9) < AsteriskVersion(18, 12))
  }
}
