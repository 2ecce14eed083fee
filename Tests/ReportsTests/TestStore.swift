import Glibc
import SQLite
import Support
import Testing

@testable import Reports

/// All tests of this target. The zone is one for the whole process, so that they run one after the
/// other.
@Suite(.serialized, .ownsZone) enum ReportsTests {}

/// A store in a folder of its own, made by the schema.
struct TestStore {
  let folder = TemporaryFolder()
  var path: String { folder.file("store.db") }

  init(_ sql: String = "") throws {
    let connection = try Connection(path: path, mode: .create)
    let folder = "\(Repository.path)/schema"
    let migrations = try TextFile.names(in: folder).filter { $0.hasSuffix(".sql") }.sorted()
    try connection.execute("PRAGMA journal_mode = WAL")
    try connection.transaction {
      for migration in migrations {
        try connection.execute(try TextFile.read("\(folder)/\(migration)"))
      }
      try connection.execute(
        """
        PRAGMA application_id = \(StoreFile.applicationID);
        PRAGMA user_version = \(StoreFile.version);
        """)
      try connection.execute(sql)
    }
  }

  /// The answer of a report in `format`, and what went aside.
  func answer(
    _ name: String, _ arguments: [String: String] = [:], zone: String = "Europe/Berlin",
    format: Format = .csv, queries: Queries? = nil, nowUs: Int64 = Sample.now
  ) throws -> (text: String, aside: [String]) {
    let report = try Report(
      (queries ?? Queries()).named(name), arguments: arguments, zone: .use(zone), nowUs: nowUs)
    var bytes: [UInt8] = []
    var aside: [String] = []
    try report.write(
      from: StoreFile(path: path), as: format, to: Output { bytes += $0 },
      aside: { aside.append($0) })
    return (String(decoding: bytes, as: UTF8.self), aside)
  }

  /// The rows of a report as texts, without the names of the columns.
  func rows(
    _ name: String, _ arguments: [String: String] = [:], zone: String = "Europe/Berlin",
    columns: [String]? = nil
  ) throws -> [[String]] {
    let lines = try answer(name, arguments, zone: zone).text.split(separator: "\r\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let names = try #require(lines.first)
    let chosen = try (columns ?? names).map { try #require(names.firstIndex(of: $0)) }
    return lines.dropFirst().map { row in chosen.map { row[$0] } }
  }
}

/// The tree that these tests belong to.
enum Repository {
  static let path: String = {
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/")
  }()
}
