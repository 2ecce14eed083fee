import Glibc
import NIOSSL
import Support
import Testing

@testable import AMIClient

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
        + "-extfile names -out address.pem && "
        // Of other times, for which only ca(1) has options; and one that nobody else signed.
        + "printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index\\nserial=serial\\nnew_certs_dir=.\\n"
        + "default_md=sha256\\nunique_subject=no\\npolicy=p\\n[p]\\ncommonName=supplied\\n"
        + "[v]\\nbasicConstraints=CA:TRUE\\n' > ca.conf && : > index && echo 01 > serial && "
        + "openssl ca -batch -notext -config ca.conf -cert ca.pem -keyfile ca.key -in pbx.csr "
        + "-extfile names -out expired.pem -startdate 20200101000000Z -enddate 20200301000000Z && "
        + "openssl ca -batch -notext -config ca.conf -cert ca.pem -keyfile ca.key -in pbx.csr "
        + "-extfile names -out early.pem -startdate 21000101000000Z -enddate 21010101000000Z && "
        + "openssl req -new -key ca.key -subj /CN=ca -out ca.csr && "
        + "openssl ca -batch -notext -config ca.conf -selfsign -keyfile ca.key -in ca.csr "
        + "-extensions v -out old-ca.pem -startdate 20200101000000Z -enddate 20210101000000Z && "
        + "openssl req -x509 -nodes -key pbx.key -subj /CN=pbx -days 2 "
        + "-addext subjectAltName=DNS:pbx.example -out self.pem && "
        + "openssl req -x509 \(subject) -subj /CN=other -keyout other.key -out other.pem")
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

  /// What is wrong with a certificate, and what mends it: never the one in place of the other.
  @Test(arguments: [
    ("expired.pem", "ca.pem", "expired on 2020-03-01; renew it there"),
    ("expired.pem", nil, "expired on 2020-03-01; renew it there"),
    ("early.pem", "ca.pem", "is valid only from 2100-01-01 on; set the clocks"),
    ("self.pem", nil, "is signed by itself and by no authority; set tls_ca to a copy of it"),
    ("self.pem", "ca.pem", "is signed by itself and by no authority; put a copy of it into "),
    ("pbx.pem", nil, "is not trusted; set tls_ca to the file of the CA that signed it"),
    ("pbx.pem", "other.pem", "is not trusted: none of the CAs in "),
    ("pbx.pem", "old-ca.pem", "expired on 2021-01-01; put its new one there"),
  ])
  func `a certificate that is not trusted is refused with the reason`(
    certificate: String, authority: String?, words: String
  ) async throws {
    try await serve(certificate) { port in
      let tls = Server.TLS(
        authorityFile: authority.map(folder.file), name: "pbx.example")
      let recording = Recording()
      let error = await failure(server(port, tls: tls), observer: recording.observer)
      #expect(error?.code == .tls)
      #expect(error?.message.contains(words) == true, "\(error as Any)")
      #expect(recording.calls == [])
    }
  }

  @Test func `a copy of a certificate that is signed by itself is trusted, as is said`()
    async throws
  {
    try await serve("self.pem") { port in
      let tls = Server.TLS(authorityFile: folder.file("self.pem"), name: "pbx.example")
      _ = try await Connection.open(to: server(port, tls: tls), limits: .patient).logoff()
    }
  }

  @Test func `a server that speaks nothing later than TLS 1.1 is refused, TLS 1.2 is taken`()
    async throws
  {
    for (version, isTaken) in [(TLSVersion.tlsv1, false), (.tlsv11, false), (.tlsv12, true)] {
      try await serve(versionMost: version) { port in
        for isInsecure in [false, true] {
          let tls = Server.TLS(
            authorityFile: folder.file("ca.pem"), name: "pbx.example", isInsecure: isInsecure)
          let error = await failure(server(port, tls: tls))
          #expect((error == nil) == isTaken, "\(version)")
          if !isTaken {
            #expect(error?.code == .tls)
            let words = "speaks no TLS 1.2 or later"
            #expect(error?.message.contains(words) == true, "\(error as Any)")
          }
        }
      }
    }
  }

  /// A stranger's certificate is read before it is trusted.
  @Test func `bytes that are no certificate are read without harm`() throws {
    let chain = try NIOSSLCertificate.fromPEMFile(folder.file("pbx.pem"))
    let good = try chain[0].toDERBytes()
    let facts = try #require(CertificateFacts(der: good))
    #expect(!facts.isSelfIssued)
    #expect(facts.start.utf8.count == 14 && facts.start < facts.end)
    for count in 0..<good.count {
      _ = CertificateFacts(der: Array(good[..<count]))
      for byte: UInt8 in [0, 0x30, 0x7F, 0x80, 0x84, 0xFF] {
        var bad = good
        bad[count] = byte
        _ = CertificateFacts(der: bad)
      }
    }
    let times = try #require(good.indices.first { good[$0] == 0x17 && good[$0 + 1] == 13 })
    var bad = good
    bad[times + 4] = UInt8(ascii: "x")
    #expect(CertificateFacts(der: bad) == nil)
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
    _ certificate: String = "pbx.pem", versionMost: TLSVersion? = nil,
    while body: (Int) async throws -> Void
  ) async throws {
    let chain = try NIOSSLCertificate.fromPEMFile(folder.file(certificate))
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: folder.file("pbx.key"), format: .pem)))
    if let versionMost {
      configuration.minimumTLSVersion = .tlsv1
      configuration.maximumTLSVersion = versionMost
    }
    let context = try NIOSSLContext(configuration: configuration)
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
