import ArgumentParser
import Reports

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Answers a question from a store.",
    usage: "amirec report NAME [--db DB] [--from T] [--to T] [--tz ZONE] [--by …] [--format …]",
    discussion: """
      A time T is ISO 8601 (2026-03-29, 2026-03-29T14:05, with Z or +02:00 for another zone), \
      or relative: now, today, yesterday, -30m, -24h, -7d. A period is from --from up to, \
      but not including, --to.

      Each report is one SQL file; any .sql file in the folder of --queries is one too.
      """)

  @Argument(help: "The report; --list names them.")
  var name: String?

  @OptionGroup var store: StoreOptions

  @Flag(help: "List the reports and their parameters; with NAME, those of one.")
  var list = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Start of the period. Default: 24 hours before --to.", valueName: "t"))
  var from: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("End of the period. Default: now.", valueName: "t"))
  var to: String?

  @Option(
    help: ArgumentHelp(
      "Time zone, such as Europe/Berlin. Default: the system's.", valueName: "zone"))
  var tz: String?

  @Option(help: ArgumentHelp("Only this server.", valueName: "name"))
  var server: String?

  @Option(help: ArgumentHelp("What to count by.", valueName: "what"))
  var by: String?

  @Option(help: ArgumentHelp("Only this queue.", valueName: "name"))
  var queue: String?

  @Option(help: ArgumentHelp("Only this agent.", valueName: "name"))
  var agent: String?

  @Option(
    name: [.customShort("p"), .customLong("parameter")], parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Any parameter of the report.", valueName: "key=value"))
  var parameters: [String] = []

  @Option(
    help: ArgumentHelp(
      "Folder with .sql files of your own. Default: $AMIREC_QUERIES.", valueName: "dir"))
  var queries: String?

  @OptionGroup var time: TimeOptions

  @Option(help: "How the answer is written.")
  var format: Format = .table

  func run() throws {
    let queries = try Queries(folder: queries ?? environment("AMIREC_QUERIES"))
    let output = Terminal.output()
    if list {
      try output.write(name.map { try queries.named($0).listed } ?? queries.list)
      return try output.flush()
    }
    guard let name else {
      throw Failure(Failure.usage, "no report named; amirec report --list names them")
    }
    let report = try Report(
      queries.named(name), arguments: arguments(), zone: .use(tz), nowUs: Terminal.nowUs)
    let file = try StoreFile(path: store.given())
    file.limitTime(toSeconds: time.timeout)
    try report.write(from: file, as: format, to: output, aside: Terminal.tell)
  }

  /// All parameters by name; one given twice is an error.
  private func arguments() throws -> [String: String] {
    var arguments: [String: String] = [:]
    func add(_ name: String, _ value: String) throws {
      guard arguments.updateValue(value, forKey: name) == nil else {
        throw Failure(Failure.usage, "\(name) is given twice")
      }
    }
    let options = [
      ("from", from), ("to", to), ("server", server), ("by", by), ("queue", queue),
      ("agent", agent),
    ]
    for case (let name, let value?) in options { try add(name, value) }
    for parameter in parameters {
      guard let equals = parameter.firstIndex(of: "="), equals > parameter.startIndex else {
        throw Failure(Failure.usage, "a parameter is KEY=VALUE: -p number=101")
      }
      try add(
        String(parameter[..<equals]), String(parameter[parameter.index(after: equals)...]))
    }
    return arguments
  }
}
