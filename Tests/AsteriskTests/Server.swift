import Glibc
import Support

/// The live Asterisk that the environment names: its manager port, and a user who may read
/// everything and originate.
///
/// | variable | meaning |
/// |---|---|
/// | `AMIREC_ASTERISK_HOST`, `_PORT`, `_USER`, `_SECRET` | without all of these the suite is skipped |
/// | `AMIREC_ASTERISK_TLS_PORT`, `_CA` | the TLS port, and a PEM file that vouches for its certificate |
/// | `AMIREC_ASTERISK_PHONES` | set where `.ci/phones` runs and the dialplan is the laboratory's |
/// | `AMIREC_ASTERISK_CHANNEL` | what to originate to, by default `Local/7000@internal`: something that answers |
struct Server {
  let host: String
  let port: String
  let user: String
  let secret: String
  let channel: String
  let tlsPort: String?
  let certificateAuthority: String?

  static let given: Server? = {
    let environment = Program.environment
    func of(_ name: String) -> String? { environment["AMIREC_ASTERISK_\(name)"] }
    guard let host = of("HOST"), let port = of("PORT"), let user = of("USER"),
      let secret = of("SECRET")
    else { return nil }
    return Server(
      host: host, port: port, user: user, secret: secret,
      channel: of("CHANNEL") ?? "Local/7000@internal",
      tlsPort: of("TLS_PORT"), certificateAuthority: of("CA"))
  }()

  /// Whether there are telephones that take calls.
  static let hasPhones = Program.environment["AMIREC_ASTERISK_PHONES"] != nil

  /// Whether the TLS port can be tested too.
  static var hasTLS: Bool { given?.tlsPort != nil && given?.certificateAuthority != nil }
}

/// An `amirecd` with a folder of its own: configuration, secret, journal and store.
struct Collector {
  let folder = TemporaryFolder()
  let running: RunningProgram

  var store: String { folder.file("amirec.db") }

  /// Starts amirecd for one server, `settings` being lines of its section.
  init(_ settings: [String], user: String, secret: String) throws {
    write(secret + "\n", to: folder.file("secret"))
    let lines =
      [
        "[general]", "store = \(folder.file("amirec.db"))", "journal = \(folder.file("journal"))",
        "", "[pbx]", "username = \(user)", "secret_file = \(folder.file("secret"))",
      ] + settings
    write(lines.joined(separator: "\n") + "\n", to: folder.file("amirec.conf"))
    running = try Program.built("amirecd").start(["--config", folder.file("amirec.conf")])
  }

  /// The one number that a query of the store gives; 0 while there is no store or no such table
  /// yet.
  func number(_ sql: String) async throws -> Int {
    let asked = try await Oracle.python(["-c", Self.query, store, sql])
    return Int(asked.output.filter { !$0.isWhitespace }) ?? 0
  }

  private static let query = """
    import sqlite3, sys
    try:
        print(sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True).execute(sys.argv[2]).fetchone()[0])
    except sqlite3.Error:
        print(0)
    """

  /// Waits until a query gives something other than 0; false after `seconds`.
  func waits(for sql: String, seconds: Int = 20) async throws -> Bool {
    for _ in 0..<(seconds * 5) {
      if try await number(sql) != 0 { return true }
      try await Task.sleep(for: .milliseconds(200))
    }
    return false
  }

  /// Ends it as an operator would.
  func stop() async -> Outcome {
    running.signal(SIGTERM)
    return await running.ended()
  }
}

/// Makes a file that only its owner can read.
private func write(_ text: String, to path: String) {
  let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  precondition(file >= 0, "\(path): errno \(errno)")
  var bytes = Array(text.utf8)
  let written = unsafe bytes.withUnsafeMutableBytes {
    unsafe Glibc.write(file, $0.baseAddress!, $0.count)
  }
  precondition(written == bytes.count, "\(path): errno \(errno)")
  close(file)
}

/// The names in a folder, in their order.
func files(in folder: String) -> [String] {
  guard let listing = unsafe opendir(folder) else { return [] }
  defer { unsafe closedir(listing) }
  var names: [String] = []
  while let entry = unsafe readdir(listing) {
    let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if !name.hasPrefix(".") { names.append(name) }
  }
  return names.sorted()
}

/// A file as text.
func text(of path: String) -> String {
  guard let file = unsafe fopen(path, "r") else { return "" }
  defer { unsafe fclose(file) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe fread(&piece, 1, piece.count, file)
    guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
    bytes += piece[..<count]
  }
}
