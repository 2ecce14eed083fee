import Glibc

/// Keeps a folder to one writer: a lock on the file `lock` in it, which ends with the program.
struct FolderLock: ~Copyable {
  private let descriptor: Int32

  /// Makes the folder and those above it where they are missing, and takes the lock.
  init(folder: String) throws(JournalError) {
    try Self.make(folder)
    let path = folder + "/lock"
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode_t(0o640))
    guard descriptor >= 0 else { throw .writing(path, errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw JournalError(
        .locked, folder,
        "another program records into this journal; stop it, or name another folder")
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static func make(_ folder: String) throws(JournalError) {
    if unsafe mkdir(folder, mode_t(0o750)) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = folder.lastIndex(of: "/"), slash > folder.startIndex else {
      throw .writing(folder, errno)
    }
    try make(String(folder[..<slash]))
    if unsafe mkdir(folder, mode_t(0o750)) != 0, errno != EEXIST { throw .writing(folder, errno) }
  }
}
