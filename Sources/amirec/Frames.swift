import AMI
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
      sessions of a recording in the order of their ids are the recording.
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

  enum Style: String, ExpressibleByArgument, CaseIterable { case raw, text, json }

  @Option(help: "How messages are written: raw, text or json (one object a line).")
  var format: Style = .text

  func run() throws {
    let zone = try Zone.use(tz)
    let path = try store.given()
    let archive = try Archive(path: path)
    var filter = FrameFilter(event: event)
    if from != nil || to != nil {
      let period = try Period(
        from: from ?? "1970-01-01", to: to ?? "9999-01-01", zone: zone, nowUs: Terminal.nowUs)
      filter.times = period.fromUs..<period.toUs
    }
    if let call { filter.uniqueids = try uniqueids(of: call, path) }
    let known = try archive.sessions()
    if let session, !known.contains(session) {
      throw Failure(
        Failure.input,
        "there is no session \(session); amirec sql 'SELECT id, connected_at FROM sessions' lists them"
      )
    }
    let output = Terminal.output()
    for session in session.map({ [$0] }) ?? known {
      for id in try archive.blocks(
        ofSession: session, from: filter.times.lowerBound, to: filter.times.upperBound)
      {
        try write(try archive.block(id), filter, zone, to: output)
      }
    }
    try output.flush()
  }

  private func write(
    _ block: Archive.StoredBlock, _ filter: FrameFilter, _ zone: Zone, to output: Output
  ) throws {
    if filter.takesAll, format == .raw { return try output.write(block.bytes) }
    var buffer = FrameBuffer()
    var frame = Frame()
    var times = ChunkTimes(block.chunks)
    var start = 0
    buffer.append(block.bytes)
    while buffer.next(into: &frame) || buffer.finish(into: &frame) {
      let end = frame.damage == .unfinished ? block.bytes.count : buffer.offset
      let time = times.time(ofByte: end - 1)
      if filter.takes(frame, at: time) {
        let offset = block.sessionOffset + Int64(start)
        try output.write(
          render(frame, at: time, session: block.sessionID, offset: offset, zone: zone))
      }
      start = end
    }
  }

  private func render(
    _ frame: Frame, at time: Int64, session: Int64, offset: Int64, zone: Zone
  ) -> [UInt8] {
    switch format {
    case .raw: return frame.bytes
    case .text:
      var text = "# \(zone.text(time)) session \(session) offset \(offset)\n"
      for header in frame.headers {
        let value = Text.decode(frame.bytes[header.valueRange])
        if header.hasColon { text += Text.decode(frame.bytes[header.nameRange]) + ": " }
        text += VisibleText.escaped(value) + "\n"
      }
      return Array((text + "\n").utf8)
    case .json:
      let headers = frame.headers.map { header in
        "[" + JSONText.quoted(Text.decode(frame.bytes[header.nameRange])) + ","
          + JSONText.quoted(Text.decode(frame.bytes[header.valueRange])) + "]"
      }
      return Array(
        ("{\"time_us\":\(time),\"session\":\(session),\"offset\":\(offset),"
          + "\"headers\":[\(headers.joined(separator: ","))]}\n").utf8)
    }
  }

  private func uniqueids(of call: String, _ path: String) throws -> Set<String> {
    let lookup = try CallLookup(path: path)
    return try lookup.uniqueids(of: lookup.call(call))
  }
}

/// Which messages are wanted.
struct FrameFilter {
  var event: String?
  var times: Range<Int64> = .min..<(.max)
  /// Those with a header that is one of these.
  var uniqueids: Set<String>?

  var takesAll: Bool { event == nil && uniqueids == nil && times == .min..<(.max) }

  init(event: String?) {
    self.event = event
  }

  func takes(_ frame: Frame, at time: Int64) -> Bool {
    guard times.contains(time) else { return false }
    if let event, frame.kind != .event || frame.text(of: .event) != event { return false }
    guard let uniqueids else { return true }
    return frame.headers.contains { header in
      uniqueids.contains(Text.decode(frame.bytes[header.valueRange]))
    }
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
