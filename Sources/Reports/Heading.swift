import SQLite

/// What stands above the rows of a report.
struct Heading {
  let report: String
  let sentence: String
  /// What was asked for, without the period.
  let parameters: [(name: String, value: Value)]
  let period: Period?
  let coverage: Coverage?
  let zone: Zone

  /// The lines for a reader, without the sentence.
  var lines: [String] {
    var lines: [String] = []
    var line = ""
    if let period {
      line = "\(zone.text(period.fromUs)) to \(zone.text(period.toUs)), \(zone.name)"
    }
    for (name, value) in parameters {
      line += (line.isEmpty ? "" : " · ") + "\(name) \(value.plain)"
    }
    if !line.isEmpty { lines.append(line) }
    if let coverage { lines.append(coverage.sentence) }
    return lines
  }
}

extension Coverage {
  /// The line that says how far the answer can be trusted.
  var sentence: String {
    if unobservedUs == 0 { return "All of it was observed." }
    let whose = server.map { " of server \($0), the worst" } ?? ""
    return "Not observed: \(unobservedUs.roundedSeconds) s of \(passedUs.roundedSeconds) s"
      + " (\(Self.percent(unobservedUs, of: passedUs)) %)\(whose)."
  }

  /// A share with one decimal. Rounding never makes it nothing or all.
  static func percent(_ part: Int64, of whole: Int64) -> String {
    let share = Double(part) / Double(max(1, whole))
    let most: Int64 = part < whole ? 999 : 1_000
    let tenths = min(max(1, Int64((share * 1_000).rounded())), most)
    return "\(tenths / 10).\(tenths % 10)"
  }
}

extension Int64 {
  /// Microseconds as seconds, with one decimal where it tells something.
  var roundedSeconds: String {
    self < 100_000_000 ? ((self + 50_000) / 100_000 * 100_000).seconds : String(self / 1_000_000)
  }

  /// Microseconds as seconds, with up to three decimals.
  var seconds: String {
    let milliseconds = (self + 500) / 1000
    let decimals = milliseconds % 1000
    if decimals == 0 { return String(milliseconds / 1000) }
    var text = "\(milliseconds / 1000).\(decimals.digits(3))"
    while text.last == "0" { text.removeLast() }
    return text
  }
}

extension Value {
  /// The value as text; nothing for NULL, hexadecimal digits for a blob.
  var plain: String {
    switch self {
    case .null: ""
    case .integer(let number): String(number)
    case .real(let number): String(number)
    case .text(let text): text
    case .blob(let bytes): bytes.hexadecimal
    }
  }

  var isNumber: Bool {
    switch self {
    case .integer, .real: true
    case .null, .text, .blob: false
    }
  }
}

extension [UInt8] {
  /// Two digits for each byte.
  var hexadecimal: String {
    let digits = [UInt8]("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(count * 2)
    for byte in self {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
