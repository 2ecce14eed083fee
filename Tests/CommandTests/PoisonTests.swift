import Glibc
import Support
import Testing

/// What still ends a program: a message that does so twice is kept from the tables, and all else
/// goes on.
@Suite(.serialized) struct PoisonTests {
  private static let trap = ["AMIREC_TRAP": "Poison"]
  private static let poison =
    "Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: Poison\r\n\r\n"
  private static let skips =
    """
    SELECT g.reason || ' ' || g.length || ' ' || (s.bytes > g.session_offset)
    FROM gaps g JOIN sessions s ON s.id = g.session_id WHERE g.reason = 'skipped'
    """

  @Test func `a message that ends amirecd ends it twice, for no server for good`() async throws {
    let bad = FakeManager()
    let good = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", bad.port), ("pbx2", good.port)])
    let first = try recording.start(environment: Self.trap)
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 10_000 }
    bad.send(Self.poison)
    #expect(await first.ended().status > 128)
    let second = try recording.start(environment: Self.trap)
    #expect(await second.ended().status > 128)
    let third = try recording.start(environment: Self.trap)
    try await eventually("the other server's stream and what comes after it are stored") {
      guard try await recording.sql(Self.skips) == "skipped \(Self.poison.utf8.count) 1" else {
        return false
      }
      let counted = "SELECT sum(count) > 100 FROM event_counts WHERE server_id = 1"
      return try await recording.sql(counted) == "1"
    }
    third.signal(SIGTERM)
    let outcome = await third.ended()
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("ended this program twice"))
    #expect(
      try await recording.sql("SELECT count(*) FROM user_events WHERE name = 'Poison'") == "0")
    // The archive has all of it, the message included.
    let stored = try await recording.stored()
    for stream in bad.sent + good.sent {
      #expect(stored.contains { $0.utf8.elementsEqual(stream) || stream.starts(with: $0.utf8) })
    }
    #expect(stored.contains { $0.contains(Self.poison) })
    let verified = try await Program.built("amirec").run(["verify", "--db", recording.store])
    #expect(verified.status == 0, "\(verified.output)")
  }

  @Test func `one that ends an import is passed over by the third, which says so`() async throws {
    let folder = TemporaryFolder()
    let tick = "Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: Tick\r\n\r\n"
    let stream =
      "Asterisk Call Manager/11.0.0\r\n" + String(repeating: tick, count: 50) + Self.poison
      + String(repeating: tick, count: 50)
    write(stream, to: folder.file("x.ami"))
    let program = Program.built("amirec")
    let arguments = ["import", folder.file("x.ami"), "--db", folder.file("x.db"), "--server", "p"]
    for _ in 0..<2 {
      #expect(try await program.run(arguments, environment: Self.trap).status > 128)
    }
    let third = try await program.run(arguments, environment: Self.trap)
    #expect(third.status == 1, "\(third.errors)")
    #expect(third.output.contains("1 message that ended the program twice"))
    func sql(_ text: String) async throws -> String {
      let outcome = try await program.run([
        "sql", text, "--db", folder.file("x.db"), "--format", "csv",
      ])
      return outcome.output.split(whereSeparator: \.isNewline).dropFirst()
        .joined(separator: "\n")
    }
    #expect(try await sql("SELECT count(*) FROM user_events") == "100")
    #expect(try await sql("SELECT sum(size) FROM blocks") == "\(stream.utf8.count)")
    let verified = try await program.run(["verify", "--db", folder.file("x.db")])
    #expect(verified.status == 0, "\(verified.output)")
  }
}
