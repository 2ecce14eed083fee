/// By how much the wall clock differs from the time of a session, and since when.
///
/// The times of a session stay true to themselves when the clock is set. But they are to be those
/// of the day as well: after a while with another clock a new session begins, which has the right
/// one.
struct ClockSkew {
  /// A difference of no more is left as it is, in microseconds.
  static let most: Int64 = 60_000_000
  /// How long a larger one is waited with, in microseconds: many a clock is set right again at
  /// once.
  static let patience: Int64 = 60_000_000

  private var skew: Int64 = 0
  /// When it became too large, by the session's clock.
  private var since: Int64?

  /// The wall clock was set by so many microseconds at a time of the session.
  mutating func add(_ step: Int64, at time: Int64) {
    skew += step
    if skew.magnitude <= Self.most { since = nil } else if since == nil { since = time }
  }

  /// The difference, once a session should not go on with it; told once.
  mutating func astray(at time: Int64) -> Int64? {
    guard let start = since, time - start >= Self.patience else { return nil }
    since = nil
    return skew
  }

  /// A step in words: `ahead by 7200.0 s`.
  static func words(_ step: Int64) -> String {
    let tenths = (step.magnitude + 50_000) / 100_000
    return "\(step < 0 ? "back" : "ahead") by \(tenths / 10).\(tenths % 10) s"
  }
}
