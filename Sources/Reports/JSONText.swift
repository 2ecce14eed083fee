import Display
import SQLite

/// An answer as one JSON object (RFC 8259).
///
/// | key | value |
/// |---|---|
/// | `report` | the report's name |
/// | `parameters` | object: what was asked for besides the period |
/// | `period` | object: `from`, `to` (ISO 8601 with the distance from UTC), `zone`; null for a
/// report without one |
/// | `unobserved_s` | seconds of the period that were not observed; null for a report without a
/// period |
/// | `columns` | array of names |
/// | `rows` | array of arrays of values: number, string, null; a blob is a string of hexadecimal
/// digits |
/// | `notes` | array of sentences, where there is something to say |
///
/// Answers that are no report have `columns` and `rows` alone.
struct JSONText: RowWriter {
  private let heading: Heading?
  private let output: Output
  private var isFirst = true

  init(heading: Heading?, output: Output) {
    self.heading = heading
    self.output = output
  }

  mutating func begin(_ columns: [String]) throws {
    try output.write("{")
    if let heading { try write(heading) }
    let names = columns.map(JSON.string).joined(separator: ",")
    try output.write("\"columns\":[\(names)],\n\"rows\":[")
  }

  mutating func append(_ row: [Value]) throws {
    let values = row.map(JSON.value).joined(separator: ",")
    try output.write("\(isFirst ? "" : ",")\n[\(values)]")
    isFirst = false
  }

  mutating func end(notes: [String]) throws {
    try output.write(isFirst ? "]" : "\n]")
    if !notes.isEmpty {
      try output.write(",\n\"notes\":[\(notes.map(JSON.string).joined(separator: ","))]")
    }
    try output.write("}\n")
    try output.flush()
  }

  private func write(_ heading: Heading) throws {
    let parameters = heading.parameters.map { "\(JSON.string($0.name)):\(JSON.value($0.value))" }
    var period = "null"
    if let asked = heading.period {
      period =
        "{\"from\":\(JSON.string(heading.zone.text(asked.fromUs))),"
        + "\"to\":\(JSON.string(heading.zone.text(asked.toUs))),"
        + "\"zone\":\(JSON.string(heading.zone.name))}"
    }
    try output.write(
      """
      "report":\(JSON.string(heading.report)),
      "parameters":{\(parameters.joined(separator: ","))},
      "period":\(period),
      "unobserved_s":\(heading.coverage.map(\.unobservedUs.seconds) ?? "null"),

      """)
  }
}

/// Values as JSON writes them.
enum JSON {
  static func value(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .integer(let number): String(number)
    case .real(let number): number.isFinite ? String(number) : "null"
    case .text(let text): string(text)
    case .blob(let bytes): string(bytes.hexadecimal)
    }
  }

  static func string(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where VisibleText.isUnsafe(scalar):
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
