import Glibc

/// The time zone of the process: the one in which times are read, shown and counted by SQLite's
/// `localtime`.
public struct Zone: Sendable, Equatable {
  /// Its IANA name; `UTC` where the system has none.
  public let name: String

  /// Makes `name`, or by default the system's zone, the zone of this process.
  ///
  /// The C library takes an unknown zone for UTC without a word, so the name is looked up first.
  ///
  /// - Throws: `ReportsError` that names the zone when there is none of that name.
  public static func use(_ name: String? = nil) throws(ReportsError) -> Zone {
    let inherited = unsafe getenv("TZ").map { unsafe String(cString: $0) }
    guard let asked = name ?? inherited, !asked.isEmpty else {
      unsafe unsetenv("TZ")
      tzset()
      return Zone(name: systemName ?? "UTC")
    }
    let zone = String(asked.drop { $0 == ":" })
    guard isZone(zone) else {
      let origin = name == nil ? " (from the environment variable TZ)" : ""
      throw ReportsError(
        .usage,
        "there is no time zone \(asked.quoted)\(origin); one such as Europe/Berlin is in \(folder)"
      )
    }
    unsafe setenv("TZ", zone, 1)
    tzset()
    return Zone(name: zone)
  }

  /// `us` (microseconds since 1970, UTC) as local time to the second with its distance from UTC:
  /// `2026-03-29T03:00:00+02:00`.
  public func text(_ us: Int64) -> String {
    let seconds = us.flooredQuotient(1_000_000)
    let fields = Self.fields(seconds)
    let offset = fields.offsetSeconds
    let minutes = abs(offset) % 3600 / 60
    return "\(fields.day)T\(fields.clock)\(offset < 0 ? "-" : "+")"
      + "\((abs(offset) / 3600).digits(2)):\(minutes.digits(2))"
  }

  /// The microseconds since 1970 (UTC) of a local time. One that the clocks show twice is the
  /// first; one that they skip is
  /// as long after the change as it would be after the hour before.
  func microseconds(_ time: LocalTime) -> Int64 {
    // The distance from UTC a day before and a day after: the time holds with one of them, with
    // both, or with none.
    let guess = time.seconds
    let before = Self.fields(guess - 86400).offsetSeconds
    let after = Self.fields(guess + 86400).offsetSeconds
    let candidates = [guess - before, guess - after].filter {
      Self.fields($0).offsetSeconds == guess - $0
    }
    return (candidates.min() ?? guess - before) * 1_000_000 + time.fractionUs
  }

  /// The local time at `us`.
  func local(_ us: Int64) -> LocalTime {
    let seconds = us.flooredQuotient(1_000_000)
    return LocalTime(
      seconds: seconds + Self.fields(seconds).offsetSeconds, fractionUs: us - seconds * 1_000_000)
  }

  private static func fields(_ seconds: Int64) -> (day: String, clock: String, offsetSeconds: Int64)
  {
    var time = time_t(seconds)
    var fields = unsafe tm()
    unsafe localtime_r(&time, &fields)
    let year = unsafe Int64(fields.tm_year) + 1900
    let month = unsafe Int64(fields.tm_mon) + 1
    let clock = unsafe [fields.tm_hour, fields.tm_min, fields.tm_sec]
    return (
      "\(year.digits(4))-\(month.digits(2))-\(unsafe Int64(fields.tm_mday).digits(2))",
      clock.map { Int64($0).digits(2) }.joined(separator: ":"), Int64(unsafe fields.tm_gmtoff)
    )
  }

  // MARK: Where zones are

  private static var folder: String {
    unsafe getenv("TZDIR").map { unsafe String(cString: $0) } ?? "/usr/share/zoneinfo"
  }

  /// Whether the C library will find a zone of that name: a file of the zone database, or a POSIX
  /// rule such as `CET-1CEST`.
  private static func isZone(_ name: String) -> Bool {
    if name == "UTC" { return true }
    let path = name.hasPrefix("/") ? name : "\(folder)/\(name)"
    if !name.split(separator: "/").contains(".."), isZoneFile(path) { return true }
    let letters = name.prefix { $0.isASCII && $0.isLetter }
    let rest = name.dropFirst(letters.count)
    return letters.count >= 3
      && rest.first.map { "+-0123456789".contains($0) } == true
      && rest.contains { $0.isNumber }
      && rest.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-:,./".contains($0)) }
      && !rest.contains("..")
  }

  private static func isZoneFile(_ path: String) -> Bool {
    guard let file = unsafe fopen(path, "r") else { return false }
    defer { unsafe fclose(file) }
    var start = [UInt8](repeating: 0, count: 4)
    return unsafe fread(&start, 1, 4, file) == 4 && start == Array("TZif".utf8)
  }

  /// The zone that /etc/localtime points to.
  private static var systemName: String? {
    var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe target.withUnsafeMutableBytes { bytes in
      unsafe readlink(
        "/etc/localtime", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    guard count > 0 else { return nil }
    let path = String(decoding: target[..<count], as: UTF8.self)
    guard let place = path.firstRange(of: "zoneinfo/") else { return nil }
    return String(path[place.upperBound...])
  }
}

/// A time on the clock of some zone, as if that clock showed UTC.
struct LocalTime: Equatable {
  /// Seconds since 1970-01-01T00:00:00 on that clock.
  var seconds: Int64
  /// Microseconds within the second.
  var fractionUs: Int64 = 0

  /// Midnight of the same day.
  var midnight: LocalTime { LocalTime(seconds: seconds.flooredQuotient(86400) * 86400) }

  /// The same time some days later.
  func adding(days: Int64) -> LocalTime {
    LocalTime(seconds: seconds + days * 86400, fractionUs: fractionUs)
  }
}

extension Int64 {
  /// The quotient rounded down, also below zero.
  func flooredQuotient(_ divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }

  /// The number with at least `count` digits.
  func digits(_ count: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, count - digits.count)) + digits
  }
}
