import SQLite
import Support
import Testing

/// `amirec verify` as built.
@Suite struct VerifyTests {
  let folder = TemporaryFolder()
  var store: String { folder.file("store.db") }

  private func amirec(_ arguments: [String]) async throws -> Outcome {
    try await Program.built("amirec").run(arguments, environment: ["AMIREC_DB": store])
  }

  private func importRecording() async throws {
    let outcome = try await amirec(["import", Fixture.recording("conference-22")])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func `a store in order is said to be, and is left as it was`() async throws {
    try await importRecording()
    let before = content(of: store)
    let outcome = try await amirec(["verify"])
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count >= 20)
    #expect(lines.allSatisfy { $0.hasPrefix("ok     ") })
    #expect(content(of: store) == before)
  }

  @Test(arguments: [
    ("UPDATE channels SET ended_us = started_us - 1 WHERE id = 1", "channels 1: "),
    ("UPDATE blocks SET crc32 = crc32 + 1 WHERE id = (SELECT min(id) FROM blocks)", "block"),
    ("UPDATE event_counts SET count = count + 1 WHERE id = (SELECT min(id) FROM event_counts)", ""),
    ("UPDATE bridge_members SET channel_id = 99999 WHERE id = 1", "bridge_members"),
  ])
  func `what is wrong is named, as text and as JSON`(sql: String, what: String) async throws {
    try await importRecording()
    try Connection(path: store, mode: .readWrite).execute("PRAGMA foreign_keys = OFF; \(sql)")
    let text = try await amirec(["verify"])
    #expect(text.status == 1)
    #expect(text.errors.hasPrefix("amirec: the store is not in order ("))
    let wrong = text.output.split(separator: "\n").filter { $0.hasPrefix("wrong  ") }
    #expect(!wrong.isEmpty && text.output.contains("         \(what)"), "\(text.output)")
    let json = try await amirec(["verify", "--json"])
    #expect(json.status == 1)
    let read = try await amirec([
      "sql", "--db", store, "--format", "csv",
      """
      SELECT count(*) FROM json_each('\(json.output.replacing("'", with: "''"))', '$.checks')
      WHERE json_array_length(value, '$.contradictions') > 0
      """,
    ])
    #expect(read.output.split(separator: "\r\n").last == "\(wrong.count)", "\(read.errors)")
  }

  @Test func `there is nothing to verify without a store`() async throws {
    let outcome = try await amirec(["verify"])
    #expect(outcome.status == 3 && outcome.output == "", "\(outcome.status)")
    #expect(outcome.errors.contains("store.db"))
  }
}
