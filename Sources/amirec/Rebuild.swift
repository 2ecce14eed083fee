import ArgumentParser
import Ingest
import Normalization
import Reports
import Store

struct RebuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Makes a store's tables anew from its recorded stream.",
    discussion: """
      For a store that another version of amirec left, and for other trunks or bulky tables than \
      before. The new file replaces the old one in one step; until then, and when anything fails, \
      the old one stays as it was. It needs as much room again. Nobody may have the store open: \
      amirecd is to be stopped. What was recorded stays: servers, sessions, gaps, blocks, actions, \
      and tables of your own.

      Of a damaged store all is kept that can be read: a block that cannot be read back costs \
      itself, and has a row in gaps (reason damaged). What is lost is named on standard error, \
      the old file is kept beside the new one as STORE.damaged, and the exit code is 1.
      """)

  @OptionGroup var store: StoreOptions

  @OptionGroup var filling: FillingOptions

  @Flag(
    help:
      "Take messages in that were skipped, as they had ended the program (gaps, reason skipped).")
  var retrySkipped = false

  @Flag(help: "Write what changed as JSON.")
  var json = false

  func run() throws {
    let path = try store.given()
    let change = try filling.change()
    Interruption.watch()
    var meter = ProgressMeter(name: path)
    let outcome: Rebuild.Outcome
    do {
      outcome = try Rebuild.run(path: path, retriesSkipped: retrySkipped, changing: change) {
        progress in
        try Interruption.check()
        meter.show(bytes: progress.bytes, of: progress.totalBytes, events: progress.events)
      }
    } catch {
      meter.clear()
      throw error
    }
    meter.clear()
    let output = Terminal.output()
    try output.write(json ? RebuildSummary.json(outcome) : RebuildSummary.text(outcome.changes))
    try output.flush()
    for change in outcome.changes where change.comparison == nil {
      Terminal.tell("\(change.table): the old rows are damaged; all are made anew")
    }
    for loss in outcome.losses { Terminal.tell(loss) }
    if let kept = outcome.keptFile {
      throw Failure(
        Failure.wanting, "not all that was recorded could be read; the old file is kept: \(kept)")
    }
  }
}

/// What a rebuild changed.
enum RebuildSummary {
  /// Tables without rows before and after are left out. A minus stands for what cannot be compared.
  static func text(_ changes: [Replacement.Change]) -> String {
    let heading = ["table", "before", "after", "added", "removed", "changed"]
    let rows = changes.filter { $0.comparison?.before != 0 || $0.after > 0 }.map { change in
      let numbers = change.comparison.map {
        ($0.before, [$0.added, $0.removed, $0.changed].map { "\($0)" })
      }
      return [change.table, numbers.map { "\($0.0)" } ?? "-", "\(change.after)"]
        + (numbers?.1 ?? ["-", "-", "-"])
    }
    guard !rows.isEmpty else { return "the store holds no rows that are derived\n" }
    let widths = heading.indices.map { column in
      ([heading] + rows).map { $0[column].count }.max()!
    }
    return ([heading] + rows).map { row in
      row.enumerated().map { column, text in
        let spaces = String(repeating: " ", count: widths[column] - text.count)
        return column == 0 ? text + spaces : spaces + text
      }.joined(separator: "  ") + "\n"
    }.joined()
  }

  /// `{"tables": [{"table", "before", "after", "added", "removed", "changed"}]}`, all derived
  /// tables; null for what cannot be compared. `losses`: what was recorded and cannot be read.
  static func json(_ outcome: Rebuild.Outcome) -> String {
    let entries = outcome.changes.map { change in
      func number(_ value: Int64?) -> String { value.map { "\($0)" } ?? "null" }
      let comparison = change.comparison
      return "{\"table\":\(JSONText.quoted(change.table)),\"before\":\(number(comparison?.before)),"
        + "\"after\":\(change.after),\"added\":\(number(comparison?.added)),"
        + "\"removed\":\(number(comparison?.removed)),\"changed\":\(number(comparison?.changed))}"
    }
    return "{\"tables\":[\(entries.joined(separator: ","))],"
      + "\"losses\":[\(outcome.losses.map { JSONText.quoted($0) }.joined(separator: ","))]}\n"
  }
}
