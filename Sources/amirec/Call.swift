import ArgumentParser
import Reports
import Store

struct CallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call",
    abstract: "Shows one call as a time line, channel by channel.",
    discussion: """
      ID is the id of a call (amirec report calls lists them), also that of one that became part \
      of another, or the uniqueid or linkedid of a channel. With --raw the output is the messages \
      about it, as they came; amirec frames --call ID gives them to be read.
      """)

  @Argument(help: "The call.")
  var id: String

  @OptionGroup var store: StoreOptions

  @Option(help: ArgumentHelp("Time zone. Default: the system's.", valueName: "zone"))
  var tz: String?

  @Option(help: "How it is written: table, csv, json or html.")
  var format: Format = .table

  @Flag(help: "Give back the messages about the call instead, as they came.")
  var raw = false

  func run() throws {
    let zone = try Zone.use(tz)
    let path = try store.given()
    let lookup = try CallLookup(path: path)
    let call = try lookup.call(id)
    guard raw else {
      let sql = CallTimeLine.sql(of: call)
      return try Rows.write(sql, from: lookup.file, as: format, to: Terminal.output())
    }
    var filter = FrameFilter()
    filter.values = try lookup.uniqueids(of: call)
    filter.times = try lookup.times(of: call)
    var listing = try FrameListing(
      archive: try Archive(path: path), filter: filter, style: .raw, zone: zone,
      output: Terminal.output())
    let sessions = listing.map.sessions
    try listing.write(
      sessions: sessions.filter { CallLookup.server(of: $0.id) == CallLookup.server(of: call) })
  }
}
