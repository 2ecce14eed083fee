import Glibc
import SQLite
import Store
import Support
import Testing

/// `amirec rebuild` as built.
@Suite struct RebuildTests {
  let folder = TemporaryFolder()
  var store: String { folder.file("store.db") }

  private func amirec(_ arguments: [String]) async throws -> Outcome {
    try await Program.built("amirec").run(arguments, environment: ["AMIREC_DB": store])
  }

  private func importRecording() async throws {
    let outcome = try await amirec([
      "import", Fixture.recording("conference-22"), "--server", "pbx1", "--trunks", "PJSIP/100",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  private func execute(_ sql: String) throws {
    try Connection(path: store, mode: .readWrite).execute(sql)
  }

  private func rows(_ sql: String) async throws -> String {
    try await amirec(["sql", sql, "--format", "csv"]).output
      .split(separator: "\r\n").dropFirst().joined(separator: "\n")
  }

  private func rights(of path: String) -> UInt32 {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  /// **Source:** sqlite.org/fileformat2.html, section 1.3.3
  private var isWAL: Bool { content(of: store)[18] == 2 }

  @Test func `it says what changed, and leaves the files as a collector would`() async throws {
    try await importRecording()
    let inbound = "SELECT count(*) FROM calls WHERE direction = 'inbound'"
    let calls = try await rows(inbound)
    #expect(calls != "0")
    unsafe chmod(store, 0o640)
    try execute(
      "UPDATE calls SET direction = NULL; DELETE FROM dials; CREATE VIEW mine AS SELECT 7")
    let outcome = try await amirec(["rebuild"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map {
      $0.split(separator: " ").map(String.init)
    }
    #expect(lines.first == ["table", "before", "after", "added", "removed", "changed"])
    let dials = lines.first { $0[0] == "dials" }!
    #expect(dials[1] == "0" && dials[2] == dials[3] && dials[2] != "0")
    #expect(
      lines.first { $0[0] == "calls" }![3...] == ["0", "0", lines.first { $0[0] == "calls" }![1]])
    #expect(lines.first { $0[0] == "channels" }![3...] == ["0", "0", "0"])
    #expect(try await rows(inbound) == calls)
    #expect(try await rows("SELECT * FROM mine") == "7")
    #expect(rights(of: store) == 0o640)
    #expect(
      files(in: folder.path)
        == ["store.db", "store.db-shm", "store.db-wal", "store.db.lock", "store.db.mark"])
    #expect(isWAL)
    let again = try await amirec(["rebuild", "--json"])
    #expect(again.output.hasPrefix("{\"tables\":[{\"table\":\"calls\",\"before\":"))
    #expect(again.output.contains("\"added\":0,\"removed\":0,\"changed\":0}"))
  }

  @Test func `bulky tables and keys can be asked for afterwards`() async throws {
    try await importRecording()
    let outcome = try await amirec([
      "rebuild", "--tables", "dialplan_steps, variables", "--dtmf", "clear",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try await rows("SELECT count(*) > 10 FROM dialplan_steps") == "1")
    #expect(try await rows("SELECT count(*) > 50 FROM variables") == "1")
    #expect(try await rows("SELECT count(*) FROM cels") == "0")
    #expect(try await rows("SELECT dtmf FROM servers") == "clear")
    let unknown = try await amirec(["rebuild", "--tables", "calls"])
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("known: cels, dialplan_steps, variables"))
  }

  @Test func `a damaged block costs itself, and the old file is kept beside the new one`()
    async throws
  {
    try await importRecording()
    try execute("UPDATE blocks SET crc32 = crc32 + 1; DELETE FROM dials")
    let frames = try await amirec(["frames", "--session", "1", "--format", "raw"])
    #expect(frames.status == 1 && frames.output == "")
    #expect(frames.errors.contains("block 1 cannot be read back"))
    let outcome = try await amirec(["rebuild"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("amirec: session 1: bytes 0 to "))
    #expect(outcome.errors.contains("the old file is kept: \(store).damaged"))
    #expect(try await rows("SELECT reason, session_offset FROM gaps") == "damaged,0")
    #expect(try await rows("SELECT count(*) FROM blocks") == "1")
    #expect(files(in: folder.path).contains("store.db.rebuild") == false)
    let again = try await amirec(["rebuild", "--json"])
    #expect(again.status == 1)
    #expect(again.output.contains("\"losses\":[\"session 1: bytes 0 to "))
    let verified = try await amirec(["verify"])
    #expect(verified.status == 1 && verified.errors.contains("(blocks)"))
  }

  @Test func `it is refused while another program writes or has the store open`() async throws {
    try await importRecording()
    do {
      let writer = try Store(path: store)
      let outcome = try await amirec(["rebuild"])
      #expect(outcome.status == 3)
      #expect(outcome.errors.contains("is being written by another amirec or amirecd"))
      withExtendedLifetime(writer) {}
    }
    #expect(try await amirec(["rebuild"]).status == 0)
    let missing = try await Program.built("amirec").run(["rebuild", "--db", folder.file("no.db")])
    #expect(missing.status == 3)
    #expect(missing.errors.contains("there is no such store"))
    #expect(files(in: folder.path).contains("no.db.lock") == false)
  }

  @Test func `stopped by a signal it leaves the old file, and nothing beside it`() async throws {
    let recording = folder.file("long.ami")
    let made = try await Oracle.python([
      "\(Fixture.tests)/Bench/grow.py", Fixture.recording("large-22"), recording, "--size",
      "\(40 << 20)",
    ])
    #expect(made.status == 0, "\(made.errors)")
    #expect(try await amirec(["import", recording]).status == 0)
    try execute("DELETE FROM dials")
    let running = try Program.built("amirec").start(["rebuild", "--db", store])
    try await eventually("the new file is being made") {
      files(in: folder.path).contains("store.db.rebuild")
    }
    running.signal(SIGINT)
    let outcome = await running.ended()
    #expect(outcome.status == 130, "\(outcome.errors)")
    #expect(outcome.errors.contains("the store stays as it was"))
    #expect(files(in: folder.path).contains { $0.contains("rebuild") } == false)
    #expect(try await rows("SELECT count(*) FROM dials") == "0")
    #expect(isWAL)
  }

  @Test func `a store of another version says what to do, and a killed rebuild is made good`()
    async throws
  {
    try await importRecording()
    try execute("PRAGMA user_version = 4")
    write("left by a process that was killed", to: folder.file("store.db.rebuild"))
    for command in [["import", Fixture.recording("conference-22")], ["report", "calls"]] {
      let refused = try await amirec(command)
      #expect(refused.status == 3)
      #expect(refused.errors.contains("amirec rebuild --db \(store)"), "\(refused.errors)")
    }
    #expect(try await amirec(["rebuild"]).status == 0)
    #expect(try await rows("SELECT count(*) > 0 FROM dials") == "1")
  }
}
