import Glibc

/// Room on the disk that a file or folder lies on.
public enum DiskRoom {
  /// Less than this is nearly full, in bytes.
  public static let bytesLeast: Int64 = 256 << 20

  /// How many bytes this user may still write there; nil when that cannot be known.
  public static func free(at path: String) -> Int64? {
    var system = statvfs()
    guard unsafe statvfs(path, &system) == 0 else { return nil }
    return Int64(clamping: UInt64(system.f_bavail) * UInt64(system.f_frsize))
  }
}
