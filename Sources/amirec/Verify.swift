import ArgumentParser
import Display
import Ingest
import Normalization
import Reports

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Says whether a store is in order.",
    discussion: """
      The stream is read back and counted again, block by block, and what must be true of the \
      tables is looked up. Nothing is changed, and amirecd may run. Ends with 1 when anything is \
      wrong: what is derived is mended by amirec rebuild.
      """)

  @OptionGroup var store: StoreOptions

  @Flag(help: "Write the findings as JSON.")
  var json = false

  /// So many contradictions of one kind are shown as text.
  private static let shownMax = 10

  func run() throws {
    let path = try store.given()
    var meter = ProgressMeter(name: path)
    let checks = try Verification.run(path: path) { done, all in
      meter.show(done, of: all, "blocks")
    }
    meter.clear()
    let output = Terminal.output()
    try output.write(json ? Self.json(checks) : VisibleText.lines(Self.text(checks)))
    try output.flush()
    let wrong = checks.filter { !$0.contradictions.isEmpty }.map(\.name)
    if !wrong.isEmpty {
      throw Failure(
        Failure.wanting, "the store is not in order (\(wrong.joined(separator: ", ")))")
    }
  }

  private static func text(_ checks: [Verification.Check]) -> String {
    let width = checks.map(\.name.count).max() ?? 0
    return checks.map { check in
      let name = check.name + String(repeating: " ", count: width - check.name.count)
      let found = check.contradictions
      guard !found.isEmpty else { return "ok     \(name)  \(check.sentence)\n" }
      let rest = found.count - shownMax
      return "wrong  \(name)  \(check.sentence)\n"
        + found.prefix(shownMax).map { "         \($0)\n" }.joined()
        + (rest > 0 ? "         and \(rest) more\n" : "")
    }.joined()
  }

  /// `{"checks": [{"name", "sentence", "contradictions": [...]}]}`
  private static func json(_ checks: [Verification.Check]) -> String {
    let entries = checks.map { check in
      "{\"name\":\(JSONText.quoted(check.name)),\"sentence\":\(JSONText.quoted(check.sentence)),"
        + "\"contradictions\":["
        + check.contradictions.map { JSONText.quoted($0) }.joined(separator: ",") + "]}"
    }
    return "{\"checks\":[\(entries.joined(separator: ",\n"))]}\n"
  }
}
