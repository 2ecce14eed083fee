import Glibc
import SQLite
import Store
import Support
import Testing

/// The commands that read a store, as built.
@Suite struct ReadingTests {
  let folder = TemporaryFolder()
  var store: String { folder.file("store.db") }

  /// A store with one channel that was busy on 2026-03-29 at 12:00 UTC, and a session of that hour.
  private func makeStore() throws {
    let connection = try Connection(path: store, mode: .create)
    for migration in Schema.migrations { try connection.execute(migration.sql) }
    try connection.execute(
      """
      PRAGMA journal_mode = WAL; PRAGMA application_id = \(0x616D_6972); PRAGMA user_version = \(Schema.version);
      INSERT INTO servers (id, name) VALUES (0, 'pbx1');
      INSERT INTO sessions (
        id, server_id, connected_us, ended_us, source, time_source, bytes, frames,
        cut_frames)
      VALUES (1, 0, 1774785600000000, 1774789200000000, 'import', 'received', 0, 0, 0);
      INSERT INTO calls (id, server_id, started_us, ended_us, disposition, cause, channels)
      VALUES (1, 0, 1774785600000000, 1774785601000000, 'busy', 17, 1);
      INSERT INTO channels (
        id, server_id, call_id, name, uniqueid, technology, state, started_us, opened_by, ended_us,
        closed_by, cause, counts)
      VALUES (2, 0, 1, 'PJSIP/1', '1.1', 'PJSIP', 4, 1774785600000000, 'newchannel',
        1774785601000000, 'hangup', 17, 1);
      """)
  }

