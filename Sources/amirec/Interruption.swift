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

  /// Throws when a signal came: the exit code is then 128 and its number, as shells have it.
  static func check() throws {
    let number = signal.load(ordering: .relaxed)
    if number != 0 { throw Failure(128 + number, "stopped; the store stays as it was") }
  }
}
