import Glibc

/// Small text files of the user's.
enum TextFile {
  /// The largest file that is read, in bytes.
  static let bytesMax = 1 << 20

  /// The text of the file at `path`; bytes that are no UTF-8 become U+FFFD.
  static func read(_ path: String) throws(ReportsError) -> String {
    guard let file = unsafe fopen(path, "r") else { throw unreadable(path) }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    guard unsafe ferror(file) == 0 else { throw unreadable(path) }
    guard count <= bytesMax else {
      throw ReportsError(.input, "\(path) is larger than \(bytesMax) bytes: this is no query")
    }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// The names in a folder, sorted.
  static func names(in folder: String) throws(ReportsError) -> [String] {
    guard let open = unsafe opendir(folder) else { throw unreadable(folder) }
    defer { unsafe closedir(open) }
    var names: [String] = []
    while let entry = unsafe readdir(open) {
      names.append(
        unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.sorted()
  }

  /// The error that says why `path` could not be read.
  static func unreadable(_ path: String) -> ReportsError {
    let reason = errno
    return ReportsError(
      .input, "\(path) cannot be read: \(unsafe String(cString: strerror(reason)))")
  }
}
