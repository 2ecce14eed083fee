import AMI
public import Normalization
import Reconciliation
public import Store

/// Makes the derived tables of a store anew from its blocks, in a new file that replaces the old
/// one in one step: see `Replacement`.
///
/// The frames of each server go through a normalizer with the times that they had, so the rows are
/// those of an import of the same stream, ids included. Then what was filled from Asterisk's own
/// files is filled again. Sessions, gaps, blocks and whatever else is
/// recorded stay as they are; a collector or an import goes on where the blocks end.
///
/// A block that cannot be read back costs itself: it stays as it is, or as a row that says where it
/// was; a row of `gaps` (`damaged`) says which time it was, and what follows is read as after a new
/// connection.
public final class Rebuild {
  /// How far it is.
  public struct Progress: Sendable, Equatable {
    /// Bytes of the stream that were worked off.
    public var bytes: Int64 = 0
    /// Bytes of the stream in all.
    public var totalBytes: Int64 = 0
    /// Events in the bytes that were worked off.
    public var events: Int64 = 0
  }

  /// What came of it.
  public struct Outcome: Sendable, Equatable {
    /// What became of the derived tables.
    public let changes: [Replacement.Change]
    /// What was recorded and cannot be read any more, each in one sentence.
    public let losses: [String]
    /// The name under which the old file was kept; nil where nothing is lost.
    public let keptFile: String?
  }

  /// Bytes of the stream after which rows are committed, to bound the memory that SQLite takes.
  static let commitBytes: Int64 = 16 << 20

  private let archive: Archive
  private let replacement: Replacement
  private var progress = Progress()
  private var uncommittedBytes: Int64 = 0
  private let retriesSkipped: Bool
  /// Is told after each block, and may throw to end it all.
  private let report: (Progress) throws -> Void

  private init(
    _ replacement: Replacement, _ retriesSkipped: Bool,
    _ report: @escaping (Progress) throws -> Void
  ) throws {
    self.replacement = replacement
    self.retriesSkipped = retriesSkipped
    self.report = report
    archive = try Archive(path: replacement.path)
    progress.totalBytes = replacement.map.bytes
  }

  /// Makes the tables of the store at `path` anew.
  ///
  /// - Parameters:
  ///   - retriesSkipped: whether messages that are noted as skipped are taken in again.
  ///   - change: changes the options with which a server's tables were filled last, or with which
  ///     they are to be filled where that is not known.
  ///   - report: is told after each block; what it throws ends the work, and the old file stays.
  /// - Throws: `StoreError` when the store cannot be opened, or the new one not be written; the old
  ///   file stays then.
  public static func run(
    path: String, retriesSkipped: Bool = false,
    changing change: (inout Normalizer.Options) -> Void,
    report: @escaping (Progress) throws -> Void
  ) throws -> Outcome {
    let replacement = try Replacement(of: path)
    let rebuild = try Rebuild(replacement, retriesSkipped, report)
    var used: [String: Normalizer.Options] = [:]
    for server in try replacement.servers() {
      var options = try replacement.store.options(ofServer: server.name) ?? Normalizer.Options()
      change(&options)
      used[server.name] = options
      try rebuild.take(server.number, options)
    }
    try replacement.copyMisplacedBlocks()
    try replacement.store.begin()
    for id in try Fill.reapply(in: replacement.store) {
      replacement.lose("log_blocks: block \(id) cannot be read back; what it filled is missing")
    }
    try replacement.store.commit()
    let changes = try replacement.changes()
    try rebuild.report(rebuild.progress)
    try replacement.finish(options: used)
    return Outcome(
      changes: changes, losses: replacement.losses, keptFile: replacement.keptFile)
  }

  // MARK: One server

  /// One server's stream, as it is read again.
  private struct Course: ~Copyable {
    var normalizer: Normalizer
    var ledger: Ledger
    /// Rows that name bytes.
    var gaps: DamageGaps
    /// The time of the rows made now; it never goes back.
    var now: Int64 = .min
    var position: Store.Position?
    /// Restarts of the server that were seen before the session that is read.
    var restartsBefore = 0
    /// The session that is read; its login is as far as it was read.
    var session = SessionRow(
      id: 0, serverID: 0, connectedAt: 0, source: "", sourceName: nil, timeSource: "")
    /// When its login was accepted, as is recorded.
    var loggedInAt: Int64?
    var reader = FrameReader()
  }

  private func take(_ server: Int64, _ options: Normalizer.Options) throws {
    let recorded = try replacement.store.gaps(of: server)
    var course = Course(
      normalizer: Normalizer(server: server, options: options), ledger: Ledger(server: server),
      gaps: DamageGaps(server: server, recorded))
    let pieces = Dictionary(
      uniqueKeysWithValues: replacement.map.sessions.map { ($0.id, $0.pieces) })
    var before: SessionRow?
    var last: SessionRow?
    for session in try replacement.store.sessions(of: server) {
      let pieces = pieces[session.id] ?? []
      guard session.endedAt != nil || !pieces.isEmpty else { continue }
      try take(session, pieces, &course)
      before = last
      last = session
    }
    try course.gaps.write(to: replacement.store)
    guard let last else { return }
    let saved = try replacement.oldPosition(of: server)
    if let saved, saved.sessionID == last.id, saved.sessionOffset == course.position?.sessionOffset,
      let ledger = Ledger(server: server, savedIn: saved.state)
    {
      course.ledger = ledger
    } else {
      course.ledger.resume(
        at: course.now, last: last, before: before, gaps: recorded,
        hasRestarted: last.endedAt == nil
          && course.normalizer.restarts > course.restartsBefore)
    }
    var position = course.position!
    position.lastAt = course.now
    position.state = course.normalizer.save(with: &course.ledger)
    try replacement.store.seal([], of: [], position: position, server: server)
  }

