import Glibc

/// How far a file that must be nobody else's is open to other users.
struct Exposure {
  /// Where systems put secrets for one process or container alone, with rights of their own making.
  ///
  /// **Source:** docs.docker.com/engine/swarm/secrets;
  /// kubernetes.io/docs/concepts/configuration/secret
  static let guardedFolder = "/run/secrets"

  /// Whether others than its owner may change the file.
  let isWritable: Bool
  /// Whether users who are neither its owner nor of its group may read it.
  let isReadable: Bool
  /// The folder, as it is found behind links, if others than its owner may put another file in the
  /// file's place.
  let openFolder: String?

  /// Looks at the file behind a path, whatever links lead there. Nothing is open of a file that
  /// cannot be looked at.
  init(of path: String, environment: Environment) {
    var status = stat()
    let real = Self.resolved(path)
    guard unsafe stat(real, &status) == 0 else {
      (isWritable, isReadable, openFolder) = (false, false, nil)
      return
    }
    isWritable = status.st_mode & 0o022 != 0
    let guarded = [Self.guardedFolder, environment.credentials].compactMap(\.self)
    guard !guarded.contains(where: { real.hasPrefix(Self.resolved($0) + "/") }) else {
      (isReadable, openFolder) = (false, nil)
      return
    }
    isReadable = status.st_mode & 0o004 != 0
    let folder = real.lastIndex(of: "/").map { String(real[..<$0]) } ?? "."
    // In a folder like /tmp only its owner may remove a file, or put another in its place.
    let isOpen =
      unsafe stat(folder.isEmpty ? "/" : folder, &status) == 0
      && status.st_mode & 0o022 != 0 && status.st_mode & S_ISVTX == 0
    openFolder = isOpen ? folder : nil
  }

  private static func resolved(_ path: String) -> String {
    guard let found = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(found) }
    return unsafe String(cString: found)
  }
}
