import Glibc
import Ingest
import SQLite
import Store
import Support
import Testing

/// What damage in a store costs: what is damaged, and nothing else.
@Suite struct StoreDamageTests {
  /// Calls of a few minutes in two sessions: every minute makes a block.
  private static let stream = {
    var stream = Stream()
    for (session, start) in [1_000.0, 2_000.0].enumerated() {
      stream.connect(start)
      stream.logIn(start + 0.1)
      for minute in 0..<4 {
        let time = start + 1 + 61 * Double(minute)
        let id = "\(session)\(minute)"
        stream.receive(
          time,
          """
          Event: Newchannel
          Privilege: call,all
          Channel: PJSIP/10\(minute)-0000000\(id)
          ChannelState: 0
          Exten: 200
          Uniqueid: \(start).\(id)
          Linkedid: \(start).\(id)


          """)
        stream.receive(
          time + 20,
          """
          Event: Hangup
          Privilege: call,all
          Channel: PJSIP/10\(minute)-0000000\(id)
          ChannelState: 6
          Uniqueid: \(start).\(id)
          Linkedid: \(start).\(id)
          Cause: 16

          Event: Reload
          Privilege: system,all
          Module: \(minute)
          Status: 0


          """)
      }
      stream.disconnect(start + 300)
    }
    return stream
  }()

  /// A store of that stream that is one file.
  private func store() throws -> Bench {
    let bench = Bench()
    _ = try bench.take(Self.stream, source: .live)
    try bench.execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")
    return bench
  }

  // MARK: Blocks

