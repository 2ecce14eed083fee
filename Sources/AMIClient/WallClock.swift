import Glibc

/// The system's clock of the day.
enum WallClock {
  /// The time in UTC, as fourteen digits: YYYYMMDDHHMMSS.
  static func digits() -> String {
    var seconds = time(nil)
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    let numbers = unsafe [
      Int(parts.tm_year) + 1_900, Int(parts.tm_mon) + 1, Int(parts.tm_mday), Int(parts.tm_hour),
      Int(parts.tm_min), Int(parts.tm_sec),
    ]
    return numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined()
  }
}
