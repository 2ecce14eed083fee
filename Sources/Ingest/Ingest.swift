import AMI
public import Journal
public import Normalization
public import Store

/// Takes the stream of one server into a store: bytes become blocks, frames become rows, and both
/// are committed with the position reached. Live recording and import both go through here, so the
/// same bytes give the same rows whichever way they came.
///
/// Not for several threads: one owner calls `take`, `commit` and `finish`.
///
/// A process that stops at any moment loses nothing that is still in the journal or the capture:
/// the next one goes on behind the last committed block, with the normalizer's state as it was
/// there, and writes the rows that came after it once more, unchanged.
public final class Ingest {
  /// Where a stream comes from.
  public enum Source: Sendable, Equatable {
    /// A journal that is being written.
    case live
    /// A recording; `fileDate` (microseconds since 1970) stands for the time where nothing else
    /// tells it.
    case capture(name: String, fileDate: Int64)
  }

  /// What has been taken in by this object.
  public struct Progress: Sendable, Equatable {
    /// Bytes that were new to the store.
    public var bytes: Int64 = 0
    /// Frames in these bytes.
    public var frames: Int64 = 0
    /// Events among them.
    public var events: Int64 = 0
    /// Sessions that were new to the store.
    public var sessions: Int64 = 0
    /// Sessions that the store had already.
    public var knownSessions: Int64 = 0
    /// Bytes of these that the store does not hold: what was taken in before was cut.
    public var missingBytes: Int64 = 0
    /// Frames that ended before their end.
    public var cutFrames: Int64 = 0
    /// Whether the last session ended within a frame, though nobody said that its connection was
    /// closed.
    public var endsWithinFrame = false
  }

  /// The number of the server in the store.
  public let server: Int64
  public private(set) var progress = Progress()
  /// Of what there has been more than is held, since this object was made: see `Ceilings`.
  public var reachedCeilings: Set<Ceilings.Kind> { normalizer.reachedCeilings }
  /// The latest time seen in the stream, in microseconds since 1970.
  public var now: Int64 { clock.now }
  /// The mark of the record up to which everything is committed; nil while that is nothing.
  public private(set) var committedMark: Int64?

  private let store: Store
  private var rowSink: Store
  private let source: Source
  private var normalizer: Normalizer
  private var ledger: Ledger
  private var buffer = FrameBuffer()
  /// The stream's offset of the buffer's first byte.
  private var bufferStart: Int64 = 0
  private var frame = Frame()
  private var clock = StreamClock()
  private var session: OpenSession?
  private let compressor = BlockCompressor()
  private var nextBlockID: Int64
  /// Where an earlier process stopped, until that session is reached.
  private var resumption: Store.Position?
  private var writtenFacts = Normalizer.ServerFacts()
  private var mark: Int64 = 0
  /// The session whose login is in the store.
  private var notedLogin: Int64 = 0
  /// Blocks that are compressed, and wait for one behind which a restart can go on.
  private var held: [BlockCompressor.Finished] = []
  /// What the last position was for.
  private var positioned = (bytes: Int64(0), at: Int64(0))

  /// When more names of events than this have numbers, they are given out anew with the next block.
  static let eventNamesMax = 10_000
  /// The normalizer's state is saved after this many bytes of the stream, or `Block.timeTarget`.
  static let positionBytes: Int64 = 4 << 20

  /// Goes on with a server's stream where the store's holdings of it end.
  ///
  /// - Throws: `StoreError`; `IngestError` when the state that the store was left in cannot be
  ///   read.
  public init(
    store: Store, server name: String, source: Source, options: Normalizer.Options = .init()
  ) throws {
    self.store = store
    self.source = source
    rowSink = store
    try store.begin()
    server = try store.server(named: name)
    try store.set(options, ofServer: name)
    nextBlockID = try store.nextBlockID(of: server)
    var ledger = Ledger(server: server)
    resumption = try store.position(of: server)
    if let resumption {
      guard
        let restored = Normalizer(
          server: server, options: options, restoring: resumption.state, with: &ledger)
      else { throw IngestError.stateUnreadable(store.path) }
      normalizer = restored
    } else {
      normalizer = Normalizer(server: server, options: options)
    }
    self.ledger = ledger
  }

  // MARK: Records

