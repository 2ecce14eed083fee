import Glibc

extension TemporaryFolder {
  /// Writes a file of this folder and returns its path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) -> String {
    let path = file(name)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, mode_t(0o644))
    precondition(descriptor >= 0)
    defer { close(descriptor) }
    let written = unsafe Glibc.write(descriptor, bytes, bytes.count)
    precondition(written == bytes.count)
    return path
  }

  /// Writes a file of text of this folder and returns its path.
  @discardableResult
  public func write(_ text: String, to name: String) -> String { write(Array(text.utf8), to: name) }
}

/// All bytes of a file, which must exist.
public func fileContent(_ path: String) -> [UInt8] {
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

/// Makes a folder, which must not exist.
public func makeFolder(_ path: String) {
  precondition(unsafe mkdir(path, 0o755) == 0, "\(path): errno \(errno)")
}

/// The names in a folder, in no order; none where it does not exist.
public func fileNames(_ folder: String) -> [String] {
  guard let stream = unsafe opendir(folder) else { return [] }
  defer { unsafe closedir(stream) }
  var names: [String] = []
  while let entry = unsafe readdir(stream) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
      unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names
}
