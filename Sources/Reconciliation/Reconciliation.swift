import AMI
import SQLite

/// Compares a store with the files that Asterisk writes itself: queue_log, CDR and CEL.
///
/// The files are read once, record by record; what is held in memory are the visits that go on, and
/// the ids of rows that were found.
public struct Reconciliation {
  /// The files to compare with, of one server.
  public struct Files: Sendable {
    public var queueLogs: [String]
    public var cdrs: [String]
    public var cels: [String]

    /// - Parameters: paths of files, plain or gzipped, in any order.
    public init(queueLogs: [String] = [], cdrs: [String] = [], cels: [String] = []) {
      self.queueLogs = queueLogs
      self.cdrs = cdrs
      self.cels = cels
    }

    var isEmpty: Bool { queueLogs.isEmpty && cdrs.isEmpty && cels.isEmpty }
  }

  /// The server's number.
  let server: Int64
  let files: Files
  let time: ObservedTime
  private(set) var findings = Findings()
  /// What a fill would use.
  private(set) var gathered = GatheredLines()

  /// Compares.
  ///
  /// The local times of CDRs are read in the zone of the process (`TZ`).
  ///
  /// - Parameters:
  ///   - path: the store, which is only read.
  ///   - server: its name in the store; nil when the store has one only.
  ///   - now: microseconds since 1970: when a gap that lasts ends for this.
  /// - Throws: `ReconciliationError`; `JournalError` for a file that cannot be read; `SQLiteError`
  ///   for the store.
  public static func compare(
    store path: String, server: String?, with files: Files, now: Int64
  ) throws -> Findings {
    try run(path, server, files, now: now).findings
  }

  static func run(
    _ path: String, _ server: String?, _ files: Files, now: Int64
  ) throws -> Reconciliation {
    guard !files.isEmpty else {
      throw ReconciliationError(
        .usage, "no file to compare with: give --queue-log, --cdr or --cel")
    }
    let connection = try Connection.reading(path: path)
    connection.busyTimeout(10_000)
    let number = try Self.number(of: server, connection)
    var reconciliation = Reconciliation(
      server: number, files: files,
      time: try ObservedTime(connection, server: number, now: Instant(microseconds: now)))
    try reconciliation.compareQueueLog(connection)
    try reconciliation.compareRecords(connection)
    try reconciliation.compareEvents(connection)
    return reconciliation
  }

  private init(server: Int64, files: Files, time: ObservedTime) {
    self.server = server
    self.files = files
    self.time = time
  }

  /// The number of a server; of the only one when none is named.
  static func number(
    of name: String?, _ connection: borrowing Connection
  ) throws -> Int64 {
    let statement = try connection.prepare("SELECT id, name FROM servers ORDER BY id")
    var servers: [(id: Int64, name: String)] = []
    while try statement.step() {
      servers.append((statement.int(at: 0), statement.text(at: 1) ?? ""))
    }
    let names = servers.map(\.name).joined(separator: ", ")
    if let name {
      guard let found = servers.first(where: { $0.name == name }) else {
        throw ReconciliationError(.usage, "the store has no such server; it has \(names)")
      }
      return found.id
    }
    guard servers.count == 1 else {
      throw ReconciliationError(
        .usage,
        servers.isEmpty
          ? "the store holds no server yet; record or import first"
          : "the store has several servers (\(names)): say with --server whose files these are")
    }
    return servers[0].id
  }

  // MARK: Kind by kind

  private mutating func compareQueueLog(_ connection: borrowing Connection) throws {
    guard !files.queueLogs.isEmpty else { return }
    let reader = try LogReader(.queueLog, files.queueLogs) { QueueLogLine($0)?.time }
    let comparison = try VisitComparison(connection, server: server)
    let agents = try AgentComparison(connection, server: server)
    var visits = LoggedVisits()
    visits.keepsLines = true
    var first: Instant?
    var last = Instant.epoch
    while let bytes = try reader.next() {
      guard let line = QueueLogLine(bytes) else {
        reader.refuse()
        continue
      }
      first = first ?? line.time
      last = max(last, line.time)
      gathered.take(line, time)
      try agents.compare(line, time, &findings)
      for visit in try visits.take(line) {
        gathered.take(visit, time, until: last)
        try comparison.compare(visit, time, until: last, &findings)
      }
    }
    for visit in visits.end() {
      gathered.take(visit, time, until: last)
      try comparison.compare(visit, time, until: last, &findings)
    }
    findings.explain(.moved, visits.moved)
    if let first {
      try comparison.tellRest(from: first, to: last, connection, time, &findings)
    }
    note(reader)
  }

  private mutating func compareRecords(_ connection: borrowing Connection) throws {
    guard !files.cdrs.isEmpty else { return }
    let reader = try LogReader(.cdr, files.cdrs) { CDRRecord($0)?.endedAt }
    let comparison = try CallComparison(connection, server: server)
    var first: Instant?
    var last = Instant.epoch
    while let bytes = try reader.next() {
      guard let record = CDRRecord(bytes) else {
        reader.refuse()
        continue
      }
      first = min(first ?? record.endedAt, record.endedAt)
      last = max(last, record.endedAt)
      if try comparison.compare(record, time, &findings) { gathered.add(record) }
    }
    if let first {
      try comparison.tellRest(from: first, to: last, connection, time, &findings)
    }
    note(reader)
  }

  private mutating func compareEvents(_ connection: borrowing Connection) throws {
    guard !files.cels.isEmpty else { return }
    let reader = try LogReader(.cel, files.cels) { CELRecord($0)?.time }
    let comparison = try EventComparison(connection, server: server)
    while let bytes = try reader.next() {
      guard let event = CELRecord(bytes) else {
        reader.refuse()
        continue
      }
      gathered.take(event, time)
      try comparison.compare(event, time, &findings)
    }
    note(reader)
  }

  /// Says what is wrong with files, by their names.
  private mutating func note(_ reader: LogReader) {
    for (path, flaws) in reader.flaws {
      if flaws.unreadable > 0 {
        findings.flaws.append(
          "\(path): \(flaws.unreadable) records cannot be read and were passed over")
      }
      if flaws.isTorn {
        findings.flaws.append(
          "\(path): its last record breaks off and was passed over; it is still being written, or cut"
        )
      }
      if let damage = flaws.damage {
        findings.flaws.append("\(path): \(damage); what comes before was read")
      }
    }
  }
}
