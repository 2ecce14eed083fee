/// All that amirec.conf and the environment say, checked.
public struct Configuration: Equatable, Sendable {
  /// What it is read for, which decides what must be there and which secrets are read.
  public enum Purpose: Equatable, Sendable {
    /// To record every server.
    case recording
    /// To send actions to the server of this name, as the user for that; nil where there is but one
    /// server. Whoever may act on it need not be able to read the other secrets.
    case acting(on: String?)
    /// To know what is not to be shown; no secret is read, and there are no servers.
    case masking
  }

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
  /// Fields and variables of actions whose values are not written down, besides secrets.
  public var mask: [String]
  /// The names of all servers, in the order of the file.
  public var serverNames: [String]
  /// The servers to log in to: all, in the order of the file, or the one to act on.
  public var servers: [Server]
  /// What is no error, but should be mended: one line each.
  public var warnings: [String] = []
  /// What lets other users of this machine read a secret, or have it sent elsewhere: one line each.
  /// Recording goes on, but nobody should be content: `--check`, `status` and `doctor` end with 1.
  public var exposures: [String] = []

  /// Reads a file, and the secrets that it names.
  ///
  /// Throws for whatever cannot be read, is unknown, or makes no sense.
  public init(
    path: String, environment: Environment, for purpose: Purpose = .recording
  ) throws(ConfigurationError) {
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
    try self.init(text, name: path, environment: environment, for: purpose)
    let exposure = Exposure(of: path, environment: environment)
    guard exposure.isWritable || exposure.openFolder != nil, purpose != .masking else { return }
    let writable = exposure.isWritable ? path : exposure.openFolder!
    exposures.append(
      "who may write \(path) says where the secrets are sent, and others than its owner may; "
        + "chmod go-w \(writable)")
  }

  /// Takes the text of a file; `name` is the file's, for errors.
  public init(
    _ text: String, name: String, environment: Environment, for purpose: Purpose = .recording
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
    mask = general.list("mask")
    servers = []
    let sections = file.sections.filter { !isGeneral($0) }
    serverNames = sections.map(\.name)
    guard !sections.isEmpty else {
      throw ConfigurationError(
        .init(name), "it names no server; add a section such as [pbx1] with host and username")
    }
    switch purpose {
    case .recording:
      for section in sections {
        servers.append(
          try Server(
            section, environment: environment, warnings: &warnings, exposures: &exposures))
      }
    case .masking:
      break
    case .acting(let wanted):
      let section = try Self.chosen(wanted, among: sections, name)
      servers.append(
        try Server(
          section, environment: environment, isForActions: true, warnings: &warnings,
          exposures: &exposures))
    }
    warnings += strayVariables(of: environment)
  }

  /// The section of the server that is asked for, or of the only one.
  private static func chosen(
    _ wanted: String?, among sections: [ConfigurationFile.Section], _ name: String
  ) throws(ConfigurationError) -> ConfigurationFile.Section {
    let names = sections.map(\.name)
    guard let wanted else {
      guard sections.count == 1 else {
        throw ConfigurationError(
          .option("--server"),
          "\(name) has several servers; name one of \(names.joined(separator: ", "))")
      }
      return sections[0]
    }
    guard let section = sections.first(where: { $0.name == wanted }) else {
      throw ConfigurationError(
        .option("--server"),
        "\(name) has no server '\(wanted)'; the nearest is '\(nearest(to: wanted, among: names) ?? "")'"
      )
    }
    return section
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
    for server in serverNames {
      known += (Key.all(in: .server).map(\.name) + ["secret", "action_secret"]).map {
        Environment.name(of: $0, server: server)
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
