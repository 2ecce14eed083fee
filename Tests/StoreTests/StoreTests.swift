import Normalization
import SQLite
import Support
import Testing

@testable import Store

@Suite struct StoreTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("store.db") }

  private func rows(_ sql: String) throws -> [String] {
    let connection = try Connection(path: path, mode: .readOnly)
    let statement = try connection.prepare(sql)
    var result: [String] = []
    while try statement.step() { result.append(statement.text(at: 0) ?? "NULL") }
    return result
  }

  // MARK: The file

  @Test func `a new store has the schema, its mark and its version`() throws {
    _ = try Store(path: path)
    #expect(try rows("PRAGMA application_id") == ["\(Schema.applicationID)"])
    #expect(try rows("PRAGMA user_version") == ["\(Schema.version)"])
    #expect(try rows("PRAGMA journal_mode") == ["wal"])
    #expect(try rows("SELECT count(*) FROM hangup_causes") == ["50"])
    #expect(
      try rows(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%STRICT%' "
          + "AND name NOT LIKE 'sqlite_%'") == [])
  }

  @Test func `the list of migrations is the folder`() throws {
    let folder = Fixture.tests + "/../schema"
    let files = Directory.files(in: folder).filter { $0.hasSuffix(".sql") }.sorted()
    #expect(Schema.migrations.map(\.name) == files)
    #expect(Schema.migrations.map(\.number) == files.map { Int64($0.prefix(4)) })
    #expect(Set(Schema.migrations.map(\.number)).count == files.count)
  }

  @Test func `tables that are not derived say so, and are the recorded ones`() throws {
    _ = try Store(path: path)
    let said = try rows(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%Not derived%'")
    let there = try rows("SELECT name FROM sqlite_schema WHERE type = 'table'")
    #expect(Set(said) == Set(Schema.recordedTables).intersection(there))
    #expect(said.count > 4)
  }

  @Test func `every column and every table is explained where it is declared`() throws {
    _ = try Store(path: path)
    let tables = try rows(
      "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for table in tables {
      let lines = table.split(separator: "\n")
      #expect(lines.count > 1 && lines[1].contains("--"), "\(lines[0]) says what a row is")
    }
  }

  @Test func `two writers of one store are kept apart, also across processes that end`() throws {
    var first: Store? = try Store(path: path)
    let error = #expect(throws: StoreError.self) { _ = try Store(path: self.path) }
    #expect(error?.code == .locked)
    withExtendedLifetime(first) {}
    first = nil
    _ = try Store(path: path)
  }

  @Test func `a store of a later program is refused and left as it is`() throws {
    _ = try Store(path: path)
    try Connection(path: path, mode: .readWrite).execute("PRAGMA user_version = 99")
    let error = #expect(throws: StoreError.self) { _ = try Store(path: self.path) }
    #expect(error?.code == .newer)
    #expect(try rows("PRAGMA user_version") == ["99"])
    let reading = #expect(throws: StoreError.self) { _ = try Archive(path: self.path) }
    #expect(reading?.code == .newer)
  }

  @Test func `a database of another program is refused and left as it is`() throws {
    try Connection(path: path, mode: .create).execute(
      "CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    let error = #expect(throws: StoreError.self) { _ = try Store(path: self.path) }
    #expect(error?.code == .notAStore)
    #expect(try rows("SELECT name FROM sqlite_schema") == ["t"])
    #expect(try rows("PRAGMA journal_mode") == ["delete"])
  }

  @Test func `a file that is no database is refused and left as it is`() throws {
    let text = String(repeating: "no database\n", count: 100)
    try Directory.write(text, to: path)
    let error = #expect(throws: StoreError.self) { _ = try Store(path: self.path) }
    #expect(error?.code == .notAStore)
    #expect(try Directory.read(path) == text)
  }

  // MARK: Blocks

  private func block(_ bytes: [UInt8], id: Int64 = 1) -> Block {
    var block = Block()
    block.id = id
    block.sessionID = 1
    block.bytes = bytes
    block.chunks.append(bytes.count, at: 1_000)
    return block
  }

  private func add(_ block: CompressedBlock) throws {
    let store = try Store(path: path)
    try store.begin()
    _ = try store.server(named: "pbx")
    var session = SessionRow(
      id: 1, serverID: 0, connectedAt: 5, source: "live", sourceName: nil, timeSource: "received")
    try store.write(&session)
    try store.write(block)
    try store.commit()
  }

  @Test func `a block comes back as it was, and the stock shell's function reads it`() throws {
    let bytes = Array(String(repeating: "Event: Newstate\r\n", count: 500).utf8)
    try add(block(bytes).compressed())
    let read = try Archive(path: path).block(1)
    #expect(read.bytes == bytes)
    #expect(read.chunks.chunks == [ChunkTable.Chunk(length: bytes.count, time: 1_000)])
    #expect(try rows("SELECT codec || size FROM blocks") == ["zlib\(bytes.count)"])
  }

  @Test func `bytes that do not get smaller are kept as they are`() throws {
    let bytes: [UInt8] = [1, 2, 3]
    try add(block(bytes).compressed())
    #expect(try rows("SELECT codec || hex(bytes) FROM blocks") == ["none010203"])
    #expect(try Archive(path: path).block(1).bytes == bytes)
  }

  @Test(arguments: [
    "bytes = zeroblob(length(bytes))", "size = size + 1", "crc32 = crc32 + 1",
    "chunks = x'00'", "codec = 'later'",
  ])
  func `a block that was damaged says so`(damage: String) throws {
    try add(block(Array(String(repeating: "Event: A\r\n", count: 99).utf8)).compressed())
    try Connection(path: path, mode: .readWrite).execute("UPDATE blocks SET \(damage)")
    let error = #expect(throws: StoreError.self) { _ = try Archive(path: self.path).block(1) }
    #expect(error?.code == .damaged)
  }

  // MARK: Disk full

  @Test func `a full disk is an error that says so, and what was committed stays`() throws {
    let store = try Store(path: path)
    try store.begin()
    _ = try store.server(named: "pbx")
    try store.commit()
    let pages = try store.integer("PRAGMA page_count")!
    try store.connection.execute("PRAGMA max_page_count = \(pages + 2)")
    try store.begin()
    let error = #expect(throws: StoreError.self) {
      for number in 0..<10_000 { _ = try store.server(named: "server \(number)") }
    }
    #expect(error?.sqliteCode.map { $0 & 0xFF } == 13)
    #expect(error?.description.contains("disk is full") == true)
    store.rollback()
    #expect(try rows("SELECT name FROM servers") == ["pbx"])
    try store.connection.execute("PRAGMA max_page_count = 1000000")
    try store.begin()
    _ = try store.server(named: "another")
    try store.commit()
    #expect(try rows("SELECT count(*) FROM servers") == ["2"])
  }

  // MARK: Calls

  @Test func `the first server is number 0, names keep their numbers`() throws {
    let store = try Store(path: path)
    try store.begin()
    #expect(try store.server(named: "a") == 0)
    #expect(try store.server(named: "b") == 1)
    #expect(try store.server(named: "a") == 0)
    try store.commit()
  }
}

