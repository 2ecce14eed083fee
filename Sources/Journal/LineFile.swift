/// A text file read line by line, plain or gzipped as its first bytes tell: the logs that Asterisk
/// writes itself, as they are and as log rotation leaves them.
public final class LineFile {
  /// A line longer than this is passed over and counted, in bytes.
  public static let lineBytesMax = 1 << 20

  /// The file.
  public let path: String
  /// Lines longer than `lineBytesMax` so far.
  public private(set) var longLines = 0
  /// Whether the file's last line ends without its LF: it is being written, or was cut. Known at
  /// the end.
  public private(set) var isTorn = false
  /// Why a gzipped file ended too early, known at the end; nil when it did not.
  public var damage: String? { source.damage }

  private let source: ByteSource
  private var piece: [UInt8] = []
  private var start = 0

  /// Opens a file.
  ///
  /// - Throws: `JournalError.Code.unreadable`.
  public init(path: String) throws(JournalError) {
    self.path = path
    source = try ByteSource(path: path)
  }

  /// Reads the next line without its LF.
  ///
  /// - Returns: false at the end. A last line without LF is given like any other.
  /// - Throws: `JournalError` when the system fails to read.
  public func next(into line: inout [UInt8]) throws(JournalError) -> Bool {
    line.removeAll(keepingCapacity: true)
    var isLong = false
    while true {
      if start == piece.count, try !fill() {
        guard !line.isEmpty, !isLong else { return false }
        isTorn = true
        return true
      }
      let end = piece[start...].firstIndex(of: 0x0A)
      if !isLong { line += piece[start..<(end ?? piece.count)] }
      start = (end ?? piece.count - 1) + 1
      if line.count > Self.lineBytesMax {
        isLong = true
        line.removeAll()
      }
      guard end != nil else { continue }
      if isLong {
        longLines += 1
        isLong = false
        continue
      }
      return true
    }
  }

  private func fill() throws(JournalError) -> Bool {
    piece.removeAll(keepingCapacity: true)
    start = 0
    return try source.take(64 << 10, into: &piece) > 0
  }
}
