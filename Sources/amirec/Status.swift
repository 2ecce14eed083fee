import ArgumentParser
import Reports

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Says what a store holds, and what the collector does.",
    discussion: """
      Ends with 1 when the collector is gone without a farewell, is more than \
      \(Status.lagSecondsMax) s behind, or does not record a server; the reason goes to standard \
      error.
      """)

  enum StatusFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @OptionGroup var store: StoreOptions

  @Option(help: ArgumentHelp("Time zone of the times. Default: the system's.", valueName: "zone"))
  var tz: String?

  @Option(help: "How the answer is written.")
  var format: StatusFormat = .text

  func run() throws {
    let zone = try Zone.use(tz)
    let status = try Status(
      of: StoreFile(path: store.given()), nowUs: Terminal.nowUs)
    let output = Terminal.output()
    try output.write(format == .json ? status.json(in: zone) : status.text(in: zone))
    try output.flush()
    if !status.complaints.isEmpty {
      throw Failure(Failure.wanting, status.complaints.joined(separator: "; "))
    }
  }
}
