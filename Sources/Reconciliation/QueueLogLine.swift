import AMI

/// A line of `queue_log`.
///
/// | field | what it is |
/// |---|---|
/// | time | seconds since 1970, cut |
/// | callid | the caller's Uniqueid; NONE, REALTIME, MANAGER, CLI where there is no caller |
/// | queue | its name, or NONE |
/// | agent | MemberName (else Interface) or NONE |
/// | event | ENTERQUEUE, CONNECT, ABANDON … |
/// | data | what the event tells more, up to five |
///
/// The fields are separated by `|`.
///
/// **Source:** main/logger.c, `ast_queue_log`; docs.asterisk.org, Queue Logs.
struct QueueLogLine: Sendable {
  /// A whole second.
  let time: Instant
  let callid: String
  let queue: String
  let agent: String
  let event: String
  let data: [String]
  /// The line as it came.
  let bytes: [UInt8]

  /// nil when the bytes are no such line.
  init?(_ bytes: [UInt8]) {
    let fields = bytes.split(
      separator: UInt8(ascii: "|"), maxSplits: 64, omittingEmptySubsequences: false)
    guard fields.count >= 6 || (fields.count == 5 && !fields[4].isEmpty),
      let second = Number.integer(fields[0], in: Number.date)
    else { return nil }
    time = .seconds(second)
    callid = Text.decode(fields[1])
    queue = Text.decode(fields[2])
    agent = Text.decode(fields[3])
    event = Text.decode(fields[4])
    data = fields.dropFirst(5).map { Text.decode($0) }
    self.bytes = bytes
  }

  /// A number of `data`; nil when there is none at this place.
  func number(_ place: Int) -> Int64? {
    place < data.count ? Number.integer(data[place], in: Number.count) : nil
  }

  /// Seconds of `data`; nil when there are none at this place.
  func span(_ place: Int) -> TimeSpan? {
    guard place < data.count else { return nil }
    return Number.integer(data[place], in: Number.elapsed).map { .seconds($0) }
  }
}
