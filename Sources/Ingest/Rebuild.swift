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

  /// Bytes of the stream after which rows are committed, to bound the memory that SQLite takes.
  static let commitBytes: Int64 = 16 << 20

  private let archive: Archive
  private let replacement: Replacement
  private var progress = Progress()
  private var uncommittedBytes: Int64 = 0
  /// Is told after each block, and may throw to end it all.
  private let report: (Progress) throws -> Void

  private init(
    _ replacement: Replacement, _ report: @escaping (Progress) throws -> Void
  ) throws {
    self.replacement = replacement
    self.report = report
    archive = try Archive(path: replacement.path)
    progress.totalBytes = try replacement.streamBytes()
  }

  /// Makes the tables of the store at `path` anew.
  ///
  /// - Parameters:
  ///   - change: changes the options with which a server's tables were filled last, or with which
  ///     they are to be filled where that is not known.
  ///   - report: is told after each block; what it throws ends the work, and the old file stays.
  /// - Returns: what became of the derived tables.
  /// - Throws: `StoreError`, of which `damaged` names a block that cannot be read; the old file
  ///   stays then.
  public static func run(
    path: String, changing change: (inout Normalizer.Options) -> Void,
    report: @escaping (Progress) throws -> Void
  ) throws -> [Replacement.Change] {
    let replacement = try Replacement(of: path)
    let rebuild = try Rebuild(replacement, report)
    var used: [String: Normalizer.Options] = [:]
    for server in try replacement.servers() {
      var options = try replacement.store.options(ofServer: server.name) ?? Normalizer.Options()
      change(&options)
      used[server.name] = options
      try rebuild.take(server.number, options)
    }
    try replacement.store.begin()
    try Fill.reapply(in: replacement.store)
    try replacement.store.commit()
    let changes = try replacement.changes()
    try rebuild.report(rebuild.progress)
    try replacement.finish(options: used)
    return changes
  }

  // MARK: One server

  /// One server's stream, as it is read again.
  private struct Course: ~Copyable {
    var normalizer: Normalizer
    var ledger: Ledger
    /// The time of the rows made now; it never goes back.
    var now: Int64 = .min
    var position: Store.Position?
    /// Restarts of the server that were seen before the session that is read.
    var restartsBefore = 0
  }

  private func take(_ server: Int64, _ options: Normalizer.Options) throws {
    var course = Course(
      normalizer: Normalizer(server: server, options: options), ledger: Ledger(server: server))
    var before: SessionRow?
    var last: SessionRow?
    for session in try replacement.store.sessions(of: server) {
      let blocks = try archive.blocks(ofSession: session.id)
      guard Self.wasTaken(session, hasBlocks: !blocks.isEmpty) else { continue }
      try take(session, blocks, &course)
      before = last
      last = session
    }
    guard let last else { return }
    let saved = try replacement.oldPosition(of: server)
    if let saved, saved.sessionID == last.id, saved.sessionOffset == course.position?.sessionOffset,
      let ledger = Ledger(server: server, savedIn: saved.state)
    {
      course.ledger = ledger
    } else {
      course.ledger.resume(
        at: course.now, last: last, before: before, gaps: try replacement.store.gaps(of: server),
        hasRestarted: last.endedAt == nil
          && course.normalizer.restarts > course.restartsBefore)
    }
    var position = course.position!
    position.lastAt = course.now
    position.state = course.normalizer.save(with: &course.ledger)
    try replacement.store.set(position, of: server)
  }

  /// Whether the normalizer knew of a session: not of one that is only begun, or was lost with its
  /// journal.
  private static func wasTaken(_ session: SessionRow, hasBlocks: Bool) -> Bool {
    if hasBlocks { return true }
    guard let end = session.endedAt else { return false }
    return session.endReason != "collector-stopped"
      || end != session.loggedInAt ?? session.connectedAt
  }

  private func take(
    _ session: SessionRow, _ blocks: [Int64], _ course: inout Course
  ) throws {
    course.now = max(course.now, session.connectedAt)
    course.ledger.connected(session)
    course.restartsBefore = course.normalizer.restarts
    course.normalizer.sessionBegan(id: session.id)
    // What the frames say of it is found out again.
    var row = session
    row.loggedInAt = nil
    row.banner = nil
    course.position = Store.Position(
      sessionID: session.id, connectedAt: session.connectedAt, sessionOffset: 0,
      lastAt: course.now, state: [])
    var buffer = FrameBuffer()
    for id in blocks { try take(block: id, &buffer, &row, &course) }
    if let end = session.endedAt {
      course.now = max(course.now, end)
      course.normalizer.sessionEnded(at: course.now)
      try drain(&course)
    }
  }

  private func take(
    block id: Int64, _ buffer: inout FrameBuffer, _ row: inout SessionRow, _ course: inout Course
  ) throws {
    let block = try archive.block(id)
    try replacement.store.begin()
    try replacement.copyBlock(id)
    var frame = Frame()
    var start = 0
    for chunk in block.chunks.chunks {
      course.now = max(course.now, chunk.time)
      buffer.append(block.bytes[start..<start + chunk.length])
      start += chunk.length
      while buffer.next(into: &frame) {
        course.ledger.retake(frame, at: course.now, &row)
        if course.normalizer.take(frame, at: course.now) != nil { progress.events += 1 }
        if course.normalizer.eventNameCount > Ingest.eventNamesMax {
          course.normalizer.forgetEventNames()
        }
      }
    }
    try drain(&course)
    course.position?.sessionOffset = block.sessionOffset + Int64(block.bytes.count)
    progress.bytes += Int64(block.bytes.count)
    uncommittedBytes += Int64(block.bytes.count)
    if uncommittedBytes >= Self.commitBytes {
      try replacement.store.commit()
      uncommittedBytes = 0
    }
    try report(progress)
  }

  private func drain(_ course: inout Course) throws {
    try replacement.store.begin()
    var sink = replacement.store!
    try course.normalizer.drain(into: &sink)
  }
}
