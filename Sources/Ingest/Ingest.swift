import AMI
public import Journal
public import Normalization
public import Store

/// Takes the stream of one server into a store: bytes become blocks, frames become rows, and both
/// are committed with the position reached. Live recording and import both go through here, so the
/// same bytes give the same rows whichever way they came. For one thread.
///
/// A process that stops at any moment loses nothing that is still in the journal or the capture:
/// the next one goes on behind the last committed block, with the normalizer's state as it was
/// there, and writes the rows that came after it once more, unchanged.
public final class Ingest {
  /// The number of the server in the store.
  public let server: Int64
  public private(set) var progress = Progress()
  /// Of what there has been more than is held, since this object was made: see `Ceilings`.
  public var reachedCeilings: Set<Ceilings.Kind> { normalizer.reachedCeilings }
  /// The latest time seen in the stream, in microseconds since 1970.
  public var now: Int64 { clock.now }
  /// The mark of the record up to which everything is committed; nil while that is nothing.
  public var committedMark: Int64? { archive.storedMark }
  /// Whether everything that was taken in is in blocks that are written: after `finish`.
  public var isStored: Bool { session == nil && archive.isEmpty }

  private let store: Store
  private var rowSink: Store
  private let source: Source
  private let targets: Block.Targets
  private var normalizer: Normalizer
  private var ledger: Ledger
  private var frames = FrameReader()
  private var clock = StreamClock()
  private var session: OpenSession?
  private var archive: ArchiveWriter
  /// Where an earlier process stopped, until that session is reached.
  private var resumption: Store.Position?
  private var writtenFacts = Normalizer.ServerFacts()
  private var mark: Int64 = 0
  /// Whether a session of this source was seen.
  private var hasBegun = false
  /// Where bytes are missing before those that come next.
  private var hole: Ledger.Hole?
  /// Frames of the session that are noted as skipped, by their places in the stream.
  private var skipped: Set<Int64> = []
  /// What the last position was for.
  private var positioned = (bytes: Int64(0), at: Int64(0))

  /// When more names of events than this have numbers, they are given out anew with the next block.
  static let eventNamesMax = 10_000

  /// Goes on with a server's stream where the store's holdings of it end.
  ///
  /// - Parameter holds: whether the source has the connection that was made at this time. Where it
  ///   has not the one that the store's holdings end in, all that it has comes after that.
  /// - Throws: `StoreError`; `IngestError` when the state in the store cannot be read.
  public init(
    store: Store, server name: String, source: Source, options: Normalizer.Options = .init(),
    targets: Block.Targets = .init(), holds: (_ connectedAt: Int64) throws -> Bool = { _ in true }
  ) throws {
    self.store = store
    self.source = source
    self.targets = targets
    rowSink = store
    try store.begin()
    server = try store.server(named: name)
    try store.set(options, ofServer: name)
    archive = try ArchiveWriter(store, server: server)
    var ledger = Ledger(server: server)
    resumption = try store.position(of: server)
    normalizer = try Normalizer(
      server: server, options: options, after: resumption, with: &ledger, of: store)
    self.ledger = ledger
    if let position = resumption, try !holds(position.connectedAt) {
      try giveUp(position)
      resumption = nil
    }
  }

  // MARK: Records

  /// Takes in one record of a journal or capture; `bytes` holds the bytes of a record of bytes.
  ///
  /// - Parameter mark: where the record stands in its source, such as the number of its segment;
  ///   never less than before. `committedMark` says later how much of the source is not needed any
  ///   more.
  /// - Throws: `StoreError`; `IngestError` for a recording of a time that the store holds.
  public func take(_ record: Capture.Record, _ bytes: [UInt8], mark: Int64 = 0) throws {
    self.mark = mark
    try store.begin()
    switch record {
    case .connect(let time): try connect(at: time)
    case .resume(let connectedAt, let offset): try goOn(connectedAt: connectedAt, from: offset)
    case .bytes(let time?): try take(bytes, at: time)
    case .bytes(nil): try takeUnindexed(bytes)
    case .disconnect(let time): try disconnect(at: time)
    case .step(let time, let step): try stepClock(by: step, at: time)
    case .restart:
      // Whoever wrote it is gone; what it noted last is all that was observed.
      if session != nil { try end(at: clock.now, reason: "collector-stopped", isClosed: true) }
    }
  }

