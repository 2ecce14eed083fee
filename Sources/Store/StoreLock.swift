import Glibc

/// The lock that keeps writers of one store apart: an `flock` on STORE.lock, held by the process
/// until the lock is let go or the process ends, however it ends.
///
/// **Source:** flock(2)
final class StoreLock {
  private let descriptor: Int32

  init(path: String) throws {
    // A store has one lock, whatever links lead to it.
    let name = Self.resolved(path) + ".lock"
    let descriptor = unsafe open(name, O_RDWR | O_CREAT | O_CLOEXEC, Rights.ofNewFiles)
    guard descriptor >= 0 else {
      throw StoreError(
        .unreadable, path,
        "its lock cannot be made beside it; check that the folder exists and may be written")
    }
    guard Self.take(descriptor) else {
      close(descriptor)
      throw StoreError(
        .locked, path, "is being written by another amirec or amirecd; stop that one first")
    }
    self.descriptor = descriptor
  }

  /// Who only asks whether the lock is held holds it for a moment: it is asked for again for this
  /// long, in milliseconds.
  private static let patience = 200

  private static func take(_ descriptor: Int32) -> Bool {
    for _ in 0..<patience / 10 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
      usleep(10_000)
    }
    return false
  }

  /// The path of the file itself, if there is one.
  static func resolved(_ path: String) -> String {
    guard let found = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(found) }
    return unsafe String(cString: found)
  }

  deinit {
    // Not by closing alone: a child that is about to become another program still has it open.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
