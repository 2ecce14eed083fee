import SQLite
import Support
import Testing

/// `amirec call` as built.
@Suite struct OneCallTests {
  let folder = TemporaryFolder()
  var store: String { folder.file("store.db") }

  private func amirec(_ arguments: [String]) async throws -> Outcome {
    try await Program.built("amirec").run(
      arguments, environment: ["AMIREC_DB": store, "TZ": "UTC"])
  }

  private func importRecording(_ name: String) async throws {
    let outcome = try await amirec(["import", Fixture.recording(name)])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  private func texts(_ sql: String) throws -> [String] {
    let connection = try Connection(path: store, mode: .readOnly)
    let statement = try connection.prepare(sql)
    var found: [String] = []
    while try statement.step() { found.append(statement.text(at: 0) ?? "") }
    return found
  }

  @Test func `every channel of a call begins and ends in its time line`() async throws {
    try await importRecording("agents-22")
    for call in try texts("SELECT id FROM calls ORDER BY id") {
      let lines = try await amirec(["call", call, "--format", "csv"]).output
        .split(separator: "\r\n")
      for name in try texts("SELECT name FROM channels WHERE call_id = \(call)") {
        for what in ["begins", "hangs up"] {
          #expect(
            lines.count { $0.contains(",\(name),\(what),") } == 1, "call \(call): \(name) \(what)")
        }
      }
      let stays = try texts(
        """
        SELECT count(*) FROM bridge_members m JOIN bridges b ON b.id = m.bridge_id
          JOIN channels c ON c.id = m.channel_id WHERE \(call) IN (b.call_id, c.call_id)
        """)
      #expect("\(lines.count { $0.contains(",enters bridge ") })" == stays[0])
    }
  }

  @Test func `a call is found by what Asterisk calls it, and by the id it had`() async throws {
    try await importRecording("transfers-22")
    let line = try await amirec(["call", "1"]).output
    #expect(line.split(separator: "\n").count > 5)
    for id in try texts(
      """
      SELECT uniqueid FROM channels WHERE call_id = 1
      UNION SELECT linkedid FROM channels WHERE call_id = 1
      UNION SELECT linkedid FROM calls WHERE id = 1
      """)
    {
      #expect(try await amirec(["call", id]).output == line, "\(id)")
    }
    let merge = try texts("SELECT id || ' ' || call_id FROM call_merges LIMIT 1")[0]
      .split(separator: " ").map(String.init)
    #expect(
      try await amirec(["call", merge[0]]).output == amirec(["call", merge[1]]).output)
    let missing = try await amirec(["call", "none-such"])
    #expect(missing.status == 1 && missing.output == "", "\(missing.status)")
    #expect(missing.errors.contains("no call has this id, uniqueid or linkedid"))
  }

  @Test func `raw gives back each message that names a channel or bridge of the call, no other`()
    async throws
  {
    try await importRecording("basic-calls-22")
    let all = try await amirec(["frames", "--session", "1", "--format", "raw"]).output
    let messages = all.replacing("\r\n\r\n", with: "\r\n\r\n\u{1}").split(separator: "\u{1}")
    for call in try texts("SELECT id FROM calls ORDER BY id LIMIT 8") {
      let ids = try texts(
        """
        SELECT uniqueid FROM channels WHERE call_id = \(call)
        UNION SELECT bridge_uniqueid FROM bridges WHERE call_id = \(call)
        """)
      let expected = messages.filter { message in
        message.split(separator: "\r\n").contains { line in
          ids.contains { line.hasSuffix(": \($0)") }
        }
      }
      #expect(expected.count > 10)
      #expect(try await amirec(["call", call, "--raw"]).output == expected.joined(), "\(call)")
    }
  }
}
