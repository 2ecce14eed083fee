import Glibc

/// Has the disk catch up with a journal, so that a power cut costs at most what came since.
///
/// It waits for the disk: call it about once a second from a thread that may wait, never from the
/// reader's. It needs nothing from the writer: to sync a file through any descriptor syncs it all.
public struct JournalSync: Sendable {
  /// The folder of the journal.
  public let folder: String
  /// The newest segment whose entry in the folder is on disk.
  private var newest: Int64 = 0

  /// For the journal in a folder.
  public init(folder: String) { self.folder = folder }

  /// Syncs the segments that may have changed since the last time: first bytes, then index.
  public mutating func sync() throws(JournalError) {
    let segments = try Segment.all(in: folder).filter { $0.number >= newest }
    for segment in segments {
      try Self.sync(segment.path)
      try Self.sync(segment.indexPath)
    }
    if let last = segments.last, last.number > newest {
      try Self.sync(folder)
      newest = last.number
    }
  }

  private static func sync(_ path: String) throws(JournalError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return }  // stored and removed meanwhile
      throw .reading(path, errno)
    }
    defer { close(descriptor) }
    if fdatasync(descriptor) != 0 { throw .writing(path, errno) }
  }
}
