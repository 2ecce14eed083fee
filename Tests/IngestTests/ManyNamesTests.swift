import Ingest
import Store
import Testing

/// Streams in which there is more than is held.
@Suite struct ManyNamesTests {
  /// 12,000 names of events in a quarter of an hour, in blocks of a minute.
  private var names: Stream {
    var stream = Stream()
    stream.connect(3600)
    stream.logIn(3600)
    for chunk in 0..<12 {
      let numbers = chunk * 1000..<(chunk + 1) * 1000
      stream.receive(
        3601 + Double(chunk) * 70,
        numbers.map { "Event: Name\($0)\nPrivilege: user,all\n\n" }.joined())
    }
    stream.receive(4500, "Event: Hangup\nPrivilege: call,all\nUniqueid: 1\nChannel: x\n\n")
    stream.disconnect(4501)
    return stream
  }

  @Test func `a store of more names than are counted by themselves is in order`() throws {
    let bench = Bench()
    _ = try bench.take(names)
    for check in try Verification.run(path: bench.path) {
      #expect(check.contradictions == [], "\(check.name)")
    }
    #expect(try bench.rows("SELECT count(*) FROM event_counts") == ["2002"])
    #expect(
      try bench.rows("SELECT count FROM event_counts WHERE name = '(others)'") == ["10000"])
    #expect(
      try bench.rows("SELECT kind || ' ' || ceiling || ' ' || count FROM limits")
        == ["event_names 2000 10000"])
    #expect(
      try bench.rows("SELECT count(DISTINCT key) FROM blocks, json_each(event_names)")
        == ["12001"])
  }

  @Test(arguments: [
    "UPDATE event_counts SET count = count - 1 WHERE name = '(others)'",
    "UPDATE event_counts SET count = count + 1 WHERE name = '(others)'",
    "UPDATE event_counts SET count = count + 1 WHERE name = 'Hangup'",
    "DELETE FROM event_counts WHERE name = 'Name7'",
  ])
  func `what such a store counts wrongly is found`(damage: String) throws {
    let bench = Bench()
    _ = try bench.take(names)
    try bench.execute(damage)
    let found = try Verification.run(path: bench.path).first { $0.name == "event-counts" }
    #expect(found?.contradictions.isEmpty == false)
  }

  @Test(arguments: [3, 6, 9, 13])
  func `it is the same wherever a process stopped, and when it is rebuilt`(stop: Int) throws {
    let whole = Bench()
    _ = try whole.take(names)
    let halves = Bench()
    _ = try halves.take(names, stopAfter: stop, commitEvery: 2)
    _ = try halves.take(names)
    #expect(try halves.dump().difference(from: whole.dump()).prefix(4).isEmpty)
    let changes = try halves.rebuild()
    #expect(changes.allSatisfy { $0.added == 0 && $0.removed == 0 && $0.changed == 0 })
    #expect(changes.contains { $0.table == "limits" && $0.after == 1 })
  }
}
