extension Ingest {
  /// Where a stream comes from.
  public enum Source: Sendable, Equatable {
    /// A journal that is being written.
    case live
    /// A recording; `fileDate` (microseconds since 1970) stands for the time where nothing else
    /// tells it.
    case capture(name: String, fileDate: Int64)
  }

  /// What has been taken in by this object.
  public struct Progress: Sendable, Equatable {
    /// Bytes that were new to the store.
    public var bytes: Int64 = 0
    /// Frames in these bytes.
    public var frames: Int64 = 0
    /// Events among them.
    public var events: Int64 = 0
    /// Sessions that were new to the store.
    public var sessions: Int64 = 0
    /// Sessions that the store had already.
    public var knownSessions: Int64 = 0
    /// Bytes of these that the store does not hold: what was taken in before was cut.
    public var missingBytes: Int64 = 0
    /// Frames that ended before their end.
    public var cutFrames: Int64 = 0
    /// Whether the last session ended within a frame, though nobody said that its connection was
    /// closed.
    public var endsWithinFrame = false
    /// Frames that are in the archive and were kept from the tables: each twice ended the program.
    public var skippedFrames: Int64 = 0
  }
}