  private func connect(at time: Int64) throws {
    if session != nil {
      // A recorder that lives notes the end of each connection.
      let reason = source == .live ? "collector-stopped" : "connection-lost"
      try end(at: clock.now, reason: reason, isClosed: true)
    }
    frames = FrameReader()
    let known = try store.session(of: server, connectedAt: time)
    defer { hasBegun = true }
    if let known, let resumption, known.id == resumption.sessionID {
      // From here on the source has what comes after the position.
      self.resumption = nil
      return known.endedAt == nil ? try goOn(known, resumption) : passOver(known)
    }
    if let known, known.id <= resumption?.sessionID ?? ledger.lastSessionID {
      return passOver(known)
    }
    // A later session of a source may begin, by the clock, before the one before it ended.
    if source != .live, !hasBegun, known == nil, try store.holds(time, of: server) {
      throw IngestError.older
    }
    try begin(at: time, id: known?.id ?? store.nextSessionID(of: server))
  }

  private func passOver(_ row: SessionRow) {
    progress.knownSessions += 1
    session = OpenSession(row, isKnown: true, targets: targets)
  }

  /// An earlier process stopped within this session.
  private func goOn(_ row: SessionRow, _ position: Store.Position) throws {
    var row = row
    // Of what is noted ahead of the blocks, the login may come again.
    if !ledger.isLoggedIn { row.loggedInAt = nil }
    clock.resume(at: position.lastAt, ahead: ledger.clockAhead)
    frames = FrameReader(at: position.sessionOffset)
    skipped = try store.skippedFrames(ofSession: row.id)
    session = OpenSession(row, isKnown: false, targets: targets)
  }

  /// The session that an earlier process stopped within does not come again: its journal is gone,
  /// or lost its end with the power. Nothing was observed since its last bytes.
  private func giveUp(_ position: Store.Position) throws {
    guard let row = try store.session(of: server, connectedAt: position.connectedAt),
      row.endedAt == nil
    else { return }
    try goOn(row, position)
    try end(at: clock.now, reason: "collector-stopped", isClosed: false)
  }

  private func begin(at time: Int64, id: Int64) throws {
    if let resumption { try giveUp(resumption) }
    // What ended must be stored. A rebuild sees lost sessions between the others; so does this.
    try archive.write(waiting: true)
    for lost in try store.endLostSessions(of: server, before: id) {
      normalizer.sessionBegan(id: lost.id, at: lost.connectedAt)
      normalizer.sessionEnded(at: lost.endedAt!)
    }
    resumption = nil
    clock.begin(at: time)
    positioned.at = clock.now
    var row = SessionRow(
      id: id, serverID: server, connectedAt: time, source: "live", sourceName: nil,
      timeSource: clock.source.rawValue)
    if case .capture(let name, _) = source {
      row.source = "import"
      row.sourceName = name
    }
    try ledger.connected(row, in: store)
    normalizer.sessionBegan(id: row.id, at: clock.now)
    try store.write(&row)
    skipped = try store.skippedFrames(ofSession: id)
    session = OpenSession(row, isKnown: false, targets: targets)
    progress.sessions += 1
  }

  /// A segment goes on with a session that began in another.
  private func goOn(connectedAt: Int64, from offset: Int64) throws {
    if session?.row.connectedAt != connectedAt { try connect(at: connectedAt) }
    if !session!.isKnown, offset > session!.end { try passHole(to: offset) }
    session!.go(to: offset)
  }

