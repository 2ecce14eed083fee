import AMI

/// What time it is in a stream: when its bytes were received, or what they say themselves where
/// nobody noted that.
///
/// Within a session the time never goes back, and durations stay: where the times of a recording
/// are those of a clock that was set back, they go on from where they were, as much ahead of that
/// clock as it was set back. A new session begins with the time of its connection, whatever went
/// before it.
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

  /// A time in the stream that lies further ahead or back than this is no time: no clock is set by
  /// so much in a session, and clients may choose a `Uniqueid` that looks like a time.
  static let jumpMax = TimeSpan.days(30)

  /// A time that lies no further back is no sign of a clock that was set, in microseconds: events
  /// of several threads carry times that are a little out of order.
  static let jitterMax: Int64 = 1_000_000
  /// A clock that was set back by so much or more, in microseconds, is taken to be right again when
  /// its time catches up at once: so long no server is silent.
  static let correctionLeast: Int64 = 600_000_000
  /// Last microsecond of the year 9999: no time is later.
  static let timeMax: Int64 = 253_402_300_799_999_999

  private(set) var source: Source = .received
  /// The time of the rows made now, in microseconds since 1970.
  private(set) var now: Int64 = .min

  /// By how much the rows' time is ahead of a clock that was set back.
  private(set) var ahead: Int64 = 0
  /// By how much the clock was set, ahead or back (negative), since this was taken.
  private var step: Int64?

  /// A session begins at `time`.
  mutating func begin(at time: Int64) {
    now = min(max(time, 0), Self.timeMax)
    ahead = 0
    step = nil
  }

  /// Goes on with a session that another process left at `time`, so much `ahead` of its clock.
  mutating func resume(at time: Int64, ahead: Int64) {
    begin(at: time)
    self.ahead = ahead
  }

  /// Goes on at a time of the session's clock.
  mutating func advance(to time: Int64) {
    let time = min(max(time, 0), Self.timeMax)
    guard now != .min else { return begin(at: time) }
    let adjusted = min(time + ahead, Self.timeMax)
    if now - adjusted > Self.jitterMax {
      step = adjusted - now
      ahead = now - time
    } else if ahead >= Self.correctionLeast, time >= now {
      step = ahead
      ahead = 0
      now = time
    } else {
      now = max(now, adjusted)
    }
  }

  /// By how much the clock was found to be set since the last time; nil if it was not.
  mutating func takeStep() -> Int64? {
    defer { step = nil }
    return step
  }

  /// So many times at the beginning of a recording vote for its first one.
  static let votersMax = 101

  /// The first time that bytes of a recording without an index carry, of those that lie near most
  /// others: all that follows is measured by it. Nil where there is none.
  static func firstTime(in bytes: some Collection<UInt8>) -> Int64? {
    var buffer = FrameBuffer()
    var frame = Frame()
    var times: [Instant] = []
    buffer.append(bytes)
    while times.count < votersMax, buffer.next(into: &frame) {
      if let time = stamp(in: frame) ?? creation(in: frame) { times.append(time) }
    }
    guard !times.isEmpty else { return nil }
    let median = times.sorted()[times.count / 2]
    let first = times.first { $0.distance(to: median) < jumpMax }
    return first?.microseconds
  }

  /// A recording without an index begins: looks for the first time in its first bytes.
  mutating func begin(from bytes: some Collection<UInt8>, fileDate: Int64) {
    let carried = Self.firstTime(in: bytes)
    source = carried == nil ? .file : .carried
    begin(at: carried ?? fileDate)
  }

  /// Takes over the time that a frame carries, if it does.
  mutating func read(_ frame: borrowing Frame) {
    guard source == .carried else { return }
    let told = Instant(microseconds: now) - .microseconds(ahead)
    if let time = Self.stamp(in: frame) {
      if time.distance(to: told) < Self.jumpMax { advance(to: time.microseconds) }
    } else if let time = Self.creation(in: frame), time > told, time.since(told) < Self.jumpMax {
      // Clients may choose it: one that goes back is no sign of a clock that was set.
      advance(to: time.microseconds)
    }
  }

  /// When the server sent an event, as it says.
  private static func stamp(in frame: borrowing Frame) -> Instant? {
    guard frame.kind == .event, !frame.isListItem else { return nil }
    if let stamp = frame.value(of: .timestamp) { return Number.time(stamp) }
    return frame.value(of: .eventTV).flatMap { Number.calendarTime($0) }
  }

  /// The second in which a channel was made, as its uniqueid says.
  private static func creation(in frame: borrowing Frame) -> Instant? {
    guard frame.kind == .event, !frame.isListItem, frame.has(.event, "Newchannel"),
      let uniqueid = frame.value(of: .uniqueid)
    else { return nil }
    // With a system name it reads NAME-EPOCH.N; main/channel.c, __ast_channel_alloc_ap
    let id = uniqueid.lastIndex(of: UInt8(ascii: "-")).map { uniqueid[($0 + 1)...] } ?? uniqueid
    guard let point = id.firstIndex(of: UInt8(ascii: ".")), id[..<point].count == 10,
      let seconds = Number.integer(id[..<point], in: Number.date),
      Number.integer(id[(point + 1)...], in: Number.serial) != nil
    else { return nil }
    return .seconds(seconds)
  }
}
