import AMI
import AMIClient
import Glibc
import Testing

@Suite struct OpeningTests {
  @Test func `a plain login sends the secret and asks for all events`() async throws {
    try await FakeServer.run { session in
      try await session.send(FakeSession.banner)
      let action = try await session.action()!
      try await session.respond(to: action)
      try await session.send(
        "Event: Seen\r\nPrivilege: x\r\nSecret: \(action["Secret"]!)\r\n"
          + "Events: \(action["Events"]!)\r\n\r\n")
      try await session.goSilent()
    } while: { port in
      let recording = Recording()
      let connection = try await Connection.open(
        to: server(port), limits: .patient, observer: recording.observer)
      #expect(connection.banner == "Asterisk Call Manager/11.0.0")
      #expect(connection.receiveBuffer.bytes > 0)
      while !recording.calls.contains("event Seen") { try await Task.sleep(for: .milliseconds(1)) }
      #expect(recording.text.contains("Secret: hush\r\nEvents: on\r\n"))
    }
  }

  @Test func `an MD5 login sends the digest of challenge and secret, never the secret`()
    async throws
  {
    try await FakeServer.run { session in
      try await session.send(FakeSession.banner)
      let challenge = try await session.action()!
      try await session.respond(to: challenge, "Challenge: 670024040\r\n")
      let login = try await session.action()!
      // md5("670024040hush"), by md5sum(1)
      let isRight = login["Key"] == "41289d972a6e703c568c359dcf69440f" && login["Secret"] == nil
      guard challenge["AuthType"] == "MD5", login["AuthType"] == "MD5", isRight else {
        return try await session.send("Response: Error\r\nMessage: Wrong\r\n\r\n")
      }
      try await session.respond(to: login)
      try await session.goSilent()
    } while: { port in
      _ = try await Connection.open(to: server(port, authentication: .md5), limits: .patient)
    }
  }

  @Test func `who says that there is no Challenge does not get the secret in clear`() async throws {
    try await FakeServer.run { session in
      try await session.send(FakeSession.banner)
      let challenge = try await session.action()!
      try await session.send(
        "Response: Error\r\nActionID: \(challenge["ActionID"]!)\r\nMessage: No\r\n\r\n")
      // Nothing more comes.
      if let next = try await session.action() { try await session.respond(to: next) }
    } while: { port in
      let error = await failure(server(port, authentication: .md5))
      #expect(error?.code == .foreign)
      #expect(error?.message.contains("the secret is not sent in clear; use tls") == true)
    }
  }

  @Test(arguments: ["", FakeSession.banner])
  func `a server that talks and talks before the login is given up`(_ banner: String) async throws {
    let limit = Limits().loginBytesMax
    for text in ["Event: Noise\r\n\r\n", "a"] where !banner.isEmpty || text == "a" {
      try await FakeServer.run { session in
        try await session.send(banner.isEmpty ? "Asterisk Call Manager/" : banner)
        for _ in 0..<2 * limit / 1_000 {
          try await session.send(String(repeating: text, count: 1_000 / text.count))
        }
        try await session.goSilent()
      } while: { port in
        let recording = Recording()
        let error = await failure(server(port), observer: recording.observer)
        #expect(error?.code == .foreign || error?.code == .disconnected, "\(error as Any)")
        #expect(recording.text.utf8.count < limit + 2 << 20)
      }
    }
  }

  @Test func `what a server says stands in an error as it can be shown, and not in full`()
    async throws
  {
    try await FakeServer.run { session in
      try await session.send(FakeSession.banner)
      _ = try await session.action()
      let word = "no\u{1B}[31m\u{9B}2J\u{202E}"
      try await session.send(
        "Response: Error\r\nActionID: login\r\nMessage: \(word)"
          + String(repeating: "x", count: 40_000) + "\r\n\r\n")
    } while: { port in
      let error = await failure(server(port))
      #expect(error?.code == .loginRefused)
      #expect(error?.message.contains("no\\u{1b}[31m\\u{9b}2J\\u{202e}xxx") == true)
      #expect((error?.message.utf8.count ?? 0) < ClientError.messageCharactersMax + 100)
    }
  }

  @Test func `a banner and answers that come byte by byte are a login`() async throws {
    try await FakeServer.run { session in
      for byte in FakeSession.banner { try await session.send(String(byte)) }
      let action = try await session.action()!
      for byte in "Response: Success\r\nActionID: \(action["ActionID"]!)\r\n\r\n" {
        try await session.send(String(byte))
        try await Task.sleep(for: .milliseconds(1))
      }
      try await session.goSilent()
    } while: { port in
      _ = try await Connection.open(to: server(port), limits: .patient)
    }
  }

