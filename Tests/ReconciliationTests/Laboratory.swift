import Glibc
import Ingest
import Journal
import Normalization
import Reconciliation
import SQLite
import Store
import Support

/// A folder with a store, Asterisk's files, and ways to fill and to read them.
struct Laboratory {
  let folder = TemporaryFolder()
  var path: String { folder.file("store.db") }

  /// The files beside a recording.
  static func files(_ fixture: String) -> Reconciliation.Files {
    let base = "\(Fixture.captures)/\(fixture)"
    return Reconciliation.Files(
      queueLogs: [base + ".queue_log.gz"], cdrs: [base + ".cdr.csv.gz"],
      cels: [base + ".cel.csv.gz"])
  }

  /// Takes records in; the collector's own words for a session that ends.
  func take(_ records: [(Capture.Record, [UInt8])]) throws {
    var options = Normalizer.Options()
    options.cels = true
    let ingest = try Ingest(
      store: Store(path: path), server: "pbx", source: .capture(name: "test.ami", fileDate: 0),
      options: options)
    for (count, (record, bytes)) in records.enumerated() {
      try ingest.take(record, bytes)
      if count % 200 == 199 { try ingest.commit() }
    }
    try ingest.finish(reason: "recording-ended")
  }

  /// The records of a recording.
  static func records(_ fixture: String) throws -> [(Capture.Record, [UInt8])] {
    let capture = try Capture(path: Fixture.recording(fixture))
    var records: [(Capture.Record, [UInt8])] = []
    var bytes: [UInt8] = []
    while let record = try capture.next(into: &bytes) { records.append((record, bytes)) }
    return records
  }

  func compare(with files: Reconciliation.Files, now: Int64 = 2_000_000_000_000_000) throws
    -> Findings
  {
    try inUTC {
      try Reconciliation.compare(store: path, server: nil, with: files, now: now)
    }
  }

  /// Writes a file.
  func write(_ text: String, to name: String) -> String {
    write(Array(text.utf8), to: name)
  }

  func write(_ bytes: [UInt8], to name: String) -> String {
    let path = folder.file(name)
    let file = unsafe fopen(path, "w")
    _ = unsafe bytes.withUnsafeBytes { unsafe fwrite($0.baseAddress, 1, $0.count, file) }
    unsafe fclose(file)
    return path
  }

  /// All rows of all tables, but for what says how far a process had come.
  func dump() throws -> [String] {
    var found: [String] = []
    let tables = try rows(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'positions' ORDER BY name")
    for table in tables {
      let columns = try rows("SELECT name FROM pragma_table_info('\(table)')")
      let list = columns.map { "quote(\"\($0)\")" }.joined(separator: " || ',' || ")
      found += try rows("SELECT '\(table): ' || \(list) FROM \(table) ORDER BY 1")
    }
    return found
  }

  func rows(_ sql: String) throws -> [String] {
    try Self.rows(path, sql)
  }

  static func rows(_ path: String, _ sql: String) throws -> [String] {
    let connection = try Connection(path: path, mode: .readOnly)
    let statement = try connection.prepare(sql)
    var result: [String] = []
    while try statement.step() { result.append(statement.text(at: 0) ?? "NULL") }
    return result
  }

  func change(_ sql: String) throws {
    try Connection(path: path, mode: .readWrite).execute(sql)
  }
}

/// The zone of the process belongs to all tests: they all use UTC, but for one that says so.
func inUTC<R>(_ body: () throws -> R) rethrows -> R {
  unsafe setenv("TZ", "UTC", 1)
  tzset()
  return try body()
}
