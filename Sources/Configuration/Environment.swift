import Glibc

/// The variables of the environment that begin with AMIREC_, and where systemd put credentials.
public struct Environment: Equatable, Sendable {
  /// What all of ours begin with.
  static let prefix = "AMIREC_"
  /// Names with a meaning for another program of ours.
  static let others: Set<String> = ["AMIREC_DB", "AMIREC_QUERIES"]

  let variables: [String: String]

  /// An environment of the given variables.
  public init(_ variables: [String: String]) { self.variables = variables }

  /// The environment that the program was started with. Not from `/proc/self/environ`: a process
  /// that is concealed (``ProcessMemory``) may not read that.
  public static var current: Environment {
    var variables: [String: String] = [:]
    var next = unsafe environ
    while let entry = unsafe next.pointee {
      let text = unsafe String(cString: entry)
      unsafe next += 1
      guard let equals = text.firstIndex(of: "=") else { continue }
      let name = String(text[..<equals])
      guard name.hasPrefix(prefix) || name == credentialsVariable else { continue }
      variables[name] = String(text[text.index(after: equals)...])
    }
    return Environment(variables)
  }

  /// The folder with systemd's credentials; nil where it loaded none.
  ///
  /// **Source:** systemd.exec(5), LoadCredential.
  var credentials: String? { variables[Self.credentialsVariable] }

  private static let credentialsVariable = "CREDENTIALS_DIRECTORY"

  /// The variable for a key: AMIREC_KEY in [general], AMIREC_SERVER_KEY for a server.
  static func name(of key: String, server: String?) -> String {
    let words = server.map { "\($0)_\(key)" } ?? key
    return prefix + String(words.uppercased().map { $0 == "-" ? "_" : $0 })
  }
}

/// All bytes of a file, or the system's error number.
func readText(_ path: String, bytesMax: Int) throws(SystemError) -> [UInt8] {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw SystemError(number: errno) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 64 << 10)
  while true {
    let count = unsafe read(descriptor, &piece, piece.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw SystemError(number: errno) }
    guard count > 0 else { return bytes }
    bytes += piece[..<count]
    guard bytes.count <= bytesMax else { throw SystemError(number: EFBIG) }
  }
}

/// What the system says about a failed call.
struct SystemError: Error, CustomStringConvertible {
  let number: Int32

  /// What the operator can do about a file that cannot be read.
  var description: String {
    switch number {
    case ENOENT: return "there is no such file; check its name"
    case EACCES, EPERM: return "it may not be read; give this user the right to read it"
    case EISDIR: return "it is a folder; give the name of a file in it"
    case EFBIG: return "it is too large to be what it should be; check its name"
    default:
      guard let words = unsafe strerror(number) else { return "it cannot be read: error \(number)" }
      return unsafe "it cannot be read: \(String(cString: words))"
    }
  }
}
