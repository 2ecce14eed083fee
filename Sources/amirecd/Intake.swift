import Journal
import Logging
import NIOPosix
import Normalization
import Store
import Synchronization

/// Brings the journals of all servers into the store, on a thread of its own, because SQLite waits
/// for disks. What is to be done reaches the thread as orders.
final class Intake: Sendable {
  /// A journal to read.
  struct Source: Sendable {
    let name: String
    let folder: String
    /// The server's trunks: they tell the direction of calls. Nil for those of last time.
    let trunks: Set<String>?
    /// Who writes it; nil if nobody does any more.
    let inlet: Inlet?
    /// How far it is in the store.
    let progress: IntakeProgress
  }

  enum Order: Sendable {
    /// Read this journal; one of the name that is read already has a new writer.
    case read(Source)
    /// Nobody writes the journal of this name any more: read it to the end of this segment, then
    /// forget it.
    case end(String, after: Int64)
    /// Milliseconds between two commits.
    case commit(every: Int)
    /// Nobody writes any journal any more: read all to their ends, within a limit, and return.
    case stop
  }

  /// What keeps the store from being written, since when (microseconds since 1970); nil while it is
  /// written.
  let storeTrouble = Mutex<(message: String, since: Int64)?>(nil)
  /// What is to be said of each server in the store.
  let links = Mutex<[CollectorRow.Link]>([])

  private let orders = Mutex<[Order]>([])
  private let task = Mutex<Task<IntakeEnd, Never>?>(nil)

  /// Begins. A store that cannot be used is tried again and again; the journals keep what comes.
  static func start(
    store path: String, journal: String, options: Normalizer.Options, log: Logger
  ) -> Intake {
    let intake = Intake()
    let pool = NIOThreadPool(numberOfThreads: 1)
    pool.start()
    let task = Task {
      let loop = { @Sendable () -> IntakeEnd in
        IntakeLoop(path: path, journal: journal, options: options, intake: intake, log: log).run()
      }
      do {
        let end = try await pool.runIfActive { loop() }
        try await pool.shutdownGracefully()
        return end
      } catch {
        return IntakeEnd(lacking: [], reason: "\(error)")
      }
    }
    intake.task.withLock { $0 = task }
    return intake
  }

  func order(_ order: Order) { orders.withLock { $0.append(order) } }

  /// The orders that were not taken yet.
  func takeOrders() -> [Order] {
    orders.withLock { orders in
      defer { orders = [] }
      return orders
    }
  }

  /// Reads all journals to their ends and commits, within a limit of time; then says what of them
  /// the store lacks.
  func stop() async -> IntakeEnd {
    order(.stop)
    return await task.withLock { $0 }!.value
  }
}

/// How far one journal is in the store, as the intake's thread notes it for others.
final class IntakeProgress: Sendable {
  struct Snapshot: Sendable {
    /// Up to where its rows are committed; nil while that is not known.
    var stored: JournalPosition?
    /// What keeps this journal from being read.
    var trouble: String?
  }

  private let value = Mutex(Snapshot())

  var snapshot: Snapshot { value.withLock { $0 } }

  func note(stored: JournalPosition?) { value.withLock { $0.stored = stored } }

  func note(trouble: String?) { value.withLock { $0.trouble = trouble } }
}

/// What the store lacks of the journals when the intake has ended.
struct IntakeEnd: Sendable {
  /// Bytes that are in the journal of a server and not in the store; servers that lack none are
  /// left out.
  let lacking: [(server: String, bytes: Int64)]
  /// Why the store lacks something, or why that is not known; nil when it lacks nothing.
  let reason: String?

  /// Whether the store was found to hold all that is in the journals.
  var isComplete: Bool { lacking.isEmpty && reason == nil }

  /// What there is to say of it after `stopped; `.
  var words: String {
    if isComplete { return "the store holds all that was received" }
    let parts = lacking.map { "\($0.bytes) bytes of \($0.server)" }.joined(separator: ", ")
    let what =
      parts.isEmpty ? "whether the store holds all is not known" : "not in the store: \(parts)"
    return what + (reason.map { " (\($0))" } ?? "")
      + "; the journal keeps what came, and it goes into the store at the next start"
  }
}
