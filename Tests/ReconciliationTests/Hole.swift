import Ingest
import Journal
import Support

/// A recording of which a part is missing: two sessions, and a gap between them.
struct Hole {
  /// The records of the two sessions.
  let records: [(Capture.Record, [UInt8])]
  /// When the first ended and the second began, in microseconds since 1970.
  let from: Int64
  let to: Int64

  /// Takes the seconds from `first` to `last` out of a recording of one session.
  init(_ fixture: String, from first: Double, to last: Double) throws {
    let whole = try Laboratory.records(fixture)
    var records: [(Capture.Record, [UInt8])] = []
    var start: Int64 = 0
    var ended: Int64?
    var began: Int64?
    var skipped: [UInt8] = []
    for (record, bytes) in whole {
      guard case .bytes(let time?) = record else {
        if case .connect(let time) = record { start = time }
        records.append((record, bytes))
        continue
      }
      if time < start + Int64(first * 1e6) {
        records.append((record, bytes))
        ended = time
      } else if time >= start + Int64(last * 1e6) {
        var bytes = bytes
        if began == nil {
          // Whole messages only, on both sides.
          bytes = Self.behindMessage(skipped.suffix(8192) + bytes, bytes.count)
          Self.dropHalfMessage(&records)
          records.append((.disconnect(at: ended!), []))
          records.append((.connect(at: time), []))
          records.append((.bytes(at: time), Array(Self.hello.utf8)))
          began = time
        }
        records.append((record, bytes))
      } else {
        skipped += bytes
      }
    }
    self.records = records
    from = ended!
    to = began!
  }

  private static let hello =
    "Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nMessage: Authentication accepted\r\n\r\n"
  private static let end = Array("\r\n\r\n".utf8)

  /// Of the last `count` of these bytes, those behind the first message that ends in them, unless
  /// a message ends right before them.
  private static func behindMessage(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
    let own = bytes.count - count
    if bytes[..<own].suffix(4).elementsEqual(end) { return Array(bytes[own...]) }
    for place in own..<bytes.count where bytes[..<place].suffix(4).elementsEqual(end) {
      return Array(bytes[place...])
    }
    return []
  }

  private static func dropHalfMessage(_ records: inout [(Capture.Record, [UInt8])]) {
    while let last = records.last, !last.1.isEmpty {
      if let place = last.1.indices.last(where: { last.1[...$0].suffix(4).elementsEqual(end) }) {
        records[records.count - 1].1 = Array(last.1[...place])
        return
      }
      records.removeLast()
    }
  }
}
