import Ingest
import Journal
import Normalization
import SQLite
import Store
import Support

/// A recording as a list of records, to be taken in one way or another.
struct Stream {
  var records: [(record: Capture.Record, bytes: [UInt8])] = []

  /// The records of a fixture.
  init(fixture name: String) throws { try self.init(path: Fixture.recording(name)) }

  /// The records of a capture.
  init(path: String) throws {
    let capture = try Capture(path: path)
    var bytes: [UInt8] = []
    while let record = try capture.next(into: &bytes) { records.append((record, bytes)) }
  }

  /// One made by hand; see the functions below.
  init() {}

  mutating func connect(_ seconds: Double) { records.append((.connect(at: micros(seconds)), [])) }

  mutating func disconnect(_ seconds: Double) {
    records.append((.disconnect(at: micros(seconds)), []))
  }

  /// Lines of messages: an empty line ends one.
  mutating func receive(_ seconds: Double, _ text: String) {
    records.append((.bytes(at: micros(seconds)), text.wire))
  }

  mutating func logIn(_ seconds: Double) {
    receive(
      seconds,
      "Asterisk Call Manager/11.0.0\nResponse: Success\nMessage: Authentication accepted\n\n")
  }

  /// The same stream with its chunks cut into pieces of these sizes, in turn.
  func pieces(_ sizes: [Int]) -> Stream {
    var result = Stream()
    var turn = 0
    for (record, bytes) in records {
      guard case .bytes = record else {
        result.records.append((record, bytes))
        continue
      }
      var rest = bytes[...]
      while !rest.isEmpty {
        let size = min(sizes[turn % sizes.count], rest.count)
        result.records.append((record, Array(rest.prefix(size))))
        rest = rest.dropFirst(size)
        turn += 1
      }
    }
    return result
  }
}

private func micros(_ seconds: Double) -> Int64 { Int64((seconds * 1_000_000).rounded()) }

extension String {
  /// The text with the line ends of the wire.
  var wire: [UInt8] {
    split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n").utf8.map {
      $0
    }
  }
}

/// A folder with a store, and ways to fill and to read it.
struct Bench {
  let folder = TemporaryFolder()
  var path: String { folder.file("store.db") }

  /// Takes a stream in; the program is gone after `stopAfter` records, without a word.
  func take(
    _ stream: Stream, server: String = "pbx", from first: Int = 0, stopAfter: Int? = nil,
    commitEvery: Int = 200, reason: String = "recording-ended",
    source: Ingest.Source = .capture(name: "test.ami", fileDate: 0),
    options: Normalizer.Options? = nil
  ) throws -> Ingest.Progress {
    var withCELs = Normalizer.Options()
    withCELs.cels = true
    let ingest = try Ingest(
      store: Store(path: path), server: server, source: source,
      options: options ?? withCELs)
    for (count, item) in stream.records.enumerated() {
      if count == stopAfter { return ingest.progress }
      try ingest.take(item.record, item.bytes)
      if count % commitEvery == commitEvery - 1 { try ingest.commit() }
    }
    try ingest.finish(reason: reason)
    return ingest.progress
  }

  /// Makes the derived tables anew.
  func rebuild(
    _ change: (inout Normalizer.Options) -> Void = { _ in }
  ) throws -> [Replacement.Change] {
    let outcome = try Rebuild.run(path: path, changing: change) { _ in }
    precondition(outcome.losses.isEmpty, "\(outcome.losses)")
    return outcome.changes
  }

  /// Makes the derived tables of a damaged store anew.
  func salvage(retriesSkipped: Bool = false) throws -> Rebuild.Outcome {
    try Rebuild.run(
      path: path, retriesSkipped: retriesSkipped, changing: { _ in }, report: { _ in })
  }

  /// Changes the store behind the programs' backs.
  func execute(_ sql: String) throws {
    try Connection(path: path, mode: .readWrite).execute(sql)
  }

  /// All rows of all tables, but for what says how far a process had come.
  func dump() throws -> [String] { try allRows(ofStore: path, except: ["positions"]) }

  func rows(_ sql: String) throws -> [String] {
    try names(try Connection(path: path, mode: .readOnly), sql)
  }

  private func names(_ connection: borrowing Connection, _ sql: String) throws -> [String] {
    let statement = try connection.prepare(sql)
    var result: [String] = []
    while try statement.step() { result.append(statement.text(at: 0) ?? "NULL") }
    return result
  }
}

extension Replacement.Change {
  var before: Int64 { comparison!.before }
  var added: Int64 { comparison!.added }
  var removed: Int64 { comparison!.removed }
  var changed: Int64 { comparison!.changed }
}

/// A generator of the same numbers for the same seed. **Source:** Steele and others, SplitMix, 2014
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
