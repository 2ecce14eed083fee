import Glibc
import Support

/// The repository as it stands on the disk, without what builds and demonstrations leave in it.
enum Tree {
  /// The repository's folder.
  static let root = String(Fixture.tests.dropLast("/Tests".count))

  /// A file of the tree: its path below the root.
  struct File: Sendable, CustomStringConvertible {
    let path: String

    var name: String {
      String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
    }
    var folder: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "" }
    var text: String { String(decoding: bytes(of: "\(Tree.root)/\(path)"), as: UTF8.self) }
    var lines: [String] {
      text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    var description: String { path }
  }

  /// All files, recordings and what `make` leaves behind excepted; links are not followed.
  static let files: [File] = list("")

  /// The files below a folder whose names end in `suffix`.
  static func files(in folder: String, _ suffix: String = "") -> [File] {
    files.filter { $0.path.hasPrefix("\(folder)/") && $0.path.hasSuffix(suffix) }
  }

  /// Swift files of the programs and libraries.
  static let sources = files(in: "Sources", ".swift")

  /// Folders that are no part of the project: made by tools, or bytes that others wrote.
  private static let foreign: Set<String> = [
    ".git", ".build", ".swiftpm", "demo", "__pycache__", "Tests/Fixtures",
  ]

  private static func list(_ folder: String) -> [File] {
    guard let listing = unsafe opendir("\(root)/\(folder)") else { return [] }
    defer { unsafe closedir(listing) }
    var found: [File] = []
    while let entry = unsafe readdir(listing) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      let path = folder.isEmpty ? name : "\(folder)/\(name)"
      guard name != ".", name != "..", !foreign.contains(path), !foreign.contains(name) else {
        continue
      }
      switch Int(unsafe entry.pointee.d_type) {
      case Int(DT_DIR): found += list(path)
      case Int(DT_REG): found.append(File(path: path))
      default: break
      }
    }
    return found.sorted { $0.path < $1.path }
  }

  private static func bytes(of path: String) -> [UInt8] {
    guard let file = unsafe fopen(path, "r") else { return [] }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe fread(&piece, 1, piece.count, file)
      guard count > 0 else { return bytes }
      bytes += piece[..<count]
    }
  }

  /// Whether there is a file or folder of that path below the root.
  static func has(_ path: String) -> Bool { unsafe access("\(root)/\(path)", F_OK) == 0 }
}