  /// Takes in one record of a journal or capture; `bytes` holds the bytes of a record of bytes.
  ///
  /// - Parameter mark: where the record stands in its source, such as the number of its segment;
  ///   never less than before. `committedMark` says later how much of the source is not needed any
  ///   more.
  /// - Throws: `StoreError`; `IngestError` for a recording that is older than what the store holds.
  public func take(_ record: Capture.Record, _ bytes: [UInt8], mark: Int64 = 0) throws {
    self.mark = mark
    try store.begin()
    switch record {
    case .connect(let time): try connect(at: time)
    case .resume(let connectedAt, let offset): try goOn(connectedAt: connectedAt, from: offset)
    case .bytes(let time?): try take(bytes, at: time)
    case .bytes(nil): try takeUnindexed(bytes)
    case .disconnect(let time): try disconnect(at: time)
    }
  }

  private func connect(at time: Int64) throws {
    if session != nil {
      // A recorder that lives notes the end of each connection.
      let reason = source == .live ? "collector-stopped" : "connection-lost"
      try end(at: clock.now, reason: reason, isClosed: true)
    }
    buffer = FrameBuffer()
    bufferStart = 0
    let known = try store.session(of: server, connectedAt: time)
    if let known, let resumption, known.id == resumption.sessionID {
      // From here on the source has what comes behind the position.
      self.resumption = nil
      return known.endedAt == nil ? goOn(known, resumption) : passOver(known)
    }
    if let known, known.id <= resumption?.sessionID ?? ledger.lastSessionID {
      return passOver(known)
    }
    if source != .live, time < max(ledger.lastAt, resumption?.lastAt ?? .min) {
      throw IngestError.older
    }
    try begin(at: time, id: known?.id ?? store.nextSessionID(of: server))
  }

  private func passOver(_ row: SessionRow) {
    progress.knownSessions += 1
    session = OpenSession(row, isKnown: true)
  }

  /// An earlier process stopped within this session.
  private func goOn(_ row: SessionRow, _ position: Store.Position) {
    clock.advance(to: position.lastAt)
    bufferStart = position.sessionOffset
    session = OpenSession(row, isKnown: false)
  }

  /// The session that an earlier process stopped within does not come again: its journal is gone,
  /// or lost its end with the power. Nothing was observed since its last bytes.
  private func giveUp(_ position: Store.Position) throws {
    guard var row = try store.session(of: server, connectedAt: position.connectedAt),
      row.endedAt == nil
    else { return }
    clock.advance(to: position.lastAt)
    normalizer.sessionEnded(at: position.lastAt)
    try ledger.ended(&row, at: position.lastAt, reason: "collector-stopped", in: store)
    try store.write(&row)
  }

  private func begin(at time: Int64, id: Int64) throws {
    if let resumption {
      try giveUp(resumption)
      clock.advance(to: resumption.lastAt)
    }
    // A rebuild sees them between the others, and so must this.
    for lost in try store.endLostSessions(of: server, before: id) {
      normalizer.sessionBegan(id: lost.id)
      normalizer.sessionEnded(at: lost.endedAt!)
    }
    resumption = nil
    clock.advance(to: time)
    var row = SessionRow(
      id: id, serverID: server, connectedAt: time, source: "live", sourceName: nil,
      timeSource: clock.source.rawValue)
    if case .capture(let name, _) = source {
      row.source = "import"
      row.sourceName = name
    }
    ledger.connected(row)
    normalizer.sessionBegan(id: row.id)
    try store.write(&row)
    session = OpenSession(row, isKnown: false)
    progress.sessions += 1
  }

  /// A segment goes on with a session that began in another.
  private func goOn(connectedAt: Int64, from offset: Int64) throws {
    if session?.row.connectedAt != connectedAt { try connect(at: connectedAt) }
    let known = session!.row.bytes
    session!.go(to: offset)
    // Only where bytes are missing does the buffer begin elsewhere: a segment that goes on where
    // the last one ended changes nothing.
    if session!.row.bytes > known { bufferStart = session!.row.bytes - Int64(buffer.offset) }
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
    progress.bytes += Int64(fresh.count)
    session!.append(fresh, at: time)
    buffer.append(fresh)
    while buffer.next(into: &frame) { try process() }
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
    buffer.append(fresh)
    while buffer.next(into: &frame) {
      if frame.kind == .banner, frameEnd > Int64(frame.bytes.count) {
        return try beginAnotherUnindexed()
      }
      clock.read(frame)
      session!.chart(upTo: frameEnd, at: clock.now)
      try process()
    }
  }

