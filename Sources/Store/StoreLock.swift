import Glibc

/// The lock that keeps writers of one store apart: an `flock` on STORE.lock, held by the process
/// until the lock is let go or the process ends, however it ends.
///
/// **Source:** flock(2)
final class StoreLock {
  private let descriptor: Int32

  init(path: String) throws {
    let name = path + ".lock"
    let descriptor = unsafe open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw StoreError(
        .unreadable, path,
        "its lock cannot be made beside it; check that the folder exists and may be written")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw StoreError(
        .locked, path, "is being written by another amirec or amirecd; stop that one first")
    }
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }
}
