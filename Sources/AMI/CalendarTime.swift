// Times as a calendar and a clock show them.

extension Number {
  /// A time of the years 1970 to 9999 such as `2026-11-23T00:00:16.229+0000`, or
  /// `SECONDS-MICROSECONDS` since 1970; nil for anything else.
  ///
  /// **Source:** main/utils.c, `ast_timeval_to_iso8601`; main/security_events.c,
  /// `alloc_security_event`; before Asterisk 12 security logs had `SECONDS-MICROSECONDS`.
  public static func calendarTime(_ text: ArraySlice<UInt8>) -> Instant? {
    if let dash = text.firstIndex(of: UInt8(ascii: "-")), dash - text.startIndex > 4 {
      guard let seconds = integer(text[..<dash], in: date),
        let micros = integer(text[(dash + 1)...], in: 0...999_999)
      else { return nil }
      return .seconds(seconds) + .microseconds(micros)
    }
    func number(_ place: Int, _ count: Int, _ range: ClosedRange<Int64>) -> Int64? {
      integer(text.dropFirst(place).prefix(count), in: range)
    }
    guard text.count >= 19, text[text.startIndex + 10] == UInt8(ascii: "T"),
      let year = number(0, 4, 1970...9999), let month = number(5, 2, 1...12),
      let day = number(8, 2, 1...31), let hour = number(11, 2, 0...23),
      let minute = number(14, 2, 0...59), let second = number(17, 2, 0...60)
    else { return nil }
    var rest = text.dropFirst(19)
    var fraction = TimeSpan.zero
    if rest.first == UInt8(ascii: ".") {
      let digits = rest.dropFirst().prefix { $0 >= 0x30 && $0 <= 0x39 }
      guard let span = seconds([0x30, 0x2E] + digits) else { return nil }
      fraction = span
      rest = rest.dropFirst(1 + digits.count)
    }
    guard let offset = offset(rest) else { return nil }
    let days = days(year, month, day)
    return .seconds(((days * 24 + hour) * 60 + minute) * 60 + second - offset) + fraction
  }

  /// Seconds east of Greenwich of `Z`, `+0100`, `+01:00` or nothing.
  private static func offset(_ text: ArraySlice<UInt8>) -> Int64? {
    guard let sign = text.first, sign != UInt8(ascii: "Z") else { return 0 }
    let digits = text.dropFirst().filter { $0 != UInt8(ascii: ":") }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), digits.count == 4,
      let hours = integer(digits[0..<2], in: 0...23),
      let minutes = integer(digits[2..<4], in: 0...59)
    else { return nil }
    let seconds = (hours * 60 + minutes) * 60
    return sign == UInt8(ascii: "-") ? -seconds : seconds
  }

  /// Days from 1970-01-01 to a date of the Gregorian calendar, with years that begin in March.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month > 2 ? year : year - 1
    let monthsFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthsFromMarch + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }
}
