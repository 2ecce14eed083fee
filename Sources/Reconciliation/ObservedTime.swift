import AMI
import SQLite

/// What of a server's time was observed, and what lies in `gaps`.
struct ObservedTime: Sendable {
  /// How an interval lies to what was observed.
  enum Place: Equatable {
    /// All of it was observed.
    case observed
    /// Some of it lies in `gaps`.
    case gap
    /// It began before the first session, or ended after the last.
    case partly
    /// Nothing of it was observed, and no row of `gaps` speaks of it.
    case outside
  }

  /// Times in the logs are whole seconds, cut, and messages may take a moment: what happened up to
  /// this much later than the log says.
  static let lateMax = TimeSpan.milliseconds(1_200)
  /// The same, earlier: clocks of two machines.
  static let earlyMax = TimeSpan.milliseconds(200)

  let sessions: [Range<Instant>]
  let gaps: [Range<Instant>]

  /// Reads the sessions and gaps of a server.
  ///
  /// - Parameter now: when a gap that lasts ends for this.
  init(_ connection: borrowing Connection, server: Int64, now: Instant) throws {
    // A session that lasts was observed as far as its stream was taken in.
    sessions = try Self.ranges(
      connection,
      """
      SELECT coalesce(logged_in_us, connected_us), coalesce(ended_us,
        (SELECT last_us FROM positions WHERE session_id = sessions.id), logged_in_us, connected_us)
      FROM sessions WHERE server_id = ? ORDER BY 1
      """, server, now)
    gaps = try Self.ranges(
      connection, "SELECT started_us, ended_us FROM gaps WHERE server_id = ? ORDER BY 1", server,
      now)
  }

  init(sessions: [Range<Instant>], gaps: [Range<Instant>]) {
    self.sessions = sessions
    self.gaps = gaps
  }

  private static func ranges(
    _ connection: borrowing Connection, _ sql: String, _ server: Int64, _ now: Instant
  ) throws -> [Range<Instant>] {
    let statement = try connection.prepare(sql)
    statement.bind(server, at: 1)
    var found: [Range<Instant>] = []
    while try statement.step() {
      let start = statement.time(at: 0)
      found.append(start..<max(start, statement.optionalTime(at: 1) ?? now))
    }
    return found
  }

  /// Where an interval of a log lies: from one whole second to another.
  func place(_ start: Instant, _ end: Instant) -> Place {
    let first = start - Self.earlyMax
    let last = max(start, end) + Self.lateMax
    if isInGap(first, last) { return .gap }
    let touched = sessions.filter { $0.lowerBound <= last && $0.upperBound >= first }
    guard !touched.isEmpty else { return .outside }
    let isWhole = touched.contains { $0.lowerBound <= first && $0.upperBound >= last }
    return isWhole ? .observed : .partly
  }

  /// Whether some of the time from `first` to `last` lies in a gap.
  func isInGap(_ first: Instant, _ last: Instant) -> Bool {
    // The gaps do not overlap much and are sorted by their starts: few are looked at.
    var low = 0
    var high = gaps.count
    while low < high {
      let middle = (low + high) / 2
      if gaps[middle].lowerBound <= last { low = middle + 1 } else { high = middle }
    }
    return gaps[..<low].contains { $0.upperBound >= first }
  }

  /// Whether a moment of a log, a whole second that was cut, lies in a gap.
  func isInGap(second time: Instant) -> Bool {
    isInGap(time - Self.earlyMax, time + Self.lateMax)
  }

  /// Whether a moment was observed, and no gap is near.
  func isObserved(second time: Instant) -> Bool { place(time, time) == .observed }

  /// Whether something began in the second in which a session ended, or ended in the one in which a
  /// session began: then it may have been observed or not.
  func touches(_ start: Instant, _ end: Instant?) -> Bool {
    sessions.contains {
      $0.upperBound.distance(to: start) <= Self.lateMax
        || $0.lowerBound.distance(to: end ?? .first) <= Self.lateMax
    }
  }
}
