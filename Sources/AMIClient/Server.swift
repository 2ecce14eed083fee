public import AMI

/// Where a manager interface is, and as whom to log in to it.
public struct Server: Sendable {
  /// The port of the manager interface without TLS.
  ///
  /// **Source:** `configs/samples/manager.conf.sample`, `port`.
  public static let port = 5038
  /// The port of the manager interface with TLS.
  ///
  /// **Source:** `configs/samples/manager.conf.sample`, `tlsbindaddr`.
  public static let tlsPort = 5039

  /// How a connection is encrypted, and whom it trusts. Certificates are verified unless
  /// ``isInsecure``.
  public struct TLS: Sendable {
    /// A PEM file with the certificates of the authorities to trust; nil for the system's.
    public var authorityFile: String?
    /// The host name that the server's certificate must carry, and that is sent as SNI; nil for the
    /// host connected to. No IP address.
    public var name: String?
    /// Whether any certificate will do. Then nobody knows who reads the secret and the calls.
    public var isInsecure: Bool

    /// Verified against the system's authorities and the host's name, unless said otherwise.
    public init(authorityFile: String? = nil, name: String? = nil, isInsecure: Bool = false) {
      self.authorityFile = authorityFile
      self.name = name
      self.isInsecure = isInsecure
    }
  }

  /// What the operator calls the server; begins every error.
  public var name: String
  /// A host name or an IP address.
  public var host: String
  /// The TCP port, 1 to 65535.
  public var port: Int
  /// Nil for a connection in clear.
  public var tls: TLS?
  /// The user of `manager.conf`.
  public var username: String
  /// That user's secret.
  public var secret: Secret
  /// How the secret is shown to be known.
  public var authentication: Login.Authentication
  /// Whether the events that the user may see are to come, besides answers.
  public var wantsEvents = true

  /// A server at `host`; `port` defaults to 5038, with TLS to 5039.
  public init(
    name: String, host: String, port: Int? = nil, tls: TLS? = nil, username: String,
    secret: Secret, authentication: Login.Authentication = .md5
  ) {
    self.name = name
    self.host = host
    self.port = port ?? (tls == nil ? Self.port : Self.tlsPort)
    self.tls = tls
    self.username = username
    self.secret = secret
    self.authentication = authentication
  }
}

/// A text that is in no output: printing, interpolating and dumping it show a placeholder.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  let text: String

  /// Keeps `text` to itself.
  public init(_ text: String) { self.text = text }

  /// A placeholder.
  public var description: String { "(secret)" }
  /// A placeholder.
  public var debugDescription: String { description }
  /// Nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
