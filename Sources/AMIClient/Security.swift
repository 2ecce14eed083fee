import NIOCore
import NIOSSL

/// What a TLS connection needs, made before connecting: reading the authorities' certificates takes
/// longer than an event loop may be kept from reading.
struct Security: Sendable {
  /// How long a closing connection waits for the server's farewell. Asterisk sends none.
  private static let farewellLimit: TimeAmount = .milliseconds(500)
  /// The least that is spoken. What came before can be read and altered by others: RFC 8996.
  static let versionLeast = TLSVersion.tlsv12

  private let context: NIOSSLContext
  private let name: String?
  private let isVerified: Bool
  private let server: Server
  /// The authorities of the file that is to be trusted.
  private let authorities: [CertificateFacts]

  /// Throws when the file of authorities cannot be used.
  init(_ tls: Server.TLS, of server: Server) throws(ClientError) {
    do {
      context = try NIOSSLContext(configuration: Self.configuration(tls))
      authorities =
        try tls.authorityFile.map { file in
          try NIOSSLCertificate.fromPEMFile(file).compactMap { certificate in
            CertificateFacts(der: try certificate.toDERBytes())
          }
        } ?? []
    } catch {
      let file = tls.authorityFile ?? "the system's CA certificates"
      throw ClientError(
        .tls, server: server.name,
        "cannot read \(file); tls_ca names a PEM file with the CA's certificate")
    }
    self.server = server
    isVerified = !tls.isInsecure
    // An address has no place in SNI; it is compared with the certificate's addresses instead.
    name = tls.name ?? (Self.isAddress(server.host) ? nil : server.host)
  }

  static func configuration(_ tls: Server.TLS) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = versionLeast
    configuration.shutdownTimeout = farewellLimit
    if tls.isInsecure { configuration.certificateVerification = .none }
    if let file = tls.authorityFile { configuration.trustRoots = .file(file) }
    return configuration
  }

  /// The handler that encrypts one connection.
  func handler() throws(ClientError) -> NIOSSLClientHandler {
    do {
      return try NIOSSLClientHandler(context: context, serverHostname: name)
    } catch {
      throw ClientError(
        .tls, server: server.name,
        "\(name ?? server.host) is no host name that a certificate can carry; correct tls_name")
    }
  }

  /// Whether the certificate has the name that is asked for. NIOSSL has compared them, but is
  /// content with the address connected to where the certificate has that.
  ///
  /// **Source:** RFC 6125, section 6.4: one asterisk may stand for the first label.
  func isNamed(by certificate: NIOSSLCertificate) -> Bool {
    let carried = certificate._subjectAlternativeNames()
    guard isVerified, let name, carried.contains(where: { $0.nameType == .ipAddress }) else {
      return true
    }
    let wanted = Self.labels(of: name)
    return carried.contains { entry in
      guard entry.nameType == .dnsName else { return false }
      let text = unsafe entry.contents.withUnsafeBufferPointer {
        unsafe String(decoding: $0, as: UTF8.self)
      }
      let labels = Self.labels(of: text)
      guard labels.first == "*", labels.count > 1 else { return labels == wanted }
      return labels.dropFirst() == wanted.dropFirst()
    }
  }

  /// Why the certificate of `endpoint` is not trusted, and what to do; `now` is the time in UTC,
  /// YYYYMMDDHHMMSS. Nil for a certificate that did not come or cannot be read.
  func objection(
    to certificate: NIOSSLCertificate?, of endpoint: String, at now: String
  ) -> String {
    let file = server.tls?.authorityFile
    let facts = certificate.flatMap { try? $0.toDERBytes() }.flatMap(CertificateFacts.init)
    if let facts, facts.end < now {
      return "the certificate of \(endpoint) expired on \(Self.day(facts.end)); renew it there, or "
        + "set this machine's clock"
    }
    if let facts, facts.start > now {
      return "the certificate of \(endpoint) is valid only from \(Self.day(facts.start)) on; "
        + "set the clocks of both machines"
    }
    if let facts, facts.isSelfIssued {
      let place = file.map { "put a copy of it into \($0)" } ?? "set tls_ca to a copy of it"
      return "the certificate of \(endpoint) is signed by itself and by no authority; \(place)"
    }
    guard let file else {
      return "the certificate of \(endpoint) is not trusted; set tls_ca to the file of the CA that "
        + "signed it"
    }
    let signers = authorities.filter { $0.subject == facts?.issuer }
    if let signer = signers.first, signers.allSatisfy({ $0.end < now }) {
      return "the certificate of the CA in \(file) expired on \(Self.day(signer.end)); put its new "
        + "one there"
    }
    return "the certificate of \(endpoint) is not trusted: none of the CAs in \(file) signed it; "
      + "put the one that did there"
  }

  /// The day of a time, as 2026-11-27.
  private static func day(_ time: String) -> String {
    "\(time.prefix(4))-\(time.dropFirst(4).prefix(2))-\(time.dropFirst(6).prefix(2))"
  }

  /// The parts of a host name, whose case and last point mean nothing.
  private static func labels(of name: String) -> [Substring] {
    let labels = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    return labels.last == "" ? labels.dropLast() : labels
  }

  private static func isAddress(_ host: String) -> Bool {
    (try? SocketAddress(ipAddress: host, port: 0)) != nil
  }
}
