import AMI

/// What time it is in a stream: when its bytes were received, or what they say themselves where
/// nobody noted that.
///
/// The time of rows never goes back, though a clock may have been set back while it was recorded.
struct StreamClock {
  /// How the times of a session are known.
  enum Source: String {
    /// An index, or the recorder, says when each chunk was received.
    case received
    /// The stream's own: `Timestamp`, else `EventTV`, else the second in each new `Uniqueid`.
    case carried
    /// There is none in the stream; the file's date stands for all.
    case file
  }

  /// A time in the stream that lies further ahead than this is no time, in microseconds: clients
  /// may choose a `Uniqueid` that looks like one.
  static let jumpMax: Int64 = 30 * 86_400_000_000

  private(set) var source: Source = .received
  /// The time of the rows made now, in microseconds since 1970.
  private(set) var now: Int64 = .min

  /// Goes on at `time`.
  mutating func advance(to time: Int64) {
    now = max(now, time)
  }

  /// A recording without an index begins: looks for the first time in its first bytes.
  mutating func begin(from bytes: some Collection<UInt8>, fileDate: Int64) {
    var buffer = FrameBuffer()
    var frame = Frame()
    buffer.append(bytes)
    while buffer.next(into: &frame) {
      if let time = Self.time(in: frame) {
        source = .carried
        return advance(to: time)
      }
    }
    source = .file
    advance(to: fileDate)
  }

  /// Takes over the time that a frame carries, if it does.
  mutating func read(_ frame: borrowing Frame) {
    guard source == .carried, let time = Self.time(in: frame), time - now < Self.jumpMax else {
      return
    }
    advance(to: time)
  }

  private static func time(in frame: borrowing Frame) -> Int64? {
    guard frame.kind == .event, !frame.isListItem else { return nil }
    if let stamp = frame.value(of: .timestamp) { return Text.microseconds(stamp) }
    if let stamp = frame.value(of: .eventTV) { return isoTime(stamp) }
    guard frame.has(.event, "Newchannel"), let uniqueid = frame.value(of: .uniqueid) else {
      return nil
    }
    // With a system name it reads NAME-EPOCH.N; main/channel.c, __ast_channel_alloc_ap
    let id = uniqueid.lastIndex(of: UInt8(ascii: "-")).map { uniqueid[($0 + 1)...] } ?? uniqueid
    guard let point = id.firstIndex(of: UInt8(ascii: ".")), id[..<point].count == 10,
      let seconds = Text.integer(id[..<point]), Text.integer(id[(point + 1)...]) != nil
    else { return nil }
    return seconds * 1_000_000
  }

  /// `2026-11-23T00:12:34.466+0000`, in UTC. **Source:** main/security_events.c,
  /// `alloc_security_event`
  private static func isoTime(_ text: ArraySlice<UInt8>) -> Int64? {
    let digits = Array(text)
    func number(_ range: Range<Int>) -> Int64? {
      range.upperBound <= digits.count ? Text.integer(digits[range]) : nil
    }
    guard digits.count == 28, digits[23...].elementsEqual("+0000".utf8),
      let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      let milli = number(20..<23), (1...12).contains(month)
    else { return nil }
    let days = daysSince1970(year: year, month: month, day: day)
    return ((days * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000 + milli) * 1_000
  }

  /// Days from 1970-01-01 to a date of the Gregorian calendar.
  private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    // Years from March on, so that a leap day is the last day of a year.
    let shifted = month <= 2 ? year - 1 : year
    let monthFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }
}
