import Glibc

/// A recording, read record by record: the bytes of X.ami (or X.ami.gz) with the times of X.idx.
///
/// Damage is no failure: all that can be read is read, and `cutReason` says afterwards what is
/// missing. The format of the index is described in IndexLine.swift.
public final class Capture {
  /// What a recording consists of, in its order.
  public enum Record: Equatable, Sendable {
    /// A connection was made. Times are microseconds since 1970.
    case connect(at: Int64)
    /// The bytes go on with the connection made at this time; the next one is number
    /// `sessionOffset` of it.
    case resume(connectedAt: Int64, sessionOffset: Int64)
    /// Bytes that were received together, in the buffer given; no time where there is no index.
    case bytes(at: Int64?)
    /// The connection was closed; with none before it, an attempt to connect failed.
    case disconnect(at: Int64)
    /// The wall clock of the recording machine was set, ahead or back (negative), by so many
    /// microseconds. The times go on as if it had not been.
    case step(at: Int64, by: Int64)
    /// A segment begins that goes on with no connection: one that is open was left by a recorder
    /// that is gone, and nobody noted when it ended. Only a journal has this.
    case restart
  }

  /// Largest number of bytes in one record; a longer chunk comes in pieces with the same time.
  public static let recordBytesMax = 1 << 20
  /// Bytes in a record of a recording without an index.
  public static let unindexedBytes = 256 << 10

  /// The file with the bytes.
  public let path: String
  /// The index beside it, if there is one.
  public let indexPath: String?
  /// Size of the file in bytes (compressed, if it is) when it was opened.
  public var fileBytes: Int64 { bytes.fileBytes }
  /// Bytes of the file that were read so far, at most 1 MiB ahead of the records.
  public var fileBytesRead: Int64 { bytes.fileBytesRead }
  /// When the file was last written, in microseconds since 1970.
  public var modified: Int64 { bytes.modified }
  /// Bytes of the stream (not compressed) in the records so far, and before the place it was opened
  /// at.
  public private(set) var offset: Int64
  /// Bytes of the index that were worked off.
  public var indexOffset: Int64 { index?.offset ?? 0 }
  /// Why the recording ends too early, once its last record was read; nil if it does not.
  public private(set) var cutReason: String?
  /// Whether the recording turned out to end too early.
  public var wasCut: Bool { cutReason != nil }
  /// The last time that its index knows of, in microseconds since 1970: up to then something is
  /// missing in a recording that was cut; nil where no index tells.
  public var indexedUntil: Int64? { (survey?.lastTime).flatMap { $0 > 0 ? $0 : nil } }
  /// Whether a writer may still append to it.
  private(set) var isGrowing = false

  /// When the connections were made that the recording holds, as its index says.
  public var connections: Set<Int64> { survey?.connections ?? [] }

  private let bytes: ByteSource
  private let index: Index?
  private var survey: Index.Survey?

  /// Opens a recording: X.ami, X.ami.gz, or any other name, compressed or not as its content tells.
  ///
  /// The index is looked for beside it: X.idx or X.idx.gz, and for a name without .ami that name
  /// with .idx appended. Throws for a file that cannot be read or is empty, and for an index that
  /// contradicts itself.
  public init(path: String) throws(JournalError) {
    for suffix in [".idx", ".idx.gz"] where path.hasSuffix(suffix) {
      throw JournalError(
        .unreadable, path, "this is an index; give \(path.dropLast(suffix.count)).ami instead")
    }
    self.path = path
    offset = 0
    bytes = try ByteSource(path: path)
    indexPath = Self.indexPath(beside: path)
    if let indexPath {
      let survey = try Index.survey(indexPath)
      if let contradiction = survey.contradiction { throw contradiction }
      index = try Index(path: indexPath, limit: survey.bytes)
      self.survey = survey
    } else {
      index = nil
    }
    guard try !bytes.isAtEnd() || bytes.damage != nil || survey.map({ $0.bytes > 0 }) == true else {
      throw JournalError(.empty, path, "it is empty; give a file with a recorded stream")
    }
  }

