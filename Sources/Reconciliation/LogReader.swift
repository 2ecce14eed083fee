import AMI
import Journal

/// Reads all files of one kind, the oldest first, record by record.
///
/// Rotated files may be given in any order: they are sorted by the time of their first record.
final class LogReader {
  /// The most bytes of one record: a CSV record whose quotes do not close ends there.
  static let recordBytesMax = 1 << 20
  /// The most lines of one CSV record.
  static let recordLinesMax = 1000
  /// How many records of a file are looked at to find its time.
  static let lookedMax = 1000

  /// What is wrong with a file.
  struct Flaws: Sendable, Equatable {
    /// Records that are none.
    var unreadable = 0
    /// Whether the last record breaks off.
    var isTorn = false
    /// Why a gzipped file ended too early.
    var damage: String?
  }

  let kind: LogKind
  /// What was wrong, by file, of those in which something was.
  private(set) var flaws: [(path: String, flaws: Flaws)] = []
  /// Records that were read.
  private(set) var records = 0
  private var files: [String]
  private var file: LineFile?
  private var current = Flaws()
  private var line: [UInt8] = []
  private var record: [UInt8] = []
  /// A line that was read and belongs to the next record.
  private var held: [[UInt8]] = []

  /// Opens files.
  ///
  /// - Parameter time: the time of a record; nil when it is none.
  /// - Throws: `JournalError` for a file that cannot be read, `ReconciliationError` for one that
  ///   has no record of this kind.
  init(_ kind: LogKind, _ paths: [String], time: ([UInt8]) -> Instant?) throws {
    self.kind = kind
    files = []
    var dated: [(time: Instant, path: String)] = []
    for path in Set(paths).sorted() {
      let reader = LogReader(kind, path)
      var first: Instant?
      var looked = 0
      while first == nil, looked < Self.lookedMax, let record = try reader.next() {
        looked += 1
        first = time(record)
      }
      if let first {
        dated.append((first, path))
      } else if looked > 0 {
        throw ReconciliationError(
          .input,
          "\(path): none of its first \(looked) records is \(kind.article); check the option it was given with"
        )
      }
    }
    files = dated.sorted { ($0.time, $0.path) < ($1.time, $1.path) }.map(\.path).reversed()
  }

  private init(_ kind: LogKind, _ path: String) {
    self.kind = kind
    files = [path]
  }

  /// The next record's bytes: a line of queue_log, or all lines of a CSV record with LF between
  /// them.
  ///
  /// - Returns: nil at the end of all files.
  func next() throws -> [UInt8]? {
    while true {
      if file == nil {
        guard let path = files.popLast() else { return nil }
        file = try LineFile(path: path)
        current = Flaws()
      }
      if try nextRecord() {
        records += 1
        return record
      }
      finishFile()
    }
  }

  /// Says that the record just read is none.
  func refuse() {
    records -= 1
    if file?.isTorn == true { current.isTorn = true } else { current.unreadable += 1 }
  }

  private func nextLine() throws -> Bool {
    if let line = held.popLast() {
      self.line = line
      return true
    }
    return try file!.next(into: &line)
  }

  private func nextRecord() throws -> Bool {
    repeat {
      guard try nextLine() else { return false }
    } while line.isEmpty
    record = line
    guard kind != .queueLog, Self.isOpen(record) else { return true }
    var lines = [line]
    while try nextLine() {
      lines.append(line)
      record.append(0x0A)
      record += line
      // A quote more makes the number even: the record is whole.
      if Self.isOpen(line) { return true }
      if lines.count > Self.recordLinesMax || record.count > Self.recordBytesMax {
        // Its quotes never close: the first line is damaged, what follows may be whole.
        current.unreadable += 1
        held = Array(lines.dropFirst().reversed())
        return try nextRecord()
      }
    }
    // The file ends within it.
    current.isTorn = true
    return false
  }

  /// Whether the number of quotes is odd, so that a quoted field goes on behind the line's end.
  private static func isOpen(_ bytes: [UInt8]) -> Bool {
    var isOpen = false
    for byte in bytes where byte == UInt8(ascii: "\"") { isOpen.toggle() }
    return isOpen
  }

  /// The records of an archived block.
  static func records(in bytes: [UInt8], _ kind: LogKind) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var isGoingOn = false
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
      let isOpen = kind != .queueLog && Self.isOpen(Array(line))
      if isGoingOn {
        found[found.count - 1].append(0x0A)
        found[found.count - 1] += line
      } else {
        found.append(Array(line))
      }
      if isOpen { isGoingOn.toggle() }
    }
    return found
  }

  private func finishFile() {
    current.damage = file?.damage
    current.unreadable += file?.longLines ?? 0
    if current != Flaws() { flaws.append((file!.path, current)) }
    file = nil
    held = []
  }
}

extension LogKind {
  /// What a record of it is called.
  var article: String {
    switch self {
    case .queueLog: "a line of queue_log"
    case .cdr: "a record of cdr_csv or cdr_custom"
    case .cel: "a record of cel_custom"
    }
  }
}