@Suite struct ChunkTableTests {
  @Test func `a chunk table comes back as it was, times that go back included`() throws {
    var table = ChunkTable()
    for (length, time) in [(5, 1_000), (70_000, 1_001), (1, 900), (300, 2_000_000_000_000_000)] {
      table.append(length, at: Int64(time))
    }
    #expect(ChunkTable(encoded: table.encoded()) == table)
    #expect(ChunkTable(encoded: ChunkTable().encoded()) == ChunkTable())
  }

  @Test func `a table that was cut is refused or shorter, never a crash`() {
    var table = ChunkTable()
    for number in 1...50 { table.append(number * 100, at: Int64(number) << 30) }
    let bytes = table.encoded()
    for length in 0..<bytes.count {
      let read = ChunkTable(encoded: Array(bytes.prefix(length)))
      #expect(read == nil || read!.chunks.count < table.chunks.count)
    }
  }

  /// Of a damaged table; what lies between two of them may be more than 64 bits hold.
  @Test func `any times can be written again`() throws {
    var table = ChunkTable()
    for time in [0, Int64.max, .min, -1, .max, 1] { table.append(1, at: time) }
    #expect(ChunkTable(encoded: table.encoded()) == table)
  }

  @Test func `a chunk that lies in two blocks stands in both`() {
    var table = ChunkTable()
    table.append(10, at: 1)
    table.append(10, at: 2)
    let head = table.split(at: 15)
    #expect(head.chunks.map(\.length) == [10, 5] && head.chunks.map(\.time) == [1, 2])
    #expect(table.chunks.map(\.length) == [5] && table.chunks.map(\.time) == [2])
  }
}

/// No row ends before it begins, whoever writes it.
@Suite struct TimeLineTests {
  @Test func `a time is not written before one that it follows`() throws {
    let folder = TemporaryFolder()
    let store = try Store(path: folder.file("store.db"))
    try store.begin()
    let server = try store.server(named: "pbx")
    var gap = GapRow()
    gap.serverID = server
    func written(_ id: Int64, _ start: Int64, _ end: Int64?) throws -> Int64? {
      gap.id = id
      gap.startedAt = start
      gap.endedAt = end
      try store.write(&gap)
      return try store.integer("SELECT ended_us FROM gaps WHERE id = ?", .integer(id))
    }
    #expect(try written(1, 5, 7) == 7)
    #expect(try written(2, 5, 3) == 5)
    #expect(try written(2, 2, 3) == 3)
    #expect(try written(2, 9, 3) == 9)
    #expect(try written(1, 5, nil) == nil)
  }

  @Test func `every row that begins and ends has a time line, of columns that it has`() throws {
    let types: [any Row.Type] = [
      AgentIntervalRow.self, BridgeRow.self, BridgeMemberRow.self, CallRow.self, ChannelRow.self,
      ConferenceRow.self, ConferenceMemberRow.self, DeviceStateRow.self, DialRow.self, HoldRow.self,
      ParkingRow.self, QueueMemberRow.self, QueueOfferRow.self, QueueVisitRow.self,
      RecordingRow.self, RegistrationRow.self, TransferRow.self, SessionRow.self, GapRow.self,
    ]
    for type in types {
      let ends = type.columns.filter { $0 == "ended_us" || $0 == "left_us" }
      #expect(!ends.isEmpty, "\(type.table)")
      for end in ends { #expect(type.timeLines.contains { $0.last == end }, "\(type.table)") }
      for line in type.timeLines {
        #expect(line.count > 1 && Set(line).isSubset(of: type.columns), "\(type.table)")
      }
    }
  }
}