  private func amirec(
    _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> Outcome {
    var environment = environment
    for name in ["AMIREC_DB", "AMIREC_QUERIES"] where environment[name] == nil {
      environment[name] = ""
    }
    return try await Program.built("amirec").run(arguments, environment: environment)
  }

  @Test func `a question that takes too long is given up, with a line that says how to go on`()
    async throws
  {
    try makeStore()
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    let folder = folder.file("queries")
    unsafe mkdir(folder, 0o700)
    write("-- Never ends.\n\(endless) SELECT max(i) AS most FROM n", to: "\(folder)/never-ends.sql")
    let questions = [
      ["sql", "\(endless) SELECT max(i) FROM n"],
      // With rows that nobody reads in time.
      ["sql", "\(endless) SELECT i FROM n", "--format", "csv"],
      ["report", "never-ends", "--queries", folder],
    ]
    for question in questions {
      let outcome = try await amirec(question + ["--timeout", "1", "--db", store])
      #expect(outcome.status == 3)
      #expect(outcome.errors.contains("took longer than --timeout allows and was ended"))
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
    for timeout in ["0", "60", "9223372036854775807"] {
      let outcome = try await amirec(["sql", "SELECT 7", "--timeout", timeout, "--db", store])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    for timeout in ["-1", "x", "9223372036854775808"] {
      #expect(
        try await amirec(["sql", "SELECT 7", "--timeout=\(timeout)", "--db", store]).status == 2)
    }
  }

  @Test func `a report answers, with the store from the option or the environment`() async throws {
    try makeStore()
    let question = [
      "report", "hangup-causes", "--from", "2026-03-29T14:00", "--to", "2026-03-29T15:00", "--tz",
      "Europe/Berlin", "--format", "csv",
    ]
    let csv = """
      cause,cause_name,class,channels,share_percent,answered,median_lifetime_s\r
      17,USER_BUSY,normal,1,100.0,0,1.0\r

      """
    let given = try await amirec(question + ["--db", store])
    #expect(given.output == csv)
    #expect(given.errors == "")
    #expect(given.status == 0)
    #expect(try await amirec(question, environment: ["AMIREC_DB": store]).output == csv)
  }

  @Test func `relative times and parameters may begin with a dash`() async throws {
    try makeStore()
    let run = try await amirec([
      "report", "calls", "--db", store, "--from", "-30000d", "--to", "-0s", "-p", "number=-1",
      "--format", "csv",
    ])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("Nothing found"))
  }

  @Test(arguments: [
    (["report"], 2, "no report named"),
    (["report", "nope"], 2, "there is no report \"nope\"; there are: call-volume"),
    (["report", "calls"], 2, "no store given: add --db FILE or set AMIREC_DB"),
    (["report", "calls", "--db", "STORE", "--bogus"], 2, "--bogus"),
    (["report", "calls", "--db", "STORE", "--from", "soon"], 2, "from cannot be \"soon\""),
    (["report", "calls", "--db", "STORE", "--tz", "Mars/Phobos"], 2, "Mars/Phobos"),
    (["report", "calls", "--db", "STORE", "--server", "pbx9"], 2, "the store has: pbx1"),
    (["report", "calls", "--db", "STORE", "--queue", "sales"], 2, "has no parameter \"queue\""),
    (["report", "calls", "--db", "STORE", "-p", "limit"], 2, "KEY=VALUE"),
    (
      ["report", "queue-summary", "--db", "STORE", "-p", "short_abandon_s=abc"], 2,
      "short_abandon_s cannot be \"abc\"; it is a number of seconds"
    ),
    (
      ["report", "queue-service-level", "--db", "STORE", "-p", "service_level_s=-1"], 2,
      "it is a number of seconds"
    ),
    (["report", "calls", "--db", "STORE", "--server", "a", "-p", "server=b"], 2, "given twice"),
    (["report", "calls", "--db", "STORE", "--format", "xml"], 2, "xml"),
    (["report", "calls", "--db", "/nowhere/store.db"], 3, "there is no store at /nowhere"),
    (["report", "calls", "--db", "/etc/passwd"], 3, "is no SQLite file"),
    (["report", "--list", "--queries", "/nowhere"], 3, "/nowhere cannot be read"),
    (["sql"], 2, "<select>"),
    (["sql", "DELETE FROM calls", "--db", "STORE"], 2, "only one statement that reads"),
    (["sql", "SELECT 1; SELECT 2", "--db", "STORE"], 2, "more than one statement"),
    (["sql", "SELECT absent", "--db", "STORE"], 3, "no such column: absent"),
    (["status", "--db", "/nowhere/store.db"], 3, "there is no store"),
    (["nonsense"], 2, "nonsense"),
  ])
  func `what is wrong is told in one line with its own exit code`(
    arguments: [String], status: Int32, words: String
  ) async throws {
    try makeStore()
    let run = try await amirec(arguments.map { $0 == "STORE" ? store : $0 })
    #expect(run.status == status)
    #expect(run.output == "")
    #expect(run.errors.contains(words), "\(run.errors)")
    #expect(run.errors.hasPrefix("amirec: "))
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test func `sql writes the rows of one statement`() async throws {
    try makeStore()
    let run = try await amirec([
      "sql", "SELECT name, datetime(0, 'unixepoch', 'localtime') AS epoch FROM channels", "--db",
      store, "--format", "json", "--tz", "Asia/Tokyo",
    ])
    #expect(
      run.output
        == "{\"columns\":[\"name\",\"epoch\"],\n\"rows\":[\n[\"PJSIP/1\",\"1970-01-01 09:00:00\"]\n]}\n"
    )
  }

  @Test func `status is 1 for a collector that is gone, and 0 for a store of imports`() async throws
  {
    try makeStore()
    let well = try await amirec(["status", "--db", store])
    #expect(well.status == 0)
    #expect(well.output.contains("channels        1\n"))
    try Connection(path: store, mode: .readWrite).execute(
      """
      INSERT INTO collector (id, version, pid, started_us, written_us, servers)
      VALUES (1, '0.1.0', 1, 0, 1000000, '[]')
      """)
    let gone = try await amirec(["status", "--db", store])
    #expect(gone.status == 1)
    #expect(gone.errors.hasPrefix("amirec: the collector is gone"))
    #expect(gone.output.contains("process 1"))
  }

  @Test func `help is on standard output and names every option`() async throws {
    let help = try await amirec(["report", "--help"])
    #expect(help.status == 0)
    #expect(help.errors == "")
    for option in [
      "--db", "--list", "--from", "--to", "--tz", "--server", "--by", "--queue", "--agent", "-p",
      "--queries", "--format",
    ] {
      #expect(help.output.contains(option), "\(option)")
    }
    let all = try await amirec(["--help"])
    for command in ["report", "sql", "status"] { #expect(all.output.contains("  \(command) ")) }
  }

  @Test func `a file of the user's is listed and answered`() async throws {
    try makeStore()
    let file = unsafe fopen(folder.file("mine.sql"), "w")!
    unsafe fputs("-- How many calls.\nSELECT count(*) AS calls FROM calls", file)
    unsafe fclose(file)
    let environment = ["AMIREC_QUERIES": folder.path]
    let list = try await amirec(["report", "--list"], environment: environment)
    #expect(list.output.contains("mine\n  How many calls."))
    let one = try await amirec(["report", "mine", "--list"], environment: environment)
    #expect(one.output.hasPrefix("mine\n"))
    let run = try await amirec(
      ["report", "mine", "--db", store, "--format", "csv"], environment: environment)
    #expect(run.output == "calls\r\n1\r\n")
  }

  @Test func `an output that is full is an error`() async throws {
    try makeStore()
    let shell = try #require(Program.installed("sh"))
    let run = try await shell.run([
      "-c", "\"$0\" sql 'SELECT 1' --db \"$1\" > /dev/full", Program.built("amirec").path, store,
    ])
    #expect(run.status == 3)
    #expect(run.errors.contains("the output could not be written: No space left on device"))
  }
}
