import Synchronization
public import Testing

/// Has a test own the zone of the process (`TZ`) while it runs: tests of several targets run in one
/// process, side by side, and each of them may set it.
public struct ProcessZone: SuiteTrait, TestTrait, TestScoping {
  public var isRecursive: Bool { true }

  @TaskLocal private static var isOwned = false
  private static let queue = Queue()

  public func provideScope(
    for test: Test, testCase: Test.Case?,
    performing body: @Sendable @concurrent () async throws -> Void
  ) async throws {
    if Self.isOwned { return try await body() }
    await Self.queue.enter()
    defer { Self.queue.leave() }
    try await Self.$isOwned.withValue(true) { try await body() }
  }

  /// Lets one in at a time, in the order in which they came.
  private final class Queue: Sendable {
    private struct State {
      var isTaken = false
      var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())

    func enter() async {
      await withCheckedContinuation { continuation in
        let isFree = state.withLock { state in
          if state.isTaken {
            state.waiting.append(continuation)
            return false
          }
          state.isTaken = true
          return true
        }
        if isFree { continuation.resume() }
      }
    }

    func leave() {
      let next = state.withLock { state in
        if state.waiting.isEmpty {
          state.isTaken = false
          return nil as CheckedContinuation<Void, Never>?
        }
        return state.waiting.removeFirst()
      }
      next?.resume()
    }
  }
}

extension Trait where Self == ProcessZone {
  /// The test owns the zone of the process while it runs.
  public static var ownsZone: Self { Self() }
}
