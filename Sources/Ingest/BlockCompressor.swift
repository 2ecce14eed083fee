import Dispatch
import Store
import Synchronization

/// Compresses blocks on other threads, and gives them back in the order in which they were added.
final class BlockCompressor {
  /// How many blocks may be on their way; one more waits for the first. Each takes about 2 MiB.
  static let blocksMax = 6

  /// A block, and what is true once it is in the store; without one, the end of a session that has
  /// no more bytes.
  struct Finished {
    var block: CompressedBlock?
    var row: SessionRow
    /// Nil when a restart cannot go on behind this block.
    var position: Store.Position?
    /// What the owner of the source said of the place of its bytes.
    var mark: Int64
  }

  private final class Job: Sendable {
    /// One block at a time: with the thread that reads and writes rows that is two cores' work.
    private static let queue = DispatchQueue(label: "amirec.compress")

    private let result = Mutex<CompressedBlock?>(nil)
    private let done = DispatchSemaphore(value: 0)

    /// Nil stands for no block, and is ready at once.
    init(_ block: Block?) {
      guard let block else {
        done.signal()
        return
      }
      Self.queue.async {
        let compressed = block.compressed()
        self.result.withLock { $0 = compressed }
        self.done.signal()
      }
    }

    /// Whether the block is ready, after waiting for it or not. To be asked until it says yes.
    func isDone(waiting: Bool) -> Bool {
      done.wait(timeout: waiting ? .distantFuture : .now()) == .success
    }

    /// The block, once it is ready.
    var block: CompressedBlock? { result.withLock { $0 } }
  }

  private var jobs: [(job: Job, row: SessionRow, position: Store.Position?, mark: Int64)] = []

  /// Whether nothing is on its way.
  var isEmpty: Bool { jobs.isEmpty }

  /// Takes a block on, or the end of a session without one; gives back those that are ready.
  func add(
    _ block: Block?, row: SessionRow, position: Store.Position?, mark: Int64
  ) -> [Finished] {
    jobs.append((Job(block), row, position, mark))
    return take(downTo: Self.blocksMax) + drain(waiting: false)
  }

  /// Gives back what is ready, or all after waiting for it.
  func drain(waiting: Bool) -> [Finished] {
    if waiting { return take(downTo: 0) }
    var finished: [Finished] = []
    while let next = first(waiting: false) { finished.append(next) }
    return finished
  }

  private func take(downTo count: Int) -> [Finished] {
    var finished: [Finished] = []
    while jobs.count > count, let next = first(waiting: true) { finished.append(next) }
    return finished
  }

  private func first(waiting: Bool) -> Finished? {
    guard let first = jobs.first, first.job.isDone(waiting: waiting) else { return nil }
    jobs.removeFirst()
    return Finished(
      block: first.job.block, row: first.row, position: first.position, mark: first.mark)
  }
}
