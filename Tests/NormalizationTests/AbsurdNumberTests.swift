import AMI
import Support
import Testing

@testable import Normalization

/// No number in a message can stop the normalizer, or become a time that no clock could have shown:
/// arithmetic that traps ends the process.
@Suite struct AbsurdNumberTests {
  private static let options: Normalizer.Options = {
    var options = Normalizer.Options()
    options.tables = Set(Normalizer.Options.BulkyTable.allCases)
    options.dtmf = true
    options.trunks = ["PJSIP/trunk"]
    return options
  }()

  private struct Nothing: Visitable {
    mutating func visit(_ visitor: inout some FieldVisitor) {}
  }

  private static func message(_ text: String) -> Frame {
    Absurdity.frame(Array((text + "\r\n\r\n").utf8))!
  }

  private static let booted = message(
    "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 1")

  /// Ends the session, and what lasted with it: the server was started anew.
  private func end(_ normalizer: inout Normalizer, at time: Int64) {
    normalizer.sessionEnded(at: time)
    normalizer.sessionBegan(id: 2, at: time)
    normalizer.take(Self.booted, at: time + 1_000_000)
  }

  // MARK: Each header

  /// Each header with a number in it, of each event, as it first stands in a recording: taken with
  /// each absurd text in the state which the recording had made, and then as it was.
  @Test func `one absurd number in any header of any event is taken, and what follows it`() throws {
    var known: Set<String> = []
    var cases = 0
    var sink = RowCheck()
    for path in Heard.rich + Heard.old {
      var normalizer = Normalizer(server: 1, options: Self.options)
      for step in try Heard(path).steps {
        switch step {
        case .began(let time): normalizer.sessionBegan(id: 1, at: time)
        case .ended(let time): normalizer.sessionEnded(at: time)
        case .frame(let frame, let time):
          cases += try disturb(&normalizer, frame, at: time, &known, &sink)
          normalizer.take(frame, at: time)
        }
      }
    }
    #expect(sink.flaws.isEmpty)
    #expect(cases > 3_000 && sink.rows > 1_000)
  }

  private func disturb(
    _ normalizer: inout Normalizer, _ frame: Frame, at time: Int64, _ known: inout Set<String>,
    _ sink: inout RowCheck
  ) throws -> Int {
    var cases = 0
    var state: [UInt8] = []
    let name = frame.text(of: .event) ?? frame.text(of: .response) ?? ""
    for header in frame.headers.indices {
      let value = frame.bytes[frame.headers[header].valueRange]
      guard !Absurdity.changes(of: value, to: "1").isEmpty else { continue }
      let word = Text.decode(frame.bytes[frame.headers[header].nameRange])
      let variable = name == "VarSet" ? frame.text(of: .variable) ?? "" : ""
      guard known.insert("\(name) \(frame.isListItem) \(word) \(variable)").inserted else {
        continue
      }
      if state.isEmpty {
        try normalizer.drain(into: &sink)
        var nothing = Nothing()
        state = normalizer.save(with: &nothing)
      }
      let absurd = { (text: String) in
        Absurdity.changes(of: value, to: text).compactMap {
          Absurdity.frame(Absurdity.message(frame, header: header, $0))
        }
      }
      // The texts go round: a third of them for each header, and the worst for all.
      let turn = known.count % 3
      let texts = Absurdity.values.indices.filter { $0 % 3 == turn }.map { Absurdity.values[$0] }
      let all = texts + Absurdity.limits
      try take(all.flatMap(absurd), then: frame, at: time, from: state, &sink)
      cases += all.count
    }
    return cases
  }

  private func take(
    _ frames: [Frame], then frame: Frame, at time: Int64, from state: [UInt8],
    _ sink: inout RowCheck
  ) throws {
    var nothing = Nothing()
    guard
      var normalizer = Normalizer(
        server: 1, options: Self.options, restoring: state, with: &nothing)
    else {
      Issue.record("what was saved cannot be read")
      return
    }
    for absurd in frames { normalizer.take(absurd, at: time + 100_000) }
    normalizer.take(frame, at: time + 2_000_000)
    end(&normalizer, at: time + 3_000_000)
    try normalizer.drain(into: &sink)
  }

  // MARK: The catalogue

