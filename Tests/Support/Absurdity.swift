/// What stands where a number should, as no Asterisk writes it.
public enum Absurdity {
  /// Texts in place of a number: the limits of integers, of what a double holds, of calendars, and
  /// what is no number at all.
  public static let values = [
    "9223372036854775807", "-9223372036854775808", "-9223372036854775807", "9223372036854775",
    "9223372036854", "9223372037", "-1", "0", "2147483647", "2147483648", "-2147483648",
    "4294967295", "4294967296", "9007199254740993", "9223372036854775808", "18446744073709551616",
    "99999999999999999999", "1e308", "-1e308", "1e999", "NaN", "-inf", "", "-", "+5", "0x10",
    "0x7fffffffffffffff", " 7", "7  ", "٧٧", "７", "9223372036854.999999",
    "9223372036854775807.9", "9999999999.999999", "253402300800", "1099511627775",
    "9223372036854775807:00:00", "999999:59:59", "0001-01-01T00:00:00.000+0000",
    "300000-01-01T00:00:00.000+0000", "9999-99-99T99:99:99.999999+9999",
    "1099511627775-999999",
  ]

  /// The worst of them: where one of these does no harm, sums and products are safe.
  public static let limits = [
    "9223372036854775807", "-9223372036854775808", "9223372036854", "4294967295", "-1", "NaN",
  ]

  /// The values that come of a value when one of its numbers, or each, is replaced.
  public static func changes(of value: ArraySlice<UInt8>, to text: String) -> [[UInt8]] {
    let runs = runs(in: value)
    guard let first = runs.first else { return [] }
    var found = [
      Array(value[..<first.lowerBound]) + Array(text.utf8) + value[first.upperBound...]
    ]
    if runs.count > 1 {
      let last = runs[runs.count - 1]
      found.append(Array(value[..<last.lowerBound]) + Array(text.utf8) + value[last.upperBound...])
      var all: [UInt8] = []
      var place = value.startIndex
      for run in runs {
        all += value[place..<run.lowerBound] + Array(text.utf8)
        place = run.upperBound
      }
      found.append(all + value[place...])
    }
    return found
  }

  private static func runs(in value: ArraySlice<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    for place in value.indices where value[place] >= 0x30 && value[place] <= 0x39 {
      if let last = found.last, last.upperBound == place {
        found[found.count - 1] = last.lowerBound..<place + 1
      } else {
        found.append(place..<place + 1)
      }
    }
    return found
  }
}