  /// Opens a segment of a journal at a place; one that a writer may still append to is growing.
  init(
    _ segment: Segment, at position: JournalPosition, isGrowing: Bool
  ) throws(JournalError) {
    precondition(position.segment == segment.number)
    path = segment.path
    indexPath = segment.indexPath
    offset = position.offset
    self.isGrowing = isGrowing
    bytes = try ByteSource(plain: path, at: position.offset)
    index =
      segment.hasIndex
      ? try Index(ofSegment: segment.indexPath, at: position.indexOffset) : nil
    if !isGrowing { try finish() }
  }

  /// Says that the writer has gone on to another segment: from now on the end is the end.
  func finish() throws(JournalError) {
    isGrowing = false
    // One that was removed while it was read is read to its end as it is.
    guard index != nil, let indexPath, unsafe access(indexPath, F_OK) == 0 else { return }
    let survey = try Index.survey(ofSegment: indexPath)
    index?.end(at: survey.bytes)
    self.survey = survey
  }

  /// Reads the next record; the buffer's content becomes the bytes of a record of bytes, else
  /// nothing.
  ///
  /// Returns nil at the end, which for a growing segment means: for now. Throws only if the system
  /// fails to read.
  public func next(into buffer: inout [UInt8]) throws(JournalError) -> Record? {
    buffer.removeAll(keepingCapacity: true)
    while true {
      guard let line = try index?.current() else { return try unindexed(into: &buffer) }
      if line.offset > offset {
        // Bytes that no line speaks of: the writer failed after them. They came before this line.
        return try take(upTo: line.offset, at: line.time, into: &buffer)
      }
      switch line.kind {
      case .chunk:
        if line.end > offset {
          return try take(upTo: line.end, at: line.time, into: &buffer)
        }
        index?.advance()
      case .connect:
        index?.advance()
        return .connect(at: line.time)
      case .disconnect:
        index?.advance()
        return .disconnect(at: line.time)
      case .step(let step):
        index?.advance()
        return .step(at: line.time, by: step)
      case .resume(let sessionOffset):
        index?.advance()
        return .resume(connectedAt: line.time, sessionOffset: sessionOffset)
      }
    }
  }

  /// How a segment begins, seen before its first record is read.
  enum Beginning { case resume, other, unknown }

  /// Whether the segment goes on with a connection of the one before it. Unknown while its writer
  /// may still write its first line.
  func beginning() throws(JournalError) -> Beginning {
    precondition(offset == 0 && indexOffset == 0, "it was read from already")
    guard let line = try index?.current() else { return isGrowing ? .unknown : .other }
    if case .resume = line.kind { return .resume }
    return .other
  }

  /// Takes bytes that the index speaks of.
  private func take(
    upTo end: Int64, at time: Int64, into buffer: inout [UInt8]
  ) throws(JournalError) -> Record? {
    let wanted = Int(min(end - offset, Int64(Self.recordBytesMax)))
    let taken = try bytes.take(wanted, into: &buffer)
    offset += Int64(taken)
    if let line = index?.line, case .chunk = line.kind, line.end == offset { index?.advance() }
    guard taken == 0 else { return .bytes(at: time) }
    if !isGrowing {
      cutReason = bytes.damage ?? "its index tells of more bytes than the \(offset) it holds"
    }
    return nil
  }

  /// Takes bytes behind the last line of the index, or without one.
  private func unindexed(into buffer: inout [UInt8]) throws(JournalError) -> Record? {
    guard !isGrowing else { return nil }
    let taken = try bytes.take(Self.unindexedBytes, into: &buffer)
    offset += Int64(taken)
    if taken > 0 {
      return .bytes(at: index == nil ? nil : max(bytes.modified, survey?.lastTime ?? 0))
    }
    cutReason = bytes.damage ?? survey?.contradiction?.message
    return nil
  }

  /// The index beside a recording: the first of the possible names that exists.
  private static func indexPath(beside path: String) -> String? {
    var base = path[...]
    if base.hasSuffix(".gz") { base = base.dropLast(3) }
    if base.hasSuffix(".ami") { base = base.dropLast(4) }
    return ["\(base).idx", "\(base).idx.gz"].first { unsafe access($0, F_OK) == 0 }
  }
}
