import Glibc
import SQLite

/// Looks whether a store could be opened for writing, without changing anything.
public enum StoreProbe {
  /// What was found.
  public enum Finding: Sendable {
    /// There is no store, and one can be made.
    case missing
    /// It can be written.
    case good
    /// Another program writes it at present: amirecd, while it runs.
    case inUse
  }

  /// Looks at the store at `path`. Of a damaged file only what is read at a start is looked at;
  /// `amirec verify` looks at all of it.
  ///
  /// - Throws: `StoreError` that says why it cannot be written, and what to do.
  public static func look(at path: String) throws -> Finding {
    let file = StoreLock.resolved(path)
    var folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
    if folder.isEmpty { folder = "/" }
    guard unsafe access(folder, F_OK) == 0 else {
      throw StoreError(.unreadable, path, "its folder does not exist; make \(folder)")
    }
    // Lock and WAL are made beside it.
    guard unsafe access(folder, W_OK) == 0 else {
      throw StoreError.system(path, "its folder may not be written by this user")
    }
    guard unsafe access(file, F_OK) == 0 else { return .missing }
    guard unsafe access(file, R_OK | W_OK) == 0 else {
      throw StoreError.system(path, "it may not be written by this user")
    }
    let isInUse = try isLocked("\(file).lock", of: path)
    do {
      let connection = try Connection.reading(path: file)
      connection.busyTimeout(Store.busyTimeout)
      let version = try Schema.found(in: connection, path: path)
      guard version > 0 else { return .missing }
      guard version >= Schema.oldest else { throw StoreError.older(path) }
      try Store.checkStates(connection, path: path)
    } catch let error as SQLiteError {
      throw StoreError(error, path: path)
    }
    return isInUse ? .inUse : .good
  }

  private static func isLocked(_ lock: String, of path: String) throws -> Bool {
    let descriptor = unsafe open(lock, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return false }
      throw StoreError.system(path, "its lock cannot be opened")
    }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_EX | LOCK_NB) != 0
  }
}
