import SQLite

/// What the HTML page of a report draws: see `Query` for how a file asks for it.
public struct Chart: Sendable, Equatable {
  enum Kind: String { case bars, columns }

  let kind: Kind
  /// The columns whose values, joined, name a bar.
  let labels: [String]
  /// The column that a bar's length tells, and perhaps one that is part of it.
  let values: [String]

  /// The most bars that are drawn; the table below has all.
  static let barsMax = 40
  /// The most columns that are drawn.
  static let columnsMax = 1000

  /// Reads `KIND LABELS VALUE [PART]`; nil for anything else.
  init?(_ text: Substring) {
    let words = text.split(separator: " ").map(String.init)
    guard (3...4).contains(words.count), let kind = Kind(rawValue: words[0]) else { return nil }
    self.kind = kind
    labels = words[1].split(separator: ",").map(String.init)
    values = Array(words[2...])
  }

  /// The chart of `rows` as an SVG element; nothing where there is nothing to draw.
  func svg(columns: [String], rows: [[Value]]) -> String {
    let valueColumns = values.compactMap { columns.firstIndex(of: $0) }
    guard valueColumns.count == values.count, !rows.isEmpty else { return "" }
    // A column that groups stands first under a name of its own.
    var labelColumns = labels.compactMap { columns.firstIndex(of: $0) }
    if labels.first == "grouped_by", !labels.dropFirst().contains(columns[0]) {
      labelColumns.insert(0, at: 0)
    }
    let bars = rows.map { row in
      Bar(
        label: labelColumns.map { row[$0].plain }.filter { !$0.isEmpty }.joined(separator: " "),
        values: valueColumns.map { row[$0].number })
    }
    let most = bars.map { $0.values[0] }.max() ?? 0
    guard most > 0 else { return "" }
    return switch kind {
    case .bars: horizontal(bars.prefix(Self.barsMax), most: most)
    case .columns: vertical(bars.prefix(Self.columnsMax), most: most)
    }
  }

  private struct Bar {
    let label: String
    let values: [Double]

    /// The text that shows when the pointer rests on the bar.
    func title(_ names: [String]) -> String {
      let parts = zip(names, values).map { "\($0) \($1.short)" }
      return HTML.escaped("\(label): \(parts.joined(separator: ", "))")
    }
  }

  // MARK: Drawing, in units of about a pixel

  private func horizontal(_ bars: ArraySlice<Bar>, most: Double) -> String {
    let (left, length, right) = (260.0, 560.0, 80.0)
    let height = Double(bars.count) * 24 + 8
    var svg = open(width: left + length + right, height: height)
    for (index, bar) in bars.enumerated() {
      let y = Double(index) * 24 + 4
      svg += "<g><title>\(bar.title(values))</title>"
      svg += text(bar.label, x: left - 8, y: y + 14, anchor: "end", max: 38)
      for (series, value) in bar.values.enumerated() {
        svg += rectangle(x: left, y: y, width: value / most * length, height: 18, series: series)
      }
      let end = left + bar.values[0] / most * length
      svg += text(bar.values[0].short, x: end + 6, y: y + 14, anchor: "start") + "</g>\n"
    }
    return svg + "</svg>\n" + legend
  }

  private func vertical(_ bars: ArraySlice<Bar>, most: Double) -> String {
    let (left, top, width, height) = (64.0, 12.0, 836.0, 220.0)
    var svg = open(width: left + width + 8, height: top + height + 34)
    let topValue = Self.rounded(most)
    for step in 0...4 {
      let y = top + height * Double(4 - step) / 4
      svg += "<line class=\"grid\" x1=\"\(left)\" x2=\"\(left + width)\" y1=\"\(y)\" y2=\"\(y)\"/>"
      svg += text(
        (topValue * Double(step) / 4).short, x: left - 8, y: y + 4, anchor: "end")
    }
    let slot = min(110, width / Double(bars.count))
    // A label needs the room of about 104 units.
    let every = max(1, Int((104 / slot).rounded(.up)))
    for (index, bar) in bars.enumerated() {
      let x = left + Double(index) * slot
      svg += "<g><title>\(bar.title(values))</title>"
      for (series, value) in bar.values.enumerated() {
        let part = value / topValue * height
        svg += rectangle(
          x: x + slot * 0.1, y: top + height - part, width: slot * 0.8, height: part,
          series: series)
      }
      if index % every == 0 {
        svg += text(
          Self.tick(bar.label), x: x + slot / 2, y: top + height + 18, anchor: "middle", max: 16)
      }
      svg += "</g>\n"
    }
    return svg + "</svg>\n" + legend
  }

  private var legend: String {
    let items = values.enumerated().map { series, name in
      "<span><i class=\"series\(series)\"></i>\(HTML.escaped(name))</span>"
    }
    return "<p class=\"legend\">\(items.joined(separator: " "))</p>\n"
  }

  private func open(width: Double, height: Double) -> String {
    "<svg viewBox=\"0 0 \(width.short) \(height.short)\" role=\"img\">\n"
  }

  private func rectangle(
    x: Double, y: Double, width: Double, height: Double, series: Int
  ) -> String {
    "<rect class=\"series\(series)\" x=\"\(x.short)\" y=\"\(y.short)\""
      + " width=\"\(max(0, width).short)\" height=\"\(max(0, height).short)\"/>"
  }

  private func text(
    _ text: String, x: Double, y: Double, anchor: String, max: Int = Int.max
  ) -> String {
    let shown = text.count > max ? text.prefix(max - 1) + "…" : text
    return "<text x=\"\(x.short)\" y=\"\(y.short)\" text-anchor=\"\(anchor)\">"
      + "\(HTML.escaped(shown))</text>"
  }

  /// A label below a column: of a time, what the year and the zone leave.
  private static func tick(_ label: String) -> String {
    let parts = label.split(separator: "T")
    guard parts.count == 2, parts[0].count == 10, parts[1].count == 11 else { return label }
    return "\(parts[0].dropFirst(5)) \(parts[1].prefix(5))"
  }

  /// The next number above `most` whose quarters are round.
  private static func rounded(_ most: Double) -> Double {
    var power = 1.0
    while power * 10 < most { power *= 10 }
    for step in [1.0, 2, 4, 6, 8] where power * step >= most && power * step >= 4 {
      return power * step
    }
    return Swift.max(4, power * 10)
  }
}

extension Value {
  var number: Double {
    switch self {
    case .integer(let number): Double(number)
    case .real(let number): number
    case .null, .text, .blob: 0
    }
  }
}

extension Double {
  /// The number with at most two decimals.
  var short: String {
    let hundredths = (self * 100).rounded()
    guard abs(hundredths) < 1e15 else { return "\(self)" }
    let whole = Int64(hundredths)
    if whole % 100 == 0 { return "\(whole / 100)" }
    let sign = whole < 0 ? "-" : ""
    let digits = (abs(whole) % 100).digits(2)
    return "\(sign)\(abs(whole) / 100).\(digits.last == "0" ? digits.dropLast() : digits[...])"
  }
}