  /// Without an index a second banner is the only sign of a second connection.
  private func beginAnotherUnindexed() throws {
    let rest = session!.giveBack(Int(session!.end - frameEnd) + frame.bytes.count)
    progress.bytes -= Int64(rest.count)
    try end(at: clock.now, reason: "connection-lost", isClosed: true)
    // Two sessions cannot begin at one time; the real one is not known.
    clock.advance(to: clock.now + 1)
    try connect(at: clock.now)
    try takeUnindexed(rest)
  }

  /// The stream's offset behind the frame that was read last.
  private var frameEnd: Int64 { bufferStart + Int64(buffer.offset) }

  private func process() throws {
    progress.frames += 1
    if frame.damage != .none { progress.cutFrames += 1 }
    try ledger.take(frame, at: clock.now, &session!.row, in: store)
    let restarts = normalizer.restarts
    let event = normalizer.take(frame, at: clock.now)
    if event != nil { progress.events += 1 }
    if normalizer.restarts != restarts { try ledger.serverRestarted(in: store) }
    session!.count(event: event, isDamaged: frame.damage != .none)
    // The rest of a message that was too long belongs to its block: nobody could go on within it.
    if !buffer.isWithinOverlong, session!.isDue(at: frameEnd, time: clock.now) {
      try seal(upTo: frameEnd)
    }
  }

  // MARK: Ends

  private func disconnect(at time: Int64) throws {
    if session != nil { return try end(at: time, reason: "connection-lost", isClosed: true) }
    if resumption == nil, time > ledger.lastAt { try ledger.attemptFailed(at: time, in: store) }
  }

  /// Ends the session that is open. `isClosed` says whether its connection was closed, or merely
  /// nobody recorded it any longer.
  private func end(at time: Int64, reason: String, isClosed: Bool) throws {
    defer { session = nil }
    guard !session!.isKnown else { return }
    clock.advance(to: time)
    let isIndexed = clock.source == .received
    if buffer.finish(into: &frame) {
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

  private func seal(upTo end: Int64) throws {
    try drain()
    if var block = session!.seal(upTo: end, eventName: { normalizer.eventName($0) }) {
      if normalizer.eventNameCount > Self.eventNamesMax {
        normalizer.forgetEventNames()
        session!.forgetEventNames()
      }
      block.id = nextBlockID
      nextBlockID += 1
      let position = isPositionDue ? position() : nil
      try write(compressor.add(block, row: session!.row, position: position, mark: mark))
    } else {
      try write(compressor.drain(waiting: true))
      try store.write(&session!.row)
      try store.set(position(), of: server)
      committedMark = mark
    }
  }

  private var isPositionDue: Bool {
    session!.row.endedAt != nil || progress.bytes - positioned.bytes >= Self.positionBytes
      || clock.now - positioned.at >= Block.timeTarget
  }

  private func position() -> Store.Position {
    positioned = (progress.bytes, clock.now)
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

  private func write(_ finished: [BlockCompressor.Finished]) throws {
    held += finished
    guard let last = held.lastIndex(where: { $0.position != nil }) else { return }
    for var item in held[...last] {
      try store.write(item.block)
      try store.write(&item.row)
    }
    try store.set(held[last].position!, of: server)
    committedMark = held[last].mark
    held.removeFirst(last + 1)
  }

  /// Writes what changed and commits it. Blocks that are still being compressed follow with a later
  /// commit, unless they are waited for.
  public func commit(waiting: Bool = false) throws {
    try store.begin()
    try drain()
    try write(compressor.drain(waiting: waiting))
    try noteLogin()
    try store.commit()
  }

  /// The row of a session is written with its blocks; that it is logged in should be known at once.
  private func noteLogin() throws {
    guard let row = session?.row, let login = row.loggedInAt, row.id != notedLogin else { return }
    try store.note(login: login, banner: row.banner, ofSession: row.id)
    notedLogin = row.id
  }
}
