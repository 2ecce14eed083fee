import Glibc

/// A lock that one program at a time holds, on a file of its own; it ends with the program, however
/// that ends. The file stays.
struct FileLock: ~Copyable {
  private let descriptor: Int32

  /// Takes the lock, and makes the file where it is missing.
  ///
  /// Throws a `JournalError` with the code `locked` if another program holds it; `refusal` is its
  /// message and says what to do.
  init(path: String, refusal: String) throws(JournalError) {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode_t(0o640))
    guard descriptor >= 0 else { throw .writing(path, errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw JournalError(.locked, path, refusal)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The file that is locked, wherever it is now.
  var identity: FileIdentity? { FileIdentity(descriptor: descriptor) }
}
