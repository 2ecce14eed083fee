@testable internal import AMI
@testable internal import Reconciliation

// Asterisk's own files. What must hold of any bytes:
//
// - the records that are read from a file are the same when they are read from the archive;
// - a record that was taken is taken again, and says the same;
// - times and numbers in it are within what a clock can show.

func fuzzQueueLog(_ input: [UInt8]) throws {
  for record in try records(.queueLog, input, { QueueLogLine($0)?.time }) {
    guard let line = QueueLogLine(record) else { continue }
    require(line.bytes == record, "it is kept as something else")
    check(line.time)
    for place in 0...line.data.count {
      if let span = line.span(place) { check(line.time + span) }
      require((line.number(place) ?? 0) >= 0, "a number below nothing")
    }
  }
  var gathered = GatheredLines()
  let time = ObservedTime(sessions: [], gaps: [.epoch..<Instant.seconds(Number.date.upperBound)])
  for record in LogReader.records(in: input, .queueLog) {
    if let line = QueueLogLine(record) { gathered.take(line, time) }
  }
  require(gathered.dropped == 0, "lines were dropped")
}

func fuzzCDR(_ input: [UInt8]) throws {
  for record in try records(.cdr, input, { CDRRecord($0)?.startedAt }) {
    checkFields(record)
    guard let call = CDRRecord(record) else { continue }
    require(call.bytes == record, "it is kept as something else")
    for time in [call.startedAt, call.endedAt, call.answeredAt ?? .epoch] { check(time) }
    require(call.endedAt >= call.startedAt, "it ends before it begins")
    require(call.values.count == CDRRecord.columns.count, "columns")
    _ = call.sequence
  }
}

func fuzzCEL(_ input: [UInt8]) throws {
  for record in try records(.cel, input, { CELRecord($0)?.time }) {
    checkFields(record)
    guard let event = CELRecord(record) else { continue }
    require(event.bytes == record, "it is kept as something else")
    check(event.time)
    if let cause = event.cause { require(Number.int.contains(cause), "cause") }
    require(event.bridge != "", "a bridge without a name")
  }
}

private func check(_ time: Instant) {
  require(time >= .epoch - .seconds(86_400), "a time before 1970: \(time)")
  require(time <= .seconds(Number.date.upperBound) + Number.longest, "a time of no year: \(time)")
}

extension Number {
  /// The longest span that is added to a time of a file.
  fileprivate static var longest: TimeSpan { .seconds(1_000_000_000) + .seconds(86_400) }
}

/// What a record's fields say is the same in quotes.
private func checkFields(_ record: [UInt8]) {
  let values = CSVFields(record).values
  require(values.count <= CSVFields.countMax && !values.isEmpty, "\(values.count) fields")
  let quoted = values.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
  require(CSVFields(Array(quoted.utf8)).values == values, "in quotes it says something else")
}

/// The records of a file.
private func records(
  _ kind: LogKind, _ bytes: [UInt8], _ time: ([UInt8]) -> Instant?
) throws -> [[UInt8]] {
  // A file that begins so is inflated.
  if bytes.starts(with: [0x1F, 0x8B]) { return [] }
  let path = ScratchFile.path("log")
  ScratchFile.write(bytes, to: path)
  var found: [[UInt8]] = []
  do {
    let reader = try LogReader(kind, [path], time: time)
    while let record = try reader.next() { found.append(record) }
  } catch is ReconciliationError {}
  let archived = LogReader.records(in: Array(found.map { $0 + [0x0A] }.joined()), kind)
  require(archived == found, "read from the archive there are other records")
  return found
}
