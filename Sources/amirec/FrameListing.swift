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
  let filter: FrameFilter
  let style: Style
  let zone: Zone
  let output: Output

  /// Writes those of one session.
  func write(session: Int64) throws {
    for id in try archive.blocks(
      ofSession: session, from: filter.times.lowerBound, to: filter.times.upperBound)
    {
      try write(try archive.block(id))
    }
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
