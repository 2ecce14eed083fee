extension Configuration {
  /// A server to record, as its section of amirec.conf says.
  public struct Server: Equatable, Sendable {
    /// How the secret is proven to the server.
    public enum Authentication: String, Equatable, Sendable {
      /// By a digest of the secret and the server's challenge.
      case md5
      /// By sending it.
      case plain
    }

    /// How an encrypted connection is checked.
    public struct TLS: Equatable, Sendable {
      /// A PEM file with the authorities to trust; nil for the system's.
      public var authorities: String?
      /// The name that the certificate must have; nil for the host.
      public var name: String?
      /// Whether any certificate will do.
      public var isInsecure: Bool
    }

    /// Longest name in letters.
    static let nameLengthMax = 64

    /// Its name in every table, in the journal, and in the log.
    public var name: String
    /// Name or address.
    public var host: String
    /// The manager port.
    public var port: Int
    /// Whether and how the connection is encrypted.
    public var tls: TLS?
    /// The user in manager.conf: the recorder's, or that for actions where it is to act.
    public var username: String
    /// The user's secret.
    public var secret: Secret
    /// How the secret is proven.
    public var authentication: Authentication
    /// Endpoints that lead to the outside, such as PJSIP/trunk1.
    public var trunks: [String]
    /// Seconds between two pings.
    public var pingIntervalSeconds: Int
    /// Whether the server is asked after each login what is there.
    public var takesSnapshot: Bool
    /// Whether questions are asked too that Asterisk answers with passwords in clear.
    public var asksForSecrets: Bool
    /// Seconds between two times that the queues are asked for; 0 for never.
    public var queuesIntervalSeconds: Int
    /// Seconds between two times that peers and registrations are asked for; 0 for never.
    public var registrationsIntervalSeconds: Int

    init(
      _ section: ConfigurationFile.Section, environment: Environment, isForActions: Bool = false,
      warnings: inout [String], exposures: inout [String]
    ) throws(ConfigurationError) {
      let name = section.name
      guard name.utf8.count <= Self.nameLengthMax, name.utf8.allSatisfy(Self.mayStandInName) else {
        throw ConfigurationError(
          section.place,
          "the name of a server has up to \(Self.nameLengthMax) letters, digits, - and _; rename it"
        )
      }
      let settings = try Settings(
        .server, of: section, server: name, environment: environment)
      func required(_ key: String) throws(ConfigurationError) -> String {
        guard let text = settings.text(key) else {
          throw ConfigurationError(section.place, "[\(name)] lacks '\(key)'; add \(key) = …")
        }
        return text
      }
      self.name = name
      host = try required("host")
      let login = try Self.login(of: settings, isForActions: isForActions)
      username = try required(login.usernameKey)
      authentication = settings.text("authentication").flatMap(Authentication.init) ?? .md5
      trunks = settings.list("trunks")
      pingIntervalSeconds = settings.number("ping_interval_s") ?? 5
      takesSnapshot = settings.flag("snapshot")
      asksForSecrets = settings.flag("outbound_registrations")
      queuesIntervalSeconds = settings.number("queues_interval_s") ?? 0
      registrationsIntervalSeconds = settings.number("registrations_interval_s") ?? 0
      if settings.flag("tls") {
        tls = TLS(
          authorities: settings.text("tls_ca"), name: settings.text("tls_name"),
          isInsecure: settings.flag("tls_insecure"))
      } else {
        for key in ["tls_ca", "tls_name", "tls_insecure"] {
          guard let place = settings.place(of: key) else { continue }
          throw ConfigurationError(
            place, "'\(key)' means nothing while tls = no; set tls = yes, or remove it")
        }
      }
      port = settings.number("port") ?? (tls == nil ? 5_038 : 5_039)
      secret = try Self.secret(
        of: name, login, settings: settings, place: section.place, environment: environment,
        exposures: &exposures)
      warn(&warnings)
    }

    /// The keys of a user and of its secret; with `.` for `_` and NAME before it, the secret's key
    /// is that of systemd's credential.
    private struct Login {
      let usernameKey: String
      let secretKey: String
      var fileKey: String { secretKey + "_file" }
      var credential: String { String(secretKey.map { $0 == "_" ? "." : $0 }) }

      static let recorder = Login(usernameKey: "username", secretKey: "secret")
      static let actor = Login(usernameKey: "action_username", secretKey: "action_secret")
    }

    /// The user for actions has its own name and secret, or neither.
    private static func login(
      of settings: Settings, isForActions: Bool
    ) throws(ConfigurationError) -> Login {
      let hasActor = settings.text(Login.actor.usernameKey) != nil
      if !hasActor, let place = settings.place(of: Login.actor.fileKey) {
        throw ConfigurationError(
          place, "'action_secret_file' is whose? Add action_username = …, or remove it")
      }
      return hasActor && isForActions ? .actor : .recorder
    }

    private func warn(_ warnings: inout [String]) {
      if tls?.isInsecure == true {
        warnings.append("[\(name)] tls_insecure = yes: whoever answers at \(host) gets the login")
      }
      if tls == nil, authentication == .plain, !["127.0.0.1", "::1", "localhost"].contains(host) {
        warnings.append(
          "[\(name)] authentication = plain without tls: anyone on the way to \(host) can read the secret"
        )
      }
    }

    /// From the environment, else from systemd's credentials, else from the file that is named.
    private static func secret(
      of name: String, _ login: Login, settings: Settings, place: ConfigurationError.Place,
      environment: Environment, exposures: inout [String]
    ) throws(ConfigurationError) -> Secret {
      let variable = Environment.name(of: login.secretKey, server: name)
      if let text = environment.variables[variable] {
        guard !text.isEmpty, !text.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else {
          throw ConfigurationError(.init(variable), "it must hold the user's secret, one line")
        }
        return Secret(text)
      }
      if let folder = environment.credentials {
        let path = "\(folder)/\(name).\(login.credential)"
        if (try? readText(path, bytesMax: Secret.bytesMax)) != nil {
          return try read(path, at: place, environment, &exposures)
        }
      }
      guard let path = settings.text(login.fileKey) else {
        throw ConfigurationError(
          place,
          "[\(name)] has no secret; name a file with \(login.fileKey), set \(variable), "
            + "or have systemd load the credential \(name).\(login.credential)")
      }
      return try read(
        path, at: settings.place(of: login.fileKey) ?? place, environment, &exposures)
    }

    /// Reads a secret, unless others may have written it.
    private static func read(
      _ path: String, at place: ConfigurationError.Place, _ environment: Environment,
      _ exposures: inout [String]
    ) throws(ConfigurationError) -> Secret {
      let secret = try Secret.read(path, at: place)
      let exposure = Exposure(of: path, environment: environment)
      if exposure.isWritable {
        throw ConfigurationError(
          place,
          "\(path) can be written by others than its owner; chmod go-w \(path), and look "
            + "whether it still holds your secret")
      }
      if exposure.isReadable {
        exposures.append(
          "the secret in \(path) can be read by every user; chmod o= \(path), and take a new one"
        )
      }
      if let folder = exposure.openFolder {
        exposures.append(
          "the secret \(path) can be replaced by others: they may write in \(folder); "
            + "chmod go-w \(folder)")
      }
      return secret
    }

    private static func mayStandInName(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
      default: false
      }
    }
  }
}
