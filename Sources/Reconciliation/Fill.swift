import AMI
import Glibc
import SQLite
public import Store

/// Fills times that nobody observed from Asterisk's own files.
///
/// Only what overlaps a row of `gaps` is touched: visits, calls and channels that the store does
/// not have get rows of their own; rows that a gap left open, or ended without knowing how, get the
/// end that the files tell. All of it is marked. The lines used are kept in `log_blocks`, so that
/// `reapply` gives the same rows in a store that was rebuilt from its stream.
///
/// Rows that come from files have ids of their own: server number × 2^40 + 2^39 + a counter; the
/// stream's counters never come near. A queue that only a file names has the CRC-32 of its name in
/// place of the counter, so that its id does not depend on what came before.
public enum Fill {
  /// What a fill did, by table.
  public struct Summary: Sendable, Equatable {
    /// Rows that were added.
    public internal(set) var added: [String: Int] = [:]
    /// Rows that got their end.
    public internal(set) var changed: [String: Int] = [:]

    public init() {}

    /// Whether everything was there already.
    public var isEmpty: Bool { added.isEmpty && changed.isEmpty }

    /// One sentence.
    public var note: String {
      guard !isEmpty else { return "filled: nothing, all that the files tell of gaps is there" }
      func list(_ counts: [String: Int]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      }
      var parts: [String] = []
      if !added.isEmpty { parts.append("added \(list(added))") }
      if !changed.isEmpty { parts.append("ended \(list(changed))") }
      return "filled: " + parts.joined(separator: "; ")
    }
  }

  /// Compares as `Reconciliation.compare` does, then fills.
  ///
  /// - Parameters:
  ///   - zone: the zone of the process, in which the files' local times are read.
  ///   - now: microseconds since 1970.
  /// - Throws: `StoreError` when the store is being written; else as `Reconciliation.compare`.
  public static func run(
    store path: String, server: String?, with files: Reconciliation.Files, zone: String, now: Int64
  ) throws -> (findings: Findings, summary: Summary) {
    // Held while the files are compared, so that nothing changes in between.
    let store = try Store(path: path)
    let result = try Reconciliation.run(path, server, files, now: now)
    let lines = result.gathered
    guard lines.dropped == 0 else {
      throw ReconciliationError(
        .usage,
        "the files tell more than \(GatheredLines.linesMax) lines of gaps; give fewer files at a time"
      )
    }
    try store.begin()
    do {
      let summary = try apply(lines, to: store, server: result.server)
      if !summary.isEmpty {
        try archive(lines, in: store, server: result.server, zone: zone, at: now)
      }
      try store.commit()
      try store.checkpoint()
      return (result.findings, summary)
    } catch {
      store.rollback()
      throw error
    }
  }

  /// Applies all fills again, to a store that holds `gaps`, `log_blocks` and what the stream gives:
  /// the end of a rebuild. The caller begins and commits.
  ///
  /// - Returns: the ids of the blocks of lines that cannot be read back: what they told is missing.
  /// - Throws: `StoreError`.
  public static func reapply(in store: Store) throws -> [Int64] {
    var damaged: [Int64] = []
    for (server, fill) in try store.fills() {
      var lines = GatheredLines()
      var zone = "UTC"
      let found = try store.logBlocks(of: server, fill: fill)
      damaged += found.damaged
      for block in found.blocks {
        zone = block.zone
        guard let kind = LogKind(rawValue: block.kind) else { continue }
        for record in LogReader.records(in: block.bytes, kind) { lines.add(record, kind) }
      }
      try inZone(zone) { _ = try apply(lines, to: store, server: server) }
    }
    return damaged
  }

  private static func apply(
    _ lines: GatheredLines, to store: Store, server: Int64
  ) throws -> Summary {
    // A gap that lasts has no end yet: what is in it then is in it later.
    let time = try ObservedTime(store.connection, server: server, now: .last)
    let writer = FillWriter(store, server: server)
    let records = lines.cdrs.compactMap { CDRRecord($0) }
    let events = lines.cels.compactMap { CELRecord($0) }
    try ChannelFill(writer, time).apply(records, events)
    try RecordFill(writer).apply(records, events)
    try VisitFill(writer, time).apply(lines.queueLog)
    try AgentFill(writer, time).apply(lines.queueLog)
    try OccupationFill(writer, time).apply()
    return writer.summary
  }

  // MARK: Archive

  private static func archive(
    _ lines: GatheredLines, in store: Store, server: Int64, zone: String, at now: Int64
  ) throws {
    let fill = try store.lastFill(of: server) + 1
    func write(_ kind: LogKind, _ records: [(bytes: [UInt8], time: Instant)]) throws {
      var block = LogBlock(
        serverID: server, fill: fill, kind: kind.rawValue, zone: zone, filledAt: now,
        firstAt: .max, lastAt: .min, lines: 0, bytes: [])
      for (number, record) in records.enumerated() {
        block.bytes += record.bytes
        block.bytes.append(0x0A)
        block.lines += 1
        block.firstAt = min(block.firstAt, record.time.microseconds)
        block.lastAt = max(block.lastAt, record.time.microseconds)
        guard block.bytes.count >= LogBlock.sizeTarget || number == records.count - 1 else {
          continue
        }
        try store.write(block)
        (block.bytes, block.lines, block.firstAt, block.lastAt) = ([], 0, .max, .min)
      }
    }
    try write(.queueLog, lines.queueLog.map { ($0.bytes, $0.time) })
    try write(.cdr, lines.cdrs.map { ($0, CDRRecord($0)?.endedAt ?? .epoch) })
    try write(.cel, lines.cels.map { ($0, CELRecord($0)?.time ?? .epoch) })
  }

  /// Runs `body` while the process has this time zone.
  private static func inZone(_ zone: String, _ body: () throws -> Void) rethrows {
    let before = unsafe getenv("TZ").map { unsafe String(cString: $0) }
    unsafe setenv("TZ", zone, 1)
    tzset()
    defer {
      if let before { unsafe setenv("TZ", before, 1) } else { unsafe unsetenv("TZ") }
      tzset()
    }
    try body()
  }
}
