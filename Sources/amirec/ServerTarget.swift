import AMI
import AMIClient
import Configuration

extension Configuration.Server {
  /// Whether the way to it leaves this machine.
  var isLocal: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}

extension AMIClient.Server {
  /// As the configuration says.
  init(_ server: Configuration.Server) {
    self.init(
      name: server.name, host: server.host, port: server.port,
      tls: server.tls.map { tls in
        .init(authorityFile: tls.authorities, name: tls.name, isInsecure: tls.isInsecure)
      },
      username: server.username, secret: AMIClient.Secret(server.secret.text),
      authentication: server.authentication == .md5 ? .md5 : .plain)
  }
}
