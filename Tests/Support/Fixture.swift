import Glibc

/// The recordings of Tests/Fixtures.
public enum Fixture {
  /// The folder Tests/.
  public static let tests = folder(of: folder(of: #filePath))

  /// Tests/Fixtures/captures.
  public static let captures = "\(tests)/Fixtures/captures"

  /// Absolute path of the recording `name` (`mixed-22`): gzipped, its `.idx.gz` beside it.
  public static func recording(_ name: String) -> String { "\(captures)/\(name).ami.gz" }

  /// The names of all recordings, the longest first: what takes long should not begin last.
  public static let recordings: [String] = {
    guard let folder = unsafe opendir(captures) else { return [] }
    defer { unsafe closedir(folder) }
    var found: [(name: String, size: Int)] = []
    while let entry = unsafe readdir(folder) {
      let file = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      guard file.hasSuffix(".ami.gz") else { continue }
      var status = stat()
      unsafe stat("\(captures)/\(file)", &status)
      found.append((String(file.dropLast(".ami.gz".count)), Int(status.st_size)))
    }
    return found.sorted { ($1.size, $0.name) < ($0.size, $1.name) }.map(\.name)
  }()

  private static func folder(of path: String) -> String {
    String(path[..<path.lastIndex(of: "/")!])
  }
}
