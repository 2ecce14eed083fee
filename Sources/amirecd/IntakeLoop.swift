import Configuration
import Glibc
import Journal
import Logging
import Normalization
import Store
import Synchronization

/// What the intake's thread does: opens the store, takes turns with the journals, commits, removes
/// segments that the store holds, and says how it is doing.
final class IntakeLoop {
  /// How long the thread sleeps when there is nothing to do, in microseconds.
  static let idleTime: Int64 = 20_000
  /// Bytes after which is committed though it is not time yet.
  static let commitBytes = 4 << 20
  /// Time between two rows of `collector`, in microseconds.
  static let rowInterval: Int64 = 1_000_000
  /// Time to read the journals to their ends when stopping, in microseconds.
  static let stopTime: Int64 = 30_000_000

  private let path: String
  private let options: Normalizer.Options
  private let targets: Block.Targets
  private let intake: Intake
  private let log: Logger
  /// The store and its files, while it is open.
  private(set) var opened: (store: Store, files: StoreFiles)?
  private var wal = WALWatch()
  /// What is to be read, in the order of the configuration, which numbers the servers; those that
  /// could not be begun yet included.
  private var wanted: [Intake.Source] = []
  /// Those of them that nobody writes any more, and their last segments.
  private var ended: [String: Int64] = [:]
  private var sources: [String: IntakeSource] = [:]
  /// What keeps single journals from being read.
  private var troubles: [String: Trouble] = [:]
  /// What keeps the store from being written.
  private var storeTrouble: Trouble?
  private var commitInterval: Int64 = 250_000
  private var committedAt: Int64 = 0
  private var uncommittedBytes = 0
  private var row: CollectorRow
  private var rowWrittenAt: Int64 = 0
  private var stopBy: Int64?

  /// For the store at `path`, and the folder of the journals.
  init(
    path: String, journal: String, options: Normalizer.Options, targets: Block.Targets = .init(),
    intake: Intake, log: Logger
  ) {
    self.path = path
    self.options = options
    self.targets = targets
    self.intake = intake
    self.log = log
    row = CollectorRow(
      version: Version.text, pid: Int64(getpid()), startedAt: WallClock.microseconds(),
      journal: journal)
  }

  /// Works until it is told to stop; then says what of the journals the store lacks.
  func run() -> IntakeEnd {
    while true {
      let pass = pass(at: WallClock.monotonicMicroseconds())
      if let end = pass.end { return end }
      if pass.bytes == 0 { usleep(UInt32(min(Self.idleTime, commitInterval / 2))) }
    }
  }

  /// Does once what there is to do at a time of the monotonic clock. Returns how many bytes were
  /// read; once it was told to stop and is done, what of the journals the store lacks.
  func pass(at now: Int64) -> (bytes: Int, end: IntakeEnd?) {
    for order in intake.takeOrders() { take(order, at: now) }
    var bytes = 0
    if storeTrouble.map({ now >= $0.pausedUntil }) ?? true {
      do {
        let store = try openedStore()
        bytes = try turn(store, at: now)
        endStoreTrouble()
        if stopBy != nil, wanted.allSatisfy({ isDone($0.name) }) {
          try finish(store)
          return (bytes, end())
        }
      } catch {
        note("\(error)", at: now)
        reset(after: error)
        if stopBy != nil, opened == nil { return (bytes, end()) }
      }
    }
    if let stopBy, now >= stopBy { return (bytes, end()) }
    return (bytes, nil)
  }

  private func take(_ order: Intake.Order, at now: Int64) {
    switch order {
    case .read(let source):
      wanted.removeAll { $0.name == source.name }
      wanted.append(source)
      ended[source.name] = source.inlet == nil ? .max : nil
      sources[source.name]?.goOn(source)
    case .end(let name, let segment): ended[name] = segment
    case .commit(let milliseconds): commitInterval = Int64(milliseconds) * 1_000
    case .stop:
      stopBy = now + Self.stopTime
      storeTrouble?.retryAtOnce()
      for source in wanted where ended[source.name] == nil { ended[source.name] = .max }
    }
  }

