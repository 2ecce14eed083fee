import Glibc
import Support
import Testing

/// The built programs against a real Asterisk; skipped unless the environment names one (`Server`).
@Suite(
  .serialized, .enabled(if: Server.given != nil, "no AMIREC_ASTERISK_HOST, _PORT, _USER, _SECRET"))
struct LiveTests {
  @Test func `what amirecd records is what another client saw`() async throws {
    let server = try #require(Server.given)
    try await record(server, ["host = \(server.host)", "port = \(server.port)"])
  }

  @Test(.enabled(if: Server.hasTLS, "no AMIREC_ASTERISK_TLS_PORT and _CA"))
  func `what amirecd records over TLS is what another client saw`() async throws {
    let server = try #require(Server.given)
    try await record(server, try tls(server))
  }

  @Test(.enabled(if: Server.hasTLS, "no AMIREC_ASTERISK_TLS_PORT and _CA"))
  func `a certificate that nobody vouches for is refused, and the time is a gap`() async throws {
    let server = try #require(Server.given)
    let collector = try Collector(
      try tls(server).filter { !$0.hasPrefix("tls_ca") },
      user: server.user, secret: server.secret)
    #expect(try await collector.waits(for: "SELECT count(*) FROM gaps WHERE attempts > 0"))
    let outcome = await collector.stop()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try await collector.number("SELECT count(*) FROM sessions WHERE logged_in_us > 0") == 0)
  }

  @Test func `a wrong secret leaves a gap that says so`() async throws {
    let server = try #require(Server.given)
    let collector = try Collector(
      ["host = \(server.host)", "port = \(server.port)"],
      user: server.user, secret: server.secret + "-not")
    #expect(
      try await collector.waits(for: "SELECT count(*) FROM gaps WHERE reason = 'login-refused'"))
    let outcome = await collector.stop()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!outcome.errors.contains(server.secret))
    #expect(try await collector.number("SELECT count(*) FROM sessions WHERE logged_in_us > 0") == 0)
  }

  private func tls(_ server: Server) throws -> [String] {
    [
      "host = \(server.host)", "port = \(try #require(server.tlsPort))", "tls = yes",
      "tls_ca = \(try #require(server.certificateAuthority))", "tls_name = localhost",
    ]
  }

  /// Ten calls, seen by amirecd and by the witness: both stores hold the same.
  private func record(_ server: Server, _ settings: [String]) async throws {
    let collector = try Collector(settings, user: server.user, secret: server.secret)
    let isRecording = try await collector.waits(
      for: "SELECT count(*) FROM sessions WHERE logged_in_us > 0")
    let python = try #require(Program.installed("python3"), "python3 is not on the PATH")
    let witness = try python.start(
      [
        "\(Fixture.tests)/Oracle/witness.py", "--host", server.host, "--port", server.port,
        "--user", server.user, "--out", collector.folder.file("witness.ami"),
        "--originate", server.channel, "--times", "10",
      ], environment: ["AMI_SECRET": server.secret])
    try await Task.sleep(for: .seconds(9))
    witness.signal(SIGTERM)
    let witnessed = await witness.ended()
    let outcome = await collector.stop()
    #expect(isRecording, "\(outcome.errors)")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(witnessed.status == 0, "\(witnessed.errors)")

    let other = collector.folder.file("witness.db")
    let imported = try await Program.built("amirec").run(
      ["import", collector.folder.file("witness.ami"), "--db", other])
    #expect(imported.status == 0, "\(imported.errors)")
    let compared = try await Oracle.run("compare_stores.py", [collector.store, other])
    #expect(compared.status == 0, "\(compared.output)\(compared.errors)")
    #expect(try await collector.number("SELECT count(*) FROM channels") >= 20)
    #expect(try await collector.number("SELECT count(*) FROM sessions") == 1)
    #expect(
      try await collector.number(
        "SELECT count(*) FROM sessions WHERE end_reason = 'collector-stopped'") == 1)
  }
}
