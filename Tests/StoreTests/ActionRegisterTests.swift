import Dispatch
import Glibc
import SQLite
import Support
import Testing

@testable import Store

/// The table `actions`, written beside the program that writes all else.
@Suite struct ActionRegisterTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("store.db") }

  private func row(_ name: String = "Ping") -> ActionRow {
    ActionRow(program: "amirec", machineUser: "anna", name: name, startedAt: 1_774_785_600_000_000)
  }

  private func texts(_ sql: String) throws -> [String] {
    let connection = try Connection(path: path, mode: .readOnly)
    let statement = try connection.prepare(sql)
    var result: [String] = []
    while try statement.step() { result.append(statement.text(at: 0) ?? "NULL") }
    return result
  }

  @Test func `a store that is not there is made, with the servers in the order of the file`() throws
  {
    let register = try ActionRegister(path: path)
    var first = row()
    try register.add(&first, on: "pbx2", of: ["pbx1", "pbx2"])
    #expect(first.id == (1 << 40) + 1)
    #expect(try texts("SELECT id || name FROM servers ORDER BY id") == ["0pbx1", "1pbx2"])
    #expect(try texts("PRAGMA user_version") == ["\(Schema.version)"])
    #expect(try texts("PRAGMA journal_mode") == ["wal"])
    #expect(try Store(path: path).server(named: "pbx2") == 1)
    var status = stat()
    #expect(unsafe stat(path, &status) == 0 && status.st_mode & 0o007 == 0)
  }

  @Test func `a row is there from the asking on, and is completed`() throws {
    let register = try ActionRegister(path: path)
    var one = row("Originate")
    one.setFields([("Variable", "a=\"1\"\\"), ("Variable", "\u{1}\n탱이"), ("X", "")])
    one.actionID = "ab-1"
    one.sentAt = one.startedAt + 1
    try register.add(&one, on: "pbx1", of: ["pbx1"])
    #expect(
      try texts("SELECT json_extract(fields, '$[0][1]') FROM actions") == ["a=\"1\"\\"])
    #expect(
      try texts("SELECT json_extract(fields, '$[1][1]') FROM actions") == ["\u{1}\n탱이"])
    #expect(try texts("SELECT outcome FROM actions") == ["NULL"])
    one.answeredAt = one.startedAt + 250_001
    one.response = "Success"
    one.outcome = .success
    try register.complete(one)
    #expect(
      try texts(
        "SELECT printf('%s %s %s %s %s %d %s', id, program, machine_user, name, action_id, answer_ms, outcome) FROM actions"
      ) == ["1 amirec anna Originate ab-1 250 success"])
    #expect(try texts("SELECT started_at FROM actions") == ["2026-03-29T12:00:00.000000Z"])
  }

  @Test func `what no server would read is cut`() throws {
    let register = try ActionRegister(path: path)
    var long = row()
    long.setFields(
      Array(repeating: ("X", String(repeating: "é", count: 2_000)), count: 1_000))
    try register.add(&long, on: "pbx1", of: ["pbx1"])
    #expect(try texts("SELECT json_array_length(fields) FROM actions") == ["257"])
    #expect(try texts("SELECT json_extract(fields, '$[256][1]') FROM actions") == ["1000 fields"])
    #expect(try texts("SELECT length(json_extract(fields, '$[0][1]')) FROM actions") == ["1025"])
  }

  @Test func `it writes while another program holds the store, and waits for its transactions`()
    async throws
  {
    let store = try Store(path: path)
    #expect(try store.server(named: "pbx1") == 0)
    try store.begin()
    try store.commit()
    let register = try ActionRegister(path: path)
    var one = row()
    try register.add(&one, on: "pbx1", of: ["pbx1"])
    var own = row("CoreSettings")
    try store.begin()
    try store.add(&own)
    // The collector is in a transaction of some length.
    let path = path
    async let waiting: Int64 = withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        var row = ActionRow(program: "amirec", machineUser: "b", name: "Ping", startedAt: 0)
        try? ActionRegister(path: path).add(&row, on: "pbx1", of: ["pbx1"])
        continuation.resume(returning: row.id)
      }
    }
    try await Task.sleep(for: .milliseconds(300))
    own.outcome = .success
    try store.complete(own)
    try store.commit()
    #expect(await waiting == 3)
    #expect(
      try texts("SELECT group_concat(id) FROM (SELECT id FROM actions ORDER BY id)") == ["1,2,3"])
    #expect(try texts("SELECT outcome FROM actions WHERE id = 2") == ["success"])
  }

  @Test func `an older store is migrated, unless an older program writes it`() throws {
    do {
      let connection = try Connection(path: path, mode: .create)
      for migration in Schema.migrations.prefix(4) { try connection.execute(migration.sql) }
      try connection.execute(
        "PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = 4")
    }
    let lock = try StoreLock(path: path)
    let error = #expect(throws: StoreError.self) {
      _ = try ActionRegister(path: self.path, patience: 200)
    }
    #expect(error?.code == .locked)
    #expect(try texts("PRAGMA user_version") == ["4"])
    withExtendedLifetime(lock) {}
  }

  @Test func `a newer store, another database and a missing folder are refused`() throws {
    do {
      let connection = try Connection(path: path, mode: .create)
      try connection.execute("CREATE TABLE t (x); PRAGMA user_version = 3")
    }
    let foreign = #expect(throws: StoreError.self) { _ = try ActionRegister(path: self.path) }
    #expect(foreign?.code == .notAStore)
    let missing = #expect(throws: StoreError.self) {
      _ = try ActionRegister(path: self.folder.file("no/store.db"))
    }
    #expect(missing?.code == .unreadable)
  }
}
