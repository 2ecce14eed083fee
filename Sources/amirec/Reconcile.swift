import ArgumentParser
import Reconciliation
import Reports
import SQLite
import Store

struct ReconcileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconcile",
    abstract: "Compares a store with Asterisk's own files.",
    discussion: """
      queue_log, CDR (cdr_csv or cdr_custom) and CEL (cel_custom) files of one server, plain or \
      gzipped, rotated ones in any order. Every disagreement about the time that was observed is \
      a line; what lies in gaps is counted apart. Exit code 1 if there is any disagreement.

      With --fill, what the files tell of times in gaps becomes rows, marked with the file they \
      come from (opened_by, closed_by, filled_by), and rows that a gap left open get their end. \
      The collector must be stopped meanwhile. Again adds nothing, and rebuild keeps it.
      """)

  @OptionGroup var store: StoreOptions

  @Option(
    help: ArgumentHelp(
      "Whose files these are. Default: the store's only server.", valueName: "name")
  )
  var server: String?

  @Option(
    name: .customLong("queue-log"), parsing: .upToNextOption,
    help: ArgumentHelp("queue_log and what was rotated of it.", valueName: "file"))
  var queueLogs: [String] = []

  @Option(
    name: .customLong("cdr"), parsing: .upToNextOption,
    help: ArgumentHelp("CDR files, such as Master.csv.", valueName: "file"))
  var cdrs: [String] = []

  @Option(
    name: .customLong("cel"), parsing: .upToNextOption,
    help: ArgumentHelp("CEL files.", valueName: "file"))
  var cels: [String] = []

  @Option(
    help: ArgumentHelp(
      "Time zone of the server, in which it writes local times. Default: the system's.",
      valueName: "zone"))
  var tz: String?

  @Flag(help: "Fill times in gaps from the files.")
  var fill = false

  @Option(help: "How the disagreements are written.")
  var format: Format = .table

  @Flag(help: "The same as --format json.")
  var json = false

  func run() throws {
    let zone = try Zone.use(tz)
    let path = try store.given()
    // Says in its own words what speaks against the file.
    _ = try StoreFile(path: path)
    let files = Reconciliation.Files(queueLogs: queueLogs, cdrs: cdrs, cels: cels)
    do {
      var notes: [String] = []
      let findings: Findings
      if fill {
        let result = try Fill.run(
          store: path, server: server, with: files, zone: zone.name, now: Terminal.nowUs)
        findings = result.findings
        notes = [result.summary.note]
      } else {
        findings = try Reconciliation.compare(
          store: path, server: server, with: files, now: Terminal.nowUs)
      }
      try write(findings, findings.notes + notes, zone)
      if findings.count > 0 { throw ExitCode(Failure.wanting) }
    } catch let error as ReconciliationError {
      throw Failure(error.code == .usage ? Failure.usage : Failure.input, error.description)
    }
  }

  private func write(_ findings: Findings, _ notes: [String], _ zone: Zone) throws {
    try Rows.write(
      findings.disagreements.lazy.map { $0.row { zone.text($0) } }, columns: Disagreement.columns,
      notes: notes, as: json ? .json : format, to: Terminal.output(),
      aside: Terminal.tell)
  }
}
