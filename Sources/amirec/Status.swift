import ArgumentParser
import Configuration
import Glibc
import Journal
import Reports

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Says what a store holds, and what the collector does.",
    discussion: """
      Compares what was received with what is stored, server by server. Ends with 1 when not all \
      is well, and the reasons go to standard error: the collector is gone or was stopped, does \
      not record a server, or is more than \(Status.lagSecondsMax) s behind; the store is not \
      written, or lacks what has been in the journal for \(Status.archiveLagSecondsMax) s; a \
      reader keeps its WAL beyond \(Status.walBytesMax >> 20) MiB; a journal is larger than \
      \(Status.journalBytesMax >> 20) MiB; a disk has less than \(Status.freeBytesLeast >> 20) \
      MiB left; messages were skipped. With --config it also says so when the store cannot be \
      read, or a server is missing.
      """)

  enum StatusFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @OptionGroup var store: StoreOptions

  @Option(
    help: ArgumentHelp(
      "amirecd's configuration, which names store, journal and servers.", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "The folder of amirecd's journals. Default: what the store says.", valueName: "folder"))
  var journal: String?

  @Option(help: ArgumentHelp("Time zone of the times. Default: the system's.", valueName: "zone"))
  var tz: String?

  @Option(help: "How the answer is written.")
  var format: StatusFormat = .text

  func run() throws {
    let zone = try Zone.use(tz)
    let status = try status()
    let output = Terminal.output()
    try output.write(format == .json ? status.json(in: zone) : status.text(in: zone))
    try output.flush()
    if !status.complaints.isEmpty {
      throw Failure(Failure.wanting, status.complaints.joined(separator: "; "))
    }
  }

  private func status() throws -> Status {
    let configuration = try config.map {
      try Configuration(path: $0, environment: .current, for: .masking)
    }
    let path = try configuration.map { store.path ?? $0.store } ?? store.given()
    var circumstances = Status.Circumstances(store: path)
    circumstances.configured = configuration?.serverNames ?? []
    circumstances.walBytes = Self.size("\(path)-wal")
    let known = journal ?? configuration?.journal
    do {
      return try Self.status(of: StoreFile(path: path), known, circumstances)
    } catch {
      // Without a journal there is nothing to say instead.
      guard let known else { throw error }
      circumstances.storeFailure = "\(error)"
      circumstances.journal = JournalVisit.look(into: known, of: path, isGiven: true) { _, _ in 0 }
      circumstances.free = Self.free(path, known)
      return Status(without: circumstances, nowUs: Terminal.nowUs)
    }
  }

  /// The status of a store that can be read; `known` is the folder of the journals, where it was
  /// named.
  private static func status(
    of file: borrowing StoreFile, _ known: String?, _ circumstances: Status.Circumstances
  ) throws -> Status {
    var circumstances = circumstances
    let path = circumstances.store
    let folder = if let known { known } else { try Status.journal(of: file) }
    if let folder {
      circumstances.journal = JournalVisit.look(into: folder, of: path, isGiven: known != nil) {
        try Status.storedBytes(in: file, server: $0, connectedUs: $1)
      }
    }
    // A store that nobody writes may well be on a full disk.
    if let folder = circumstances.journal?.path { circumstances.free = free(path, folder) }
    return try Status(of: file, circumstances, nowUs: Terminal.nowUs)
  }

  private static func free(_ paths: String...) -> [(path: String, bytes: Int64)] {
    paths.compactMap { path in
      let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
      let there = unsafe access(path, F_OK) == 0 ? path : folder
      return DiskRoom.free(at: there).map { (path, $0) }
    }
  }

  private static func size(_ path: String) -> Int64 {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }
}

/// Looks into the folder of a collector's journals.
enum JournalVisit {
  /// What is in the folder of the journals of the collector that writes the store at a path; nil
  /// when there is nothing of that collector any more. A folder that was named (`isGiven`), and not
  /// found through the store, should be there.
  ///
  /// `stored` says how many bytes of a server's connection the store holds.
  static func look(
    into folder: String, of store: String, isGiven: Bool,
    stored: (_ server: String, _ connectedUs: Int64) throws -> Int64
  ) -> JournalStatus? {
    var found = JournalStatus(path: folder)
    do {
      guard isGiven || Terminal.has(folder) else { return nil }
      if let text = try StatusFile.read(in: folder) {
        let report = try CollectorReport(json: text)
        if let written = report.store, !isSame(written, store) {
          // The folder is that of another store: this one is a copy, or lies elsewhere now.
          guard isGiven else { return nil }
          found.failures.append("\(folder) belongs to the store \(written)")
        } else {
          found.report = report
        }
      }
      for name in try Segment.journals(in: folder) {
        let remainder = try JournalRemainder(of: "\(folder)/\(name)") { try stored(name, $0) }
        found.servers.append(
          .init(
            name: name, bytes: remainder.bytes, lackingBytes: remainder.lackingBytes,
            lackingSinceUs: remainder.lackingSince))
      }
    } catch {
      found.failures.append("what was received cannot be compared with what is stored: \(error)")
    }
    return found
  }

  /// Whether two paths lead to one file; paths that lead nowhere are compared as they are.
  private static func isSame(_ one: String, _ other: String) -> Bool {
    one == other || FileIdentity(path: one).map { $0 == FileIdentity(path: other) } ?? false
  }
}
