import Glibc

/// A fresh folder that goes, with all that is in it, when its owner lets it go.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() {
    var template = Array("/tmp/amirec-test-XXXXXX".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { unsafe mkdtemp($0.baseAddress!) }
    precondition(unsafe made != nil, "no temporary folder: errno \(errno)")
    path = unsafe template.withUnsafeBufferPointer { unsafe String(cString: $0.baseAddress!) }
  }

  deinit { Self.remove(path) }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  private static func remove(_ path: String) {
    if let folder = unsafe opendir(path) {
      var names: [String] = []
      while let entry = unsafe readdir(folder) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
          unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
        }
        if name != ".", name != ".." { names.append(name) }
      }
      unsafe closedir(folder)
      for name in names {
        if unsafe unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
      }
    }
    unsafe rmdir(path)
  }
}
