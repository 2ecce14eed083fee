import Glibc

/// Appends what one server sends to a journal: a folder with segments, and a lock for its only
/// writer.
///
/// Each chunk is one write of its bytes and one of its line in the index, in this order: whatever
/// stops the program or the machine in between, no byte that reached the .ami is lost, since bytes
/// that no line speaks of count with the file's time. A new writer always begins a new segment and
/// never touches an old one.
///
/// Writing goes to the system's page cache and waits for no disk; `JournalSync`, on another thread,
/// has the disk catch up.
public struct JournalWriter: ~Copyable {
  /// Bytes after which a segment is full: the default.
  public static let segmentBytesDefault: Int64 = 64 << 20
  /// Bytes written on into a full segment when no new one can be made, before it is tried again.
  static let retryBytes: Int64 = 1 << 20

  /// The folder of the journal.
  public let folder: String
  /// The end of what was written.
  public var position: JournalPosition {
    JournalPosition(segment: segment.number, offset: bytes.size, indexOffset: index.size)
  }
  /// Whether a connection is open.
  public var isConnected: Bool { session != nil }

  private struct Session {
    var connectedAt: Int64
    var bytes: Int64
  }

  var lock: FileLock
  private let segmentBytes: Int64
  private(set) var segment: Segment
  private(set) var bytes: AppendFile
  private(set) var index: AppendFile
  private var session: Session?
  private var fullAt: Int64
  /// When the session ended, while that could not be written yet.
  private var owedEnd: Int64?
  /// When the last connection was made: each has a time of its own, by which it is known.
  private var lastConnectedAt: Int64?
  /// Whether the index takes no more lines: it is too large, or half a line at its end could not be
  /// taken back.
  private var isIndexClosed = false
  /// Whether the file with the bytes is as large as it may become.
  private var isTooLarge = false
  private var scratch: [UInt8] = []

  /// Opens a journal for writing: makes the folder where it is missing, takes its lock, and begins
  /// a segment.
  ///
  /// `time` is now, in microseconds since 1970. Throws if another program writes this journal, and
  /// if folder or files cannot be made.
  public init(
    folder: String, at time: Int64, segmentBytes: Int64 = segmentBytesDefault
  ) throws(JournalError) {
    precondition(segmentBytes > 0)
    try Segment.makeFolder(folder)
    let lock = try Self.lock(of: folder)
    let existing = try Segment.numbers(in: folder, suffix: ".ami")
    let indexes = try Segment.numbers(in: folder, suffix: ".idx")
    for number in indexes where !existing.contains(number) {
      try Segment(folder: folder, number: number).remove()  // left over from a crash
    }
    let segment = Self.segment(in: folder, after: existing.last, at: time)
    let index = try AppendFile(creating: segment.indexPath)
    bytes = try AppendFile(creating: segment.path)
    self.index = index
    self.lock = lock
    self.folder = folder
    self.segment = segment
    self.segmentBytes = segmentBytes
    fullAt = segmentBytes
    scratch.reserveCapacity(IndexLine.bytesMax + 1)
  }

  /// Takes the lock of a journal's folder.
  static func lock(of folder: String) throws(JournalError) -> FileLock {
    try FileLock(
      path: folder + "/lock",
      refusal: "another program records into this journal; stop it, or name another folder")
  }

  /// Notes that a connection was made.
  ///
  /// Throws if that cannot be written, and then there is none: close it and try again later. The
  /// end of the connection before, where it could not be written, is written first.
  public mutating func connect(at time: Int64) throws(JournalError) {
    try writeOwedEnd()
    precondition(session == nil, "connected already")
    if bytes.size >= segmentBytes / 2 || isTooLarge || isIndexClosed {
      try rotate(at: time)
    }
    let own = time == lastConnectedAt ? time + 1 : time
    try write(.connect, at: own)
    lastConnectedAt = own
    session = Session(connectedAt: own, bytes: 0)
  }

  /// Appends bytes received together.
  ///
  /// Throws if the disk does not take them: then part of them may be in the journal, and the stream
  /// has a hole after that. Close the connection and call `disconnect`.
  public mutating func append(_ chunk: Span<UInt8>, at time: Int64) throws(JournalError) {
    precondition(session != nil, "not connected")
    guard !chunk.isEmpty else { return }
    if bytes.size >= fullAt {
      do { try rotate(at: time) } catch { fullAt = bytes.size + Self.retryBytes }
    }
    let start = bytes.size
    defer { session?.bytes += bytes.size - start }
    do {
      try bytes.append(chunk)
    } catch {
      isTooLarge = error.code == .tooLarge
      throw error
    }
    try write(.chunk(length: Int64(chunk.count)), at: time, offset: start)
  }

  /// Notes that the wall clock was set while the connection is open, by so many microseconds.
  public mutating func step(by step: Int64, at time: Int64) throws(JournalError) {
    precondition(session != nil, "not connected")
    try write(.step(by: step), at: time)
  }

  /// Notes that the connection was closed, or that an attempt to connect failed.
  ///
  /// Throws if that cannot be written; the end of a connection is then written later, before the
  /// next line of any kind.
  public mutating func disconnect(at time: Int64) throws(JournalError) {
    try writeOwedEnd()
    if session != nil {
      owedEnd = time
      try writeOwedEnd()
    } else {
      if isIndexClosed { try rotate(at: time) }
      try write(.disconnect, at: time)
    }
  }

  /// Writes what an earlier failure left unwritten, if anything; throws if that is still
  /// impossible.
  public mutating func settle() throws(JournalError) { try writeOwedEnd() }

  private mutating func writeOwedEnd() throws(JournalError) {
    guard let time = owedEnd else { return }
    if isIndexClosed { try rotate(at: time) }
    try write(.disconnect, at: time)
    owedEnd = nil
    session = nil
  }

  /// Appends a line to the index, whole or not at all.
  private mutating func write(
    _ kind: IndexLine.Kind, at time: Int64, offset: Int64? = nil
  ) throws(JournalError) {
    scratch.removeAll(keepingCapacity: true)
    IndexLine(offset: offset ?? bytes.size, kind: kind, time: time).write(to: &scratch)
    let size = index.size
    do {
      try index.append(scratch)
    } catch {
      isIndexClosed = error.code == .tooLarge
      if index.size != size, !index.truncate(to: size) { isIndexClosed = true }
      throw error
    }
  }

  /// Goes on in a new segment.
  mutating func rotate(at time: Int64) throws(JournalError) {
    let next = Self.segment(in: folder, after: segment.number, at: time)
    var nextIndex = try AppendFile(creating: next.indexPath)
    do {
      if let session {
        scratch.removeAll(keepingCapacity: true)
        IndexLine(
          offset: 0, kind: .resume(sessionOffset: session.bytes), time: session.connectedAt
        ).write(to: &scratch)
        try nextIndex.append(scratch)
      }
      bytes = try AppendFile(creating: next.path)
    } catch {
      unsafe unlink(next.indexPath)
      throw error
    }
    index = nextIndex
    segment = next
    fullAt = segmentBytes
    isIndexClosed = false
    isTooLarge = false
  }

  /// The segment after another: numbers never come again, even when the folder was emptied
  /// meanwhile.
  private static func segment(in folder: String, after last: Int64?, at time: Int64) -> Segment {
    let next = (last ?? 0) + 1
    let second = time / 1_000_000
    return Segment(folder: folder, number: second < Segment.clockMax ? max(second, next) : next)
  }
}
