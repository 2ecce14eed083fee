import Glibc
import Support
import Testing

/// The built amirecd against a server of the tests.
@Suite(.serialized) struct CollectorTests {
  @Test func `what a server sends is recorded byte for byte, and SIGTERM ends it in order`()
    async throws
  {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 10_000 }
    running.signal(SIGTERM)
    let outcome = await running.ended()
    #expect(outcome.status == 0)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains("pbx1: records 127.0.0.1:\(manager.port) as recorder"))
    #expect(!outcome.errors.contains("geheim"))
    let journal = recording.journal("pbx1")
    #expect(manager.sent == [journal.bytes])
    #expect(try await recording.stored() == [String(decoding: journal.bytes, as: UTF8.self)])
    #expect(outcome.errors.contains("the store holds all that was received"))
    let end = try await recording.sql("SELECT end_reason FROM sessions")
    #expect(end == "collector-stopped")
    let status = try await Program.built("amirec").run(["status", "--db", recording.store])
    #expect(status.status == 1)
    #expect(status.errors.contains("the collector was stopped in order"))
    #expect(status.output.contains("of these in no block of the store yet 0\n"))
    #expect(String(decoding: journal.bytes, as: UTF8.self).contains("Response: Goodbye"))
    #expect(journal.lines.first?.hasPrefix("0 connect ") == true)
    #expect(journal.lines.last?.hasPrefix("\(journal.bytes.count) disconnect ") == true)
    #expect(journal.lines.count { $0.contains("connect") } == 2)
  }

  @Test func `a killed amirecd loses no byte that it had, and the next one goes on`() async throws {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let first = try recording.start()
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 10_000 }
    first.signal(SIGKILL)
    #expect(await first.ended().status == 128 + SIGKILL)
    let old = recording.journal("pbx1").bytes
    #expect(manager.sent[0].starts(with: old))
    let second = try recording.start()
    try await eventually("recorded again") {
      manager.sent.count == 2 && recording.journal("pbx1").bytes.count > old.count + 5_000
    }
    second.signal(SIGINT)
    #expect(await second.ended().status == 0)
    let sessions = try await recording.stored()
    #expect(sessions == [old, manager.sent[1]].map { String(decoding: $0, as: UTF8.self) })
    #expect(
      try await recording.sql("SELECT reason FROM gaps ORDER BY id LIMIT 1") == "collector-stopped")
  }

  @Test func `a session whose journal is lost ends where the store's holdings of it end`()
    async throws
  {
    let manager = FakeManager(eventsAtOnce: 100)
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let first = try recording.start()
    try await eventually("some of it is stored for good") {
      // A position is saved every 4 MiB.
      guard manager.sent.first?.count ?? 0 > 6_000_000 else { return false }
      return try await recording.sql("SELECT session_offset > 0 FROM positions") == "1"
    }
    first.signal(SIGKILL)
    _ = await first.ended()
    for name in files(in: recording.folder.file("journal/pbx1")) {
      unsafe unlink(recording.folder.file("journal/pbx1/\(name)"))
    }
    let second = try recording.start()
    try await eventually("recorded again") { recording.journal("pbx1").bytes.count > 5_000 }
    second.signal(SIGTERM)
    #expect(await second.ended().status == 0)
    #expect(
      try await recording.sql("SELECT end_reason FROM sessions ORDER BY id")
        == "collector-stopped\ncollector-stopped")
    let sessions = try await recording.stored()
    try #require(sessions.count == 2)
    #expect(manager.sent[0].starts(with: sessions[0].utf8))
    #expect(sessions[1].utf8.elementsEqual(manager.sent[1]))
    #expect(
      try await recording.sql("SELECT reason FROM gaps ORDER BY id LIMIT 1") == "collector-stopped")
  }

  @Test func `segments that the store holds are removed`() async throws {
    let manager = FakeManager(eventsAtOnce: 100)
    let recording = Recording()
    recording.configure([("pbx1", manager.port)], general: "segment_size_mb = 1")
    let running = try recording.start()
    let journal = recording.folder.file("journal/pbx1")
    try await eventually("begun") { !files(in: journal).filter { $0.hasSuffix(".ami") }.isEmpty }
    let first = files(in: journal).first { $0.hasSuffix(".ami") }
    try await eventually("the first is removed") {
      files(in: journal).first { $0.hasSuffix(".ami") } != first
    }
    manager.endEvents()
    try await eventually("all that was sent is received") {
      let received = recording.journal("pbx1").bytes
      return manager.sent[0].suffix(received.count).elementsEqual(received)
    }
    running.signal(SIGTERM)
    let outcome = await running.ended()
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("the store holds all that was received"))
    let segments = files(in: journal)
    #expect((2...4).contains(segments.count { $0.hasSuffix(".ami") || $0.hasSuffix(".idx") }))
    #expect(try await recording.stored() == [String(decoding: manager.sent[0], as: UTF8.self)])
  }

  @Test func `the journal of a server that is not recorded any more goes into the store`()
    async throws
  {
    let manager = FakeManager()
    let recording = Recording()
    let idle = FakeManager()
    recording.configure([("pbx1", manager.port)])
    let first = try recording.start()
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 10_000 }
    first.signal(SIGKILL)
    _ = await first.ended()
    let old = recording.journal("pbx1").bytes
    recording.configure([("pbx2", idle.port)])
    let second = try recording.start()
    try await eventually("read and removed") { recording.journal("pbx1").bytes.isEmpty }
    second.signal(SIGTERM)
    let outcome = await second.ended()
    #expect(outcome.errors.contains("pbx1 is not in the configuration"))
    #expect(try await recording.stored().first == String(decoding: old, as: UTF8.self))
  }

  @Test func `a wrong secret is said in one line, without it, and not tried again for a minute`()
    async throws
  {
    let manager = FakeManager(secret: "another")
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("refused") { running.errors.contains("check username and secret") }
    let waits = running.errors.split(separator: "\n").filter { $0.contains("connecting again in") }
    #expect(waits.count <= 1)
    #expect(
      waits.allSatisfy { line in
        let words = line.split(separator: " ")
        return Double(words[words.count - 2]).map { $0 >= 60 } ?? false
      }, "\(waits)")
    // Who mended it on Asterisk's side does not wait.
    running.signal(SIGHUP)
    try await eventually("tried again") { manager.received("Login").count == 2 }
    running.signal(SIGTERM)
    let outcome = await running.ended()
    #expect(outcome.status == 0)
    let warnings = outcome.errors.split(separator: "\n").filter { $0.contains(" warning pbx1: ") }
    #expect(warnings.count <= 2, "\(outcome.errors)")
    #expect(warnings.first?.contains("tried again after up to 10 minutes") == true)
    #expect(!outcome.errors.contains("geheim"))
  }

  @Test func `a closed port is said in one line, and tried until it opens`() async throws {
    let port = FakeManager().port  // closed as soon as it is known
    let recording = Recording()
    recording.configure([("pbx1", port)])
    let running = try recording.start()
    try await eventually("tried") {
      recording.journal("pbx1").lines.first?.hasPrefix("0 disconnect ") == true
    }
    let manager = FakeManager(port: port)
    try await eventually("recorded") { running.errors.contains(" s without\n") }
    running.signal(SIGTERM)
    let outcome = await running.ended()
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("nothing listens on 127.0.0.1:\(port); check host and port"))
    #expect(manager.sent == [recording.journal("pbx1").bytes])
    #expect(
      try await recording.sql(
        "SELECT reason, attempts > 0, ended_us > started_us FROM gaps LIMIT 1")
        == "not-recorded,1,1")
  }

  @Test(arguments: [["--check"], []])
  func `a mistake in the configuration ends it with one line`(arguments: [String]) async throws {
    let recording = Recording()
    recording.configure([("pbx1", 5_038)], "prot = 1")
    let outcome = try await recording.start(arguments).ended()
    #expect(outcome.status == 3)
    #expect(
      outcome.errors
        == "\(recording.configuration):11: there is no key 'prot'; the nearest is 'port'\n")
    #expect(outcome.output == "")
    #expect(files(in: recording.folder.path) == ["amirec.conf"])
  }

  @Test func `a good configuration is called good, and nothing else is done`() async throws {
    let recording = Recording()
    recording.configure([("pbx1", 1), ("pbx2", 2)])
    let outcome = try await recording.start(["--check"]).ended()
    #expect(outcome.status == 0)
    #expect(outcome.output == "\(recording.configuration) is good; servers: pbx1, pbx2\n")
    #expect(outcome.errors == "")
    #expect(files(in: recording.folder.path) == ["amirec.conf"])
    #expect(try await Program.built("amirecd").run(["--what"]).status == 2)
    #expect(try await Program.built("amirecd").run(["--help"]).status == 0)
  }

  @Test func `a second amirecd leaves the first alone, and takes over when that ends`()
    async throws
  {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let first = try recording.start()
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 1_000 }
    let second = try recording.start()
    try await eventually("waits") {
      second.errors.contains("another program records into this journal")
        && second.errors.contains("\(recording.store): is being written by another")
    }
    #expect(manager.sent.count == 1)
    first.signal(SIGTERM)
    #expect(await first.ended().errors.contains("the store holds all that was received"))
    try await eventually("taken over") { manager.sent.count == 2 }
    second.signal(SIGTERM)
    let outcome = await second.ended()
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("the store holds all that was received"))
    try await recording.expectStored(manager.sent)
  }
}
