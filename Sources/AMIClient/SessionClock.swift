import Glibc

/// The time within one connection: it never goes back, and a duration is as long as it was, whoever
/// sets the machine's clock meanwhile.
///
/// It is the wall clock as the connection was made, and from then on a clock that nobody sets and
/// that goes on while the machine sleeps. What the wall clock says since is compared: where it was
/// set, `step` says by how much.
///
/// **Source:** clock_gettime(2): CLOCK_REALTIME, CLOCK_BOOTTIME. Both are slewed alike, so that
/// they differ by steps alone.
struct SessionClock {
  /// A difference of less is no step, in microseconds: the two clocks cannot be read at once.
  static let stepLeast: Int64 = 250_000
  /// Two readings that lie further apart say nothing of steps, in microseconds.
  static let readingTimeMax: Int64 = 10_000

  /// What the clocks say, in microseconds.
  struct Reading {
    /// Since 1970, UTC.
    var wall: Int64
    /// Since the machine was started.
    var boot: Int64
    /// How long it took to read the two.
    var duration: Int64 = 0

    /// What they say now.
    static var now: Reading {
      let before = microseconds(CLOCK_BOOTTIME)
      let wall = microseconds(CLOCK_REALTIME)
      return Reading(wall: wall, boot: before, duration: microseconds(CLOCK_BOOTTIME) - before)
    }

    private static func microseconds(_ clock: clockid_t) -> Int64 {
      var time = timespec()
      unsafe clock_gettime(clock, &time)
      return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
  }

  /// The time that was told last, in microseconds since 1970, UTC.
  private(set) var now: Int64
  private let start: Reading
  /// By how much the wall clock was set in all.
  private(set) var stepped: Int64 = 0

  /// Begins with a connection.
  init(_ start: Reading) {
    self.start = start
    now = start.wall
  }

  /// Goes on to a reading.
  ///
  /// - Returns: by how much the wall clock was set since the last time, ahead or back (negative),
  /// in
  ///   microseconds; nil if it was not.
  mutating func advance(to reading: Reading) -> Int64? {
    now = max(now, start.wall + (reading.boot - start.boot))
    guard reading.duration <= Self.readingTimeMax else { return nil }
    let step = (reading.wall - now) - stepped
    guard step.magnitude >= Self.stepLeast else { return nil }
    stepped += step
    return step
  }
}