  /// Whether no more of a journal can be read, for now or for good.
  private func isDone(_ name: String) -> Bool {
    sources[name]?.isAtEnd ?? (troubles[name] != nil)
  }

  // MARK: The store

  /// The store, opened now if it is not open.
  private func openedStore() throws -> Store {
    if let opened { return opened.store }
    let store = try Store(path: path)
    // Its files are all there once something was written.
    try write(row, into: store)
    opened = (store, StoreFiles(of: store))
    return store
  }

  /// What is written into a file that is not at its path is written for nobody: then the store is
  /// closed, and opened or made anew at the path.
  private func checkFiles() throws {
    guard let store = opened?.store, let change = opened?.files.change(in: store) else { return }
    throw StoreLost(
      message: "\(change) while it was written; what the journal still holds goes into the store "
        + "that is at \(path) now, or is made there")
  }

  /// Closes the store whose files are not all at their paths.
  private func leaveStore() {
    guard let files = opened?.files else { return }
    settle()
    opened = nil
    files.removeStrays()
    storeTrouble?.retryAtOnce()
  }

  /// Wherever the file is now, it should have what was committed to it, unless it was cut short.
  private func settle() {
    sources = [:]
    uncommittedBytes = 0
    for source in wanted { source.progress.note(stored: nil) }
    guard let (store, files) = opened else { return }
    store.rollback()
    if files.isCutShort(store) { return store.closeWithoutCheckpoint() }
    do {
      try store.checkpoint()
    } catch {
      log.error("what was committed last may be missing in the file that was there: \(error)")
    }
  }

  private func note(_ message: String, at now: Int64) {
    storeTrouble = Trouble(
      "the store is not written: \(message); the journal keeps what comes", after: storeTrouble,
      at: now, log)
    intake.storeTrouble.withLock { $0 = (message, $0?.since ?? WallClock.microseconds()) }
  }

  private func endStoreTrouble() {
    guard let trouble = storeTrouble else { return }
    log.notice("the store is written again; \(trouble.ended)")
    storeTrouble = nil
    intake.storeTrouble.withLock { $0 = nil }
  }

  /// After a failure nothing in memory is certain: all begins again at what was committed.
  private func reset(after error: any Error) {
    if error is StoreLost { return leaveStore() }
    guard let store = opened?.store else { return }
    store.rollback()
    sources = [:]
    uncommittedBytes = 0
    if opened?.files.change(in: store) != nil { return }  // the next turn says so
    let isWaiting = (error as? StoreError).map { $0.code == .locked || $0.isFull } ?? true
    if isWaiting {
      // Where the WAL has no room to grow, the file may still have room to take it in. What fails
      // here fails again when the store is next written, and is said then.
      _ = try? store.checkpoint()
    } else {
      opened = nil
    }
  }

  // MARK: Work

  /// One turn for every journal, and what is due besides. Returns how many bytes were read.
  ///
  /// Throws if the store fails. What keeps a single journal from being read is noted, and tried
  /// again later.
  private func turn(_ store: Store, at now: Int64) throws -> Int {
    let isRowDue = now - rowWrittenAt >= Self.rowInterval
    if isRowDue {
      try checkFiles()
      try wal.admit(store)
    }
    var bytes = 0
    for source in wanted where troubles[source.name].map({ now >= $0.pausedUntil }) ?? true {
      let name = source.name
      do {
        bytes += try turn(source, store)
        if let trouble = troubles[name] {
          log.notice("\(name) is brought into the store again; \(trouble.ended)")
        }
        troubles[name] = nil
        source.progress.note(trouble: nil)
      } catch let error as StoreError {
        throw error
      } catch {
        sources[name] = nil
        source.progress.note(trouble: "\(error)")
        troubles[name] = Trouble(
          "\(name) is not brought into the store: \(error)", after: troubles[name], at: now, log)
      }
    }
    uncommittedBytes += bytes
    if now - committedAt >= commitInterval || uncommittedBytes >= Self.commitBytes {
      try checkFiles()
      for source in sources.values { try source.commit(everything: isRowDue) }
      committedAt = now
      uncommittedBytes = 0
      try tidy(store)
    }
    if isRowDue {
      row.set(intake.links.withLock { $0 })
      try write(row, into: store)
      rowWrittenAt = now
      try wal.check(store, at: now, log)
    }
    return bytes
  }

