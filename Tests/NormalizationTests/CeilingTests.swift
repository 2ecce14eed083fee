import AMI
import Testing

@testable import Normalization

/// What no stream can do: have the normalizer hold more and more.
@Suite struct CeilingTests {
  private static let most = 12

  /// A normalizer with low ceilings, and what it wrote.
  private struct Run: ~Copyable {
    var normalizer: Normalizer
    var log = RowLog()
    /// How often it was saved and restored; 0 for never.
    let restoreEvery: Int
    private var buffer = FrameBuffer()
    private var frame = Frame()
    private var time: Int64 = 1_000_000_000
    private var count = 0

    init(restoreEvery: Int = 0, ceilings: Ceilings = Ceilings(all: CeilingTests.most)) {
      normalizer = Normalizer(server: 0, ceilings: ceilings)
      normalizer.sessionBegan(id: 1, at: 0)
      self.restoreEvery = restoreEvery
    }

    /// Takes messages, each `step` microseconds after the other.
    mutating func take(_ text: String, step: Int64 = 1000) throws {
      buffer.append(text.utf8.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] })
      while buffer.next(into: &frame) {
        time += step
        normalizer.take(frame, at: time)
        count += 1
        if restoreEvery > 0, count % restoreEvery == 0 { try restore() }
      }
    }

    mutating func take(_ flood: FloodCase, _ numbers: Range<Int>, step: Int64 = 1000) throws {
      for number in numbers { try take(flood.messages(number), step: step) }
    }

    /// Drains, without looking at the rows, and saves; gives the state's size.
    mutating func size() throws -> Int {
      var nobody = Nobody()
      try normalizer.drain(into: &nobody)
      var nothing = Nothing()
      return normalizer.save(with: &nothing).count
    }

    /// Drains and saves.
    mutating func save() throws -> [UInt8] {
      try normalizer.drain(into: &log)
      var nothing = Nothing()
      return normalizer.save(with: &nothing)
    }

    private mutating func restore() throws {
      let state = try save()
      var nothing = Nothing()
      guard
        let restored = Normalizer(
          server: 0, ceilings: Ceilings(all: CeilingTests.most), restoring: state, with: &nothing)
      else { throw Unreadable() }
      normalizer = restored
    }
  }

  /// Takes rows and forgets them.
  private struct Nobody: RowSink {
    mutating func write<R: Row>(_ row: inout R) {}
    mutating func merge(_ merge: inout CallMergeRow) {}
  }

  /// The state was not read back.
  private struct Unreadable: Error {}

  private struct Nothing: Visitable {
    mutating func visit(_ visitor: inout some FieldVisitor) {}
  }

  @Test(arguments: FloodCase.all)
  func `however many come, no more than the ceiling are held`(flood: FloodCase) throws {
    var run = Run()
    try run.take(flood.first)
    var sizes: [Int] = []
    for number in stride(from: 0, to: 600, by: 25) {
      try run.take(flood, number..<number + 25)
      sizes.append(try run.size())
    }
    let (early, late) = (sizes[7], sizes[23])
    // Numbers grow longer.
    #expect(late < early + early / 4 + 500, "the state grows from \(early) to \(late) bytes")
    // A message may add a few before the next one lets them go.
    for kind in Ceilings.Kind.allCases {
      #expect(run.normalizer.held(kind) <= Self.most + 4, "\(kind)")
    }
    #expect(run.normalizer.calls.count <= run.normalizer.channels.count)
    #expect(run.normalizer.dials.count <= 2 * Self.most + 8)
    #expect(run.normalizer.members.count <= Self.most + 4)
    #expect(run.normalizer.features.members.count <= Self.most + 4)
    #expect(run.normalizer.features.holds.count <= Self.most + 4)
    #expect(run.normalizer.queueing.intervals.count <= 5 * (Self.most + 4))
  }

  @Test(arguments: FloodCase.all)
  func `rows are the same however often they are drained, saved and restored`(
    flood: FloodCase
  ) throws {
    var rows: [[String: [String: [String: String]]]] = []
    for restoreEvery in [0, 1, 7] {
      var run = Run(restoreEvery: restoreEvery)
      try run.take(flood.first)
      try run.take(flood, 0..<50)
      _ = try run.save()
      rows.append(run.log.rows)
    }
    #expect(rows[1] == rows[0])
    #expect(rows[2] == rows[0])
  }

  /// What of each table says `limit`, and under which kind that is counted.
  @Test(arguments: [
    ("channels", "channels", "closed_by", "channels"),
    ("channels never announced", "channels", "closed_by", "channels"),
    ("bridges", "bridges", "closed_by", "bridges"),
    ("channels in bridges of their own", "bridge_members", "closed_by", "channels"),
    ("conferences", "conferences", "closed_by", "conferences"),
    ("recordings of one channel", "recordings", "closed_by", "recordings"),
    ("recordings of conferences", "recordings", "closed_by", "conferences"),
    ("parked calls", "parkings", "outcome", "parkings"),
    ("holds", "holds", "closed_by", "channels"),
    ("callers", "queue_visits", "closed_by", "channels"),
    ("offers to one caller", "queue_offers", "outcome", "queue_offers"),
    ("memberships", "queue_members", "closed_by", "queue_members"),
    ("memberships", "agent_intervals", "closed_by", "queue_members"),
    ("agents on the line", "agent_intervals", "closed_by", "agents"),
    ("contacts", "registrations", "closed_by", "registrations"),
    ("peers", "registrations", "closed_by", "registrations"),
    ("devices", "device_states", "closed_by", "device_states"),
  ])
  func `what was let go of says so, and is counted`(
    name: String, table: String, column: String, kind: String
  ) throws {
    let flood = try #require(FloodCase.all.first { $0.name == name })
    var run = Run()
    try run.take(flood.first)
    try run.take(flood, 0..<200)
    _ = try run.save()
    let said = run.log.column(column, of: table).count { $0 == "limit" }
    #expect(said >= 150)
    let noted = run.log.rows["limits", default: [:]].values.filter { $0["kind"] == kind }
    #expect(noted.count == 1, "one row for a session")
    let count = Int(noted.first?["count"] ?? "") ?? 0
    if table == kind { #expect(count == said) }
    #expect(count >= 150)
    #expect(noted.first?["ceiling"] == "\(Self.most)")
  }

  @Test func `names beyond the ceiling are counted together, those we know always by themselves`()
    throws
  {
    let names = try #require(FloodCase.all.first { $0.name == "names of events" })
    var run = Run()
    try run.take(names, 0..<100)
    try run.take("Event: Hangup\nPrivilege: call,all\nUniqueid: 1\nChannel: x\n\n")
    _ = try run.save()
    let counts = run.log.rows["event_counts", default: [:]].values
    #expect(counts.count == Self.most + 2)
    #expect(counts.first { $0["name"] == "(others)" }?["count"] == "\(100 - Self.most)")
    #expect(counts.first { $0["name"] == "Hangup" }?["count"] == "1")
    let sum = counts.reduce(0) { $0 + (Int($1["count"]!) ?? 0) }
    #expect(sum == 101)
    // The next hour begins anew.
    try run.take(names, 500..<501, step: 3_600_000_000)
    _ = try run.save()
    #expect(run.log.column("name", of: "event_counts").last == "Name500")
  }

  @Test(arguments: FloodCase.all)
  func `after a flood a call is what it is`(flood: FloodCase) throws {
    var run = Run()
    try run.take(flood.first)
    try run.take(flood, 0..<60)
    var script = Script()
    script.channel("a", "PJSIP/100-a", exten: "101")
    script.channel("b", "PJSIP/101-b", linkedid: "a")
    script.dial("a", "b")
    script.up("b")
    script.dialEnd("b", "ANSWER")
    script.up("a")
    script.enter("a", "x-bridge")
    script.enter("b", "x-bridge")
    script.leave("a", "x-bridge")
    script.leave("b", "x-bridge")
    script.hangup("b")
    script.hangup("a")
    try run.take(String(decoding: script.bytes, as: UTF8.self).replacing("\r\n", with: "\n"))
    _ = try run.save()
    let channels = run.log.rows["channels", default: [:]].values
      .filter { ["a", "b"].contains($0["uniqueid"]) }
    #expect(channels.map { $0["closed_by"] } == ["hangup", "hangup"])
    #expect(Set(channels.map { $0["call_id"] }).count == 1)
    let call = run.log.rows["calls"]?[channels[0]["call_id"]!]
    #expect(call?["disposition"] == "answered")
    #expect(call?["caller_number"] == "a" && call?["channels"] == "2")
  }

  @Test func `thousands of visits, offers, talks and transfers leave nothing behind`() throws {
    var run = Run(ceilings: Ceilings())
    for number in 0..<500 {
      var script = Script()
      let (caller, agent) = ("c\(number)", "a\(number)")
      script.join(caller)
      script.ring(caller, agent)
      script.answer(caller, agent)
      script.event(
        "BlindTransfer",
        [
          "Result": "Success", "TransfererChannel": "x", "TransfererUniqueid": agent,
          "TransfereeUniqueid": caller, "Extension": "8",
        ])
      script.hangup(agent)
      script.hangup(caller)
      try run.take(
        String(decoding: script.bytes, as: UTF8.self).replacing("\r\n", with: "\n"), step: 100_000)
    }
    #expect(run.normalizer.held(.visits) <= 10, "ended visits are held for a moment only")
    try run.take("Event: X\nPrivilege: y\n\n", step: 20_000_000)
    _ = try run.save()
    for kind in Ceilings.Kind.allCases where ![.queues, .agents, .eventNames].contains(kind) {
      #expect(run.normalizer.held(kind) == 0 || kind == .bridges, "\(kind)")
    }
    #expect(
      run.log.column("outcome", of: "queue_visits") == Array(repeating: "answered", count: 500))
    #expect(run.log.rows["transfers"]?.count == 500)
  }
}
