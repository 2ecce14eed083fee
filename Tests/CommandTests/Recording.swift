import Glibc
import Support
import Testing

/// A folder with a configuration, and the amirecd that runs with it.
struct Recording {
  let folder = TemporaryFolder()

  var configuration: String { folder.file("amirec.conf") }
  var store: String { folder.file("amirec.db") }
  let environment = ["AMIREC_PBX1_SECRET": "geheim", "AMIREC_PBX2_SECRET": "geheim"]

  /// Writes the configuration: servers by name, with their ports and further settings.
  func configure(
    _ servers: [(name: String, port: Int)], _ settings: String = "", general: String = "",
    store: String? = nil
  ) {
    var text =
      "[general]\nstore = \(store ?? self.store)\njournal = \(folder.file("journal"))\nlog_level = debug\n"
    text += "\(general)\n"
    for server in servers {
      text += "[\(server.name)]\nhost = 127.0.0.1\nport = \(server.port)\nusername = recorder\n"
      text += "authentication = plain\n\(settings)\n"
    }
    write(text, to: configuration)
  }

  func start(
    _ arguments: [String] = [], environment extra: [String: String] = [:]
  ) throws -> RunningProgram {
    try Program.built("amirecd").start(
      ["--config", configuration] + arguments, environment: environment.merging(extra) { $1 })
  }

  /// The bytes of each session in the store, in the order of their ids.
  func stored() async throws -> [String] {
    let amirec = Program.built("amirec")
    let ids = try await sql("SELECT id FROM sessions ORDER BY id")
    var sessions: [String] = []
    for id in ids.split(whereSeparator: \.isNewline) {
      let frames = try await amirec.run([
        "frames", "--db", store, "--session", String(id), "--format", "raw",
      ])
      #expect(frames.status == 0, "\(frames.errors)")
      sessions.append(frames.output)
    }
    return sessions
  }

  /// Expects the store to hold what a server sent, session by session: of one that was closed while
  /// events came, the last that were sent may be unread.
  func expectStored(
    _ sent: [[UInt8]], at location: SourceLocation = #_sourceLocation
  ) async throws {
    let stored = try await stored()
    #expect(stored.count == sent.count, sourceLocation: location)
    for (sent, stored) in zip(sent, stored) {
      #expect(!stored.isEmpty && sent.starts(with: stored.utf8), sourceLocation: location)
    }
  }

  /// What amirec status says, by default of the configuration.
  func status(_ arguments: [String]? = nil) async throws -> Outcome {
    try await Program.built("amirec").run(
      ["status"] + (arguments ?? ["--config", configuration]), environment: environment)
  }

  /// The number that a query gives; 0 as long as it cannot be asked.
  func rows(_ query: String) async throws -> Int {
    let outcome = try await Program.built("amirec").run([
      "sql", query, "--db", store, "--format", "csv",
    ])
    return outcome.output.split(whereSeparator: \.isNewline).last.flatMap { Int($0) } ?? 0
  }

  /// The rows that a query gives, as CSV without its heading.
  func sql(_ query: String) async throws -> String {
    let outcome = try await Program.built("amirec").run([
      "sql", query, "--db", store, "--format", "csv",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.split(whereSeparator: \.isNewline).dropFirst().joined(separator: "\n")
  }

  /// The bytes and the index lines of a server's journal, one segment after the other.
  func journal(_ server: String) -> (bytes: [UInt8], lines: [String]) {
    let names = files(in: folder.file("journal/\(server)"))
    let paths = names.map { folder.file("journal/\(server)/\($0)") }
    let bytes = paths.filter { $0.hasSuffix(".ami") }.flatMap(content)
    let lines = paths.filter { $0.hasSuffix(".idx") }.flatMap { path in
      String(decoding: content(of: path), as: UTF8.self).split(separator: "\n").map(String.init)
    }
    return (bytes, lines)
  }
}

/// Waits until something is so, and fails if it is not within a minute.
func eventually(
  _ words: Comment, _ isSo: () async throws -> Bool, at location: SourceLocation = #_sourceLocation
) async throws {
  for _ in 0..<1_200 {
    if try await isSo() { return }
    try await Task.sleep(for: .milliseconds(50))
  }
  Issue.record(words, sourceLocation: location)
  throw CancellationError()
}

/// The names in a folder, in their order; none if there is no such folder.
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

func write(_ text: String, to path: String) {
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, mode_t(0o600))
  defer { close(descriptor) }
  let bytes = Array(text.utf8)
  let written = unsafe Glibc.write(descriptor, bytes, bytes.count)
  precondition(written == bytes.count)
}

/// The bytes of a file, which may be growing; none if there is no such file.
func content(of path: String) -> [UInt8] {
  let descriptor = unsafe open(path, O_RDONLY)
  guard descriptor >= 0 else { return [] }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = unsafe read(descriptor, &piece, piece.count)
    guard count > 0 else { return bytes }
    bytes += piece[..<count]
  }
}
