import Glibc
import Journal
import Reconciliation
import Support
import Testing

/// No number in a file of Asterisk's own can stop a comparison or a fill, or become a row that no
/// clock could have written.
@Suite(.serialized, .ownsZone) struct AbsurdFileTests {
  private static let fixture = "queues-22"

  /// The lines of a gzipped file.
  private static func lines(_ path: String) throws -> [[UInt8]] {
    let file = try LineFile(path: path)
    var lines: [[UInt8]] = []
    var line: [UInt8] = []
    while try file.next(into: &line) { lines.append(line) }
    return lines
  }

  /// Each line, and after it the same with another number in each field in turn; the texts in their
  /// place go round, so that each of them stands in each field of each kind of line somewhere.
  private static func disturbed(_ lines: [[UInt8]], separator: UInt8) -> [UInt8] {
    var text: [UInt8] = []
    var turn = 0
    for line in lines {
      text += line + [0x0A]
      let fields = line.split(separator: separator, omittingEmptySubsequences: false)
      for (place, field) in fields.enumerated() {
        turn += 1
        // A third of the fields of each line, another third of the next.
        guard turn % 3 == 0 else { continue }
        let value = Absurdity.values[turn / 3 % Absurdity.values.count]
        for changed in Absurdity.changes(of: field, to: value) {
          var other = fields.map { Array($0) }
          other[place] = changed
          text += other.joined(separator: [separator]) + [0x0A]
        }
      }
    }
    return text
  }

  /// Each line with this text for every number in it but those of the first `kept` fields.
  private static func filled(
    _ lines: [[UInt8]], separator: UInt8, with value: String, keeping kept: Int
  ) -> [UInt8] {
    lines.flatMap { line -> [UInt8] in
      let fields = line.split(separator: separator, omittingEmptySubsequences: false)
      return fields.enumerated().map { place, field in
        place < kept ? Array(field) : Absurdity.changes(of: field, to: value).last ?? Array(field)
      }.joined(separator: [separator]) + [0x0A]
    }
  }

  private func laboratory() throws -> Laboratory {
    let laboratory = Laboratory()
    try laboratory.take(Hole(Self.fixture, from: 8, to: 20).records)
    return laboratory
  }

  /// Writes three files that `change` made, and compares and fills with them.
  private func fill(
    _ laboratory: Laboratory, _ change: (_ lines: [[UInt8]], _ separator: UInt8, Int) -> [UInt8]
  ) throws {
    let base = "\(Fixture.captures)/\(Self.fixture)"
    // Of a queue_log the time stays, of CEL the type and the time.
    let log = try laboratory.write(
      change(Self.lines(base + ".queue_log.gz"), 0x7C, 1), to: "queue_log")
    let records = try laboratory.write(
      change(Self.lines(base + ".cdr.csv.gz"), 0x2C, 0), to: "cdr.csv")
    let events = try laboratory.write(
      change(Self.lines(base + ".cel.csv.gz"), 0x2C, 2), to: "cel.csv")
    for files in [
      Reconciliation.Files(queueLogs: [log]), .init(cdrs: [records]), .init(cels: [events]),
      .init(queueLogs: [log], cdrs: [records], cels: [events]),
    ] {
      do {
        _ = try inUTC {
          try Fill.run(
            store: laboratory.path, server: "pbx", with: files, zone: "UTC",
            now: 1_800_000_000_000_000)
        }
      } catch let error as ReconciliationError {
        // A file without one record that can be read is refused.
        #expect("\(error)".contains("none of its first"))
      }
    }
  }

  @Test func `an absurd number in any field of any line is passed over, or is none`() throws {
    let laboratory = try laboratory()
    try fill(laboratory) { lines, separator, _ in
      Self.disturbed(lines, separator: separator)
    }
    try check(laboratory)
  }

  @Test(arguments: Absurdity.limits)
  func `files in which all numbers are absurd are read to their ends`(value: String) throws {
    let laboratory = try laboratory()
    try fill(laboratory) { lines, separator, kept in
      Self.filled(lines, separator: separator, with: value, keeping: kept)
    }
    try check(laboratory)
  }

  /// Every time in the store is one of the years 1970 to 9999, and nothing lasts less than nothing.
  private func check(_ laboratory: Laboratory) throws {
    let columns = try laboratory.rows(
      """
      SELECT t.name || ' ' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c
      WHERE t.type = 'table' AND substr(c.name, -3) IN ('_us', '_ms')
      """)
    #expect(columns.count > 40)
    for column in columns {
      let parts = column.split(separator: " ")
      let wrong = try laboratory.rows(
        """
        SELECT \(parts[1]) FROM \(parts[0])
        WHERE \(parts[1]) NOT BETWEEN 0 AND 253402300800000000 LIMIT 1
        """)
      #expect(wrong.isEmpty, "\(column): \(wrong)")
    }
  }
}
