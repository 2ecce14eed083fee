import AMI
import Store

/// Reads a session's blocks as they were taken in, to count what is in them again.
struct SessionReader {
  private var reader = FrameReader()
  private let skipped: Set<Int64>
  /// Whether messages count: live, from the accepted login on.
  private var isAdmitted: Bool
  /// Whether the session says that its login was accepted: where the answer cannot be read.
  private let hasLogin: Bool

  /// - Parameter skipped: places of messages that were kept from the normalizer.
  init(_ session: ArchiveMap.Session, _ skipped: Set<Int64>) {
    self.skipped = skipped
    isAdmitted = session.row?.source != "live"
    hasLogin = session.row?.loggedInAt != nil
  }

  /// What comes next begins elsewhere.
  mutating func restart(at offset: Int64) {
    reader = FrameReader(at: offset)
    isAdmitted = isAdmitted || hasLogin
  }

  /// What is in the next block.
  mutating func census(of block: Archive.StoredBlock) -> BlockCensus {
    var census = BlockCensus()
    reader.append(block.bytes[...])
    while reader.next() {
      let isSkipped = skipped.contains(reader.range.lowerBound)
      if !isSkipped, Ledger.acceptsLogin(reader.frame) { isAdmitted = true }
      census.count(reader.frame, isRead: isAdmitted && !isSkipped)
    }
    return census
  }
}
