import Journal

/// Everything that a recording or journal gave.
struct Playback: Equatable {
  var records: [Capture.Record] = []
  /// The bytes of each record; empty where it is none of bytes.
  var chunks: [[UInt8]] = []
  var cutReason: String?

  var bytes: [UInt8] { chunks.flatMap { $0 } }

  init(_ path: String) throws(JournalError) {
    let capture = try Capture(path: path)
    var buffer: [UInt8] = [1, 2, 3]
    while let record = try capture.next(into: &buffer) { add(record, buffer) }
    cutReason = capture.cutReason
  }

  init(_ reader: inout JournalReader) throws(JournalError) {
    var buffer: [UInt8] = []
    while let record = try reader.next(into: &buffer) { add(record, buffer) }
    cutReason = reader.cutReason
  }

  private mutating func add(_ record: Capture.Record, _ buffer: [UInt8]) {
    records.append(record)
    chunks.append(buffer)
  }
}

extension JournalWriter {
  mutating func append(_ text: String, at time: Int64) throws(JournalError) {
    let bytes = Array(text.utf8)
    try append(bytes.span, at: time)
  }
}
