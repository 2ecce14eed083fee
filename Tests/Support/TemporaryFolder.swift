import Glibc
import Synchronization

/// A fresh folder that goes, with all that is in it, when its owner lets it go.
public final class TemporaryFolder: Sendable {
  public let path: String
  private let isKept = Atomic<Bool>(false)

  public init() {
    var template = Array("/tmp/amirec-test-XXXXXX".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { unsafe mkdtemp($0.baseAddress!) }
    precondition(unsafe made != nil, "no temporary folder: errno \(errno)")
    path = unsafe template.withUnsafeBufferPointer { unsafe String(cString: $0.baseAddress!) }
  }

  deinit { if !isKept.load(ordering: .relaxed) { Self.remove(path) } }

  /// Leaves it for somebody to look at.
  public func keep() { isKept.store(true, ordering: .relaxed) }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  private static func remove(_ path: String) {
    for name in fileNames(path) where unsafe unlink("\(path)/\(name)") != 0 {
      remove("\(path)/\(name)")
    }
    unsafe rmdir(path)
  }
}
