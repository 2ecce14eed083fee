import Glibc
import SQLite
import Store
import Support
import Testing

/// amirecd and amirec status while the store cannot be used, or is taken away.
@Suite(.serialized) struct StoreShutTests {
  /// Starts amirecd once, ends it, has its store made unusable, and starts it again: it records.
  /// Once the store is usable again it holds both sessions.
  private func recordsWithout(
    _ words: String, spoil: (String) throws -> Void, mend: (String) async throws -> Void
  ) async throws {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let first = try recording.start()
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 1_000 }
    first.signal(SIGTERM)
    #expect(await first.ended().status == 0)
    try spoil(recording.store)
    let second = try recording.start()
    try await eventually("recorded into the journal, and said why not into the store") {
      manager.sent.count == 2 && manager.sent[1].count > 5_000 && second.errors.contains(words)
    }
    try await eventually("status knows") {
      let status = try await recording.status()
      return status.status == 1 && status.output.contains("pbx1 connected since")
        && status.errors.contains(words)
    }
    let check = try await recording.start(["--check"]).ended()
    #expect(check.status == 1)
    #expect(check.errors.contains("until then amirecd records into the journal alone"))
    try await mend(recording.store)
    try await eventually("the store is written") {
      second.errors.contains("the store is written again")
    }
    try await eventually("all is well") { try await recording.status().status == 0 }
    second.signal(SIGTERM)
    let outcome = await second.ended()
    #expect(outcome.errors.contains("the store holds all that was received"))
    #expect(outcome.errors.split(separator: "\n").count { $0.contains(" error amirecd: ") } == 1)
    try await recording.expectStored(manager.sent)
  }

  @Test func `a store of another version is waited for while recording goes on`() async throws {
    try await recordsWithout("amirec rebuild --db") { store in
      let connection = try Connection(path: store, mode: .readWrite)
      try connection.execute("PRAGMA user_version = 7")
    } mend: { store in
      let connection = try Connection(path: store, mode: .readWrite)
      try connection.execute("PRAGMA user_version = \(Schema.version)")
    }
  }

  @Test func `a store that is a text file is waited for while recording goes on`() async throws {
    try await recordsWithout("is no SQLite") { store in
      for suffix in ["", "-wal", "-shm"] {
        try #require(unsafe rename(store + suffix, "\(store).kept\(suffix)") == 0)
      }
      write(String(repeating: "hello ", count: 1_000), to: store)
    } mend: { store in
      unsafe unlink(store)
      for suffix in ["", "-wal", "-shm"] {
        unsafe unlink(store + suffix)
        try #require(unsafe rename("\(store).kept\(suffix)", store + suffix) == 0)
      }
    }
  }

  @Test func `a store whose folder is missing is made once there is one`() async throws {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)], store: recording.folder.file("gone/amirec.db"))
    let check = try await recording.start(["--check"]).ended()
    #expect(check.status == 1)
    #expect(check.errors.contains("its folder does not exist"))
    let running = try recording.start()
    try await eventually("recorded") {
      recording.journal("pbx1").bytes.count > 1_000
        && running.errors.contains("check that the folder exists")
    }
    unsafe mkdir(recording.folder.file("gone"), 0o750)
    try await eventually("the store is written") {
      running.errors.contains("the store is written again")
    }
    running.signal(SIGTERM)
    #expect(await running.ended().errors.contains("the store holds all that was received"))
  }

  @Test func `what a store that stayed shut lacks at a stop is said`() async throws {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)], store: recording.folder.file("gone/amirec.db"))
    let running = try recording.start()
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 1_000 }
    running.signal(SIGTERM)
    let outcome = await running.ended()
    let bytes = recording.journal("pbx1").bytes.count
    #expect(outcome.errors.contains("stopped; not in the store: \(bytes) bytes of pbx1"))
    let status = try await recording.status()
    #expect(status.status == 1)
    #expect(status.errors.contains("the collector was stopped in order"))
  }

  @Test(arguments: [["", "-wal", "-shm"], [""], ["-wal", "-shm"], [".lock"]])
  func `a store whose files are removed is made anew from the journal`(
    suffixes: [String]
  ) async throws {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("stored") {
      try await recording.rows("SELECT sum(count) FROM event_counts") > 100
    }
    for suffix in suffixes { unsafe unlink(recording.store + suffix) }
    try await eventually("noticed") { running.errors.contains("the store is written again") }
    #expect(running.errors.contains("was removed or moved while it was written"))
    manager.endEvents()
    running.signal(SIGTERM)
    #expect(await running.ended().errors.contains("the store holds all that was received"))
    try await recording.expectStored(manager.sent)
    #expect(try await Program.built("amirec").run(["verify", "--db", recording.store]).status == 0)
  }

  @Test func `a store that is moved keeps what it had, and one in its place gets the rest`()
    async throws
  {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("stored") {
      try await recording.rows("SELECT sum(count) FROM event_counts") > 100
    }
    let moved = recording.folder.file("moved.db")
    try #require(unsafe rename(recording.store, moved) == 0)
    try await eventually("noticed") { running.errors.contains("the store is written again") }
    running.signal(SIGTERM)
    _ = await running.ended()
    try await recording.expectStored(manager.sent)
    let old = try await Program.built("amirec").run([
      "sql", "SELECT sum(count) > 100 FROM event_counts", "--db", moved, "--format", "csv",
    ])
    #expect(old.output.hasSuffix("1\r\n"), "\(old.output)\(old.errors)")
  }

  @Test func `an emptied store is not written on`() async throws {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("stored") {
      try await recording.rows("SELECT sum(count) FROM event_counts") > 100
    }
    unsafe truncate(recording.store, 0)
    try await eventually("noticed") { running.errors.contains("the store is written again") }
    running.signal(SIGTERM)
    #expect(await running.ended().errors.contains("the store holds all that was received"))
    try await recording.expectStored(manager.sent)
  }

  @Test func `a journal that another program holds stops no other server`() async throws {
    let one = FakeManager()
    let two = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", one.port), ("pbx2", two.port)])
    unsafe mkdir(recording.folder.file("journal"), 0o750)
    unsafe mkdir(recording.folder.file("journal/pbx1"), 0o750)
    let file = recording.folder.file("journal/pbx1/lock")
    let lock = unsafe open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    try #require(flock(lock, LOCK_EX) == 0)
    let running = try recording.start()
    try await eventually("the other recorded") { recording.journal("pbx2").bytes.count > 1_000 }
    #expect(running.errors.contains("pbx1: not recorded: "))
    try await eventually("status knows") {
      let status = try await recording.status()
      return status.status == 1 && status.errors.contains("server pbx1 is not recorded")
    }
    close(lock)
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 1_000 }
    try await eventually("all is well") { try await recording.status().status == 0 }
    running.signal(SIGTERM)
    #expect(await running.ended().errors.contains("the store holds all that was received"))
  }

  @Test func `a store that is locked is told from a collector that is gone`() async throws {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("stored") {
      try await recording.rows("SELECT sum(count) FROM event_counts") > 100
    }
    let writer = try Connection(path: recording.store, mode: .readWrite)
    writer.busyTimeout(10_000)
    try writer.execute("BEGIN IMMEDIATE")
    try await eventually("said") {
      let status = try await recording.status(["--db", recording.store])
      return status.status == 1 && status.errors.contains("the store is not written for ")
        && !status.errors.contains("is gone")
    }
    try writer.execute("ROLLBACK")
    try await eventually("all is well") { try await recording.status().status == 0 }
    running.signal(SIGKILL)
    _ = await running.ended()
    try await eventually("gone, and what the store lacks") {
      let status = try await recording.status(["--db", recording.store])
      return status.errors.contains("the collector is gone")
        && status.errors.contains(" bytes of server pbx1 that are in the journal")
    }
  }

  @Test(arguments: [true, false])
  func `a journal that is taken away while it is written is written anew`(isMoved: Bool)
    async throws
  {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 1_000 }
    let folder = recording.folder.file("journal")
    if isMoved {
      try #require(unsafe rename(folder, recording.folder.file("moved")) == 0)
    } else {
      for name in files(in: "\(folder)/pbx1") { unsafe unlink("\(folder)/pbx1/\(name)") }
      unsafe rmdir("\(folder)/pbx1")
    }
    try await eventually("noticed") {
      running.errors.contains("was removed, moved or replaced while it was written")
    }
    let count = manager.sent[0].count
    try await eventually("goes on") { manager.sent[0].count > count + 5_000 }
    manager.endEvents()
    running.signal(SIGTERM)
    #expect(await running.ended().errors.contains("the store holds all that was received"))
    #expect(manager.sent.count == 1)
    try await recording.expectStored(manager.sent)
  }

  @Test func `a journal that cannot be read is told from one that is`() async throws {
    let manager = FakeManager()
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let first = try recording.start()
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 1_000 }
    first.signal(SIGKILL)
    _ = await first.ended()
    // A folder in place of the index stands for a disk that fails to read.
    let folder = recording.folder.file("journal/pbx1")
    let index = try #require(files(in: folder).first { $0.hasSuffix(".idx") })
    try #require(unsafe rename("\(folder)/\(index)", "\(folder)/kept") == 0)
    unsafe mkdir("\(folder)/\(index)", 0o750)
    let second = try recording.start()
    try await eventually("status knows") {
      let status = try await recording.status(["--db", recording.store])
      return status.status == 1
        && status.errors.contains("server pbx1 is not brought into the store, ")
    }
    unsafe rmdir("\(folder)/\(index)")
    try #require(unsafe rename("\(folder)/kept", "\(folder)/\(index)") == 0)
    try await eventually("all is well") { try await recording.status().status == 0 }
    #expect(second.errors.contains("pbx1 is brought into the store again; after "))
    second.signal(SIGTERM)
    #expect(await second.ended().errors.contains("the store holds all that was received"))
  }
}
