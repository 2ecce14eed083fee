/// All that amirec.conf and the environment say, checked.
public struct Configuration: Equatable, Sendable {
  /// The SQLite file.
  public var store: String
  /// The folder with a journal for each server, in a folder of its name.
  public var journal: String
  /// Bulky tables to fill.
  public var tables: [String]
  /// Whether the table `dtmf` shows which keys were pressed.
  public var showsDTMF: Bool
  /// The least important lines to log: a level of swift-log by its name.
  public var logLevel: String
  /// Milliseconds that what was received may wait until it is in the store.
  public var commitIntervalMilliseconds: Int
  /// Bytes after which a segment of the journal is full.
  public var segmentBytes: Int64
  /// The servers, in the order of the file.
  public var servers: [Server]
  /// What is no error, but should be mended: one line each.
  public var warnings: [String] = []

  /// Reads a file, and the secrets that it names.
  ///
  /// Throws for whatever cannot be read, is unknown, or makes no sense.
  public init(path: String, environment: Environment) throws(ConfigurationError) {
    let bytes: [UInt8]
    do {
      bytes = try readText(path, bytesMax: ConfigurationFile.bytesMax)
    } catch {
      throw ConfigurationError(.init(path), "\(error)")
    }
    guard var text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw ConfigurationError(.init(path), "it is no text in UTF-8; check its name")
    }
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    try self.init(text, name: path, environment: environment)
  }

  /// Takes the text of a file; `name` is the file's, for errors.
  public init(
    _ text: String, name: String, environment: Environment
  ) throws(ConfigurationError) {
    let file = try ConfigurationFile(text, name: name)
    try Self.checkNames(file.sections)
    let isGeneral = { (section: ConfigurationFile.Section) in section.name.lowercased() == "general"
    }
    let general = try Settings(
      .general, of: file.sections.first(where: isGeneral), server: nil, environment: environment)
    store = general.text("store") ?? ""
    journal = general.text("journal") ?? ""
    tables = general.list("tables")
    showsDTMF = general.text("dtmf") == "clear"
    logLevel = general.text("log_level") ?? ""
    commitIntervalMilliseconds = general.number("commit_interval_ms") ?? 0
    segmentBytes = Int64(general.number("segment_size_mb") ?? 0) << 20
    servers = []
    for section in file.sections where !isGeneral(section) {
      servers.append(try Server(section, environment: environment, warnings: &warnings))
    }
    guard !servers.isEmpty else {
      throw ConfigurationError(
        .init(name), "it names no server; add a section such as [pbx1] with host and username")
    }
    warnings += strayVariables(of: environment)
  }

  /// Refuses sections of one name, and names that the environment could not tell apart.
  private static func checkNames(
    _ sections: [ConfigurationFile.Section]
  ) throws(ConfigurationError) {
    var seen: [String: ConfigurationFile.Section] = [:]
    for section in sections {
      let key = Environment.name(of: "", server: section.name)
      if let other = seen[key] {
        throw ConfigurationError(
          section.place,
          "[\(section.name)] is there already, as [\(other.name)] in line \(other.place.line ?? 0); "
            + "join or rename them")
      }
      seen[key] = section
    }
  }

  /// A warning for each variable that looks like ours and means nothing.
  private func strayVariables(of environment: Environment) -> [String] {
    var known = Key.all(in: .general).map { Environment.name(of: $0.name, server: nil) }
    for server in servers {
      known += (Key.all(in: .server).map(\.name) + ["secret"]).map {
        Environment.name(of: $0, server: server.name)
      }
    }
    return environment.variables.keys.sorted().compactMap { name in
      guard name.hasPrefix(Environment.prefix), !Environment.others.contains(name),
        !known.contains(name)
      else { return nil }
      return "\(name) means nothing; the nearest is \(nearest(to: name, among: known) ?? "")"
    }
  }
}