  /// The bytes up to an offset are gone with the file that held them: what came before them is made
  /// a block of.
  private func passHole(to offset: Int64) throws {
    hole = Ledger.Hole(bytes: session!.end..<offset, since: clock.now)
    if frames.finish() {
      progress.cutFrames += 1
      session!.countUnfinished()
    }
    if session!.hasPending { try seal(upTo: session!.end) }
    frames = FrameReader(at: offset)
  }

  private func endHole() throws {
    guard let gone = hole else { return }
    try ledger.bytesMissing(gone, until: clock.now, session: session!.row.id, in: store)
    hole = nil
  }

  // MARK: Bytes

  private func take(_ bytes: [UInt8], at time: Int64) throws {
    if session == nil { try connect(at: time) }
    let fresh = session!.fresh(of: bytes)
    guard !session!.isKnown else {
      progress.missingBytes += Int64(fresh.count)
      return
    }
    guard !fresh.isEmpty else { return }
    clock.advance(to: time)
    try note(clock.takeStep())
    try endHole()
    progress.bytes += Int64(fresh.count)
    session!.append(fresh, at: clock.now)
    frames.append(fresh)
    while frames.next() { try process() }
  }

  private func takeUnindexed(_ bytes: [UInt8]) throws {
    if session == nil {
      if case .capture(_, let date) = source { clock.begin(from: bytes, fileDate: date) }
      try connect(at: clock.now)
    }
    let fresh = session!.fresh(of: bytes)
    guard !session!.isKnown else {
      progress.missingBytes += Int64(fresh.count)
      return
    }
    progress.bytes += Int64(fresh.count)
    session!.append(fresh)
    frames.append(fresh)
    while frames.next() {
      if frames.frame.kind == .banner, frames.range.lowerBound > 0 {
        return try beginAnotherUnindexed()
      }
      clock.read(frames.frame)
      try note(clock.takeStep())
      session!.chart(upTo: frames.range.upperBound, at: clock.now)
      try process()
    }
  }

  /// Without an index a second banner is the only sign of a second connection.
  private func beginAnotherUnindexed() throws {
    let rest = session!.giveBack(
      Int(session!.end - frames.range.upperBound) + frames.frame.bytes.count)
    progress.bytes -= Int64(rest.count)
    try end(at: clock.now, reason: "connection-lost", isClosed: true)
    // When it began is the first time that it carries; two sessions cannot begin at one time.
    let carried = clock.source == .carried ? StreamClock.firstTime(in: rest) : nil
    try connect(at: carried.map { max($0, clock.now + 1) } ?? clock.now + 1)
    try takeUnindexed(rest)
  }

  // MARK: Clock

  private func stepClock(by step: Int64, at time: Int64) throws {
    guard session?.isKnown == false, session!.isFresh else { return }
    clock.advance(to: time)
    try note(step)
  }

  private func note(_ step: Int64?) throws {
    guard let step else { return }
    normalizer.clockStepped(byMs: step / 1_000)
    try ledger.clockStepped(by: step, at: clock.now, session: session!.row.id, in: store)
  }

  private func process() throws {
    progress.frames += 1
    let isDamaged = frames.frame.damage != .none
    if isDamaged { progress.cutFrames += 1 }
    let place = FrameMark.Place(session: session!.row.id, offset: frames.range.lowerBound)
    var event: Int?
    if skipped.contains(place.offset) || store.mark?.condemns(place) == true {
      progress.skippedFrames += 1
      try ledger.skipped(frames.range, at: clock.now, session: place.session, in: store)
    } else {
      store.mark?.enter(place)
      event = try normalize(frames.frame)
      store.mark?.leave()
    }
    session!.count(event: event, isDamaged: isDamaged)
    if session!.isDue(after: frames, time: clock.now) { try seal(upTo: frames.range.upperBound) }
  }

