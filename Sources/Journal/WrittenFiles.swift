/// The files that a journal is being written to, to find out whether they are still at their
/// paths: what is written to a file that was removed, or moved away, is found by no reader.
public struct WrittenFiles: Equatable, Sendable {
  /// What is not at its path.
  public enum Loss: Equatable, Sendable {
    /// A file of the segment, or the whole folder.
    case segment
    /// Only the lock, so that another program could begin to write.
    case lock
  }

  /// The segment that is written.
  public let segment: Segment
  private let bytes: FileIdentity?
  private let index: FileIdentity?
  private let lock: FileIdentity?

  init(segment: Segment, bytes: FileIdentity?, index: FileIdentity?, lock: FileIdentity?) {
    self.segment = segment
    self.bytes = bytes
    self.index = index
    self.lock = lock
  }

  /// What is not there now; nil when all is. It may wait for the disk. A writer that goes on to the
  /// next segment meanwhile may have this one removed: ask it again before this is believed.
  public var loss: Loss? {
    if FileIdentity(path: segment.path) != bytes { return .segment }
    if FileIdentity(path: segment.indexPath) != index { return .segment }
    return FileIdentity(path: "\(segment.folder)/lock") != lock ? .lock : nil
  }
}
