import ArgumentParser
import Normalization
import Reports
import Store

struct FramesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "frames",
    abstract: "Gives back the recorded messages.",
    discussion: """
      With --session alone and --format raw the output is the session's stream, byte for byte; the \
      sessions of a recording in the order of their ids are the recording. What is damaged is left \
      out and named on standard error, and the exit code is 1.
      """)

  @OptionGroup var store: StoreOptions

  @Option(help: ArgumentHelp("Only this session (sessions.id).", valueName: "id"))
  var session: Int64?

  @Option(
    help: ArgumentHelp(
      "Only messages about channels of this call: its id, a uniqueid or a linkedid.",
      valueName: "id"))
  var call: String?

  @Option(help: ArgumentHelp("Only events of this name.", valueName: "name"))
  var event: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Received at T or later.", valueName: "t"))
  var from: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Received before T.", valueName: "t"))
  var to: String?

  @Option(
    help: ArgumentHelp("Time zone of T without one. Default: the system's.", valueName: "zone"))
  var tz: String?

  @Option(help: "How messages are written: raw, text or json (one object a line).")
  var format: FrameListing.Style = .text

  func run() throws {
    let zone = try Zone.use(tz)
    let path = try store.given()
    var filter = FrameFilter(event: event)
    if from != nil || to != nil {
      let period = try Period(
        from: from ?? "1970-01-01", to: to ?? "9999-01-01", zone: zone, nowUs: Terminal.nowUs)
      filter.times = period.fromUs..<period.toUs
    }
    var call: Int64?
    if let id = self.call {
      let lookup = try CallLookup(path: path)
      let found = try lookup.call(id)
      filter.values = try lookup.uniqueids(of: found)
      filter.times = filter.times.clamped(to: try lookup.times(of: found))
      call = found
    }
    var listing = try FrameListing(
      archive: try Archive(path: path), filter: filter, style: format, zone: zone,
      output: Terminal.output())
    var sessions = listing.map.sessions
    if let session {
      sessions = sessions.filter { $0.id == session }
      guard !sessions.isEmpty else {
        throw Failure(
          Failure.input,
          "there is no session \(session); amirec sql 'SELECT id, connected_at FROM sessions' lists them"
        )
      }
    }
    if let call {
      sessions = sessions.filter { CallLookup.server(of: $0.id) == CallLookup.server(of: call) }
    }
    try listing.write(sessions: sessions)
  }
}

/// When each byte of a block was received; to be asked in ascending order.
struct ChunkTimes {
  private let chunks: [ChunkTable.Chunk]
  private var place = 0
  private var end = 0

  init(_ table: ChunkTable) {
    chunks = table.chunks
    end = chunks.first?.length ?? 0
  }

  mutating func time(ofByte position: Int) -> Int64 {
    while position >= end, place + 1 < chunks.count {
      place += 1
      end += chunks[place].length
    }
    return chunks.isEmpty ? 0 : chunks[place].time
  }
}
