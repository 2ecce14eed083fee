import SQLite
import Support
import Testing

@testable import Reports

extension ReportsTests {
  /// The page about the store, and the comments in it, against a store made by the schema.
  @Suite struct SchemaPageTests {
    let page: String
    /// The queries of the page, in their order.
    let queries: [String]

    init() throws {
      page = try TextFile.read("\(Repository.path)/schema/README.md")
      queries = page.split(separator: "```sql\n", omittingEmptySubsequences: false).dropFirst()
        .map { String($0.prefix(upTo: $0.firstRange(of: "```")!.lowerBound)) }
    }

    @Test func `the page shows ten queries`() {
      #expect(queries.count == 10)
    }

    @Test func `every query of the page answers on an empty store with no row`() throws {
      let store = try TestStore()
      for query in queries { #expect(try rows(of: query, in: store) == 0, "\(query)") }
    }

    @Test func `every query of the page finds something in a store`() throws {
      let store = try TestStore(Sample.sql + Sample.forSchemaPage)
      for query in queries { #expect(try rows(of: query, in: store) > 0, "\(query)") }
    }

    @Test func `the picture shows every table`() throws {
      let store = try TestStore()
      let connection = try Connection(path: store.path, mode: .readOnly)
      let tables = try connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      let picture = try #require(page.split(separator: "## Ten queries").first)
      while try tables.step() {
        let table = tables.text(at: 0) ?? ""
        #expect(picture.contains(table), "\(table) is not in schema/README.md")
      }
    }

    @Test func `every table and column is explained in the schema itself`() throws {
      let store = try TestStore()
      let connection = try Connection(path: store.path, mode: .readOnly)
      let tables = try connection.prepare(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table'")
      var columns = 0
      while try tables.step() {
        let table = tables.text(at: 0) ?? ""
        let lines = (tables.text(at: 1) ?? "").split(separator: "\n").dropFirst()
        #expect(lines.first?.hasPrefix("  --") == true, "\(table) says what a row is")
        var previous: Substring = ""
        for line in lines {
          defer { previous = line }
          let words = line.split(separator: " ")
          // `id` is the same everywhere, and so is the text beside a time.
          guard words.count > 1,
            ["INTEGER", "TEXT", "REAL", "BLOB"].contains(words[1].prefix { $0 != "," }),
            words[0] != "id", !words[0].hasSuffix("_at"), !line.contains("/ 1000.0) VIRTUAL")
          else { continue }
          columns += 1
          #expect(
            line.contains("-- ") || previous.hasPrefix("  --"), "\(table).\(words[0]) is explained")
        }
      }
      #expect(columns > 200)
    }

    /// How many rows the stock shell would show.
    private func rows(of query: String, in store: TestStore) throws -> Int {
      let connection = try Connection(path: store.path, mode: .readOnly)
      let statement = try connection.prepare(query)
      var rows = 0
      while try statement.step() { rows += 1 }
      return rows
    }
  }
}
