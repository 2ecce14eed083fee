import AMI
import ArgumentParser
import Display
import Normalization
import Reports
import Store

/// Which messages are wanted.
struct FrameFilter {
  var event: String?
  var times: Range<Int64> = .min..<(.max)
  /// Those with a header that has one of these values.
  var values: Set<String>?

  var takesAll: Bool { event == nil && values == nil && times == .min..<(.max) }

  func takes(_ frame: Frame, at time: Int64) -> Bool {
    guard times.contains(time) else { return false }
    if let event, frame.kind != .event || frame.text(of: .event) != event { return false }
    guard let values else { return true }
    return frame.headers.contains { header in
      values.contains(Text.decode(frame.bytes[header.valueRange]))
    }
  }
}

/// Writes recorded messages.
struct FrameListing: ~Copyable {
  /// How messages are written.
  enum Style: String, ExpressibleByArgument, CaseIterable { case raw, text, json }

  let archive: Archive
  let map: ArchiveMap
  let filter: FrameFilter
  let style: Style
  let zone: Zone
  let output: Output
  /// How many stretches of the stream could not be given back.
  private var losses = 0

  init(
    archive: consuming Archive, filter: FrameFilter, style: Style, zone: Zone, output: Output
  ) throws {
    map = try archive.map()
    self.archive = archive
    self.filter = filter
    self.style = style
    self.zone = zone
    self.output = output
  }

  /// Writes the messages of all these sessions. What cannot be read back is left out, and said.
  ///
  /// - Throws: `Failure` at the end when something was left out.
  mutating func write(sessions: [ArchiveMap.Session]) throws {
    for session in sessions {
      for piece in session.pieces {
        switch piece {
        case .block(let place): try write(place)
        case .hole(let hole): try miss(hole, of: session.id)
        }
      }
    }
    try output.flush()
    if losses == 0, !map.damagedTables.isEmpty {
      try lose("rows of \(map.damagedTables.joined(separator: " and ")) cannot be read")
    }
    guard losses > 0 else { return }
    throw Failure(
      Failure.wanting,
      "not all that was recorded can be given back: amirec verify says what is damaged")
  }

  private mutating func write(_ place: ArchiveMap.Place) throws {
    guard place.lastAt >= filter.times.lowerBound, place.firstAt < filter.times.upperBound else {
      return
    }
    do {
      try write(try archive.block(place.id))
    } catch let error as StoreError where error.code == .damaged {
      try lose(
        "block \(place.id) cannot be read back: bytes \(place.bytes.lowerBound) to "
          + "\(place.bytes.upperBound) of session \(place.sessionID) are missing here")
    }
  }

  private mutating func miss(_ hole: ArchiveMap.Hole, of session: Int64) throws {
    guard hole.until >= filter.times.lowerBound, hole.since < filter.times.upperBound else {
      return
    }
    try lose(
      "no block holds bytes \(hole.bytes.lowerBound) to \(hole.bytes.upperBound) of session "
        + "\(session): they are missing here")
  }

  private mutating func lose(_ sentence: String) throws {
    losses += 1
    // In its place among the messages, where both go to a terminal.
    try output.flush()
    Terminal.tell(sentence)
  }

  private func write(_ block: Archive.StoredBlock) throws {
    if filter.takesAll, style == .raw { return try output.write(block.bytes) }
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
        try output.write(rendered(frame, at: time, session: block.sessionID, offset: offset))
      }
      start = end
    }
  }

  private func rendered(
    _ frame: Frame, at time: Int64, session: Int64, offset: Int64
  ) -> [UInt8] {
    switch style {
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
}
