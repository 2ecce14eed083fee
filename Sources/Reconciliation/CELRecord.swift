import AMI

/// An event of Asterisk's channel event log as cel_custom writes it, with these columns: type, time
/// (seconds since 1970 with a fraction, or local text), caller's name and number, ANI, RDNIS, DNID,
/// extension, context, channel, application and its data, AMA flags, account code, uniqueid,
/// linkedid, peer, user-defined type, user field, extra.
///
/// **Source:** configs/samples/cel_custom.conf.sample (which has the last two before extra the
/// other way round: both are seldom set); main/cel.c.
struct CELRecord: Sendable {
  /// The columns of the table `cels` in the order of the file.
  static let columns = [
    "eventtype", "eventtime", "cid_name", "cid_num", "cid_ani", "cid_rdnis", "cid_dnid", "exten",
    "context", "channame", "appname", "appdata", "amaflags", "accountcode", "uniqueid", "linkedid",
    "peer", "userdeftype", "userfield", "extra",
  ]

  let values: [String]
  let time: Instant
  /// The record as it came.
  let bytes: [UInt8]

  /// nil when the bytes are no such record.
  init?(_ bytes: [UInt8]) {
    let values = CSVFields(bytes).values
    guard values.count == Self.columns.count, !values[0].isEmpty,
      let time = ServerClock.eventTime(
        values[1], near: ServerClock.creation(uniqueid: values[14]))
    else { return nil }
    self.values = values
    self.time = time
    self.bytes = bytes
  }

  var type: String { values[0] }
  var channelName: String { values[9] }
  var uniqueid: String { values[14] }
  var linkedid: String { values[15] }
  var extra: String { values[19] }
  /// `bridge_id` of its extra.
  var bridge: String? { extra(named: "bridge_id") }
  /// `hangupcause` of a HANGUP's extra.
  var cause: Int64? {
    guard let place = extra.firstRange(of: "\"hangupcause\":") else { return nil }
    return Number.integer(
      extra[place.upperBound...].drop { $0 == " " }.prefix { $0.isNumber }, in: Number.int)
  }

  /// A text of its extra, which is a JSON object of texts without escapes; nil where it is missing
  /// or empty.
  func extra(named name: String) -> String? {
    guard let place = extra.firstRange(of: "\"\(name)\":\"") else { return nil }
    let text = extra[place.upperBound...].prefix { $0 != "\"" }
    return text.isEmpty ? nil : String(text)
  }
}
