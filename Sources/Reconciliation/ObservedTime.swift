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
  /// this much later than the log says, in microseconds.
  static let lateMax: Int64 = 1_200_000
  /// The same, earlier: clocks of two machines.
  static let earlyMax: Int64 = 200_000

  let sessions: [Range<Int64>]
  let gaps: [Range<Int64>]

  /// Reads the sessions and gaps of a server.
  ///
  /// - Parameter now: when a gap that lasts ends for this, in microseconds since 1970.
  init(_ connection: borrowing Connection, server: Int64, now: Int64) throws {
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

  init(sessions: [Range<Int64>], gaps: [Range<Int64>]) {
    self.sessions = sessions
    self.gaps = gaps
  }

  private static func ranges(
    _ connection: borrowing Connection, _ sql: String, _ server: Int64, _ now: Int64
  ) throws -> [Range<Int64>] {
    let statement = try connection.prepare(sql)
    statement.bind(server, at: 1)
    var found: [Range<Int64>] = []
    while try statement.step() {
      let start = statement.int(at: 0)
      found.append(start..<max(start, statement.optionalInt(at: 1) ?? now))
    }
    return found
  }

  /// Where an interval of a log lies: from one whole second to another.
  func place(_ start: Int64, _ end: Int64) -> Place {
    let first = start - Self.earlyMax
    let last = max(start, end) + Self.lateMax
    if isInGap(first, last) { return .gap }
    let touched = sessions.filter { $0.lowerBound <= last && $0.upperBound >= first }
    guard !touched.isEmpty else { return .outside }
    let isWhole = touched.contains { $0.lowerBound <= first && $0.upperBound >= last }
    return isWhole ? .observed : .partly
  }

  /// Whether some of the time from `first` to `last` lies in a gap.
  func isInGap(_ first: Int64, _ last: Int64) -> Bool {
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
  func isInGap(second time: Int64) -> Bool {
    isInGap(time - Self.earlyMax, time + Self.lateMax)
  }

  /// Whether a moment was observed, and no gap is near.
  func isObserved(second time: Int64) -> Bool { place(time, time) == .observed }

  /// Whether something began in the second in which a session ended, or ended in the one in which a
  /// session began: then it may have been observed or not.
  func touches(_ start: Int64, _ end: Int64?) -> Bool {
    sessions.contains {
      abs($0.upperBound - start) <= Self.lateMax
        || abs($0.lowerBound - (end ?? .min / 2)) <= Self.lateMax
    }
  }
}