  /// Gives a frame to the ledger, and to the normalizer if it counts.
  private func normalize(_ frame: borrowing Frame) throws -> Int? {
    Trap.spring(at: frame)
    try ledger.take(frame, at: clock.now, &session!.row, in: store)
    guard ledger.admits(frame, of: session!.row) else { return nil }
    let restarts = normalizer.restarts
    let event = normalizer.take(frame, at: clock.now)
    if event != nil { progress.events += 1 }
    if normalizer.restarts != restarts { try ledger.serverRestarted(in: store) }
    return event
  }

  // MARK: Ends

  private func disconnect(at time: Int64) throws {
    if session != nil { return try end(at: time, reason: "connection-lost", isClosed: true) }
    if resumption == nil { try ledger.attemptFailed(at: time, in: store) }
  }

  /// Ends the session that is open. `isClosed` says whether its connection was closed, or merely
  /// nobody recorded it any longer.
  private func end(at time: Int64, reason: String, isClosed: Bool) throws {
    defer { session = nil }
    guard !session!.isKnown else { return }
    clock.advance(to: time)
    try note(clock.takeStep())
    try endHole()
    let isIndexed = clock.source == .received
    if frames.finish() {
      progress.cutFrames += 1
      progress.endsWithinFrame = !isClosed
      session!.countUnfinished()
      if isClosed || !isIndexed { try ledger.endedInFrame(at: clock.now, session!.row, in: store) }
    }
    if !isIndexed { session!.chart(upTo: session!.end, at: clock.now) }
    normalizer.sessionEnded(at: clock.now)
    let why = normalizer.isShuttingDown ? "shutdown" : reason
    try ledger.ended(&session!.row, at: clock.now, reason: why, in: store)
    try seal(upTo: session!.end)
  }

  /// The source has no more: ends the session that is open, if its end was not recorded, and
  /// commits all.
  ///
  /// - Parameter reason: `recording-ended` or `collector-stopped`.
  public func finish(reason: String) throws {
    try store.begin()
    if session != nil { try end(at: clock.now, reason: reason, isClosed: false) }
    try commit(waiting: true)
    precondition(isStored, "something that was taken in is in no block")
  }

  /// A recording is damaged: what it held between what was read last and `time` is missing. To be
  /// said before `finish`.
  public func noteCut(until time: Int64?) throws {
    guard let session, !session.isKnown else { return }
    try store.begin()
    try ledger.recordingCut(
      from: clock.now, to: time ?? clock.now, session: session.row.id, in: store)
  }

  // MARK: Blocks and commits

  /// Makes a block of the bytes up to the stream's offset `end`, or notes the session's end where
  /// none are left.
  private func seal(upTo end: Int64) throws {
    try drain()
    let block = session!.seal(upTo: end) { normalizer.eventName($0) }
    if block != nil, normalizer.eventNameCount > Self.eventNamesMax {
      normalizer.forgetEventNames()
      session!.forgetEventNames()
    }
    try archive.add(
      block, row: session!.row, position: isPositionDue ? position() : nil, mark: mark)
  }

  private var isPositionDue: Bool {
    session!.row.endedAt != nil || progress.bytes - positioned.bytes >= targets.positionBytes
      || clock.now - positioned.at >= targets.time
  }

  private func position() -> Store.Position {
    positioned = (progress.bytes, clock.now)
    ledger.clockAhead = clock.ahead
    return Store.Position(
      sessionID: session!.row.id, connectedAt: session!.row.connectedAt,
      sessionOffset: session!.row.bytes, lastAt: clock.now, state: normalizer.save(with: &ledger))
  }

  private func drain() throws {
    try normalizer.drain(into: &rowSink)
    guard normalizer.facts != writtenFacts else { return }
    writtenFacts = normalizer.facts
    try store.update(server: server, writtenFacts)
  }

  /// Writes what changed and commits it. Blocks that are still being compressed follow with a later
  /// commit, unless they are waited for.
  public func commit(waiting: Bool = false) throws {
    try store.begin()
    try drain()
    try archive.write(waiting: waiting)
    if let row = session?.row { try ledger.writeLogin(of: row, in: store) }
    try store.commit()
  }
}
