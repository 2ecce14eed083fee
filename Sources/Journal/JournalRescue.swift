import Glibc
import Synchronization

/// Writes a segment anew that was removed, moved away or replaced while it was written, out of the
/// files that the writer still has open.
///
/// Most of it is copied by `prepare`, on a thread that may wait; the writer copies what came since
/// in `complete`, and goes on in a new segment, so that a reader which has the old files open and
/// one which has not find the same.
public final class JournalRescue: Sendable {
  /// A file, and its copy.
  private struct FileCopy: ~Copyable {
    private static let pieceBytes = 1 << 20

    let path: String
    private let source: Int32
    private var copied: Int64 = 0
    private var target: AppendFile?

    /// Of an open file that should be at a path. Throws if the system has no more descriptors.
    init(of descriptor: Int32, at path: String) throws(JournalError) {
      source = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
      guard source >= 0 else { throw .writing(path, errno) }
      self.path = path
    }

    deinit { close(source) }

    /// Makes the copy under a name of its own.
    mutating func begin() throws(JournalError) {
      let new = "\(path).new"
      unsafe unlink(new)
      copied = 0
      target = try AppendFile(creating: new)
      try catchUp()
    }

    /// Gives the copy the name of the file.
    func settle() throws(JournalError) {
      guard unsafe rename("\(path).new", path) == 0 else { throw .writing(path, errno) }
    }

    /// Copies what came since the last time.
    mutating func catchUp() throws(JournalError) {
      var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
      while true {
        let count = unsafe pread(source, &piece, piece.count, off_t(copied))
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw .reading(path, errno) }
        guard count > 0 else { return }
        try target?.append(piece.span.extracting(..<count))
        copied += Int64(count)
      }
    }
  }

  private struct Copies: ~Copyable {
    var bytes: FileCopy
    var index: FileCopy
  }

  let segment: Segment
  private let copies: Mutex<Copies>

  init(
    _ segment: Segment, bytes: borrowing AppendFile, index: borrowing AppendFile
  ) throws(JournalError) {
    self.segment = segment
    copies = Mutex(
      Copies(
        bytes: try FileCopy(of: bytes.descriptor, at: segment.path),
        index: try FileCopy(of: index.descriptor, at: segment.indexPath)))
  }

  /// Makes the folder where it is missing, and copies what there is so far.
  public func prepare() throws {
    try Segment.makeFolder(segment.folder)
    try copies.withLock { copies in
      try copies.bytes.begin()
      try copies.index.begin()
      try copies.index.settle()
      try copies.bytes.settle()
    }
  }

  /// Copies the rest, which is little.
  func finish() throws {
    try copies.withLock { copies in
      try copies.bytes.catchUp()
      try copies.index.catchUp()
    }
  }
}

extension JournalWriter {
  /// The files that are written now.
  public var files: WrittenFiles {
    WrittenFiles(
      segment: segment, bytes: bytes.identity, index: index.identity, lock: lock.identity)
  }

  /// Begins to write the segment anew that is not at its path any more.
  public func rescue() throws(JournalError) -> JournalRescue {
    try JournalRescue(segment, bytes: bytes, index: index)
  }

  /// Goes on in the folder that was made anew: takes its lock, and begins a new segment. `time` is
  /// now, in microseconds since 1970.
  ///
  /// Throws if another program took the folder, and if it cannot be written; then what is written
  /// still goes where it went.
  public mutating func complete(_ rescue: JournalRescue, at time: Int64) throws {
    try retakeLock()
    try rescue.finish()
    if segment.number == rescue.segment.number { try rotate(at: time) }
  }

  /// Takes the lock that is at its path now, after the one that was taken was removed.
  public mutating func retakeLock() throws(JournalError) {
    lock = try Self.lock(of: folder)
  }
}
