import Glibc

/// One pair of files of a journal: NNNNNNNNNN.ami with the bytes as received, NNNNNNNNNN.idx with
/// the times.
///
/// A segment exists while its .ami does: the .idx is made first and removed last, and one that
/// stands alone is left over from a crash and means nothing.
public struct Segment: Hashable, Comparable, Sendable {
  /// Digits of a name. A number is the second it was begun in, or one more than the last.
  static let digits = 10
  static let numberMax: Int64 = 9_999_999_999
  /// A clock that says this second (of the year 2128) or a later one numbers no segment: the
  /// numbers after it must last.
  static let clockMax: Int64 = 5_000_000_000

  /// The folder of the journal.
  public let folder: String
  /// Its number; later segments have higher ones.
  public let number: Int64

  /// The file with the bytes.
  public var path: String { "\(folder)/\(name).ami" }
  /// The file with the times.
  public var indexPath: String { "\(folder)/\(name).idx" }
  /// The number with leading zeros.
  public var name: String {
    let text = String(number)
    return String(repeating: "0", count: Self.digits - text.utf8.count) + text
  }

  /// Whether its .idx is there: a crash may leave an .ami alone.
  var hasIndex: Bool { unsafe access(indexPath, F_OK) == 0 }
  /// How many bytes its .ami has now; 0 if it is gone.
  public var bytes: Int64 {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }

  /// A segment by its number.
  public init(folder: String, number: Int64) {
    precondition((0...Self.numberMax).contains(number))
    self.folder = folder
    self.number = number
  }

  /// In the order they were written.
  public static func < (one: Segment, other: Segment) -> Bool { one.number < other.number }

  /// All segments of a folder in the order they were written; none if there is no such folder.
  public static func all(in folder: String) throws(JournalError) -> [Segment] {
    try numbers(in: folder, suffix: ".ami").map { Segment(folder: folder, number: $0) }
  }

  /// Removes the segment. Whatever stops this in between, it is either whole or gone.
  public func remove() throws(JournalError) {
    for path in [path, indexPath] {
      guard unsafe unlink(path) != 0, errno != ENOENT else { continue }
      throw .writing(path, errno)
    }
  }

  /// The names of the folders in a folder that are journals: those with segments.
  public static func journals(in folder: String) throws(JournalError) -> [String] {
    guard let listing = unsafe opendir(folder) else {
      if errno == ENOENT { return [] }
      throw .reading(folder, errno)
    }
    defer { unsafe closedir(listing) }
    var names: [String] = []
    while let entry = unsafe readdir(listing) {
      let name = unsafe name(of: entry)
      guard !name.hasPrefix("."), unsafe entry.pointee.d_type == UInt8(DT_DIR) else { continue }
      if try !all(in: "\(folder)/\(name)").isEmpty { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes all segments before the one of a position.
  public static func removeAll(
    in folder: String, before position: JournalPosition
  ) throws(JournalError) {
    for segment in try all(in: folder) where segment.number < position.segment {
      try segment.remove()
    }
  }

  /// How many bytes the segments of a folder hold, and how many of these stand behind a position.
  public static func bytes(
    in folder: String, after position: JournalPosition = JournalPosition(segment: 0)
  ) throws(JournalError) -> (all: Int64, ahead: Int64, end: JournalPosition) {
    var sizes = (all: Int64(0), ahead: Int64(0), end: position)
    for segment in try all(in: folder) {
      let bytes = segment.bytes
      sizes.all += bytes
      sizes.end = JournalPosition(segment: segment.number, offset: bytes)
      if segment.number == position.segment {
        sizes.ahead += max(0, bytes - position.offset)
      } else if segment.number > position.segment {
        sizes.ahead += bytes
      }
    }
    return sizes
  }

  /// Makes a folder, and those above it, where they are missing.
  static func makeFolder(_ folder: String) throws(JournalError) {
    if unsafe mkdir(folder, mode_t(0o750)) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = folder.lastIndex(of: "/"), slash > folder.startIndex else {
      throw .writing(folder, errno)
    }
    try makeFolder(String(folder[..<slash]))
    if unsafe mkdir(folder, mode_t(0o750)) != 0, errno != EEXIST { throw .writing(folder, errno) }
  }

  /// Numbers of the files with a suffix, ascending.
  static func numbers(in folder: String, suffix: String) throws(JournalError) -> [Int64] {
    guard let listing = unsafe opendir(folder) else {
      if errno == ENOENT { return [] }
      throw .reading(folder, errno)
    }
    defer { unsafe closedir(listing) }
    var numbers: [Int64] = []
    while let entry = unsafe readdir(listing) {
      let name = unsafe name(of: entry)
      guard name.hasSuffix(suffix) else { continue }
      let stem = name.dropLast(suffix.count)
      if stem.utf8.count == digits, stem.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
        let number = Int64(stem)
      {
        numbers.append(number)
      }
    }
    return numbers.sorted()
  }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
    unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
