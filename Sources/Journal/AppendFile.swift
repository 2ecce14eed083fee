import Glibc

/// A new file that only grows.
struct AppendFile: ~Copyable {
  let path: String
  /// Bytes in the file.
  private(set) var size: Int64 = 0
  /// Open for writing, and for reading back.
  let descriptor: Int32

  /// Makes the file, which must not exist: readable by its owner and group alone.
  init(creating path: String) throws(JournalError) {
    let descriptor = unsafe open(
      path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, mode_t(0o640))
    guard descriptor >= 0 else { throw .writing(path, errno) }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The file, wherever it is now.
  var identity: FileIdentity? { FileIdentity(descriptor: descriptor) }

  /// Appends bytes, in one write unless the system takes fewer. What was written before a failure
  /// counts.
  mutating func append(_ bytes: Span<UInt8>) throws(JournalError) {
    let number = unsafe bytes.withUnsafeBytes { bytes -> Int32 in
      var written = 0
      while written < bytes.count {
        let count = unsafe write(descriptor, bytes.baseAddress! + written, bytes.count - written)
        if count > 0 {
          written += count
          size += Int64(count)
        } else if count == 0 {
          return ENOSPC
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
    if number != 0 { throw .writing(path, number) }
  }

  /// Appends the bytes of an array.
  mutating func append(_ bytes: [UInt8]) throws(JournalError) { try append(bytes.span) }

  /// Takes back what was appended since it had a size; false if the system will not.
  mutating func truncate(to size: Int64) -> Bool {
    guard ftruncate(descriptor, off_t(size)) == 0 else { return false }
    self.size = size
    return true
  }
}
