import Synchronization

/// What a recorder is doing, for those who ask.
final class RecorderStatus: Sendable {
  /// A state in a word, and since when.
  struct Snapshot: Sendable {
    /// connecting, connected, disconnected, or retired: not in the configuration any more.
    var state = "connecting"
    /// When the session began, in microseconds since 1970, while there is one.
    var connectedAt: Int64?
    /// Why there is no session.
    var lastError: String?
    /// Whether it waits because its login was refused.
    var isRefused = false
    /// What lets others of this machine at the secrets.
    var exposure: String?
  }

  private let value = Mutex(Snapshot())

  var snapshot: Snapshot { value.withLock { $0 } }

  func expose(_ exposure: String?) { value.withLock { $0.exposure = exposure } }

  func retired() { value.withLock { $0.state = "retired" } }

  func connecting() {
    value.withLock {
      $0.state = "connecting"
      $0.isRefused = false
    }
  }

  func connected() {
    value.withLock {
      $0.state = "connected"
      $0.connectedAt = WallClock.microseconds()
      $0.lastError = nil
    }
  }

  func disconnected(_ reason: String, isRefused: Bool = false) {
    value.withLock {
      $0.state = "disconnected"
      $0.connectedAt = nil
      $0.lastError = reason
      $0.isRefused = isRefused
    }
  }
}
