/// A place in a journal, between two records or within one: what was read up to here is done with.
public struct JournalPosition: Comparable, Hashable, Sendable, CustomStringConvertible {
  /// Number of the segment.
  public var segment: Int64
  /// Bytes of its .ami before this place.
  public var offset: Int64
  /// Bytes of its .idx before this place: the lines of all records that are done with.
  public var indexOffset: Int64

  /// A place in a segment, by default its beginning.
  public init(segment: Int64, offset: Int64 = 0, indexOffset: Int64 = 0) {
    precondition(segment >= 0 && offset >= 0 && indexOffset >= 0)
    self.segment = segment
    self.offset = offset
    self.indexOffset = indexOffset
  }

  /// The order in which a journal was written.
  public static func < (one: JournalPosition, other: JournalPosition) -> Bool {
    (one.segment, one.offset, one.indexOffset) < (other.segment, other.offset, other.indexOffset)
  }

  /// Segment, and bytes of the two files.
  public var description: String { "\(segment):\(offset):\(indexOffset)" }
}
