import SQLite
import Support
import Testing

@testable import Reports

extension ReportsTests {
  @Suite struct QueryTests {
    @Test func `the list of reports is the folder`() throws {
      let files = try TextFile.names(in: "\(Repository.path)/queries")
        .filter { $0.hasSuffix(".sql") }.map { String($0.dropLast(4)) }
      #expect(Set(files) == Set(Queries.ours.map(\.name)))
      #expect(files.count == Queries.ours.count)
    }

    @Test(arguments: Queries.ours.map(\.name))
    func `a report says what it answers and what each parameter is`(name: String) throws {
      let query = try Queries().named(name)
      #expect(query.sentence.hasSuffix("."))
      #expect(query.sentence.count > 20)
      let store = try TestStore()
      let statement = try StoreFile(path: store.path).connection.prepare(query.sql)
      let used = (1...statement.parameterCount).compactMap { statement.parameterName($0) }
      #expect(Set(used) == Set(query.parameters.map { ":\($0.name)" }))
      for parameter in query.parameters { #expect(parameter.text.count > 10) }
      for parameter in query.parameters where parameter.text.contains("one of ") {
        #expect(parameter.choices.count > 1)
      }
      if let chart = query.chart {
        let columns = (0..<statement.columnCount).map { statement.columnName($0) }
        #expect(Set(chart.labels + chart.values).isSubset(of: columns))
      }
    }

    @Test(arguments: Queries.ours.map(\.name))
    func `a report of an empty store has no rows and says so`(name: String) throws {
      let query = try Queries().named(name)
      let answer = try TestStore().answer(query.name, format: .table)
      #expect(answer.text.hasSuffix("\nNothing found: the store holds no recording yet.\n"))
    }

    @Test(arguments: Queries.ours.map(\.name))
    func `a report finds the rows of its period by an index`(name: String) throws {
      let query = try Queries().named(name)
      let store = try TestStore(Sample.sql + "ANALYZE;")
      let file = try StoreFile(path: store.path)
      let plan = try file.connection.prepare("EXPLAIN QUERY PLAN " + query.sql)
      while try plan.step() {
        let step = plan.text(at: 3) ?? ""
        #expect(!step.hasPrefix("SCAN channels"), "\(query.name): \(step)")
        #expect(!step.hasPrefix("SCAN calls"), "\(query.name): \(step)")
        #expect(!step.hasPrefix("SCAN transfers"), "\(query.name): \(step)")
        #expect(!step.hasPrefix("SCAN queue_visits"), "\(query.name): \(step)")
        #expect(!step.hasPrefix("SCAN event_counts"), "\(query.name): \(step)")
      }
    }

    @Test(arguments: Queries.ours.map(\.name))
    func `the stock shell runs the same file and gives the same rows`(name: String) async throws {
      let query = try Queries().named(name)
      guard let shell = Program.installed("sqlite3") else { return }
      let store = try TestStore(Sample.sql)
      let from = Sample.start * 1_000_000
      let ours = try store.answer(query.name, Sample.day.merging(["server": "pbx1"]) { $1 }).text
      let run = try await shell.run(
        [
          "-list", "-separator", ",", "-header", store.path, ".parameter set :from \(from)",
          ".parameter set :to \(from + 82_800_000_000)", ".parameter set :server 'pbx1'",
          ".read \(Repository.path)/queries/\(query.name).sql",
        ], environment: ["TZ": "Europe/Berlin"])
      #expect(run.errors == "")
      var theirs = run.output.split(whereSeparator: \.isNewline).map(String.init)
      if theirs[0].hasPrefix("grouped_by,") {
        // What groups stands first, and nothing is asked to group here.
        theirs = theirs.map { String($0.drop { $0 != "," }.dropFirst()) }
      }
      #expect(theirs == ours.split(separator: "\r\n").map { $0.filter { $0 != "\"" } })
      #expect(theirs.count > 1)
    }

    @Test(arguments: Queries.ours.map(\.name), Format.allCases)
    func `a report looks as it did`(name: String, format: Format) throws {
      let query = try Queries().named(name)
      let store = try TestStore(Sample.sql)
      let text = try store.answer(query.name, Sample.day, format: format).text
      let suffix = ["table": "txt"][format.rawValue] ?? format.rawValue
      expectGolden(text, "\(query.name).\(suffix)")
    }

    @Test func `comments at the top become sentence, parameters and chart`() {
      let query = Query(
        name: "x",
        sql: """
          -- Sentence.
          -- :from  start
          -- :by  one of a, b-c; default a
          -- chart: columns day calls answered
          -- other words
          SELECT 1
          -- :no  parameter
          """)
      #expect(query.sentence == "Sentence.")
      #expect(query.parameters.map(\.name) == ["from", "by"])
      #expect(query.parameters.map(\.choices) == [[], ["a", "b-c"]])
      #expect(query.chart?.labels == ["day"])
      #expect(query.chart?.values == ["calls", "answered"])
      #expect(Query(name: "plain", sql: "SELECT 1").sentence == "plain")
    }
  }
}
