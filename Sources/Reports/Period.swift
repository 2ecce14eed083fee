/// A stretch of time, its end not included, in microseconds since 1970 (UTC).
public struct Period: Sendable, Equatable {
  public let fromUs: Int64
  public let toUs: Int64

  /// How long a period is that is not asked for.
  static let defaultUs: Int64 = 86_400_000_000

  /// The period between two times as the user writes them; by default the 24 hours before `to`, and
  /// up to now.
  ///
  /// - Throws: `ReportsError` when a time cannot be read or the period is empty.
  public init(from: String?, to: String?, zone: Zone, nowUs: Int64) throws(ReportsError) {
    let toUs =
      try to.map { text throws(ReportsError) in
        try Time.parse(text, name: "to", zone: zone, nowUs: nowUs)
      } ?? nowUs
    let fromUs =
      try from.map { text throws(ReportsError) in
        try Time.parse(text, name: "from", zone: zone, nowUs: nowUs)
      } ?? toUs - Self.defaultUs
    guard fromUs < toUs else {
      throw ReportsError(
        .usage,
        "the period is empty: it begins at \(zone.text(fromUs)) and ends at \(zone.text(toUs))")
    }
    self.fromUs = fromUs
    self.toUs = toUs
  }
}

/// Times as the user writes them.
///
/// | form | meaning |
/// |---|---|
/// | `2026-03-29`, `2026-03-29T14:05`, `2026-03-29 14:05:30.25` | ISO 8601 on the clock of the zone
/// |
/// | `…T14:05Z`, `…T14:05+02:00`, `…+0200`, `…+02` | ISO 8601 with its distance from UTC |
/// | `now`, `today`, `yesterday`, `tomorrow` | the moment; the last, the one before, the next
/// midnight of the zone |
/// | `-90s`, `-30m`, `-24h` | that long before now |
/// | `-7d`, `-2w` | the same time on the clock that many days or weeks ago, also where the clocks
/// changed between |
enum Time {
  /// The most that a relative time may reach back, in days.
  static let daysMax: Int64 = 36525

  /// The microseconds since 1970 (UTC) of `text`. `name` is the option it was given to.
  static func parse(
    _ text: String, name: String, zone: Zone, nowUs: Int64
  ) throws(ReportsError) -> Int64 {
    switch text {
    case "now": return nowUs
    case "today": return zone.microseconds(zone.local(nowUs).midnight)
    case "yesterday": return zone.microseconds(zone.local(nowUs).midnight.adding(days: -1))
    case "tomorrow": return zone.microseconds(zone.local(nowUs).midnight.adding(days: 1))
    default: break
    }
    if let time = relative(text, zone: zone, nowUs: nowUs) ?? absolute(text, zone: zone) {
      return time
    }
    throw ReportsError(
      .usage,
      "\(name) cannot be \(text.quoted): write 2026-03-29T14:05, -7d, -24h, -30m, today or now")
  }

  private static func relative(_ text: String, zone: Zone, nowUs: Int64) -> Int64? {
    guard text.first == "-", let unit = text.last, text.utf8.count <= 12 else { return nil }
    let digits = text.dropFirst().dropLast()
    guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
      let count = Int64(digits)
    else { return nil }
    let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800]
    guard let second = seconds[unit], count <= daysMax * 86400 / second else { return nil }
    if unit == "d" || unit == "w" {
      return zone.microseconds(zone.local(nowUs).adding(days: -count * second / 86400))
    }
    return nowUs - count * second * 1_000_000
  }

  private static func absolute(_ text: String, zone: Zone) -> Int64? {
    var rest = Substring(text)
    guard let year = number(&rest, digits: 4), skip(&rest, "-"),
      let month = number(&rest, digits: 2), skip(&rest, "-"),
      let day = number(&rest, digits: 2),
      let days = daysSince1970(year: year, month: month, day: day)
    else { return nil }
    var time = LocalTime(seconds: days * 86400)
    if rest.isEmpty { return zone.microseconds(time) }

    guard skip(&rest, "T") || skip(&rest, " "),
      let hour = number(&rest, digits: 2), skip(&rest, ":"),
      let minute = number(&rest, digits: 2), hour < 24, minute < 60
    else { return nil }
    time.seconds += hour * 3600 + minute * 60
    if skip(&rest, ":") {
      guard let second = number(&rest, digits: 2), second < 60 else { return nil }
      time.seconds += second
      if skip(&rest, ".") {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty,
          let fraction = Int64((digits + "000000").prefix(6))
        else { return nil }
        time.fractionUs = fraction
        rest = rest.dropFirst(digits.count)
      }
    }
    if rest.isEmpty { return zone.microseconds(time) }
    guard let offset = offsetSeconds(rest) else { return nil }
    return (time.seconds - offset) * 1_000_000 + time.fractionUs
  }

  private static func offsetSeconds(_ text: Substring) -> Int64? {
    if text == "Z" || text == "z" { return 0 }
    var rest = text.dropFirst()
    guard let sign = text.first, sign == "+" || sign == "-", let hours = number(&rest, digits: 2)
    else { return nil }
    var minutes: Int64 = 0
    if !rest.isEmpty {
      _ = skip(&rest, ":")
      guard let number = number(&rest, digits: 2) else { return nil }
      minutes = number
    }
    guard rest.isEmpty, hours < 24, minutes < 60 else { return nil }
    return (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  private static func number(_ text: inout Substring, digits count: Int) -> Int64? {
    let digits = text.prefix(count)
    guard digits.count == count, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return nil
    }
    text = text.dropFirst(count)
    return Int64(digits)
  }

  private static func skip(_ text: inout Substring, _ character: Character) -> Bool {
    guard text.first == character else { return false }
    text = text.dropFirst()
    return true
  }

  /// Days from 1970-01-01 in the Gregorian calendar; nil for a day that does not exist.
  private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64? {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1970...9999).contains(year), (1...12).contains(month),
      (1...lengths[Int(month) - 1]).contains(day)
    else { return nil }
    let before = year - 1
    let daysBeforeYear = before * 365 + before / 4 - before / 100 + before / 400
    return daysBeforeYear - 719_162 + lengths[..<Int(month - 1)].reduce(0, +) + day - 1
  }
}
