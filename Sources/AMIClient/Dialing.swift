import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// Connecting: the part that knows sockets, and what their errors mean to an operator.
extension ConnectionHandler {
  /// One read takes at most this, in bytes. Large, because a backlog is read in one go.
  private static let readBytesMax = 1 << 20
  /// The size of the first read, in bytes.
  private static let readBytesMin = 1 << 16

  /// Host and port as people write them.
  var endpoint: String {
    server.host.contains(":") ? "[\(server.host)]:\(server.port)" : "\(server.host):\(server.port)"
  }

  /// What answers there is something else.
  func foreigner() -> ClientError {
    .init(
      .foreign, server: server.name,
      "\(endpoint) is no manager interface; check the port (5038, with TLS 5039)")
  }

  /// The server says that it has no Challenge.
  func reluctance() -> ClientError {
    .init(
      .foreign, server: server.name,
      "\(endpoint) offers no Challenge, and the secret is not sent in clear; use tls, or set "
        + "authentication = plain if that is meant")
  }

  /// What comes does not end in a login.
  func babble() -> ClientError {
    .init(
      .foreign, server: server.name,
      "\(endpoint) sent more than \(limits.loginBytesMax) bytes before the login, as no manager "
        + "interface does; check the port (5038, with TLS 5039)")
  }

  /// Connects, then hands the channel to `connected`, or fails.
  func dial() {
    let size = ReceiveBuffer.sizeToSet()
    var bootstrap = ClientBootstrap(group: loop)
      .connectTimeout(TimeAmount(limits.connect))
      // Nothing is read before this handler is in place, which is after one of perhaps several
      // attempts (IPv6, IPv4) has won.
      .channelOption(.autoRead, value: false)
      .channelOption(
        .recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(
          minimum: Self.readBytesMin, initial: Self.readBytesMin, maximum: Self.readBytesMax))
    if let size {
      bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(size))
    }
    let connecting = bootstrap.connect(host: server.host, port: server.port).assumeIsolated()
    connecting.whenComplete { [self] result in
      switch result {
      case .success(let channel): join(channel, wasSizeSet: size != nil)
      case .failure(let error): fail(connectFailure(error))
      }
    }
  }

  private func join(_ channel: any Channel, wasSizeSet: Bool) {
    guard phase == .connecting else { return channel.close(promise: nil) }
    do {
      let pipeline = channel.pipeline.syncOperations
      let options = channel.syncOptions!
      let actual = try options.getOption(.socketOption(.so_rcvbuf))
      if let security { try pipeline.addHandler(try security.handler()) }
      try pipeline.addHandler(self)
      connected(channel, receiveBuffer: ReceiveBuffer(actual: Int(actual), wasSet: wasSizeSet))
      try options.setOption(.autoRead, value: true)
    } catch let error as ClientError {
      channel.close(promise: nil)
      fail(error)
    } catch {
      channel.close(promise: nil)
      fail(connectFailure(error))
    }
  }

  private func connectFailure(_ error: any Error) -> ClientError {
    if case ChannelError.connectTimeout = error {
      return .init(
        .unreachable, server: server.name,
        "no answer from \(endpoint) within \(limits.connect); check host, port and firewall")
    }
    if let error = error as? NIOConnectionError {
      guard let attempt = error.connectionErrors.last else {
        return .init(
          .unreachable, server: server.name,
          "the host \(server.host) is not known; check host, or the name server")
      }
      return connectFailure(attempt.error)
    }
    if let error = error as? IOError, error.errnoCode == ECONNREFUSED {
      return .init(
        .unreachable, server: server.name,
        "nothing listens on \(endpoint); check host and port, and enabled and bindaddr in manager.conf"
      )
    }
    return .init(
      .unreachable, server: server.name,
      "cannot connect to \(endpoint): \(reason(error)); check host, port and network")
  }

  /// Whether the server's certificate has the name that it must have.
  func isServerNamed(_ pipeline: ChannelPipeline.SynchronousOperations) -> Bool {
    guard let security, let certificate = try? pipeline.nioSSL_peerCertificate() else {
      return false
    }
    return security.isNamed(by: certificate)
  }

  /// What a TLS handshake failed on; `certificate` is the server's, if it got so far.
  func handshakeFailure(_ error: any Error, _ certificate: NIOSSLCertificate?) -> ClientError {
    let text = String(describing: error)
    let message =
      if case NIOSSLExtraError.failedToValidateHostname? = error as? NIOSSLExtraError {
        "the certificate of \(endpoint) is for another name; set tls_name to the name it carries"
      } else if text.contains("CERTIFICATE_VERIFY_FAILED") {
        security!.objection(to: certificate, of: endpoint, at: WallClock.digits())
      } else if text.contains("UNSUPPORTED_PROTOCOL") || text.contains("PROTOCOL_VERSION") {
        "\(endpoint) speaks no TLS 1.2 or later; its OpenSSL is older, or manager.conf has "
          + "tlsdisablev12 = yes"
      } else if text.contains("WRONG_VERSION_NUMBER") || text.contains("EOF during handshake") {
        "\(endpoint) does not speak TLS; the TLS port is 5039 by default (tlsenable in manager.conf)"
      } else {
        "the TLS handshake with \(endpoint) failed: \(reason(error)); check tls settings of both sides"
      }
    return .init(.tls, server: server.name, message)
  }

  /// What an established connection broke on.
  func breakage(_ error: any Error) -> ClientError {
    if error is NIOSSLError || error is BoringSSLError {
      return .init(
        .tls, server: server.name, "TLS with \(endpoint) broke: \(reason(error)); connect again")
    }
    return .init(
      .broken, server: server.name,
      "the connection to \(endpoint) broke: \(reason(error)); check server and network")
  }

  /// The server closed the connection on its own.
  func disconnection() -> ClientError {
    let message =
      switch phase {
      case .securing:
        "\(endpoint) closed the connection in the TLS handshake; check that this port speaks TLS"
      case .loggingIn:
        "\(endpoint) closed the connection before the login was answered; Asterisk may be starting, "
          + "or authlimit in manager.conf is reached"
      default: "\(endpoint) closed the connection; Asterisk was stopped, or we read too slowly"
      }
    return .init(
      phase == .securing ? .tls : .disconnected, server: server.name, message)
  }

  private func reason(_ error: any Error) -> String {
    guard let error = error as? IOError else { return String(describing: error) }
    return unsafe String(cString: strerror(error.errnoCode))
  }

  /// Ends the connection for this reason unless it goes on within a time.
  func limit(
    _ duration: Duration, _ code: ClientError.Code, _ what: String, _ advice: String
  ) {
    deadline?.cancel()
    deadline = loop.assumeIsolated().scheduleTask(in: TimeAmount(duration)) { [weak self] in
      self?.fail(code, "\(what) within \(duration); \(advice)")
    }
  }

  func cancellation(of name: String) -> ClientError {
    ClientError(.cancelled, server: server.name, "waiting for the answer to \(name) was cancelled")
  }
}
