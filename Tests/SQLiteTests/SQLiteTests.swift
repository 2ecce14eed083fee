import Glibc
import SQLite
import Support
import Testing

@Suite struct SQLiteTests {
  let folder = TemporaryFolder()
  var path: String { folder.file("test.db") }

  @Test func `a row comes back as it was bound`() throws {
    let connection = try Connection(path: path, mode: .create)
    try connection.execute("CREATE TABLE t (i INTEGER, r REAL, s TEXT, b BLOB, n TEXT) STRICT")
    let insert = try connection.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?)")
    #expect(insert.parameterCount == 5)
    insert.bind(Int64.min, at: 1)
    insert.bind(0.25, at: 2)
    insert.bind("Zoë", at: 3)
    insert.bind([0, 255, 1] as [UInt8], at: 4)
    insert.bindNull(at: 5)
    try insert.run()
    #expect(connection.changes == 1)
    #expect(connection.lastInsertRowid == 1)

    let select = try connection.prepare("SELECT i, r, s, b, n FROM t")
    #expect(try select.step() == true)
    #expect(select.columnCount == 5)
    #expect((0..<5).map { select.columnName($0) } == ["i", "r", "s", "b", "n"])
    #expect((0..<5).map { select.columnType($0) } == [.integer, .real, .text, .blob, .null])
    #expect(select.int(at: 0) == Int64.min)
    #expect(select.double(at: 1) == 0.25)
    #expect(select.text(at: 2) == "Zoë")
    #expect(select.blob(at: 3) == [0, 255, 1])
    #expect(select.text(at: 4) == nil)
    #expect(select.optionalInt(at: 4) == nil)
    #expect(select.value(at: 3) == .blob([0, 255, 1]))
    #expect(try select.step() == false)
  }

  @Test func `parameters are known by name`() throws {
    let connection = try Connection(path: path, mode: .create)
    let statement = try connection.prepare("SELECT :from, :to, :from")
    #expect(statement.parameterCount == 2)
    #expect(statement.parameterName(1) == ":from")
    #expect(statement.parameterIndex(":to") == 2)
    #expect(statement.parameterIndex(":by") == nil)
    statement.bind(.integer(7), named: ":from")
    #expect(try statement.step() == true)
    #expect(statement.int(at: 2) == 7)
    #expect(statement.isNull(at: 1) == true)
  }

  @Test(arguments: ["a\0b", "", "Ä日本"]) func `text keeps every character`(_ text: String) throws {
    let connection = try Connection(path: path, mode: .create)
    try connection.execute("CREATE TABLE t (s TEXT NOT NULL) STRICT")
    let insert = try connection.prepare("INSERT INTO t VALUES (?)")
    insert.bind(text, at: 1)
    try insert.run()
    var bindings = Bindings()
    bindings.append(text)
    try insert.run(bindings)
    let select = try connection.prepare("SELECT s FROM t")
    #expect(try select.step() == true)
    #expect(select.text(at: 0) == text)
    #expect(try select.step() == true)
    #expect(select.text(at: 0) == text)
  }

  @Test func `bytes that are no UTF-8 are read as U+FFFD and kept as they are`() throws {
    let connection = try Connection(path: path, mode: .create)
    try connection.execute("CREATE TABLE t (s TEXT) STRICT")
    var bindings = Bindings()
    bindings.append(text: [UInt8]([0x61, 0xFC, 0x00, 0x62])[...])
    try connection.prepare("INSERT INTO t VALUES (?)").run(bindings)
    let select = try connection.prepare("SELECT s FROM t")
    #expect(try select.step() == true)
    #expect(select.columnType(0) == .text)
    #expect(select.blob(at: 0) == [0x61, 0xFC, 0x00, 0x62])
    #expect(try select.step() == false)
    #expect(try select.step() == true)
    #expect(select.text(at: 0) == "a\u{FFFD}\0b")
  }

  @Test func `a row of bindings is filled again and again`() throws {
    let connection = try Connection(path: path, mode: .create)
    try connection.execute("CREATE TABLE t (i INTEGER, s TEXT, b BLOB, r REAL) STRICT")
    let insert = try connection.prepare("INSERT INTO t VALUES (?, ?, ?, ?)")
    var bindings = Bindings()
    try connection.transaction {
      for number in 0..<100 {
        bindings.removeAll()
        bindings.append(number)
        bindings.append(number % 3 == 0 ? nil : String(repeating: "x", count: number))
        bindings.append(blob: [UInt8](repeating: UInt8(number), count: number))
        bindings.append(Double(number))
        try insert.run(bindings)
      }
    }
    let select = try connection.prepare(
      """
      SELECT count(*), sum(i), count(s), sum(length(s)), sum(length(b)), sum(r), sum(b IS NULL)
      FROM t
      """)
    #expect(try select.step() == true)
    #expect(
      (0..<7).map { select.int(at: $0) } == [100, 4950, 66, 4950 - 1683, 4950, 4950, 0])
  }

  @Test func `spans go in and out without copies of our own`() throws {
    let connection = try Connection(path: path, mode: .create)
    try connection.execute("CREATE TABLE t (s TEXT, b BLOB) STRICT")
    let bytes: [UInt8] = Array("text".utf8)
    var bindings = Bindings()
    bindings.append(text: bytes.span)
    bindings.append(blob: bytes.span.extracting(1..<3))
    try connection.prepare("INSERT INTO t VALUES (?, ?)").run(bindings)
    let select = try connection.prepare("SELECT s, b, NULL FROM t")
    #expect(try select.step() == true)
    #expect(select.text(at: 0) == "text")
    let sum = select.withBytes(at: 1) { span in
      span.indices.reduce(0) { $0 + Int(span[$1]) }
    }
    #expect(sum == 101 + 120)
    #expect(select.withBytes(at: 2) { $0.count } == 0)
  }

  @Test func `a statement that fails can run again`() throws {
    let connection = try Connection(path: path, mode: .create)
    try connection.execute("CREATE TABLE t (i INTEGER PRIMARY KEY, s TEXT NOT NULL) STRICT")
    let insert = try connection.prepare("INSERT INTO t VALUES (?, ?)")
    var bindings = Bindings()
    bindings.append(1)
    bindings.append(nil as String?)
    #expect(throws: SQLiteError.self) { try insert.run(bindings) }
    bindings.removeAll()
    bindings.append(1)
    bindings.append("one")
    try insert.run(bindings)
    #expect(connection.changes == 1)
  }

  @Test func `several statements run in order, up to the one that fails`() throws {
    let connection = try Connection(path: path, mode: .create)
    let error = #expect(throws: SQLiteError.self) {
      try connection.execute(
        """
        -- a comment; with a semicolon
        CREATE TABLE t (i INTEGER); INSERT INTO t VALUES (1);
        -- the next one fails
        INSERT INTO nowhere
          VALUES (2);
        INSERT INTO t VALUES (3); -- the end
        """)
    }
    #expect(error?.message == "no such table: nowhere")
    #expect(error?.description.contains("INSERT INTO nowhere VALUES (2)") == true)
    #expect(error?.description.contains("\n") == false)
    let select = try connection.prepare("SELECT sum(i) FROM t;\n-- that is all\n")
    #expect(try select.step() == true)
    #expect(select.int(at: 0) == 1)
  }

  @Test(arguments: ["", " -- nothing\n", "SELECT 1; SELECT 2", "SELECT 1; SELEC"])
  func `one statement is prepared, neither none nor two`(_ sql: String) throws {
    let connection = try Connection(path: path, mode: .create)
    let error = #expect(throws: SQLiteError.self) { _ = try connection.prepare(sql).columnCount }
    #expect(error?.code == 21)
  }

  @Test func `an error has code, statement and file, and no values`() throws {
    let connection = try Connection(path: path, mode: .create)
    try connection.execute("CREATE TABLE t (number TEXT UNIQUE) STRICT")
    let insert = try connection.prepare("INSERT INTO t VALUES (?)")
    insert.bind("+4915112345678", at: 1)
    try insert.run()
    let error = #expect(throws: SQLiteError.self) { try insert.run() }
    #expect(error?.code == 2067)
    #expect(error?.primaryCode == 19)
    #expect(error?.sql == "INSERT INTO t VALUES (?)")
    #expect(error?.path == connection.path)
    #expect(error?.description.contains("4915112345678") == false)
    #expect(
      error?.description
        == "UNIQUE constraint failed: t.number (SQLite 2067), \(connection.path): "
        + "INSERT INTO t VALUES (?)")
  }

  @Test func `a full disk is code 13, and the transaction is undone`() throws {
    let connection = try Connection(path: path, mode: .create)
    try connection.execute(
      "PRAGMA journal_mode = WAL; CREATE TABLE t (b BLOB) STRICT; PRAGMA max_page_count = 20")
    let insert = try connection.prepare("INSERT INTO t VALUES (?)")
    var bindings = Bindings()
    bindings.append(blob: [UInt8](repeating: 1, count: 3000))
    let error = #expect(throws: SQLiteError.self) {
      try connection.transaction {
        for _ in 0..<100 { try insert.run(bindings) }
      }
    }
    #expect(error?.primaryCode == 13)
    #expect(connection.isInTransaction == false)
    let count = try connection.prepare("SELECT count(*) FROM t")
    #expect(try count.step() == true)
    #expect(count.int(at: 0) == 0)
  }

  @Test func `a read-only connection refuses to write`() throws {
    let writer = try Connection(path: path, mode: .create)
    try writer.execute("CREATE TABLE t (i INTEGER)")
    for mode in [Connection.Mode.readOnly, .immutable] {
      let reader = try Connection(path: path, mode: mode)
      let error = #expect(throws: SQLiteError.self) {
        try reader.execute("INSERT INTO t VALUES (1)")
      }
      #expect(error?.primaryCode == 8)
      #expect(try reader.prepare("SELECT i FROM t").isReadOnly == true)
      #expect(try reader.prepare("DELETE FROM t").isReadOnly == false)
    }
  }

  @Test func `a reader undoes what a killed program left half done`() throws {
    let writer = try Connection(path: path, mode: .create)
    // Without syncing the journal counts from its first byte on.
    try writer.execute(
      "CREATE TABLE t (i INTEGER); INSERT INTO t VALUES (1); PRAGMA synchronous = OFF; BEGIN; "
        + "UPDATE t SET i = 2")
    let left = folder.file("left.db")
    for suffix in ["", "-journal"] { try copy(path + suffix, to: left + suffix) }
    let error = #expect(throws: SQLiteError.self) {
      try Connection(path: left, mode: .readOnly).execute("SELECT i FROM t")
    }
    #expect(error?.isUnfinished == true)
    let reader = try Connection.reading(path: left)
    let select = try reader.prepare("SELECT i FROM t")
    #expect(try select.step() == true)
    #expect(select.int(at: 0) == 1)
  }

  private func copy(_ one: String, to other: String) throws {
    let from = unsafe open(one, O_RDONLY)
    let to = unsafe open(other, O_WRONLY | O_CREAT, 0o600)
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe read(from, &bytes, bytes.count)
    try #require(count > 0)
    let written = unsafe write(to, bytes, count)
    #expect(written == count)
    close(from)
    close(to)
  }

  @Test func `a file that is not there is code 14 with its path`() {
    let error = #expect(throws: SQLiteError.self) {
      _ = try Connection(path: path, mode: .readWrite).changes
    }
    #expect(error?.primaryCode == 14)
    #expect(error?.path == path)
  }

  @Test(arguments: ["a?b#c%d.db", "Zoë 1.db"])
  func `an immutable file may have any name`(_ name: String) throws {
    let path = folder.file(name)
    try Connection(path: path, mode: .create).execute("CREATE TABLE t (i)")
    let reader = try Connection(path: path, mode: .immutable)
    #expect(try reader.prepare("SELECT i FROM t").step() == false)
  }

  @Test func `a lock of another connection can be waited for`() throws {
    let one = try Connection(path: path, mode: .create)
    let other = try Connection(path: path, mode: .readWrite)
    try one.execute("CREATE TABLE t (i INTEGER); BEGIN IMMEDIATE")
    other.busyTimeout(0)
    let error = #expect(throws: SQLiteError.self) { try other.execute("BEGIN IMMEDIATE") }
    #expect(error?.primaryCode == 5)
    #expect(error?.isRetryable == true)
    try one.execute("COMMIT")
    try other.transaction { try other.execute("INSERT INTO t VALUES (1)") }
  }

  @Test func `what a transaction throws undoes it`() throws {
    struct Refused: Error {}
    let connection = try Connection(path: path, mode: .create)
    try connection.execute("CREATE TABLE t (i INTEGER)")
    #expect(throws: Refused.self) {
      try connection.transaction {
        try connection.execute("INSERT INTO t VALUES (1)")
        throw Refused()
      }
    }
    let value = try connection.transaction {
      try connection.execute("INSERT INTO t VALUES (2)")
      return connection.lastInsertRowid
    }
    #expect(value == 1)
  }

  @Test func `a value that the statement has no place for is our mistake`() async {
    await #expect(processExitsWith: .failure) {
      let connection = try Connection(path: ":memory:", mode: .create)
      try connection.prepare("SELECT ?").run(Bindings())
    }
  }
}
