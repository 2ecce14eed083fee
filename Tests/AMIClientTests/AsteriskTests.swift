import AMI
import AMIClient
import Glibc
import Testing

/// A real Asterisk on this host: `AMIREC_ASTERISK=PORT:TLS_PORT`, with a user `recorder` whose
/// secret is `recorder-secret`, as the laboratory sets it up.
private let ports: [Int] =
  unsafe getenv("AMIREC_ASTERISK").map { unsafe String(cString: $0) }?
  .split(separator: ":").compactMap { Int($0) } ?? []

@Suite(.enabled(if: ports.count == 2, "set AMIREC_ASTERISK=PORT:TLS_PORT")) struct AsteriskTests {
  @Test(arguments: Login.Authentication.allCases, [false, true])
  func `logs in, asks, lists, and logs off`(
    _ authentication: Login.Authentication, _ isEncrypted: Bool
  ) async throws {
    let recording = Recording()
    let connection = try await Connection.open(
      to: recorder(authentication, isEncrypted), observer: recording.observer)
    #expect(connection.banner.hasPrefix("Asterisk Call Manager/"))
    async let settings = connection.send(Action("CoreSettings"))
    async let queues = connection.send(Action("QueueStatus"))
    async let command = connection.send(
      Action("Command", [.init("Command", "core show version")]))
    #expect(try await settings.response.text(named: "AMIversion")?.isEmpty == false)
    #expect(try await queues.items.contains { $0.has(.event, "QueueParams") })
    #expect(try await queues.completion?.has(.event, "QueueStatusComplete") == true)
    #expect(try await command.output.first?.hasPrefix("Asterisk ") == true)
    let error = await #expect(throws: ClientError.self) {
      try await connection.send(Action("Hangup", [.init("Channel", "none")]))
    }
    #expect(error?.code == .actionRefused)
    guard case .loggedOff = await connection.logoff() else {
      Issue.record("not logged off")
      return
    }
    #expect(recording.calls.contains("event FullyBooted"))
    #expect(recording.text.hasSuffix("Message: Thanks for all the fish.\r\n\r\n"))
  }

  @Test(arguments: Login.Authentication.allCases)
  func `a wrong secret is refused`(_ authentication: Login.Authentication) async {
    var server = recorder(authentication, false)
    server.secret = Secret("wrong")
    let error = await failure(server)
    #expect(error?.code == .loginRefused)
    #expect(error?.message.contains("Authentication failed") == true)
  }

  @Test func `its certificate is not trusted unless told so`() async {
    var server = recorder(.md5, true)
    server.tls = Server.TLS()
    #expect(await failure(server)?.code == .tls)
  }

  @Test func `the longest line and the most headers are taken`() async throws {
    let connection = try await Connection.open(to: recorder(.md5, false))
    let value = String(repeating: "y", count: Action.lineBytesMax - "X: \r\n".utf8.count)
    _ = try await connection.send(Action("Ping", [.init("X", value)]))
    let fields = Array(repeating: Action.Field("X", ""), count: Action.headersMax - 2)
    _ = try await connection.send(Action("Ping", fields))
  }

  private func recorder(_ authentication: Login.Authentication, _ isEncrypted: Bool) -> Server {
    Server(
      name: "lab", host: "127.0.0.1", port: ports[isEncrypted ? 1 : 0],
      tls: isEncrypted ? Server.TLS(isInsecure: true) : nil, username: "recorder",
      secret: Secret("recorder-secret"), authentication: authentication)
  }
}
