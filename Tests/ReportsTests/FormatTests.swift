import SQLite
import Support
import Testing

@testable import Reports

extension ReportsTests {
  @Suite struct FormatTests {
    /// The answer to a SELECT in `format`.
    private func answer(_ sql: String, _ format: Format) throws -> String {
      let store = try TestStore()
      var bytes: [UInt8] = []
      try Rows.write(
        sql, from: StoreFile(path: store.path), as: format, to: Output { bytes += $0 })
      return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `a table sets numbers right and knows how wide characters are`() throws {
      let text = try answer(
        """
        SELECT 1 AS n, 'Zoë' AS name, 0.5 AS share, NULL AS absent, x'00ff' AS bytes
        UNION ALL SELECT 1000, '日本語', 12.25, NULL, x''
        UNION ALL SELECT NULL, 'e\u{301}👩‍👩‍👧', NULL, NULL, NULL
        """, .table)
      #expect(
        text == """
             n  name    share  absent  bytes
          ────  ──────  ─────  ──────  ─────
             1  Zoë       0.5          00ff
          1000  日本語  12.25
                e\u{301}👩‍👩‍👧

          """)
    }

    @Test func `nothing in a text can disturb the terminal`() throws {
      let text = try answer(
        "SELECT 'a' || char(27) || '[2J' || char(10, 13, 9, 0x9b, 0x202e, 7) || 'b' AS \"x\u{1b}\"",
        .table)
      #expect(text == "x\\u{1b}\n\(rule(36))\na\\u{1b}[2J\\n\\r\\t\\u{9b}\\u{202e}\\u{7}b\n")
    }

    private func rule(_ width: Int) -> String { String(repeating: "─", count: width) }

    @Test func `rows beyond those that were measured are written too`() throws {
      let text = try answer(
        """
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10002)
        SELECT i, CASE WHEN i > 10000 THEN 'wider than before' ELSE 'x' END AS t FROM n
        """, .table)
      let lines = text.split(separator: "\n")
      #expect(lines.count == 10004)
      #expect(lines[2] == "    1  x")
      #expect(lines[10003] == "10002  wider than before")
    }

    @Test func `CSV quotes what RFC 4180 asks to quote`() throws {
      let text = try answer(
        """
        SELECT 'a,b' AS "x,y", 'say "hi"' AS q, 'two' || char(13, 10) || 'lines' AS l, '' AS empty,
          NULL AS absent, 1.5 AS r, x'0aff' AS b, 'Zoë' AS z
        """, .csv)
      #expect(
        text == "\"x,y\",q,l,empty,absent,r,b,z\r\n"
          + "\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\",\"\",,1.5,0aff,Zoë\r\n")
    }

    @Test func `JSON is one object of columns and rows`() throws {
      let text = try answer(
        #"""
        SELECT 'a"\b' AS "q""", char(8, 10, 31, 0x7f, 0x2028) AS c, -1 AS i, 1e300 * 1e300 AS inf,
          0.1 AS r, NULL AS n, x'0aff' AS b
        UNION ALL SELECT 'Zoë', '', 9007199254740993, 2.0, 1e-7, NULL, NULL
        """#, .json)
      #expect(
        text == #"""
          {"columns":["q\"","c","i","inf","r","n","b"],
          "rows":[
          ["a\"\\b","\u0008\n\u001f\u007f\u2028",-1,null,0.1,null,"0aff"],
          ["Zoë","",9007199254740993,2.0,1e-07,null,null]
          ]}

          """#)
      #expect(
        try answer("SELECT 1 AS x WHERE 0", .json) == "{\"columns\":[\"x\"],\n\"rows\":[]}\n")
    }

    @Test func `JSON of everything is read by another program`() async throws {
      guard let python = Program.installed("python3") else { return }
      let store = try TestStore(Sample.sql)
      for query in try Queries().all {
        let json = try store.answer(query.name, Sample.day, format: .json).text
        let program = """
          import json, sys
          answer = json.loads(sys.argv[1])
          assert set(answer) == {'report', 'parameters', 'period', 'unobserved_s', 'columns', 'rows'}
          assert all(len(row) == len(answer['columns']) for row in answer['rows'])
          print(answer['report'], answer['period']['from'], answer['unobserved_s'])
          """
        let run = try await python.run(["-c", program, json])
        #expect(run.output == "\(query.name) 2025-03-30T00:00:00+01:00 79200\n", "\(run.errors)")
      }
    }

    @Test func `HTML escapes everything`() throws {
      let text = try answer(
        "SELECT '<script>alert(1)</script>' AS \"<i>\", 'a&b \"c\" ''d''' || char(27) AS t", .html)
      #expect(text.contains("<th>&lt;i&gt;</th>"))
      #expect(text.contains("<td>&lt;script&gt;alert(1)&lt;/script&gt;</td>"))
      #expect(text.contains("<td>a&amp;b &quot;c&quot; &#39;d&#39;\u{FFFD}</td>"))
      #expect(!text.contains("<script"))
      #expect(!text.contains("http://"))
    }

    @Test func `a chart draws each row, and names what cannot be drawn by its absence`() throws {
      let chart = try #require(Chart("bars a,b n m"))
      let rows: [[Value]] = [
        [.text("x<"), .null, .integer(4), .real(1)], [.null, .integer(7), .integer(2), .null],
      ]
      let svg = chart.svg(columns: ["a", "b", "n", "m"], rows: rows)
      #expect(svg.contains("<title>x&lt;: n 4, m 1</title>"))
      #expect(svg.contains("<title>7: n 2, m 0</title>"))
      #expect(svg.contains("width=\"560\""))
      #expect(svg.contains("width=\"280\""))
      #expect(svg.contains("width=\"140\""))
      #expect(chart.svg(columns: ["a", "b", "n"], rows: rows.map { Array($0.dropLast()) }) == "")
      #expect(chart.svg(columns: ["a", "b", "n", "m"], rows: []) == "")
      #expect(Chart("pie a b") == nil)
      #expect(Chart("bars a") == nil)
    }

    @Test func `a long answer goes out in pieces`() throws {
      var pieces: [Int] = []
      let output = Output { pieces.append($0.count) }
      for _ in 0..<3000 { try output.write(String(repeating: "x", count: 50)) }
      try output.flush()
      try output.flush()
      #expect(pieces.count == 3)
      #expect(pieces.reduce(0, +) == 150_000)
    }
  }
}
