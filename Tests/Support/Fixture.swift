import Glibc

/// The recordings of Tests/Fixtures.
public enum Fixture {
  /// The folder Tests/.
  public static let tests = folder(of: folder(of: #filePath))

  /// Tests/Fixtures/captures.
  public static let captures = "\(tests)/Fixtures/captures"

  /// Absolute path of the recording `name` (`mixed-22`): gzipped, its `.idx.gz` beside it.
  public static func recording(_ name: String) -> String { "\(captures)/\(name).ami.gz" }

  /// A file of the project as text, by its path from the folder above Tests.
  public static func document(_ name: String) -> String { text("\(tests)/../\(name)") }

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

  /// The names of the files in a folder, sorted.
  public static func files(in folder: String) -> [String] {
    guard let listing = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(listing) }
    var found: [String] = []
    while let entry = unsafe readdir(listing) {
      let file = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      if !file.hasPrefix(".") { found.append(file) }
    }
    return found.sorted()
  }

  private static func folder(of path: String) -> String {
    String(path[..<path.lastIndex(of: "/")!])
  }
}

/// The streams of Tests/Fixtures/ami1: one call as each version tells it.
public enum OldFixture {
  /// Tests/Fixtures/ami1.
  public static let folder = "\(Fixture.tests)/Fixtures/ami1"
  /// The versions before 12.
  public static let versions = ["1.4", "1.6", "1.8", "10", "11"]
  /// The version whose rows are the measure.
  public static let measure = "16"

  /// Absolute path of one stream, its `.idx` beside it.
  public static func path(_ version: String, _ scenario: String) -> String {
    "\(folder)/\(version)/\(scenario).ami"
  }

  /// The names of all scenarios.
  public static let scenarios: [String] = {
    guard let listing = unsafe opendir("\(folder)/\(measure)") else { return [] }
    defer { unsafe closedir(listing) }
    var found: [String] = []
    while let entry = unsafe readdir(listing) {
      let file = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      if file.hasSuffix(".ami") { found.append(String(file.dropLast(4))) }
    }
    return found.sorted()
  }()
}