  /// The names that handlers ask for: the known ones, and those that stand in the sources.
  private static let names: [String] = {
    var names = Set(HeaderName.allCases.map(\.rawValue))
    for file in Fixture.files(in: "\(Fixture.tests)/../Sources/Normalization") {
      let text = Fixture.document("Sources/Normalization/\(file)")
      for match in text.matches(of: #/named: "(\w+)"/#) { names.insert(String(match.1)) }
    }
    for rest in ["SourceSSRC", "FractionLost", "CumulativeLost", "IAJitter"] {
      names.insert("Report0\(rest)")
    }
    return names.sorted()
  }()

  /// A state in which much goes on, and what each header held last in it.
  private func rich() throws -> (state: [UInt8], values: [String: String], time: Int64) {
    var normalizer = Normalizer(server: 1, options: Self.options)
    var values: [String: String] = [:]
    var last: Int64 = 0
    let steps = try Heard(Fixture.recording("queues-22")).steps
    for step in steps.prefix(steps.count / 3) {
      switch step {
      case .began(let time): normalizer.sessionBegan(id: 1, at: time)
      case .ended(let time): normalizer.sessionEnded(at: time)
      case .frame(let frame, let time):
        normalizer.take(frame, at: time)
        last = time
        // Of channels that go on.
        guard frame.kind == .event, !frame.has(.event, "Hangup") else { continue }
        for header in frame.headers {
          values[Text.decode(frame.bytes[header.nameRange])] =
            Text.decode(frame.bytes[header.valueRange])
        }
      }
    }
    var sink = RowCheck()
    try normalizer.drain(into: &sink)
    var nothing = Nothing()
    return (normalizer.save(with: &nothing), values, last)
  }

  private static let identities = [
    "Channel", "Uniqueid", "Linkedid", "DestChannel", "DestUniqueid", "BridgeUniqueid", "Queue",
    "Interface", "MemberName", "Agent", "Device", "Peer", "URI", "Conference", "Variable",
    "LocalOneUniqueid", "LocalTwoUniqueid", "ParkeeUniqueid", "TransfererUniqueid",
    "TransfereeUniqueid", "Uniqueid1", "Uniqueid2", "SrcUniqueid", "State", "Status", "PeerStatus",
  ]

  @Test(arguments: [false, true])
  func `every event that is known is taken with absurd numbers for all that it could hold`(
    isListItem: Bool
  ) throws {
    let (state, values, time) = try rich()
    #expect(Self.names.count > 200)
    let head = isListItem ? "ActionID: 1" : "Privilege: call,all"
    let identity = Self.identities.map { "\r\n\($0): \(values[$0] ?? values["Uniqueid"]!)" }
      .joined()
    var sink = RowCheck()
    for (turn, event) in Event.allCases.enumerated() {
      let start = "Event: \(event.rawValue)\r\n\(head)"
      func all(_ text: String, _ identity: String) -> Frame {
        let others = Self.names.filter {
          !["Event", "ActionID", "Privilege"].contains($0)
            && (identity.isEmpty || !Self.identities.contains($0))
        }
        return Self.message(start + identity + others.map { "\r\n\($0): \(text)" }.joined())
      }
      let right = Self.message(start + identity)
      let others = Absurdity.values.indices.filter { $0 % 4 == turn % 4 }
      let texts = Absurdity.limits + (isListItem ? [] : others.map { Absurdity.values[$0] })
      try take(
        texts.map { all($0, identity) } + [all(texts[0], "")], then: right, at: time, from: state,
        &sink)
      if isListItem { continue }
      let each = Self.names.indices.filter { $0 % 2 == turn % 2 }.map { Self.names[$0] }.map {
        Self.message("\(start)\r\n\($0): \(Absurdity.limits[0])\(identity)")
      }
      try take(each, then: right, at: time, from: state, &sink)
    }
    #expect(sink.flaws.isEmpty)
    #expect(sink.rows > 1_000)
  }

  // MARK: Whole streams

  /// One number in ten, anywhere in a stream, is absurd.
  @Test func `streams with absurd numbers in them are taken to their ends`() throws {
    var turn: UInt64 = 1
    func next(_ count: Int) -> Int {
      turn = turn &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(turn >> 33) % count
    }
    var sink = RowCheck()
    for path in Heard.old + Heard.rich {
      let steps = try Heard(path).steps
      var normalizer = Normalizer(server: 1, options: Self.options)
      for step in steps {
        switch step {
        case .began(let time): normalizer.sessionBegan(id: 1, at: time)
        case .ended(let time): normalizer.sessionEnded(at: time)
        case .frame(var frame, let time):
          for header in frame.headers.indices.reversed() where next(10) == 0 {
            let value = frame.bytes[frame.headers[header].valueRange]
            let text = Absurdity.values[next(Absurdity.values.count)]
            guard let changed = Absurdity.changes(of: value, to: text).last else { continue }
            let bytes = Absurdity.message(frame, header: header, changed)
            frame = Absurdity.frame(bytes) ?? frame
          }
          normalizer.take(frame, at: time)
        }
      }
      try normalizer.drain(into: &sink)
    }
    #expect(sink.flaws.isEmpty)
  }

  /// The clock of the machine was set in between: by hours, by centuries, to the limits.
  @Test(
    arguments: [
      -7_200_000_000, 7_200_000_000, 7_889_400_000_000_000, -1_700_000_000_000_000, Int64.max,
      Int64.min,
    ] as [Int64])
  func `when the clock steps between two sessions, nothing lasts less than nothing`(
    step: Int64
  ) throws {
    for path in Heard.rich {
      let steps = try Heard(path).steps
      var normalizer = Normalizer(server: 1, options: Self.options)
      var sink = RowCheck()
      var shift: Int64 = 0
      func shifted(_ time: Int64) -> Int64 {
        let (sum, isBeyond) = time.addingReportingOverflow(shift)
        return isBeyond ? shift : sum
      }
      for (number, item) in steps.enumerated() {
        if number == steps.count / 2 || number == steps.count * 3 / 4 {
          // A session ends without a word, and the next begins with a clock that was set.
          var now: Int64 = 0
          if case .frame(_, let time) = item {
            now = time
            normalizer.sessionEnded(at: shifted(time))
          }
          shift = shift == 0 ? step : 0
          normalizer.sessionBegan(id: 2, at: shifted(now))
        }
        switch item {
        case .began(let time): normalizer.sessionBegan(id: 1, at: time)
        case .ended(let time): normalizer.sessionEnded(at: shifted(time))
        case .frame(let frame, let time): normalizer.take(frame, at: shifted(time))
        }
      }
      try normalizer.drain(into: &sink)
      // A clock at the limits gives times at the limits; still no end is before its beginning.
      let isFar = abs(step >> 1) > 1 << 61
      let flaws = isFar ? sink.flaws.filter { $0.contains("is before") } : sink.flaws
      #expect(flaws.isEmpty, "\(path)")
    }
  }
}
