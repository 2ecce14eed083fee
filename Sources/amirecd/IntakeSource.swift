import Ingest
import Journal
import Logging
import Normalization
import Store
import Synchronization

/// One journal on its way into the store. Only for the intake's thread.
final class IntakeSource {
  /// Bytes that are read before others have their turn.
  static let turnBytes = 1 << 20

  private(set) var source: Intake.Source
  private(set) var ingest: Ingest
  /// Whether all that the journal holds was read, and nobody writes it any more.
  private(set) var isAtEnd = false
  /// Whether nobody writes the journal any more.
  var isEnded: Bool { end != nil }

  private var reader: JournalReader
  /// The last segment, once there is no writer any more.
  private var end: Int64?
  private var isDirty = false
  private var seen = -1
  private var hasMore = true
  private var removedBefore: Int64 = 0
  private var reportedCut: String?
  private var reportedCeilings: Set<Ceilings.Kind> = []
  private var reportedSkips: Int64 = 0
  private var buffer: [UInt8] = []

  /// Goes on where the store's holdings of the server end. Throws as `Ingest` does.
  init(
    _ source: Intake.Source, store: Store, options: Normalizer.Options, targets: Block.Targets
  ) throws {
    self.source = source
    var options = options
    options.trunks = try source.trunks ?? store.options(ofServer: source.name)?.trunks ?? []
    let reader = JournalReader(folder: source.folder)
    ingest = try Ingest(
      store: store, server: source.name, source: .live, options: options, targets: targets
    ) {
      try reader.holds(connection: $0)
    }
    self.reader = reader
  }

  /// The journal has a new writer, which began a new segment.
  func goOn(_ source: Intake.Source) {
    self.source = source
    reader = JournalReader(folder: source.folder, from: reader.position)
    end = nil
    isAtEnd = false
    hasMore = true
    seen = -1
  }

  /// Nobody writes the journal any more; it ends with a segment.
  func end(after segment: Int64) throws {
    end = segment
    hasMore = true
    try reader.finish(after: segment)
  }

  /// Takes in what is there, up to the bytes of a turn. Returns how many bytes that were.
  func turn(log: Logger) throws -> Int {
    let count = source.inlet?.count.load(ordering: .acquiring) ?? seen
    guard hasMore || count != seen else { return 0 }
    var bytes = 0
    while bytes < Self.turnBytes {
      guard let record = try reader.next(into: &buffer) else {
        seen = count
        hasMore = false
        isAtEnd = end != nil
        break
      }
      bytes += max(1, buffer.count)
      isDirty = true
      try ingest.take(record, buffer, mark: reader.position.segment)
    }
    if bytes >= Self.turnBytes { hasMore = true }
    if let reason = reader.cutReason, reason != reportedCut {
      reportedCut = reason
      log.warning("the journal of \(source.name) is damaged: \(reason)")
    }
    reportCeilings(log)
    let skips = ingest.progress.skippedFrames
    if skips > reportedSkips {
      reportedSkips = skips
      log.error(
        """
        a message of \(source.name) ended this program twice: it is in the archive and in no table \
        (gaps, reason skipped); with a later version, amirec rebuild --retry-skipped reads it
        """)
    }
    return bytes
  }

  private func reportCeilings(_ log: Logger) {
    let new = ingest.reachedCeilings.subtracting(reportedCeilings)
    guard !new.isEmpty else { return }
    reportedCeilings.formUnion(new)
    let words = new.map(\.rawValue).sorted().joined(separator: ", ")
    log.warning(
      """
      \(source.name) tells of more than is held at a time: \(words); the oldest are closed, \
      see the table limits
      """)
  }

  /// Commits what was taken in; if nothing was, only when asked for `everything`, as blocks that
  /// were compressed meanwhile may wait.
  func commit(everything: Bool) throws {
    guard isDirty || everything else { return }
    try ingest.commit()
    isDirty = false
    source.progress.note(stored: reader.position)
  }

  /// All was read: ends what is open and commits all.
  func finish() throws {
    try ingest.finish(reason: "collector-stopped")
    source.progress.note(stored: reader.position)
  }

  /// Whether segments that are not needed any more may be there to be removed.
  var hasStoredSegments: Bool { (ingest.committedMark ?? 0) > removedBefore }

  /// Removes the segments that the store holds, once that is on disk.
  func removeStoredSegments() throws {
    guard let mark = ingest.committedMark else { return }
    try Segment.removeAll(in: source.folder, before: JournalPosition(segment: mark))
    removedBefore = mark
  }

  /// Removes all segments that were read: nobody writes the journal any more, and the store holds
  /// it on disk. One that a new writer has begun meanwhile stays.
  func removeAllSegments() throws {
    let next = JournalPosition(segment: reader.position.segment + 1)
    try Segment.removeAll(in: source.folder, before: next)
  }
}
