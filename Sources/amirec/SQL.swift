import ArgumentParser
import Reports

struct SQLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sql",
    abstract: "Runs one SELECT on a store, read-only.",
    discussion: """
      Times in the tables are UTC microseconds (columns in _us) with ISO 8601 text beside them \
      (columns in _at). SELECT sql FROM sqlite_schema shows all tables with their comments.
      """)

  @Argument(help: ArgumentHelp("The statement.", valueName: "select"))
  var statement: String

  @OptionGroup var store: StoreOptions

  @Option(
    help: ArgumentHelp("Time zone of SQLite's localtime. Default: the system's.", valueName: "zone")
  )
  var tz: String?

  @OptionGroup var time: TimeOptions

  @Option(help: "How the answer is written.")
  var format: Format = .table

  func run() throws {
    _ = try Zone.use(tz)
    let file = try StoreFile(path: store.given())
    file.limitTime(toSeconds: time.timeout)
    try Rows.write(statement, from: file, as: format, to: Terminal.output())
  }
}
