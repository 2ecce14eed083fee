import NIOCore
import NIOSSL

/// What a TLS connection needs, made before connecting: reading the authorities' certificates takes
/// longer than an event loop may be kept from reading.
struct Security: Sendable {
  /// How long a closing connection waits for the server's farewell. Asterisk sends none.
  private static let farewellLimit: TimeAmount = .milliseconds(500)

  private let context: NIOSSLContext
  private let name: String?
  private let isVerified: Bool
  private let server: Server

  /// Throws when the file of authorities cannot be used.
  init(_ tls: Server.TLS, of server: Server) throws(ClientError) {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.shutdownTimeout = Self.farewellLimit
    if tls.isInsecure { configuration.certificateVerification = .none }
    if let file = tls.authorityFile { configuration.trustRoots = .file(file) }
    do {
      context = try NIOSSLContext(configuration: configuration)
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

  /// The parts of a host name, whose case and last point mean nothing.
  private static func labels(of name: String) -> [Substring] {
    let labels = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    return labels.last == "" ? labels.dropLast() : labels
  }

  private static func isAddress(_ host: String) -> Bool {
    (try? SocketAddress(ipAddress: host, port: 0)) != nil
  }
}
