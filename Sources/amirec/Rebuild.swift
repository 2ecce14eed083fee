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
      """)

  @OptionGroup var store: StoreOptions

  @OptionGroup var filling: FillingOptions

  @Flag(help: "Write what changed as JSON.")
  var json = false

  func run() throws {
    let path = try store.given()
    let change = try filling.change()
    Interruption.watch()
    var meter = ProgressMeter(name: path)
    let changes: [Replacement.Change]
    do {
      changes = try Rebuild.run(path: path, changing: change) { progress in
        try Interruption.check()
        meter.show(bytes: progress.bytes, of: progress.totalBytes, events: progress.events)
      }
    } catch {
      meter.clear()
      throw error
    }
    meter.clear()
    let output = Terminal.output()
    try output.write(json ? RebuildSummary.json(changes) : RebuildSummary.text(changes))
    try output.flush()
  }
}

/// What a rebuild changed.
enum RebuildSummary {
  /// Tables without rows before and after are left out.
  static func text(_ changes: [Replacement.Change]) -> String {
    let heading = ["table", "before", "after", "added", "removed", "changed"]
    let rows = changes.filter { $0.before > 0 || $0.after > 0 }.map {
      [$0.table] + [$0.before, $0.after, $0.added, $0.removed, $0.changed].map { "\($0)" }
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
  /// tables.
  static func json(_ changes: [Replacement.Change]) -> String {
    let entries = changes.map {
      "{\"table\":\(JSONText.quoted($0.table)),\"before\":\($0.before),\"after\":\($0.after),"
        + "\"added\":\($0.added),\"removed\":\($0.removed),\"changed\":\($0.changed)}"
    }
    return "{\"tables\":[\(entries.joined(separator: ","))]}\n"
  }
}
