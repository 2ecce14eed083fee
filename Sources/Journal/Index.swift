/// The index beside a recording, read line by line up to the last one that counts.
final class Index {
  /// How much is read ahead, in bytes.
  static let readAheadBytes = 64 << 10

  /// What a first reading of the whole index found.
  struct Survey: Equatable {
    /// Bytes of the index up to the end of the last line that counts. What follows is torn.
    var bytes: Int64 = 0
    /// The time of the last line that counts, or 0.
    var lastTime: Int64 = 0
    /// Why the index cannot be trusted after `bytes`.
    var contradiction: JournalError?
    /// When the connections were made that the index speaks of.
    var connections: Set<Int64> = []
  }

  /// The line that is being worked off.
  private(set) var line: IndexLine?
  /// Bytes of the index before that line, or before the next one.
  private(set) var offset: Int64
  /// The latest time read, in microseconds since 1970, or 0.
  private(set) var lastTime: Int64 = 0
  private var lineBytes: Int64 = 0
  private var limit: Int64
  private var isTorn = false
  private let source: ByteSource

  /// Opens the index of a recording; it is read up to a limit (in bytes).
  init(path: String, limit: Int64) throws(JournalError) {
    source = try ByteSource(path: path, readAhead: Self.readAheadBytes)
    offset = 0
    self.limit = limit
  }

  /// Opens the index of a journal's segment at an offset, to be read as far as it grows.
  init(ofSegment path: String, at offset: Int64) throws(JournalError) {
    source = try ByteSource(plain: path, at: offset, readAhead: Self.readAheadBytes)
    self.offset = offset
    limit = .max
  }

  /// The line to work off: the same until `advance` is called; nil when there is none (yet).
  func current() throws(JournalError) -> IndexLine? {
    if let line { return line }
    guard !isTorn, offset < limit else { return nil }
    guard case .whole(let next, let bytes) = try source.nextLine() else { return nil }
    guard let next, offset + Int64(bytes) <= limit else {
      isTorn = true
      return nil
    }
    line = next
    lineBytes = Int64(bytes)
    lastTime = max(lastTime, next.time)
    return next
  }

  /// Goes on to the next line.
  func advance() {
    precondition(line != nil)
    offset += lineBytes
    line = nil
  }

  /// Reads no line past a number of bytes of the index.
  func end(at limit: Int64) { self.limit = limit }

  /// Reads the whole index of a recording once, to know where it ends and whether it can be
  /// trusted.
  static func survey(_ path: String) throws(JournalError) -> Survey {
    try survey(try ByteSource(path: path, readAhead: readAheadBytes))
  }

  /// Likewise the index of a journal's segment.
  static func survey(ofSegment path: String) throws(JournalError) -> Survey {
    try survey(try ByteSource(plain: path, at: 0, readAhead: readAheadBytes))
  }

  ///
  /// A last line without LF, and lines at the end that are none (a power cut may leave zeros), are
  /// torn; one between good lines, or an offset that goes back, is a contradiction.
  private static func survey(_ source: ByteSource) throws(JournalError) -> Survey {
    let path = source.path
    var survey = Survey()
    var bytes: Int64 = 0
    var number = 0
    var firstBad: Int?
    var reached: Int64 = 0
    while case .whole(let line, let count) = try source.nextLine() {
      number += 1
      bytes += Int64(count)
      guard let line else {
        firstBad = firstBad ?? number
        continue
      }
      if let firstBad {
        survey.contradiction = JournalError(
          .contradictoryIndex, path,
          "line \(firstBad) is no line of an index; mend it, or rename the index to go without")
        return survey
      }
      var isFirstOnly = false
      if case .resume = line.kind { isFirstOnly = true }
      guard line.offset >= reached, !isFirstOnly || number == 1 else {
        let reason = isFirstOnly ? "says continue, but is not the first" : "goes back"
        survey.contradiction = JournalError(
          .contradictoryIndex, path,
          "line \(number) \(reason); mend it, or rename the index to go without")
        return survey
      }
      reached = line.end
      switch line.kind {
      case .connect, .resume: survey.connections.insert(line.time)
      case .chunk, .disconnect, .step: break
      }
      survey.bytes = bytes
      survey.lastTime = max(survey.lastTime, line.time)
    }
    if firstBad != nil, survey.bytes == 0 {
      survey.contradiction = JournalError(
        .contradictoryIndex, path, "it is no index of a recording; rename it to go without")
    }
    return survey
  }
}
