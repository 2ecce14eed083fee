import Glibc

/// Files, as these tests need them.
enum Directory {
  static func files(in folder: String) -> [String] {
    guard let handle = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      names.append(
        unsafe withUnsafePointer(to: &entry.pointee.d_name) {
          unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
        })
    }
    return names
  }

  static func write(_ text: String, to path: String) throws {
    let file = unsafe fopen(path, "w")!
    defer { unsafe fclose(file) }
    let written = unsafe fwrite(text, 1, text.utf8.count, file)
    precondition(written == text.utf8.count)
  }

  static func read(_ path: String) throws -> String {
    let file = unsafe fopen(path, "r")!
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
