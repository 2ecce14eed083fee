import AMIClient
import Glibc
import NIOSSL
import Support
import Testing

/// A certificate authority and a server with a certificate for `pbx.example`, made by openssl(1).
@Suite struct TLSTests {
  private let folder = TemporaryFolder()

  init() throws {
    let subject = "-nodes -newkey rsa:2048 -days 2"
    try shell(
      "openssl req -x509 \(subject) -subj /CN=ca -keyout ca.key -out ca.pem && "
        + "openssl req \(subject) -subj /CN=pbx -keyout pbx.key -out pbx.csr && "
        + "printf subjectAltName=DNS:pbx.example > names && "
        + "openssl x509 -req -in pbx.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
        + "-extfile names -out pbx.pem && "
        + "printf subjectAltName=DNS:pbx.example,DNS:*.branch.example,IP:127.0.0.1 > names && "
        + "openssl x509 -req -in pbx.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
        + "-extfile names -out address.pem")
  }

  @Test func `a certificate of the named authority for the named host is trusted`() async throws {
    try await serve { port in
      let tls = Server.TLS(authorityFile: folder.file("ca.pem"), name: "pbx.example")
      let recording = Recording()
      let connection = try await Connection.open(
        to: server(port, tls: tls), limits: .patient, observer: recording.observer)
      _ = await connection.logoff()
      #expect(recording.calls == ["connected", "bytes", "disconnected"])
      #expect(recording.text.hasPrefix(FakeSession.banner))
    }
  }

  @Test func `an unknown authority is not trusted`() async throws {
    try await serve { port in
      let recording = Recording()
      let error = await failure(
        server(port, tls: Server.TLS(name: "pbx.example")), observer: recording.observer)
      #expect(error?.code == .tls)
      #expect(error?.message.contains("is not trusted; set tls_ca") == true)
      #expect(recording.calls == [])
    }
  }

  @Test func `a certificate for another name is not trusted`() async throws {
    try await serve { port in
      for name in ["other.example", nil] {
        let tls = Server.TLS(authorityFile: folder.file("ca.pem"), name: name)
        let error = await failure(server(port, tls: tls))
        #expect(error?.code == .tls)
        #expect(error?.message.contains("is for another name; set tls_name") == true)
      }
    }
  }

  @Test func `the server's address in a certificate does not stand for its name`() async throws {
    try await serve("address.pem") { port in
      for name in ["pbx.example", "PBX.example.", "a.branch.example", nil] {
        let tls = Server.TLS(authorityFile: folder.file("ca.pem"), name: name)
        _ = try await Connection.open(to: server(port, tls: tls), limits: .patient).logoff()
      }
      for name in ["other.example", "branch.example", "a.b.branch.example", "example"] {
        let tls = Server.TLS(authorityFile: folder.file("ca.pem"), name: name)
        let recording = Recording()
        let error = await failure(server(port, tls: tls), observer: recording.observer)
        #expect(error?.code == .tls)
        #expect(error?.message.contains("is for another name; set tls_name") == true)
        #expect(recording.calls == [])
      }
      let tls = Server.TLS(name: "other.example", isInsecure: true)
      _ = try await Connection.open(to: server(port, tls: tls), limits: .patient).logoff()
    }
  }

  @Test func `insecure takes any certificate`() async throws {
    try await serve { port in
      _ = try await Connection.open(
        to: server(port, tls: Server.TLS(isInsecure: true)), limits: .patient)
    }
  }

  @Test func `a port without TLS is named as such`() async throws {
    try await FakeServer.run { session in
      try await session.acceptLogin()
      try await session.goSilent()
    } while: { port in
      let error = await failure(server(port, tls: Server.TLS(isInsecure: true)))
      #expect(error?.code == .tls)
      #expect(error?.message.contains("does not speak TLS") == true)
    }
  }

  @Test func `a server that closes in the handshake, or says nothing in it, is a TLS failure`()
    async throws
  {
    for isSilent in [false, true] {
      try await FakeServer.run { session in
        if isSilent { try await session.goSilent() }
      } while: { port in
        var limits = Limits.patient
        limits.handshake = isSilent ? .milliseconds(50) : .seconds(10)
        let error = await failure(
          server(port, tls: Server.TLS(isInsecure: true)), limits: limits)
        #expect(error?.code == .tls)
      }
    }
  }

  @Test func `a file of authorities that cannot be read is named`() async {
    for file in [folder.file("missing.pem"), folder.file("names")] {
      let error = await failure(server(1, tls: Server.TLS(authorityFile: file)))
      #expect(error?.code == .tls)
      #expect(error?.message.hasPrefix("cannot read \(file)") == true)
    }
  }

  @Test func `an address is no name for a certificate`() async throws {
    try await serve { port in
      let error = await failure(server(port, tls: Server.TLS(name: "127.0.0.1")))
      #expect(error?.code == .tls)
      #expect(error?.message.contains("correct tls_name") == true)
    }
  }

  private func serve(
    _ certificate: String = "pbx.pem", while body: (Int) async throws -> Void
  ) async throws {
    let chain = try NIOSSLCertificate.fromPEMFile(folder.file(certificate))
    let context = try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) },
        privateKey: .privateKey(NIOSSLPrivateKey(file: folder.file("pbx.key"), format: .pem))))
    try await FakeServer.run(tls: context) { session in
      try await session.acceptLogin()
      if let action = try await session.actionButPing(), action["Action"] == "Logoff" {
        return try await session.send("Response: Goodbye\r\n\r\n")
      }
    } while: {
      try await body($0)
    }
  }

  private func shell(_ command: String) throws {
    let status = unsafe system("cd \(folder.path) && ( \(command) ) 2>openssl.log")
    try #require(status == 0, "openssl(1) is needed for these tests")
  }
}
