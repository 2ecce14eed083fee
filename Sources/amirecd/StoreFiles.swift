import Glibc
import Journal
import Store

/// The files that an open store consists of, to notice when one of them is not at its path any
/// more: what is written then is found by nobody, and is gone with the program.
///
/// **Source:** sqlite.org/howtocorrupt.html (sections 1.2 to 1.4, 2.2 and 4)
struct StoreFiles {
  private let paths: [String]
  private let found: [FileIdentity?]
  /// The path as configured, which may be a link to the file.
  private let path: String
  private let target: FileIdentity?
  private var size: Int64 = 0

  /// The files of a store that is open, and was read: then all of them are there.
  init(of store: Store) {
    paths = store.files
    found = paths.map { FileIdentity(path: $0) }
    path = store.path
    target = FileIdentity(path: path)
    size = Self.size(of: paths[0])
  }

  /// What happened to the files since they were opened, in words; nil when they are all there.
  mutating func change(in store: Store) -> String? {
    if FileIdentity(path: path) != target { return "\(path) was \(Self.fate(of: path))" }
    for (path, identity) in zip(paths, found) where FileIdentity(path: path) != identity {
      return "\(path) was \(Self.fate(of: path))"
    }
    if isCutShort(store) { return "\(path) was cut short" }
    size = Self.size(of: paths[0])
    return nil
  }

  /// Whether the file was emptied or cut short: nothing must be written into it any more.
  ///
  /// A file shrinks in order only when somebody tidied it up (VACUUM), and then it holds fewer
  /// pages. It must not be opened here to look: closing it would let go of SQLite's locks.
  func isCutShort(_ store: Store) -> Bool {
    let now = Self.size(of: paths[0])
    guard FileIdentity(path: paths[0]) == found[0], now < size else { return false }
    guard now > 0, let pages = try? store.integer("PRAGMA page_count"),
      let pageSize = try? store.integer("PRAGMA page_size")
    else { return true }
    return pages * pageSize >= size
  }

  /// Removes the WAL that was left at the path when the store's file was not: it belongs to that
  /// file, and would destroy another one that has its name now. The store must be closed.
  func removeStrays() {
    guard FileIdentity(path: paths[0]) != found[0] else { return }
    for index in 1...2 where found[index] != nil {
      if FileIdentity(path: paths[index]) == found[index] { unsafe unlink(paths[index]) }
    }
  }

  private static func fate(of path: String) -> String {
    unsafe access(path, F_OK) == 0 ? "replaced by another file" : "removed or moved"
  }

  private static func size(of path: String) -> Int64 {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }
}
