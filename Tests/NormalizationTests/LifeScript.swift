import AMI
import Normalization
import Testing

/// A server's stream made by hand: sessions, and what came in them when.
struct LifeScript {
  private enum Step {
    case begin
    case end
    case bytes([UInt8])
  }

  private var steps: [(second: Double, step: Step)] = []

  mutating func connect(_ second: Double) { steps.append((second, .begin)) }
  mutating func disconnect(_ second: Double) { steps.append((second, .end)) }

  /// One message; its lines without the empty one.
  mutating func receive(_ second: Double, _ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    steps.append((second, .bytes(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))))
  }

  /// A live event.
  mutating func event(_ second: Double, _ name: String, _ headers: String) {
    receive(second, "Event: \(name)\nPrivilege: system,all\n\(headers)")
  }

  /// An item of a list.
  mutating func item(_ second: Double, _ name: String, _ headers: String) {
    receive(second, "Event: \(name)\nActionID: 1\n\(headers)")
  }

  /// The server says how long it has been up.
  mutating func booted(_ second: Double, uptime: Int) {
    event(second, "FullyBooted", "Status: Fully Booted\nUptime: \(uptime)")
  }

  /// The rows, and the same when the state is saved and restored after every step.
  func run(sourceLocation: SourceLocation = #_sourceLocation) throws -> RowLog {
    let log = try run(disturbed: false)
    #expect(try run(disturbed: true).rows == log.rows, sourceLocation: sourceLocation)
    return log
  }

  private func run(disturbed: Bool) throws -> RowLog {
    var log = RowLog()
    var normalizer = Normalizer(server: 0)
    var buffer = FrameBuffer()
    var frame = Frame()
    var session: Int64 = 0
    for (second, step) in steps {
      let time = Int64((second * 1_000_000).rounded())
      switch step {
      case .begin:
        session += 1
        buffer = FrameBuffer()
        normalizer.sessionBegan(id: session, at: time)
      case .end: normalizer.sessionEnded(at: time)
      case .bytes(let bytes):
        buffer.append(bytes)
        while buffer.next(into: &frame) { normalizer.take(frame, at: time) }
      }
      guard disturbed else { continue }
      try normalizer.drain(into: &log)
      var nothing = None()
      let state = normalizer.save(with: &nothing)
      guard let restored = Normalizer(server: 0, restoring: state, with: &nothing) else {
        Issue.record("what was saved cannot be read")
        break
      }
      normalizer = restored
    }
    try normalizer.drain(into: &log)
    return log
  }

  private struct None: Visitable {
    mutating func visit(_ visitor: inout some FieldVisitor) {}
  }
}

extension RowLog {
  /// Some columns of a table by id, times in seconds.
  func list(_ table: String, _ columns: String...) -> [String] {
    rows[table, default: [:]].sorted { Int($0.key)! < Int($1.key)! }.map { row in
      columns.map { column in
        let value = row.value[column]!
        guard column.hasSuffix("ed_us"), let time = Double(value) else { return value }
        return "\(time / 1_000_000)"
      }.joined(separator: " ")
    }
  }
}
