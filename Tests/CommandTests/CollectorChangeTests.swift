import Glibc
import SQLite
import Support
import Testing

/// What happens to a running amirecd: signals, servers that go, disks that fill.
@Suite(.serialized) struct CollectorChangeTests {
  @Test func `SIGHUP adds and removes servers and leaves the others alone`() async throws {
    let one = FakeManager()
    let two = FakeManager()
    let three = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", one.port), ("pbx2", two.port)])
    let running = try recording.start(environment: ["AMIREC_PBX3_SECRET": "geheim"])
    try await eventually("both recorded") {
      recording.journal("pbx1").bytes.count > 1_000 && recording.journal("pbx2").bytes.count > 1_000
    }
    write("[general\n", to: recording.configuration)
    running.signal(SIGHUP)
    try await eventually("refused") {
      running.errors.contains("the configuration stays as it was: \(recording.configuration):1:")
    }
    recording.configure([("pbx1", one.port), ("pbx3", three.port)])
    running.signal(SIGHUP)
    try await eventually("the new one recorded, the old one stored and forgotten") {
      recording.journal("pbx3").bytes.count > 1_000
        && files(in: recording.folder.file("journal/pbx2")) == ["lock"]
    }
    recording.configure([("pbx1", one.port), ("pbx3", three.port)], "ping_interval_s = 3")
    running.signal(SIGHUP)
    try await eventually("both connected again") { one.sent.count == 2 && three.sent.count == 2 }
    for manager in [one, two, three] { manager.endEvents() }
    try await eventually("all that was sent is received") {
      [("pbx1", one), ("pbx3", three)].allSatisfy { name, manager in
        recording.journal(name).bytes.suffix(manager.sent[1].count) == manager.sent[1][...]
      }
    }
    running.signal(SIGTERM)
    #expect(await running.ended().status == 0)
    #expect(one.sent.count == 2, "changed once, by its ping_interval_s")
    #expect(two.sent.count == 1)
    let sent = one.sent + two.sent + three.sent
    let stored = try await recording.stored()
    try #require(stored.count == sent.count)
    for (index, (sent, stored)) in zip(sent, stored).enumerated() {
      // One that was closed while events came may leave the last that were sent unread.
      if [1, 4].contains(index) {
        #expect(sent.elementsEqual(stored.utf8))
      } else {
        #expect(!stored.isEmpty && sent.starts(with: stored.utf8))
      }
    }
    #expect(
      try await recording.sql("SELECT id || name FROM servers ORDER BY id")
        == "0pbx1\n1pbx2\n2pbx3")
  }

  @Test func `a server that falls silent was observed until its last byte`() async throws {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)], "ping_interval_s = 1")
    let running = try recording.start()
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 1_000 }
    manager.fallSilent()
    try await eventually("given up") {
      recording.journal("pbx1").lines.contains { $0.contains(" disconnect ") }
    }
    let lines = recording.journal("pbx1").lines
    let index = try #require(lines.firstIndex { $0.contains(" disconnect ") })
    let times = lines[(index - 1)...index].map { $0.split(separator: " ").last }
    #expect(times[0] == times[1])
    running.signal(SIGTERM)
    #expect(await running.ended().errors.contains("nothing from 127.0.0.1:\(manager.port) for"))
    #expect(manager.sent[0] == recording.journal("pbx1").bytes)
  }

  @Test func `signals at once are one request to stop`() async throws {
    let manager = FakeManager()
    manager.ignoreLogoff()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 1_000 }
    // Two kinds, because of one kind the system may make one.
    running.signal(SIGTERM)
    running.signal(SIGINT)
    let outcome = await running.ended()
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("the store holds all that was received"))
    #expect(outcome.errors.split(separator: "amirecd: stopping").count == 2, "stops once")
  }

  @Test func `a later signal does not wait`() async throws {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 1_000 }
    // As long as another writes the store, it cannot end in order.
    let writer = try Connection(path: recording.store, mode: .readWrite)
    writer.busyTimeout(10_000)
    try writer.execute("BEGIN IMMEDIATE")
    try await eventually("stopped at once") {
      running.signal(SIGTERM)
      return running.errors.contains("stopped at once by a second signal")
    }
    try writer.execute("ROLLBACK")
    #expect(await running.ended().status == 0)
    #expect(manager.sent[0].starts(with: recording.journal("pbx1").bytes))
  }

  @Test func `a journal that cannot be written ends the session, and the next has a new segment`()
    async throws
  {
    let manager = FakeManager(eventsAtOnce: 100)
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    // Files of at most 1 MiB (or 2, as the shell counts) stand for a disk that fills.
    let program = Program.built("amirecd").path
    let running = try #require(Program.installed("sh")).start(
      ["-c", "ulimit -f 2048; exec \(program) --config \(recording.configuration)"],
      environment: recording.environment)
    try await eventually("filled twice") { manager.sent.count >= 3 }
    running.signal(SIGTERM)
    let outcome = await running.ended()
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("closed, because the journal cannot be written"))
    #expect(outcome.errors.contains("raise the limit of file size"))
    let sessions = try await recording.stored()
    try #require(sessions.count >= 3)
    #expect(sessions[0].utf8.count % 1_048_576 == 0, "to the last byte that there was room for")
    for (sent, stored) in zip(manager.sent, sessions) {
      #expect(sent.starts(with: stored.utf8))
    }
    let ends = try await recording.sql("SELECT count(*) FROM sessions WHERE ended_us IS NULL")
    #expect(ends == "0")
  }

  @Test func `systemd is told what happens`() async throws {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let socket = NotifySocket(path: recording.folder.file("notify"))
    let running = try recording.start(environment: [
      "NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "300000", "JOURNAL_STREAM": "1:2",
    ])
    var messages: [String] = []
    try await eventually("ready, and alive twice") {
      messages += socket.messages()
      return messages.count { $0.contains("WATCHDOG=1") } >= 2
        && messages.contains { $0.contains("STATUS=1 of 1 servers connected") }
    }
    #expect(
      messages.first?.hasPrefix("READY=1\nSTATUS=") == true || messages[1].hasPrefix("READY=1"))
    running.signal(SIGHUP)
    try await eventually("reloading") {
      messages += socket.messages()
      return messages.contains { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") }
    }
    running.signal(SIGTERM)
    let outcome = await running.ended()
    messages += socket.messages()
    #expect(messages.contains("STOPPING=1"))
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("<") }, "no times: the journal has them")
    #expect(lines.contains { $0.hasPrefix("<5>pbx1: records 127.0.0.1:") })
  }
}

/// The end of a datagram socket where systemd would listen.
struct NotifySocket {
  let path: String
  private let descriptor: Int32

  init(path: String) {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let descriptor = descriptor
    let status = unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    precondition(status == 0)
  }

  /// What has arrived since the last time.
  func messages() -> [String] {
    var messages: [String] = []
    var bytes = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
      guard count > 0 else { return messages }
      messages.append(String(decoding: bytes[..<count], as: UTF8.self))
    }
  }
}
