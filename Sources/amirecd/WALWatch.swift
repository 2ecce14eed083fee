import Logging
import Store

/// Looks after the store's WAL: has it emptied when it is large or much time has passed, says when
/// a reader keeps that from being done, and stops the writing before it fills the disk.
struct WALWatch {
  /// Time between two attempts to empty a WAL that is too large, in microseconds.
  static let retryInterval: Int64 = 5_000_000
  /// Time after which any WAL is emptied, in microseconds.
  static let emptyInterval: Int64 = 60_000_000

  /// What is to be done with a WAL of a size.
  enum Step: Equatable {
    case nothing
    /// Try to empty it.
    case empty
  }

  /// What a size means, once emptying was tried.
  enum Finding: Equatable {
    case fine
    /// A reader keeps it from being emptied.
    case held
    /// So much that nothing more is written into it.
    case full
  }

  private var triedAt: Int64 = .min
  private var trouble: Trouble?

  /// What is due for a WAL of `bytes` that was last looked at `elapsed` microseconds ago.
  static func step(bytes: Int64, elapsed: Int64) -> Step {
    if bytes > Store.walBytesKept { return elapsed >= retryInterval ? .empty : .nothing }
    return bytes > 0 && elapsed >= emptyInterval ? .empty : .nothing
  }

  /// What it means that the WAL has `bytes` though emptying was tried.
  static func finding(bytes: Int64) -> Finding {
    if bytes > Store.walBytesMost { return .full }
    return bytes > Store.walBytesWarned ? .held : .fine
  }

  /// Throws when the WAL is so large that nothing must be written.
  func admit(_ store: Store) throws {
    guard Self.finding(bytes: store.walBytes) == .full else { return }
    if store.isInTransaction { throw WALFull() }
    if try !store.truncateWAL() { throw WALFull() }
  }

  /// Looks at the WAL, outside of a transaction, at a time of the monotonic clock in microseconds.
  mutating func check(_ store: Store, at now: Int64, _ log: Logger) throws {
    let bytes = store.walBytes
    let elapsed = triedAt == .min ? Int64.max : now - triedAt
    if Self.step(bytes: bytes, elapsed: elapsed) == .empty {
      triedAt = now
      if try store.truncateWAL(), bytes > Store.walBytesKept {
        log.notice("the store's WAL of \(bytes >> 20) MiB was emptied")
      }
    }
    guard Self.finding(bytes: store.walBytes) != .fine else {
      trouble = nil
      return
    }
    trouble = Trouble(
      "a reader keeps the store's WAL from being emptied, which has more than "
        + "\(Store.walBytesWarned >> 20) MiB; end the long transaction (sqlite3, Datasette …)",
      after: trouble, at: now, log, level: .warning)
  }
}

/// The WAL is as large as it may become.
struct WALFull: Error, CustomStringConvertible {
  var description: String {
    "a reader keeps its WAL from being emptied, which has \(Store.walBytesMost >> 20) MiB; "
      + "end the long transaction (sqlite3, Datasette …)"
  }
}