  @Test func `a refused login says what Asterisk said, and what to do, without the secret`()
    async throws
  {
    try await FakeServer.run { session in
      try await session.send(FakeSession.banner)
      _ = try await session.action()
      try await session.send(
        "Response: Error\r\nActionID: login\r\nMessage: Authentication failed\r\n\r\n")
    } while: { port in
      let recording = Recording()
      let error = await failure(server(port), observer: recording.observer)
      #expect(error?.code == .loginRefused)
      #expect(
        error?.description
          == "pbx1: Asterisk refuses the login of recorder: Authentication failed; check username "
          + "and secret, and permit, deny and allowmultiplelogin in manager.conf")
      #expect(recording.calls == ["connected", "bytes", "disconnected"])
      #expect(recording.text.hasSuffix("Message: Authentication failed\r\n\r\n"))
    }
  }

  @Test(arguments: [
    "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "\u{0}\u{1}\u{2}",
  ])
  func `what is no manager interface is known at once`(_ greeting: String) async throws {
    try await FakeServer.run { session in
      try await session.send(greeting)
      try await session.goSilent()
    } while: { port in
      #expect(await failure(server(port))?.code == .foreign)
    }
  }

  @Test(arguments: ["", "Asterisk Call Man", FakeSession.banner])
  func `a server that closes before the login is answered is an error at once`(
    _ sent: String
  ) async throws {
    try await FakeServer.run { session in
      try await session.send(sent)
    } while: { port in
      let error = await failure(server(port))
      #expect(error?.code == .disconnected)
      #expect(error?.isRetryable == true)
    }
  }

  @Test(arguments: ["", "Asterisk Call Man", FakeSession.banner])
  func `a server that stops talking in the login is given up`(_ sent: String) async throws {
    try await FakeServer.run { session in
      try await session.send(sent)
      try await session.goSilent()
    } while: { port in
      var limits = Limits.patient
      limits.login = .milliseconds(50)
      #expect(await failure(server(port), limits: limits)?.code == .timedOut)
    }
  }

  @Test func `nobody listening is an error that names host and port`() async throws {
    let (socket, port) = boundSocket()
    defer { close(socket) }
    let recording = Recording()
    let error = await failure(server(port), observer: recording.observer)
    #expect(error?.code == .unreachable)
    #expect(error?.message.hasPrefix("nothing listens on 127.0.0.1:\(port); ") == true)
    #expect(recording.calls == [])
  }

  @Test func `an unknown host is an error`() async {
    var limits = Limits.patient
    limits.connect = .seconds(5)
    var unknown = server(1)
    unknown.host = "nobody.invalid"
    #expect(await failure(unknown, limits: limits)?.code == .unreachable)
  }

  @Test func `a secret that could add headers is not sent`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
    } while: { port in
      var server = server(port)
      server.secret = Secret("hush\r\nEvents: off")
      let error = await failure(server)
      #expect(error?.code == .actionInvalid)
      #expect(error?.description.contains("hush") == false)
    }
  }

  @Test func `a cancelled login ends at once`() async throws {
    try await FakeServer.run { session in
      try await session.goSilent()
    } while: { port in
      let recording = Recording()
      let server = server(port)
      let opening = Task { await failure(server, observer: recording.observer) }
      while recording.calls.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
      opening.cancel()
      #expect(await opening.value?.code == .cancelled)
      let late = Task {
        unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
        return await failure(server)
      }
      #expect(await late.value?.code == .cancelled)
    }
  }

  @Test func `a secret is in no output`() {
    let server = server(1)
    var dumped = ""
    dump(server, to: &dumped)
    #expect(!"\(server) \(server.secret) \(String(reflecting: server)) \(dumped)".contains("hush"))
  }
}

/// A socket that is bound but does not listen: whoever connects to its port is refused, and nobody
/// else gets the port.
private func boundSocket() -> (socket: Int32, port: Int) {
  let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      unsafe bind(socket, address, length) + getsockname(socket, address, &length)
    }
  }
  precondition(result == 0, "cannot bind a socket")
  return (socket, Int(UInt16(bigEndian: address.sin_port)))
}

/// The error of a connection that cannot be opened; nil if it can.
func failure(
  _ server: Server, limits: Limits = .patient, observer: Observer = Observer()
) async -> ClientError? {
  do throws(ClientError) {
    _ = try await Connection.open(to: server, limits: limits, observer: observer)
    return nil
  } catch {
    return error
  }
}
