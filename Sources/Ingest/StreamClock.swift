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

  /// A time in the stream that lies further ahead than this is no time: clients may choose a
  /// `Uniqueid` that looks like one.
  static let jumpMax = TimeSpan.days(30)

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
    guard source == .carried, let time = Self.time(in: frame),
      Instant(microseconds: time).since(Instant(microseconds: now)) < Self.jumpMax
    else { return }
    advance(to: time)
  }

  private static func time(in frame: borrowing Frame) -> Int64? {
    guard frame.kind == .event, !frame.isListItem else { return nil }
    if let stamp = frame.value(of: .timestamp) { return Number.time(stamp)?.microseconds }
    if let stamp = frame.value(of: .eventTV) { return Number.calendarTime(stamp)?.microseconds }
    guard frame.has(.event, "Newchannel"), let uniqueid = frame.value(of: .uniqueid) else {
      return nil
    }
    // With a system name it reads NAME-EPOCH.N; main/channel.c, __ast_channel_alloc_ap
    let id = uniqueid.lastIndex(of: UInt8(ascii: "-")).map { uniqueid[($0 + 1)...] } ?? uniqueid
    guard let point = id.firstIndex(of: UInt8(ascii: ".")), id[..<point].count == 10,
      let seconds = Number.integer(id[..<point], in: Number.date),
      Number.integer(id[(point + 1)...], in: Number.serial) != nil
    else { return nil }
    return Instant.seconds(seconds).microseconds
  }
}