  private func turn(_ wanted: Intake.Source, _ store: Store) throws -> Int {
    if sources[wanted.name] == nil {
      sources[wanted.name] = try IntakeSource(
        wanted, store: store, options: options, targets: targets)
    }
    let source = sources[wanted.name]!
    if let segment = ended[wanted.name], !source.isEnded { try source.end(after: segment) }
    return try source.turn(log: log)
  }

  /// Removes what the store holds from the journals, once it is on disk, and forgets journals that
  /// are read to their ends.
  private func tidy(_ store: Store) throws {
    let done = stopBy == nil ? sources.filter { $0.value.isAtEnd } : [:]
    for source in done.values { try source.finish() }
    let stored = sources.filter { $0.value.hasStoredSegments }
    guard !done.isEmpty || !stored.isEmpty, try store.checkpoint() else { return }
    // What was synced must be the file that is found at the path.
    try checkFiles()
    for (name, source) in stored { try tolerate(name) { try source.removeStoredSegments() } }
    for (name, source) in done {
      try tolerate(name) { try source.removeAllSegments() }
      sources[name] = nil
      wanted.removeAll { $0.name == name }
      ended[name] = nil
    }
  }

  /// A file that cannot be removed stops nothing.
  private func tolerate(_ name: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as JournalError {
      log.warning("a stored segment of \(name) stays: \(error)")
    }
  }

  private func write(_ row: CollectorRow, into store: Store) throws {
    var row = row
    row.writtenAt = WallClock.microseconds()
    try store.begin()
    try store.write(&row)
    try store.commit()
  }

  // MARK: The end

  /// All is read: ends what is open, commits, and says that this was in order.
  private func finish(_ store: Store) throws {
    for source in sources.values { try source.finish() }
    row.set(try links(store))
    row.stoppedAt = WallClock.microseconds()
    try write(row, into: store)
    guard try store.checkpoint() else { return }
    try checkFiles()
    for (name, source) in sources where source.hasStoredSegments {
      try tolerate(name) { try source.removeStoredSegments() }
    }
  }

  /// What there is to say of each server at the end.
  private func links(_ store: Store) throws -> [CollectorRow.Link] {
    try intake.links.withLock { $0 }.map { link in
      var link = link
      guard let source = wanted.first(where: { $0.name == link.name }) else { return link }
      link.behindBytes = try remainder(of: source, store).lackingBytes
      if link.behindBytes == 0 { link.behindTime = 0 }
      return link
    }
  }

  private func remainder(of source: Intake.Source, _ store: Store) throws -> JournalRemainder {
    try JournalRemainder(of: source.folder) { connectedAt in
      try store.storedBytes(ofServer: source.name, connectedAt: connectedAt)
    }
  }

  /// Compares what the journals hold with what the store does.
  private func end() -> IntakeEnd {
    var lacking: [(server: String, bytes: Int64)] = []
    var reasons = intake.storeTrouble.withLock { $0.map { [$0.message] } ?? [] }
    opened?.store.rollback()
    for source in wanted {
      do {
        let remainder =
          if let store = opened?.store {
            try remainder(of: source, store)
          } else {
            try JournalRemainder(of: source.folder) { _ in 0 }
          }
        if remainder.lackingBytes > 0 { lacking.append((source.name, remainder.lackingBytes)) }
      } catch {
        reasons.append("\(error)")
      }
    }
    reasons += troubles.keys.sorted().map { troubles[$0]!.message }
    return IntakeEnd(
      lacking: lacking, reason: reasons.isEmpty ? nil : reasons.joined(separator: "; "))
  }
}

/// The files of the open store are not where they were.
private struct StoreLost: Error, CustomStringConvertible {
  let message: String
  var description: String { message }
}
