import AMI
import Journal
import Normalization
import Support

extension Absurdity {
  /// The bytes of a message in which one header has another value.
  static func message(_ frame: borrowing Frame, header: Int, _ value: [UInt8]) -> [UInt8] {
    let range = frame.headers[header].valueRange
    return Array(frame.bytes[..<range.lowerBound]) + value + frame.bytes[range.upperBound...]
  }

  /// The one message in these bytes.
  static func frame(_ bytes: [UInt8]) -> Frame? {
    var buffer = FrameBuffer()
    buffer.append(bytes)
    var frame = Frame()
    return buffer.next(into: &frame) ? frame : nil
  }
}

/// Takes rows, looks at each of their fields, and notes those that no clock could have written:
/// times outside the years 1970 to 9999, spans below nothing, ends before beginnings.
struct RowCheck: RowSink {
  private static let pairs = [
    ("started_us", "ended_us"), ("entered_us", "left_us"),
    ("joined_us", "left_us"), ("joined_us", "connected_us"), ("connected_us", "talk_ended_us"),
    ("called_us", "ended_us"), ("parked_us", "ended_us"), ("started_us", "ringing_us"),
  ]

  /// Which columns of a table are times or spans, and which follow each other.
  private struct Plan {
    var isTime: [Bool]
    var spans: [(start: Int, end: Int)]

    init(_ columns: [String]) {
      isTime = columns.map { $0.hasSuffix("_us") || $0.hasSuffix("_ms") }
      spans = RowCheck.pairs.compactMap { pair in
        guard let start = columns.firstIndex(of: pair.0), let end = columns.firstIndex(of: pair.1)
        else { return nil }
        return (start, end)
      }
    }
  }

  private struct Look: FieldVisitor {
    var values: [Int64?] = []
    mutating func visit(_ value: inout Int64) { values.append(value) }
    mutating func visit(_ value: inout Int64?) { values.append(value) }
    mutating func visit(_ value: inout Bool) { values.append(nil) }
    mutating func visit(_ value: inout String) { values.append(nil) }
    mutating func visit(_ value: inout String?) { values.append(nil) }
  }

  private var plans: [String: Plan] = [:]
  private(set) var rows = 0
  /// What is wrong, each once.
  private(set) var flaws: Set<String> = []

  mutating func write<R: Row>(_ row: inout R) throws {
    rows += 1
    var look = Look()
    row.visit(&look)
    let plan = plans[R.table] ?? Plan(R.columns)
    plans[R.table] = plan
    for place in plan.isTime.indices where plan.isTime[place] {
      if let value = look.values[place], value < 0 || value > 253_402_300_800_000_000 {
        flaws.insert("\(R.table).\(R.columns[place]) is \(value)")
      }
    }
    for span in plan.spans {
      if let start = look.values[span.start], let end = look.values[span.end], end < start {
        flaws.insert("\(R.table).\(R.columns[span.end]) is before its beginning")
      }
    }
  }

  mutating func merge(_ merge: inout CallMergeRow) throws { try write(&merge) }
}

/// What a recording gives, message by message.
struct Heard {
  enum Step {
    case began(at: Int64)
    case ended(Int64)
    case frame(Frame, at: Int64)
  }
  let steps: [Step]

  init(_ path: String) throws {
    var steps: [Step] = []
    let capture = try Capture(path: path)
    var buffer = FrameBuffer()
    var bytes: [UInt8] = []
    while let record = try capture.next(into: &bytes) {
      switch record {
      case .connect(let time):
        buffer = FrameBuffer()
        steps.append(.began(at: time))
      case .disconnect(let time): steps.append(.ended(time))
      case .bytes(let time):
        buffer.append(bytes)
        var frame = Frame()
        while buffer.next(into: &frame) { steps.append(.frame(frame, at: time ?? 0)) }
      default: break
      }
    }
    self.steps = steps
  }

  /// The streams of the versions before 12, and of the one that is their measure.
  static let old: [String] =
    OldFixture.scenarios.flatMap { scenario in
      (OldFixture.versions + [OldFixture.measure]).map { OldFixture.path($0, scenario) }
    }
  /// Short recordings in which much happens.
  static let rich = [
    "agents-22", "conference-22", "originate-22", "parking-22", "registrations-16", "restart-22",
  ].map { Fixture.recording($0) }
}
