import SQLite
import Support
import Synchronization
import Testing

/// The same call gives the same rows, whichever version told it, but for what
/// docs/asterisk-before-12.md says that a version does not tell.
@Suite struct FirstGenerationTests {
  /// Tables that say how a stream came in, not what it tells.
  static let transport: Set<String> = [
    "blocks", "call_merges", "collector", "event_counts", "gaps", "hangup_causes", "positions",
    "servers", "sessions",
  ]

  @Test(arguments: OldFixture.scenarios, OldFixture.versions)
  func `an old version gives the rows that 16 gives for the same call`(
    scenario: String, version: String
  ) throws {
    let untold = try Untold().lines.filter { $0.isMeant(version, scenario) }
    let rows = try Rows.of(version, scenario).without(untold)
    let expected = try Rows.of(OldFixture.measure, scenario).without(untold)
    #expect(!expected.isEmpty)
    for line in rows.difference(from: expected) {
      switch line {
      case .insert(_, let row, _): Issue.record("\(version) alone: \(row)")
      case .remove(_, let row, _): Issue.record("16 alone: \(row)")
      }
    }
  }

  @Test func `what is said not to be told is not told`() throws {
    for line in try Untold().lines {
      var isNeeded = false
      for version in line.versions {
        var differs = false
        for scenario in OldFixture.scenarios where line.isMeant(version, scenario) {
          let others = try Untold().lines.filter { $0 != line && $0.isMeant(version, scenario) }
          if try Rows.of(version, scenario).without(others)
            != Rows.of(OldFixture.measure, scenario).without(others)
          {
            differs = true
            break
          }
        }
        #expect(differs, "\(line.what) is told by \(version)")
        isNeeded = isNeeded || differs
      }
      #expect(isNeeded)
    }
  }
}

/// What old versions do not tell: the table of docs/asterisk-before-12.md.
struct Untold {
  struct Line: Equatable {
    /// `table.column`, or `table`.
    let what: String
    let versions: [String]
    /// The scenarios in which it is so; empty for all.
    let scenarios: [String]

    func isMeant(_ version: String, _ scenario: String) -> Bool {
      versions.contains(version) && (scenarios.isEmpty || scenarios.contains(scenario))
    }
  }

  let lines: [Line]

  init() throws {
    let text = Fixture.document("docs/asterisk-before-12.md")
    lines = text.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("| `") else { return nil }
      let cells = line.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }
      func names(_ cell: String) -> [String] {
        cell.split { "`, ".contains($0) }.map { String($0) }
      }
      let place = names(cells[2])
      return Line(
        what: names(cells[0])[0], versions: names(cells[1]),
        scenarios: place == ["everywhere"] ? [] : place)
    }
  }
}

/// The rows of one stream, by table and in the order of their ids. An id is the row's place in its
/// table: which numbers were given out in between says nothing.
struct Rows {
  var tables: [String: [[String: String]]] = [:]

  private static let all = Mutex<[String: Rows]>([:])

  /// The rows of one stream, which is taken in once.
  static func of(_ version: String, _ scenario: String) throws -> Rows {
    let name = "\(version)/\(scenario)"
    if let rows = all.withLock({ $0[name] }) { return rows }
    let rows = try Rows(version, scenario)
    all.withLock { $0[name] = rows }
    return rows
  }

  private init(_ version: String, _ scenario: String) throws {
    let bench = Bench()
    _ = try bench.take(Stream(path: OldFixture.path(version, scenario)))
    let connection = try Connection(path: bench.path, mode: .readOnly)
    var places: [String: [String: Int]] = [:]
    for table in try bench.rows(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    where !FirstGenerationTests.transport.contains(table) {
      let columns = try bench.rows("SELECT name FROM pragma_table_info('\(table)')")
      let list = columns.map { "quote(\"\($0)\")" }.joined(separator: ", ")
      let statement = try connection.prepare("SELECT \(list) FROM \(table) ORDER BY 1")
      while try statement.step() {
        var row: [String: String] = [:]
        for (position, column) in columns.enumerated() {
          row[column] = statement.text(at: position) ?? "NULL"
        }
        let place = tables[table, default: []].count + 1
        if let id = row["id"] { places[table, default: [:]][id] = place }
        row["id"] = "\(place)"
        tables[table, default: []].append(row)
      }
    }
    for table in tables.keys {
      for key in try bench.rows(
        "SELECT \"from\" || ' ' || \"table\" FROM pragma_foreign_key_list('\(table)')")
      {
        let names = key.split(separator: " ").map { String($0) }
        guard let known = places[names[1]] else { continue }
        for row in tables[table]!.indices {
          if let place = known[tables[table]![row][names[0]]!] {
            tables[table]![row][names[0]] = "\(names[1]) \(place)"
          }
        }
      }
    }
  }

  /// The rows as texts, without what is not told.
  func without(_ untold: [Untold.Line]) -> [String] {
    let left = Set(untold.map(\.what))
    var texts: [String] = []
    for (table, rows) in tables.sorted(by: { $0.key < $1.key }) where !left.contains(table) {
      for row in rows {
        let fields = row.filter { !left.contains("\(table).\($0.key)") }
          .sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        texts.append("\(table): \(fields.joined(separator: " "))")
      }
    }
    return texts
  }
}
