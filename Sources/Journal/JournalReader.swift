/// Reads a journal record by record, across its segments, while a writer may append to the last
/// one.
///
/// In the segment that grows only bytes with a line in the index are read; once the writer has gone
/// on to the next (or `finish` says that there is none), all of them. Begin reading after the
/// writer was opened: it begins a new segment, which tells that the one before is complete.
public struct JournalReader: ~Copyable {
  /// The folder of the journal.
  public let folder: String
  /// Up to where all records were returned. Reading can begin again from here.
  public private(set) var position: JournalPosition
  /// Why the last segment that ended too early did; nil if none did.
  public private(set) var cutReason: String?

  private var capture: Capture?
  /// Whether the segment that is read was gone on to, and how it begins is not known yet.
  private var isAtBeginning = false
  /// The last segment there is; nil while there may be more.
  private var end: Int64?

  /// Reads a journal from a position on, by default from its oldest segment.
  public init(folder: String, from position: JournalPosition = JournalPosition(segment: 0)) {
    self.folder = folder
    self.position = position
  }

  /// Says that the journal's writer is gone: its last segment, by default the last there is, is
  /// complete now, and no later one is read.
  public mutating func finish(after segment: Int64 = .max) throws(JournalError) {
    end = segment
    if capture?.isGrowing == true { try capture?.finish() }
  }

  /// Reads the next record; the buffer's content becomes the bytes of a record of bytes, else
  /// nothing.
  ///
  /// Returns nil when there is none (yet). Throws if the system fails to read; the same record may
  /// be asked for again.
  public mutating func next(
    into buffer: inout [UInt8]
  ) throws(JournalError) -> Capture.Record? {
    while true {
      guard let capture = try current() else {
        buffer.removeAll(keepingCapacity: true)
        return nil
      }
      if isAtBeginning {
        buffer.removeAll(keepingCapacity: true)
        switch try beginning(of: capture) {
        case .unknown: return nil
        case .resume: isAtBeginning = false
        case .other:
          isAtBeginning = false
          return .restart
        }
      }
      let record = try capture.next(into: &buffer)
      position.offset = capture.offset
      position.indexOffset = capture.indexOffset
      if let record { return record }
      let isLast = try segment(after: position.segment) == nil
      if capture.isGrowing {
        if isLast { return nil }
        try capture.finish()
      } else {
        cutReason = capture.cutReason ?? cutReason
        if isLast { return nil }
        self.capture = nil
        position = JournalPosition(segment: position.segment + 1)
        isAtBeginning = true
      }
    }
  }

  /// How many bytes the journal holds behind the position, those without a line included.
  public func bytesAhead() throws(JournalError) -> Int64 {
    var bytes: Int64 = 0
    for segment in try Segment.all(in: folder) where segment.number >= position.segment {
      bytes += segment.bytes
      if segment.number == position.segment { bytes -= min(position.offset, segment.bytes) }
    }
    return bytes
  }

  /// How a segment begins; one that is over though nothing was ever noted in it begins anew.
  private func beginning(of capture: Capture) throws(JournalError) -> Capture.Beginning {
    let beginning = try capture.beginning()
    guard beginning == .unknown, try segment(after: position.segment) != nil else {
      return beginning
    }
    return .other
  }

  /// Whether the journal holds bytes or notes of the connection that was made at this time.
  public func holds(connection: Int64) throws(JournalError) -> Bool {
    for segment in try Segment.all(in: folder) where segment.number >= position.segment {
      guard segment.hasIndex else { continue }
      if try Index.survey(ofSegment: segment.indexPath).connections.contains(connection) {
        return true
      }
    }
    return false
  }

  /// The segment being read: if none is open, that of the position, or the first one after it.
  private mutating func current() throws(JournalError) -> Capture? {
    if let capture { return capture }
    guard let segment = try segment(after: position.segment - 1) else { return nil }
    if segment.number != position.segment {
      position = JournalPosition(segment: segment.number)
    }
    let isLast = try self.segment(after: segment.number) == nil
    capture = try Capture(segment, at: position, isGrowing: isLast && end == nil)
    return capture
  }

  private func segment(after number: Int64) throws(JournalError) -> Segment? {
    try Segment.all(in: folder).first { $0.number > number && $0.number <= end ?? .max }
  }
}
