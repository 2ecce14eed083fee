import Glibc

/// The system's clock of the day.
enum WallClock {
  /// Microseconds since 1970, UTC.
  static func microseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }

  /// Microseconds since the machine was started: systemd asks for these.
  static func monotonicMicroseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }

  /// A time for the log: 2026-11-23T01:02:03.456Z.
  static func text(_ microseconds: Int64) -> String {
    var seconds = time_t(microseconds / 1_000_000)
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    let numbers = unsafe [
      (Int(parts.tm_year) + 1_900, 4, "-"), (Int(parts.tm_mon) + 1, 2, "-"),
      (Int(parts.tm_mday), 2, "T"), (Int(parts.tm_hour), 2, ":"), (Int(parts.tm_min), 2, ":"),
      (Int(parts.tm_sec), 2, "."), (Int(microseconds % 1_000_000 / 1_000), 3, "Z"),
    ]
    return numbers.map { number, digits, mark in
      let text = String(number)
      return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text + mark
    }.joined()
  }
}
