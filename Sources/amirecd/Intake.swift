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
    let status: RecorderStatus
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

  private let orders = Mutex<[Order]>([])
  private let task = Mutex<Task<Bool, Never>?>(nil)

  /// Opens the store and begins. Throws if the store cannot be used.
  static func start(
    store path: String, options: Normalizer.Options, log: Logger
  ) async throws -> Intake {
    let intake = Intake()
    let pool = NIOThreadPool(numberOfThreads: 1)
    pool.start()
    try await withCheckedThrowingContinuation { (opened: CheckedContinuation<Void, any Error>) in
      let task = Task {
        let isComplete = try? await pool.runIfActive { () -> Bool in
          let store: Store
          do {
            store = try Store(path: path)
          } catch {
            opened.resume(throwing: error)
            return false
          }
          opened.resume()
          return IntakeLoop(store: store, options: options, intake: intake, log: log).run()
        }
        try? await pool.shutdownGracefully()
        return isComplete ?? false
      }
      intake.task.withLock { $0 = task }
    }
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

  /// Reads all journals to their ends and commits; false if that could not be done within the
  /// limit, so that the rest is left to the next start.
  func stop() async -> Bool {
    order(.stop)
    return await task.withLock { $0 }?.value ?? false
  }
}