  @Test func `a flipped byte in any block costs that block alone`() throws {
    let whole = try store()
    let blocks = try whole.rows("SELECT id FROM blocks ORDER BY id")
    #expect(blocks.count >= 8)
    let expected = try whole.dump()
    for block in blocks {
      let bench = Bench()
      bench.folder.write(fileContent(whole.path), to: "store.db")
      try bench.execute(
        """
        UPDATE blocks SET bytes =
          CAST(substr(bytes, 1, 9) || x'A5' || substr(bytes, 11) AS BLOB) WHERE id = \(block)
        """)
      #expect(try wrong(bench) == ["blocks: block \(block): cannot be read back"])
      let outcome = try bench.salvage()
      #expect(outcome.losses.count == 1 && outcome.keptFile == bench.path + ".damaged")
      // The row of the gap says which bytes, and when they came.
      #expect(
        try bench.rows(
          """
          SELECT count(*) FROM gaps g JOIN blocks b ON b.session_id = g.session_id
            AND b.session_offset = g.session_offset AND b.size = g.length
            AND b.first_us = g.started_us AND b.last_us = g.ended_us
          WHERE g.reason = 'damaged' AND b.id = \(block)
          """) == ["1"])
      #expect(try wrong(bench) == ["blocks: block \(block): cannot be read back"])
      // What the other blocks hold is in the tables, and their bytes are what they were.
      #expect(
        try bench.rows("SELECT sum(count) FROM event_counts")
          == bench.rows(
            "SELECT sum(j.value) FROM blocks, json_each(event_names) j WHERE blocks.id <> \(block)"
          ))
      #expect(
        try bench.rows("SELECT hex(bytes) FROM blocks WHERE id <> \(block)")
          == whole.rows("SELECT hex(bytes) FROM blocks WHERE id <> \(block)"))
      let once = try bench.dump()
      _ = try bench.salvage()
      #expect(try bench.dump() == once, "block \(block)")
      // It can be read again: the gap goes, and all is as it was.
      try bench.execute(
        """
        ATTACH '\(whole.path)' AS whole;
        UPDATE blocks SET bytes = (SELECT w.bytes FROM whole.blocks w WHERE w.id = blocks.id)
        """)
      #expect(try bench.salvage().losses == [])
      #expect(try bench.dump() == expected)
    }
  }

  @Test func `a collector goes on after a rebuild of a damaged store`() throws {
    for block in try store().rows("SELECT id FROM blocks ORDER BY id") {
      let bench = try store()
      try bench.execute("UPDATE blocks SET crc32 = 0 WHERE id = \(block)")
      let before = try bench.rows("SELECT id FROM gaps")
      _ = try bench.salvage()
      var later = Self.stream
      later.connect(3_000)
      later.logIn(3_000.1)
      later.receive(3_002, "Event: Reload\nPrivilege: system,all\nModule: x\nStatus: 0\n\n")
      later.disconnect(3_010)
      let progress = try bench.take(later, source: .live)
      #expect(progress.sessions == 1 && progress.knownSessions == 2)
      #expect(try bench.rows("SELECT count(*) FROM gaps") == ["\(before.count + 2)"])
      #expect(try bench.rows("SELECT count(*) FROM gaps WHERE reason = 'damaged'") == ["1"])
      #expect(try wrong(bench) == ["blocks: block \(block): cannot be read back"])
      let once = try bench.dump()
      _ = try bench.salvage()
      #expect(try bench.dump() == once)
    }
  }

  @Test func `a block that is gone leaves a row that says where it was`() throws {
    for block in try store().rows("SELECT id FROM blocks ORDER BY id") {
      let bench = try store()
      let place = "SELECT session_id, session_offset, size FROM blocks WHERE id = \(block)"
      let before = try bench.rows(place.replacing(", ", with: " || ',' || "))
      try bench.execute("DELETE FROM blocks WHERE id = \(block)")
      #expect(try bench.salvage().losses.count == 1)
      #expect(
        try bench.rows(
          "SELECT session_id || ',' || session_offset || ',' || size FROM blocks b WHERE codec = 'lost'"
        )
          == before)
      #expect(
        try bench.rows(
          "SELECT session_id || ',' || session_offset || ',' || length FROM gaps WHERE reason = 'damaged'"
        )
          == before)
      #expect(try wrong(bench).count == 1)
      let once = try bench.dump()
      _ = try bench.salvage()
      #expect(try bench.dump() == once)
    }
  }

  // MARK: Pages

  /// Every page of a store is overwritten in turn: the programs say so, and save what is elsewhere.
  @Test(arguments: [0, 1])
  func `a damaged page costs what stands on it, and nothing else`(parity: Int) async throws {
    try await Place.two.held {
      let whole = try store()
      let file = fileContent(whole.path)
      let expected = try whole.dump()
      let derived = expected.filter { !Self.isRecorded($0) }
      let head = Set(
        try whole.rows("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'").map { Int($0)! })
      var generator = SeededGenerator(seed: 7)
      let bench = Bench()
      for page in 1...file.count / 4096 {
        var damaged = file
        for place in (page - 1) * 4096..<page * 4096 {
          damaged[place] =
            page % 2 == parity ? 0xFF : UInt8(truncatingIfNeeded: generator.next())
        }
        for suffix in ["", "-wal", "-shm", ".damaged"] {
          unsafe unlink(bench.path + suffix)
        }
        bench.folder.write(damaged, to: "store.db")
        guard !head.contains(page) else {
          // Nothing says any more where anything is.
          for error in [
            error { try Verification.run(path: bench.path) }, error { try bench.salvage() },
          ] {
            #expect(error?.description.contains("take a copy from before") == true, "page \(page)")
          }
          continue
        }
        let readable = try readableBlocks(bench.path)
        let isWhole = try Verification.run(path: bench.path).allSatisfy(\.contradictions.isEmpty)
        let outcome = try bench.salvage()
        let after = try bench.dump()
        #expect(!isWhole || after == expected, "page \(page)")
        if outcome.losses.isEmpty { #expect(after == expected, "page \(page)") }
        for (id, bytes) in readable {
          #expect(
            try Archive(path: bench.path).block(id).bytes == bytes, "page \(page), block \(id)")
        }
        if readable.count == 8 {
          #expect(after.filter { !Self.isRecorded($0) } == derived, "page \(page)")
        }
        _ = try bench.salvage()
        #expect(try bench.dump() == after, "page \(page)")
      }
    }
  }

  private static func isRecorded(_ row: String) -> Bool {
    Schema.recordedTables.contains { row.hasPrefix("\($0): ") }
  }

  private func readableBlocks(_ path: String) throws -> [Int64: [UInt8]] {
    let archive = try Archive(path: path)
    var found: [Int64: [UInt8]] = [:]
    for block in try archive.map().sessions.flatMap(\.blocks) {
      if let block = try? archive.block(block.id) { found[block.id] = block.bytes }
    }
    return found
  }

  private func error(_ body: () throws -> some Any) -> StoreError? {
    do {
      _ = try body()
      return nil
    } catch {
      return error as? StoreError
    }
  }

  private func wrong(_ bench: Bench) throws -> [String] {
    try Verification.run(path: bench.path).flatMap { check in
      check.contradictions.map { "\(check.name): \($0)" }
    }
  }
}
