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
    guard Self.take(descriptor) else {
      close(descriptor)
      throw JournalError(.locked, path, refusal)
    }
    self.descriptor = descriptor
  }

  deinit {
    // Not by closing alone: a child that is about to become another program still has it open.
    flock(descriptor, LOCK_UN)
    close(descriptor)
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

  /// The file that is locked, wherever it is now.
  var identity: FileIdentity? { FileIdentity(descriptor: descriptor) }
}
