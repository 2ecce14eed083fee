import AMI

/// A call detail record, in one of these orders of columns:
///
/// | writer | columns |
/// |---|---|
/// | cdr_csv | accountcode, src, dst, dcontext, clid, channel, dstchannel, lastapp, lastdata, start, answer, end, duration, billsec, disposition, amaflags; uniqueid (`loguniqueid`), userfield (`loguserfield`), peeraccount, linkedid, sequence (`newcdrcolumns`) where cdr.conf asks for them |
/// | cdr_custom | clid, src, dst, dcontext, channel, dstchannel, lastapp, lastdata, start, answer, end, duration, billsec, disposition, amaflags, accountcode, uniqueid, userfield, sequence, as in its sample; linkedid and peeraccount may follow |
///
/// Which of them it is shows by where the three times stand, and which columns of cdr.conf are
/// there by how many there are; of uniqueid and userfield alone it is uniqueid.
///
/// **Source:** cdr/cdr_csv.c, `build_csv_record`; configs/samples/cdr_custom.conf.sample.
struct CDRRecord: Sendable {
  /// The columns of the table `cdrs`, in the order of `values`.
  static let columns = [
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
    "start", "answer", "end", "duration", "billsec", "disposition", "amaflags", "userfield",
    "uniqueid", "linkedid", "peeraccount", "sequence",
  ]
  private static let csv = [
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
    "start", "answer", "end", "duration", "billsec", "disposition", "amaflags",
  ]
  private static let custom = [
    "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "start",
    "answer", "end", "duration", "billsec", "disposition", "amaflags", "accountcode", "uniqueid",
    "userfield", "sequence", "linkedid", "peeraccount",
  ]

  /// What `duration`, `billsec` and `sequence` may be.
  static let numbers = Double(Int32.min)...Double(Int32.max)

  /// The values of `columns`; nil where the file has no such column.
  let values: [String?]
  /// When it began and ended, in whole seconds, cut.
  let startedAt: Instant
  let endedAt: Instant
  let answeredAt: Instant?
  /// The record as it came.
  let bytes: [UInt8]

  /// nil when the bytes are no such record.
  init?(_ bytes: [UInt8]) {
    let fields = CSVFields(bytes).values
    guard let names = Self.names(fields) else { return nil }
    var values = [String?](repeating: nil, count: Self.columns.count)
    for (name, field) in zip(names, fields) {
      values[Self.columns.firstIndex(of: name)!] = field
    }
    self.values = values
    self.bytes = bytes
    func value(_ name: String) -> String { values[Self.columns.firstIndex(of: name)!] ?? "" }
    let near = ServerClock.creation(uniqueid: value("uniqueid"))
    guard let start = ServerClock.time(value("start"), near: near),
      let duration = Number.decimal(value("duration"), in: 0...1e9)
    else { return nil }
    startedAt = start
    // Its end by its duration: the clock may be set back in between. The text may be a second
    // later.
    let reckoned = start + .microseconds(Int64(duration * 1_000_000))
    let end = ServerClock.time(value("end"), near: reckoned) ?? reckoned
    endedAt = max(start, end.distance(to: reckoned) <= .seconds(1) ? end : reckoned)
    answeredAt = ServerClock.time(value("answer"), near: start)
  }

  private static func names(_ fields: [String]) -> [String]? {
    func isTime(_ place: Int) -> Bool {
      place < fields.count && fields[place].utf8.count >= 19
        && ServerClock.time(fields[place]) != nil
    }
    func isNumber(_ place: Int) -> Bool {
      place < fields.count && Number.decimal(fields[place], in: Self.numbers) != nil
    }
    if fields.count >= 16, isTime(9), isTime(11), isNumber(12), isNumber(13) {
      switch fields.count {
      case 16: return csv
      case 17: return csv + ["uniqueid"]
      case 18: return csv + ["uniqueid", "userfield"]
      case 19: return csv + ["peeraccount", "linkedid", "sequence"]
      case 20: return csv + ["uniqueid", "peeraccount", "linkedid", "sequence"]
      case 21: return csv + ["uniqueid", "userfield", "peeraccount", "linkedid", "sequence"]
      default: return nil
      }
    }
    if fields.count >= 15, isTime(8), isTime(10), isNumber(11), isNumber(12) {
      return Array(custom.prefix(fields.count))
    }
    return nil
  }

  private subscript(_ place: Int) -> String? {
    values[place].flatMap { $0.isEmpty ? nil : $0 }
  }
  var accountCode: String? { self[0] }
  var source: String? { self[1] }
  var destination: String? { self[2] }
  var context: String? { self[3] }
  var callerID: String? { self[4] }
  var channel: String { self[5] ?? "" }
  var destinationChannel: String? { self[6] }
  var disposition: String { self[14] ?? "" }
  var uniqueid: String? { self[17] }
  var linkedid: String? { self[18] }
  var sequence: Int64? { self[20].flatMap { Number.integer($0, in: Number.int) } }
}
