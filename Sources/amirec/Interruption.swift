import Glibc
import Synchronization

/// A request to stop (Ctrl-C, SIGTERM) during work that has to be undone first.
enum Interruption {
  private static let signal = Atomic<Int32>(0)

  /// From now on a first signal is only noted; a second one ends the program at once.
  static func watch() {
    // The variable must be there before a signal handler touches it.
    signal.store(0, ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      Glibc.signal(number) { number in
        Interruption.signal.store(number, ordering: .relaxed)
        Glibc.signal(number, SIG_DFL)
      }
    }
  }

  /// From now on a first signal ends the program again.
  static func unwatch() {
    for number in [SIGINT, SIGTERM, SIGHUP] { Glibc.signal(number, SIG_DFL) }
  }

  /// The signal that came; nil when none did.
  static var received: Int32? {
    let number = signal.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// The name of a signal that is watched for.
  static func name(of number: Int32) -> String {
    switch number {
    case SIGINT: "SIGINT"
    case SIGTERM: "SIGTERM"
    case SIGHUP: "SIGHUP"
    default: "signal \(number)"
    }
  }

  /// How often it is looked whether a signal came.
  private static let lookInterval = Duration.milliseconds(20)

  /// Does `work`, as a task that is cancelled when a signal comes; it may still return.
  static func cancelling<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    watch()
    defer { unwatch() }
    let task = Task { try await work() }
    let look = Task {
      while received == nil { try await Task.sleep(for: lookInterval) }
      task.cancel()
    }
    defer { look.cancel() }
    return try await task.value
  }

  /// Throws when a signal came: the exit code is then 128 and its number, as shells have it.
  static func check() throws {
    if let number = received { throw Failure(128 + number, "stopped; the store stays as it was") }
  }
}
