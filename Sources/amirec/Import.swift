import ArgumentParser
import Display
import Ingest
import Journal
import Normalization
import Reports
import Store

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Takes recordings into a store.",
    discussion: """
      A recording is X.ami or X.ami.gz; X.idx (or X.idx.gz) beside it says when its bytes were \
      received. Without it the times that the stream carries itself count. A recording that the \
      store holds already adds nothing. What is readable of a damaged one is kept, with a row in \
      gaps for the rest and exit code 1.
      """)

  @Argument(help: ArgumentHelp("Recordings, oldest first.", valueName: "file"))
  var files: [String]

  @OptionGroup var store: StoreOptions

  @Option(
    help: ArgumentHelp(
      "The server's name in the store. Default: the stream's SystemName, else the file's name.",
      valueName: "name"))
  var server: String?

  @OptionGroup var filling: FillingOptions

  @Flag(help: "Write the summary as JSON.")
  var json = false

  func run() throws {
    let path = try store.given()
    let change = try filling.change()
    // All files are looked into before the store is touched.
    let recordings = try files.map { try Recording(path: $0) }
    let store = try Store(path: path)
    if let objection = Rights.objection(to: path) { Terminal.tell(objection) }
    var summaries: [ImportSummary] = []
    for recording in recordings {
      let name = server ?? recording.serverName
      var options = try store.options(ofServer: name) ?? Normalizer.Options()
      change(&options)
      summaries.append(try take(recording, of: name, into: store, options))
    }
    try store.truncateWAL()
    let output = Terminal.output()
    try output.write(
      json ? ImportSummary.json(summaries) : VisibleText.lines(ImportSummary.text(summaries)))
    try output.flush()
    if summaries.contains(where: \.isIncomplete) { throw ExitCode(Failure.wanting) }
  }

  private func take(
    _ recording: Recording, of server: String, into store: Store, _ options: Normalizer.Options
  ) throws -> ImportSummary {
    let capture = try Capture(path: recording.path)
    let clock = ContinuousClock()
    let start = clock.now
    do {
      let ingest = try Ingest(
        store: store, server: server,
        source: .capture(name: recording.fileName, fileDate: capture.modified), options: options)
      var meter = ProgressMeter(name: recording.fileName)
      var bytes: [UInt8] = []
      var committed: Int64 = 0
      while let record = try capture.next(into: &bytes) {
        try ingest.take(record, bytes)
        guard ingest.progress.bytes - committed >= Self.commitBytes else { continue }
        committed = ingest.progress.bytes
        try ingest.commit()
        meter.show(
          bytes: capture.fileBytesRead, of: capture.fileBytes, events: ingest.progress.events)
      }
      if capture.wasCut { try ingest.noteCut(until: capture.indexedUntil) }
      try ingest.finish(reason: capture.wasCut ? "cut" : "recording-ended")
      meter.clear()
      return ImportSummary(
        file: recording.path, server: server, progress: ingest.progress,
        cutReason: capture.cutReason
          ?? (ingest.progress.endsWithinFrame && capture.indexPath == nil
            ? "it ends within a message" : nil),
        reachedCeilings: ingest.reachedCeilings.map(\.rawValue).sorted(),
        seconds: (clock.now - start) / .seconds(1))
    } catch {
      store.rollback()
      throw error
    }
  }

  /// Bytes of stream in one transaction.
  private static let commitBytes: Int64 = 4 << 20
}

extension Recording {
  var fileName: String { path.split(separator: "/").last.map { String($0) } ?? path }
}
