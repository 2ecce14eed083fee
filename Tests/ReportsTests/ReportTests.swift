import Glibc
import SQLite
import Support
import Testing

@testable import Reports

extension ReportsTests {
  @Suite struct ReportTests {
    let folder = TemporaryFolder()

    private func write(_ text: String, to name: String) {
      let file = unsafe fopen(folder.file(name), "w")!
      unsafe fputs(text, file)
      unsafe fclose(file)
    }

    @Test(arguments: [
      (["color": "red"], "has no parameter \"color\"; it has: from, to, server, by"),
      (["by": "colour"], "by cannot be \"colour\"; it is one of: hour, day"),
      (["from": "soon"], "from cannot be \"soon\""),
      (["from": "now"], "the period is empty"),
      (["server": "pbx9"], "there is no server \"pbx9\"; the store has: pbx1, pbx2"),
    ])
    func `a question that cannot be asked says what can`(
      arguments: [String: String], words: String
    ) throws {
      let store = try TestStore(Sample.sql)
      let error = #expect(throws: ReportsError.self) {
        try store.answer("hangup-causes", arguments)
      }
      #expect(error?.code == .usage)
      #expect(error?.description.contains(words) == true)
    }

    @Test func `a report that is not there names those that are`() throws {
      let error = #expect(throws: ReportsError.self) { try Queries().named("hangups\u{1b}") }
      #expect(error?.code == .usage)
      #expect(
        error?.description
          == "there is no report \"hangups\\u{1b}\"; there are: "
          + "call-volume, calls, hangup-causes, transfers, queue-summary, queue-service-level, "
          + "queue-abandonment, queue-wait, agent-performance, registrations, security, completeness"
      )
    }

    @Test func `an empty answer says what the store holds`() throws {
      let store = try TestStore(Sample.sql)
      let answer = try store.answer("calls", ["from": "2020-01-01", "to": "2020-01-02"])
      #expect(
        answer.aside == [
          "Not observed: 86400 s of 86400 s (100.0 %) of server pbx1, the worst.",
          "Nothing found: the store holds 2025-03-29T23:58:21+01:00 to 2025-03-30T23:30:00+02:00.",
        ])
    }

    @Test(arguments: [
      (Int64(86_389_000_000), "99.9"), (86_400_000_000, "100.0"), (1, "0.1"),
      (43_200_000_000, "50.0"),
    ])
    func `rounding makes a share neither all nor nothing`(part: Int64, share: String) {
      #expect(Coverage.percent(part, of: 86_400_000_000) == share)
    }

    @Test func `time that has not come yet is not called unobserved`() throws {
      let store = try TestStore(Sample.sql)
      let now = (Sample.start + 3000) * 1_000_000
      let answer = try store.answer(
        "calls", ["from": "today", "to": "tomorrow", "server": "pbx1"], format: .table, nowUs: now)
      #expect(answer.text.contains("All of it was observed."))
    }

    @Test func `a file of the user's is a report, and may stand in for ours`() throws {
      write(
        """
        -- How many servers there are.
        -- :least  smallest number that anyone asks for; default 0
        SELECT count(*) AS servers, :least AS least, typeof(:least) AS type FROM servers;
        """, to: "servers.sql")
      write("SELECT 'mine' AS calls", to: "calls.sql")
      write("not SQL", to: "notes.txt")
      let queries = try Queries(folder: folder.path)
      #expect(
        queries.all.map(\.name) == [
          "call-volume", "calls", "hangup-causes", "transfers", "queue-summary",
          "queue-service-level", "queue-abandonment", "queue-wait", "agent-performance",
          "registrations", "security",
          "completeness", "servers",
        ])
      let store = try TestStore(Sample.sql)
      for (given, shown) in [("1", "1,integer"), ("01", "01,text"), ("+1", "+1,text")] {
        let answer = try store.answer("servers", ["least": given], queries: queries)
        #expect(answer.text == "servers,least,type\r\n2,\(shown)\r\n")
        #expect(answer.aside == [])
      }
      #expect(try store.answer("calls", queries: queries).text == "calls\r\nmine\r\n")
      #expect(
        try store.answer("servers", format: .json, queries: queries).text.contains(
          "\"period\":null,\n\"unobserved_s\":null"))
      #expect(
        queries.list.contains("servers\n  How many servers there are. (\(folder.path)/servers.sql)")
      )
    }

    @Test(arguments: [
      ("DELETE FROM calls", "writes: a report may only read"),
      ("SELECT 1; SELECT 2", "more than one statement"),
      ("SELECT absent", "no such column: absent"),
      ("-- X.\n-- :from  start\n-- :to  end\n-- :x  unused\nSELECT 1", "documents :x"),
    ])
    func `a bad file of the user's is told by name`(sql: String, words: String) throws {
      write(sql, to: "bad.sql")
      let store = try TestStore(Sample.sql)
      let queries = try Queries(folder: folder.path)
      let arguments = sql.contains(":x") ? ["x": "1"] : [:]
      let error = #expect(throws: ReportsError.self) {
        try store.answer("bad", arguments, queries: queries)
      }
      #expect(error?.code == .input)
      #expect(error?.description.contains(words) == true)
      #expect(error?.description.contains("bad") == true)
    }

    @Test func `a folder that is not there is an error`() {
      let error = #expect(throws: ReportsError.self) {
        try Queries(folder: "/nowhere/queries").all.count
      }
      #expect(error?.code == .input)
      #expect(error?.description.contains("/nowhere/queries cannot be read: No such file") == true)
    }
  }
}
