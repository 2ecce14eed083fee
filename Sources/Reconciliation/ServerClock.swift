import AMI
import Glibc

/// Reads the local time that Asterisk writes into its records.
///
/// The zone is that of the process (`TZ`), which the caller has set.
enum ServerClock {
  /// The time of a text like `2026-03-29 02:30:00`, with or without a fraction; nil for
  /// anything else.
  ///
  /// - Parameter near: a time that the record is known to lie near to: it tells which of the two
  ///   times is meant that a clock shows twice when summer time ends.
  static func time(_ text: some StringProtocol, near: Instant? = nil) -> Instant? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 19, bytes[4] == 0x2D, bytes[7] == 0x2D,
      bytes[10] == 0x20 || bytes[10] == 0x54, bytes[13] == 0x3A, bytes[16] == 0x3A,
      let year = number(bytes, 0, 4, 1970...9999), let month = number(bytes, 5, 2, 1...12),
      let day = number(bytes, 8, 2, 1...31), let hour = number(bytes, 11, 2, 0...23),
      let minute = number(bytes, 14, 2, 0...59), let second = number(bytes, 17, 2, 0...60),
      let fraction = fraction(bytes[19...])
    else { return nil }
    // Both readings of the clock; where only one exists, both give it or one does not come back.
    var candidates: [Instant] = []
    for summer in [Int32(1), 0] {
      var fields = unsafe tm()
      unsafe fields.tm_year = Int32(year - 1900)
      unsafe fields.tm_mon = Int32(month - 1)
      unsafe fields.tm_mday = Int32(day)
      unsafe fields.tm_hour = Int32(hour)
      unsafe fields.tm_min = Int32(minute)
      unsafe fields.tm_sec = Int32(second)
      unsafe fields.tm_isdst = summer
      let time = unsafe mktime(&fields)
      if unsafe fields.tm_hour == Int32(hour), unsafe fields.tm_min == Int32(minute) {
        candidates.append(.seconds(Int64(time)) + fraction)
      }
    }
    if candidates.isEmpty {
      // An hour that the clock skips: no server wrote it.
      return nil
    }
    guard let near else { return candidates.min() }
    return candidates.min { $0.distance(to: near) < $1.distance(to: near) }
  }

  /// A time as seconds since 1970 with a fraction, or as local text.
  static func eventTime(_ text: String, near: Instant?) -> Instant? {
    let bytes = Array(text.utf8)
    guard let point = bytes.firstIndex(of: UInt8(ascii: ".")), point >= 9,
      let time = Number.time(bytes)
    else { return time(text, near: near) }
    return time
  }

  /// When a channel was made, as its Uniqueid tells: `1795392654.2`, with a system name before it
  /// `pbx-1795392654.2`; nil for one that a client chose.
  ///
  /// **Source:** main/channel.c, `__ast_channel_alloc_ap`.
  static func creation(uniqueid: String) -> Instant? {
    let bytes = Array(uniqueid.utf8)
    let start = bytes.lastIndex(of: UInt8(ascii: "-")).map { $0 + 1 } ?? 0
    guard let point = bytes.firstIndex(of: UInt8(ascii: ".")), point - start == 10,
      let seconds = Number.integer(bytes[start..<point], in: Number.date)
    else { return nil }
    return .seconds(seconds)
  }

  private static func number(
    _ bytes: [UInt8], _ start: Int, _ count: Int, _ range: ClosedRange<Int64>
  ) -> Int64? {
    Number.integer(bytes[start..<start + count], in: range)
  }

  /// What `.466711` says, nothing of nothing; nil for anything else.
  private static func fraction(_ bytes: ArraySlice<UInt8>) -> TimeSpan? {
    if bytes.isEmpty { return .zero }
    guard bytes.first == UInt8(ascii: ".") else { return nil }
    return Number.seconds([0x30] + bytes)
  }
}
