import Glibc

/// Looks whether a program could keep its files in a folder: that it is there, may be written by
/// this user, and has room.
enum FolderCheck {
  /// Less than this is soon full, in bytes.
  static let freeBytesLeast: Int64 = 1 << 30
  /// Less than this is full, in bytes.
  static let freeBytesNone: Int64 = 64 << 20

  /// Checks a folder, and the file in it if there is one; `name` is what it is for. One that
  /// amirecd makes when it is needed (`isMade`) may be missing: then the nearest folder above it is
  /// looked at.
  static func check(
    _ name: String, folder: String, file: String? = nil, isMade: Bool = false
  ) -> Check {
    var status = stat()
    guard unsafe stat(folder, &status) == 0 else {
      let isAbsent = errno == ENOENT
      let reason = reason()
      if isMade, isAbsent, let parent = nearest(to: folder) {
        let check = check(name, folder: parent)
        if check.remedy == nil { return check }
      }
      return Check(
        name, .missing, "\(folder): \(reason); amirecd cannot keep anything there",
        .init(file: "shell", lines: ["install -d -o amirec -g amirec -m 750 \(folder)"]))
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      return Check(name, .missing, "\(folder) is no folder; name another in amirec.conf")
    }
    for path in [folder, file].compactMap(\.self) {
      guard unsafe access(path, W_OK) != 0, errno != ENOENT else { continue }
      return Check(
        name, .missing, "\(path) may not be written by this user: \(reason())",
        .init(file: "shell", lines: ["chown amirec: \(path)"]))
    }
    return room(name, folder)
  }

  /// The nearest thing above a folder that is there.
  private static func nearest(to folder: String) -> String? {
    var rest = folder[...]
    while let slash = rest.lastIndex(of: "/") {
      rest = rest[..<slash]
      let path = rest.isEmpty ? "/" : String(rest)
      if unsafe access(path, F_OK) == 0 { return path }
    }
    return nil
  }

  private static func room(_ name: String, _ folder: String) -> Check {
    var system = statvfs()
    guard unsafe statvfs(folder, &system) == 0 else {
      return Check(name, .warning, "\(folder): how much room there is, is not known: \(reason())")
    }
    let free = Int64(clamping: UInt64(system.f_bavail) * UInt64(system.f_frsize))
    let words = "\(folder) has room for \(free >> 20) MiB"
    if free < freeBytesLeast {
      return Check(
        name, free < freeBytesNone ? .missing : .warning,
        words + "; when it is full nothing is recorded")
    }
    return Check(
      name, .ok,
      geteuid() == 0 ? words + "; root may write everywhere: try as the user of amirecd" : words)
  }

  private static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
