import Glibc

/// The rights of the files of a store, which hold who called whom.
public enum Rights {
  /// Of what is made anew: its owner's, and for reading its group's. SQLite gives the `-wal` and
  /// `-shm` files the rights of the store.
  ///
  /// **Source:** sqlite/src/os_unix.c, `findCreateFileMode`.
  static let ofNewFiles: mode_t = 0o640

  /// Makes an empty file for a store that does not exist yet. SQLite would make one that everybody
  /// may read. What cannot be made is SQLite's to say.
  static func makeFile(_ path: String) {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, ofNewFiles)
    if descriptor >= 0 { close(descriptor) }
  }

  /// What to do about a store that every user of the machine may read or write, in one line; nil
  /// for one that is not so, or does not exist. It stays as it is: somebody may have wanted that.
  public static func objection(to path: String) -> String? {
    for file in [path, path + "-wal"] {
      var status = stat()
      guard unsafe stat(file, &status) == 0, status.st_mode & 0o006 != 0 else { continue }
      return "every user of this machine can read who called whom: \(file) is open to others; "
        + "chmod o= \(path) \(path)-wal \(path)-shm"
    }
    return nil
  }
}
