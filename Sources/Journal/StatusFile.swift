import Glibc

/// The file beside the journals in which their recorder says how it is doing, for those who ask
/// while the store cannot be written. One program at a time writes it: it holds a lock beside it.
///
/// A reader finds it whole, always: a new one replaces the old. It is not synced, since after a
/// power cut what it says is out of date anyway.
public final class StatusFile: Sendable {
  /// The file's name in the folder of the journals. No server has such a name.
  static let name = "status.json"
  private static let lockName = "status.lock"

  /// Largest size that is read, in bytes.
  public static let bytesMax = 4 << 20

  private let folder: String
  private let lock: FileLock

  /// For the folder of the journals, which is made where it is missing. Throws if another program
  /// writes the file, and if it cannot be written.
  public init(in folder: String) throws(JournalError) {
    self.folder = folder
    try Segment.makeFolder(folder)
    let path = "\(folder)/\(Self.lockName)"
    lock = try FileLock(
      path: path, refusal: "another amirecd records into this folder; stop it, or name another")
  }

  /// Whether folder and lock are still there under their names.
  public var isThere: Bool { FileIdentity(path: "\(folder)/\(Self.lockName)") == lock.identity }

  /// Replaces the file's text.
  public func write(_ text: String) throws(JournalError) {
    let path = "\(folder)/\(Self.name)"
    let new = "\(path).new"
    unsafe unlink(new)
    var file = try AppendFile(creating: new)
    try file.append(Array(text.utf8))
    guard unsafe rename(new, path) == 0 else { throw .writing(path, errno) }
  }

  /// The text of the file in a folder of journals; nil if there is none.
  public static func read(in folder: String) throws(JournalError) -> String? {
    let path = "\(folder)/\(name)"
    guard unsafe access(path, F_OK) == 0 else {
      // A folder that may not be looked into does not tell whether there is one.
      if errno == ENOENT { return nil }
      throw .reading(path, errno)
    }
    let source = try ByteSource(path: path)
    var bytes: [UInt8] = []
    _ = try source.take(bytesMax, into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
