import AMI
import Journal

/// A recording before it is taken in: whether it is one, and of which server.
public struct Recording {
  /// How far a recording is read to find its server's name, in bytes.
  public static let surveyBytesMax = 1 << 20

  /// The file with the bytes.
  public let path: String
  /// SystemName of the server, where its asterisk.conf sets one.
  public private(set) var systemName: String?

  /// Looks into the recording at `path`.
  ///
  /// - Throws: `JournalError` when it cannot be read, `IngestError` when it is no AMI stream.
  public init(path: String) throws {
    self.path = path
    let capture = try Capture(path: path)
    var bytes: [UInt8] = []
    var buffer = FrameBuffer()
    var frame = Frame()
    var read = 0
    var isAMI = false
    while read < Self.surveyBytesMax, systemName == nil, let record = try capture.next(into: &bytes)
    {
      // A segment may begin within a frame.
      if case .resume = record { isAMI = true }
      read += bytes.count
      buffer.append(bytes)
      while systemName == nil, buffer.next(into: &frame) {
        if !isAMI, frame.kind == .other { throw IngestError.notAMI(path) }
        isAMI = true
        if frame.kind != .banner { systemName = Self.systemName(in: frame) }
      }
    }
    if !isAMI { throw IngestError.notAMI(path) }
  }

  private static func systemName(in frame: Frame) -> String? {
    guard let name = frame.text(of: .systemName), !name.isEmpty else { return nil }
    // Of an event only a header that stands before its own ones is the server's.
    return frame.kind == .response || frame.headers.prefix(4).contains { $0.name == .systemName }
      ? name : nil
  }

  /// The name that a server gets when nobody gives one: its own, else the file's.
  public var serverName: String {
    if let systemName { return systemName }
    let file = path.split(separator: "/").last.map { String($0) } ?? path
    for ending in [".ami.gz", ".ami"] where file.hasSuffix(ending) && file.count > ending.count {
      return String(file.dropLast(ending.count))
    }
    return file
  }
}
