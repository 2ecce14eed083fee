import Configuration
import Glibc
import Journal
import Logging
import Normalization
import Store

/// What the intake's thread does: takes turns with the journals, commits, removes segments that the
/// store holds, and says how it is doing.
final class IntakeLoop {
  /// How long the thread sleeps when there is nothing to do, in microseconds.
  static let idleTime: Int64 = 20_000
  /// Bytes after which is committed though it is not time yet.
  static let commitBytes = 4 << 20
  /// Time between two rows of `collector`, in microseconds.
  static let rowInterval: Int64 = 1_000_000
  /// Time to read the journals to their ends when stopping, in microseconds.
  static let stopTime: Int64 = 30_000_000

  private let store: Store
  private let options: Normalizer.Options
  private let intake: Intake
  private let log: Logger
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

  init(store: Store, options: Normalizer.Options, intake: Intake, log: Logger) {
    self.store = store
    self.options = options
    self.intake = intake
    self.log = log
    row = CollectorRow(
      version: Version.text, pid: Int64(getpid()), startedAt: WallClock.microseconds())
  }

  /// Works until it is told to stop; then says whether the store holds all that the journals do.
  func run() -> Bool {
    while true {
      for order in intake.takeOrders() { take(order) }
      let now = WallClock.monotonicMicroseconds()
      var bytes = 0
      if storeTrouble.map({ now >= $0.pausedUntil }) ?? true {
        do {
          bytes = try turn(at: now)
          if let storeTrouble { log.notice("the store is written again; \(storeTrouble.ended)") }
          storeTrouble = nil
          if stopBy != nil, wanted.allSatisfy({ isDone($0.name) }) {
            try finish()
            return troubles.isEmpty
          }
        } catch {
          reset()
          storeTrouble = Trouble(
            "\(error); the journal keeps what comes until then", after: storeTrouble, at: now, log)
        }
      }
      if let stopBy, now >= stopBy { return false }
      if bytes == 0 { usleep(UInt32(min(Self.idleTime, commitInterval / 2))) }
    }
  }

  private func take(_ order: Intake.Order) {
    switch order {
    case .read(let source):
      wanted.removeAll { $0.name == source.name }
      wanted.append(source)
      ended[source.name] = source.inlet == nil ? .max : nil
      sources[source.name]?.goOn(source)
    case .end(let name, let segment): ended[name] = segment
    case .commit(let milliseconds): commitInterval = Int64(milliseconds) * 1_000
    case .stop:
      stopBy = WallClock.monotonicMicroseconds() + Self.stopTime
      for source in wanted where ended[source.name] == nil { ended[source.name] = .max }
    }
  }

  /// Whether no more of a journal can be read, for now or for good.
  private func isDone(_ name: String) -> Bool {
    sources[name]?.isAtEnd ?? (troubles[name] != nil)
  }

  // MARK: Work

  /// One turn for every journal, and what is due besides. Returns how many bytes were read.
  ///
  /// Throws if the store fails. What keeps a single journal from being read is noted, and tried
  /// again later.
  private func turn(at now: Int64) throws -> Int {
    var bytes = 0
    for source in wanted where troubles[source.name].map({ now >= $0.pausedUntil }) ?? true {
      let name = source.name
      do {
        bytes += try turn(source)
        troubles[name] = nil
      } catch let error as StoreError {
        throw error
      } catch {
        sources[name] = nil
        troubles[name] = Trouble(
          "\(name) is not brought into the store: \(error)", after: troubles[name], at: now, log)
      }
    }
    uncommittedBytes += bytes
    let isRowDue = now - rowWrittenAt >= Self.rowInterval
    if now - committedAt >= commitInterval || uncommittedBytes >= Self.commitBytes {
      for source in sources.values { try source.commit(everything: isRowDue) }
      committedAt = now
      uncommittedBytes = 0
      try tidy()
    }
    if isRowDue {
      try writeRow()
      rowWrittenAt = now
    }
    return bytes
  }

  private func turn(_ wanted: Intake.Source) throws -> Int {
    if sources[wanted.name] == nil {
      sources[wanted.name] = try IntakeSource(wanted, store: store, options: options)
    }
    let source = sources[wanted.name]!
    if let segment = ended[wanted.name], !source.isEnded { try source.end(after: segment) }
    return try source.turn(log: log)
  }

  /// Removes what the store holds from the journals, once it is on disk, and forgets journals that
  /// are read to their ends.
  private func tidy() throws {
    let done = stopBy == nil ? sources.filter { $0.value.isAtEnd } : [:]
    for source in done.values { try source.finish() }
    let stored = sources.filter { $0.value.hasStoredSegments }
    guard !done.isEmpty || !stored.isEmpty, try store.checkpoint() else { return }
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

  private func writeRow() throws {
    let now = WallClock.microseconds()
    row.set(wanted.compactMap { sources[$0.name]?.link(at: now) })
    row.writtenAt = now
    try store.begin()
    try store.write(&row)
    try store.commit()
  }

  /// All is read: ends what is open, commits, and says that this was in order.
  private func finish() throws {
    for source in sources.values { try source.finish() }
    row.stoppedAt = WallClock.microseconds()
    try writeRow()
    guard try store.checkpoint() else { return }
    for (name, source) in sources where source.hasStoredSegments {
      try tolerate(name) { try source.removeStoredSegments() }
    }
  }

  /// After a failure nothing in memory is certain: all begins again at what was committed.
  private func reset() {
    store.rollback()
    sources = [:]
    uncommittedBytes = 0
    // Where the WAL has no room to grow, the file may still have room to take it in.
    _ = try? store.checkpoint()
  }
}

/// Something that keeps work from going on: said once, and again when it changes or much time has
/// passed.
private struct Trouble {
  /// How long nothing is tried after a failure, in microseconds.
  static let retryInterval: Int64 = 5_000_000
  /// How long a failure that stays the same is not logged again, in microseconds.
  static let repeatInterval: Int64 = 600_000_000

  private let message: String
  private let since: Int64
  private var loggedAt: Int64
  /// When to try again.
  let pausedUntil: Int64

  /// Notes a failure at a time, and logs it if it is new.
  init(_ message: String, after last: Trouble?, at now: Int64, _ log: Logger) {
    self.message = message
    since = last?.since ?? now
    pausedUntil = now + Self.retryInterval
    loggedAt = now
    if let last, last.message == message, now - last.loggedAt < Self.repeatInterval {
      loggedAt = last.loggedAt
    } else {
      log.error("\(message)")
    }
  }

  /// How long it lasted.
  var ended: String { "after \((WallClock.monotonicMicroseconds() - since) / 1_000_000) s" }
}