  private func take(
    _ session: SessionRow, _ pieces: [ArchiveMap.Piece], _ course: inout Course
  ) throws {
    course.now = session.connectedAt
    course.ledger.begin(session)
    course.restartsBefore = course.normalizer.restarts
    course.normalizer.sessionBegan(id: session.id, at: course.now)
    course.session = session
    // What the frames say of it is found out again.
    course.loggedInAt = session.loggedInAt
    course.session.loggedInAt = nil
    course.session.banner = nil
    course.position = Store.Position(
      sessionID: session.id, connectedAt: session.connectedAt, sessionOffset: 0,
      lastAt: course.now, state: [])
    course.reader = FrameReader()
    for piece in pieces {
      switch piece {
      case .block(let place): try take(place, &course)
      case .hole(let hole): try take(hole, in: pieces, &course)
      }
    }
    for step in try replacement.store.clockSteps(ofSession: session.id) {
      course.normalizer.clockStepped(byMs: step)
    }
    if let end = session.endedAt {
      course.now = max(course.now, end)
      course.normalizer.sessionEnded(at: course.now)
      try drain(&course)
    }
  }

  // MARK: Blocks

  private func take(_ place: ArchiveMap.Place, _ course: inout Course) throws {
    try replacement.store.begin()
    let isCopied = try replacement.copyBlock(place.id)
    do {
      try take(try archive.block(place.id), &course)
    } catch let error as StoreError where error.code == .damaged {
      if !isCopied {
        try replacement.addLostBlock(
          place.id, ofSession: place.sessionID, bytes: place.bytes, firstAt: place.firstAt,
          lastAt: place.lastAt, frames: place.frames)
      }
      try pass(place.bytes, from: place.firstAt, to: place.lastAt, &course)
    }
    progress.bytes += place.size
    uncommittedBytes += place.size
    if uncommittedBytes >= Self.commitBytes {
      try replacement.store.commit()
      uncommittedBytes = 0
    }
    try report(progress)
  }

  private func take(_ block: Archive.StoredBlock, _ course: inout Course) throws {
    var census = BlockCensus()
    var hasRetried = false
    var start = 0
    for chunk in block.chunks.chunks {
      course.now = max(course.now, chunk.time)
      course.reader.append(block.bytes[start..<start + chunk.length])
      start += chunk.length
      while course.reader.next() {
        let offset = course.reader.range.lowerBound
        let isSkipped = course.gaps.skips(offset, of: block.sessionID)
        var isRead = !isSkipped || retriesSkipped
        if isRead {
          course.ledger.retake(course.reader.frame, at: course.now, &course.session)
          isRead = course.ledger.admits(course.reader.frame, of: course.session)
        }
        census.count(course.reader.frame, isRead: isRead)
        guard isRead else { continue }
        if course.normalizer.take(course.reader.frame, at: course.now) != nil {
          progress.events += 1
        }
        if course.normalizer.eventNameCount > Ingest.eventNamesMax {
          course.normalizer.forgetEventNames()
        }
        if isSkipped {
          course.gaps.resolve(offset, of: block.sessionID)
          hasRetried = true
        }
      }
    }
    if hasRetried {
      try replacement.store.set(eventNames: census.eventNames, ofBlock: block.id)
    }
    try drain(&course)
    course.position?.sessionOffset = block.sessionOffset + Int64(block.bytes.count)
  }

  // MARK: Damage

  private func take(
    _ hole: ArchiveMap.Hole, in pieces: [ArchiveMap.Piece], _ course: inout Course
  ) throws {
    // Bytes that never were in a block are told by a gap of their own.
    guard !course.gaps.tell(hole.bytes, of: course.session.id) else {
      course.reader = FrameReader(at: hole.bytes.upperBound)
      return
    }
    try replacement.store.begin()
    let known = pieces.reduce(Int64(0)) {
      if case .block(let place) = $1 { $0 &+ place.frames } else { $0 }
    }
    let isFirst = pieces.first { if case .hole = $0 { true } else { false } } == .hole(hole)
    try replacement.addLostBlock(
      replacement.lostBlockID(after: hole.after ?? course.session.serverID << 40),
      ofSession: course.session.id, bytes: hole.bytes, firstAt: hole.since, lastAt: hole.until,
      frames: isFirst ? max(0, course.session.frames &- known) : 0)
    try pass(hole.bytes, from: hole.since, to: hole.until, &course)
  }

  /// Bytes cannot be read back: what follows is as after a new connection.
  private func pass(
    _ bytes: Range<Int64>, from start: Int64, to end: Int64, _ course: inout Course
  ) throws {
    let latest = max(course.session.endedAt ?? .max, course.now)
    let since = min(max(start, course.now), latest)
    let until = min(max(end, since), latest)
    course.gaps.note(bytes, of: course.session.id, from: since, to: until)
    replacement.lose(
      "session \(course.session.id): bytes \(bytes.lowerBound) to \(bytes.upperBound) cannot be read "
        + "back; gaps says which time that was")
    course.normalizer.sessionEnded(at: since)
    course.now = until
    course.normalizer.sessionBegan(id: course.session.id, at: course.now)
    course.ledger.assumeLogin(course.loggedInAt, &course.session)
    course.reader = FrameReader(at: bytes.upperBound)
    course.position?.sessionOffset = bytes.upperBound
    try drain(&course)
  }

  private func drain(_ course: inout Course) throws {
    try replacement.store.begin()
    var sink = replacement.store!
    try course.normalizer.drain(into: &sink)
  }
}
