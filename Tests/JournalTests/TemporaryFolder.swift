import Glibc

/// A folder for one test, removed with it.
struct TemporaryFolder: ~Copyable {
  let path: String

  init() {
    let text = "/tmp/journal-tests-XXXXXX"
    var template = Array(text.utf8CString)
    path = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe String(cString: mkdtemp(buffer.baseAddress!)!)
    }
  }

  deinit { remove(path) }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file of this folder and returns its path.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String) -> String {
    let path = self(name)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, mode_t(0o644))
    precondition(descriptor >= 0)
    defer { close(descriptor) }
    let written = unsafe Glibc.write(descriptor, bytes, bytes.count)
    precondition(written == bytes.count)
    return path
  }

  @discardableResult
  func write(_ text: String, to name: String) -> String { write(Array(text.utf8), to: name) }

  func read(_ name: String) -> [UInt8] { fileContent(self(name)) }

  private func remove(_ path: String) {
    guard let listing = unsafe opendir(path) else {
      unsafe unlink(path)
      return
    }
    while let entry = unsafe readdir(listing) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { remove("\(path)/\(name)") }
    }
    unsafe closedir(listing)
    unsafe rmdir(path)
  }
}

/// All bytes of a file, which must exist.
func fileContent(_ path: String) -> [UInt8] {
  let descriptor = unsafe open(path, O_RDONLY)
  precondition(descriptor >= 0, path)
  defer { close(descriptor) }
  var status = stat()
  unsafe fstat(descriptor, &status)
  var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
  var count = 0
  while count < bytes.count {
    let read = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe Glibc.read(descriptor, buffer.baseAddress! + count, buffer.count - count)
    }
    precondition(read > 0)
    count += read
  }
  return bytes
}
