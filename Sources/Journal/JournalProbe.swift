import Glibc

/// Looks whether a journal could be written, without changing anything.
public enum JournalProbe {
  /// Looks at the folder of a journal; one that is missing is made when it is needed.
  ///
  /// - Returns: whether another program writes it at present: amirecd, while it runs.
  /// - Throws: `JournalError` that says why it cannot be written.
  public static func isInUse(_ folder: String) throws(JournalError) -> Bool {
    var there = folder
    while unsafe access(there, F_OK) != 0 {
      guard errno == ENOENT || errno == ENOTDIR, let slash = there.lastIndex(of: "/") else {
        throw .writing(there, errno)
      }
      there = slash == there.startIndex ? "/" : String(there[..<slash])
    }
    var status = stat()
    guard unsafe stat(there, &status) == 0 else { throw .writing(there, errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw JournalError(.unwritable, there, "it is no folder; name another in amirec.conf")
    }
    guard unsafe access(there, W_OK | X_OK) == 0 else { throw .writing(there, errno) }
    guard there == folder else { return false }
    let lock = "\(folder)/lock"
    let descriptor = unsafe open(lock, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return false }
      throw .writing(lock, errno)
    }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_EX | LOCK_NB) != 0
  }
}
