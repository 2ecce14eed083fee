import Glibc

/// Who runs this program.
enum MachineUser {
  /// The name of the user, or the number of one without a name. When the user logged in to the
  /// machine as another, as before su or sudo, `anna as root`.
  ///
  /// **Source:** proc(5), `/proc/self/loginuid`: set once at login, and not by who logged in.
  static var name: String {
    let user = name(of: getuid())
    guard let login = loginID, login != getuid() else { return user }
    return "\(name(of: login)) as \(user)"
  }

  private static func name(of id: uid_t) -> String {
    guard let entry = unsafe getpwuid(id) else { return String(id) }
    return unsafe String(cString: entry.pointee.pw_name)
  }

  private static var loginID: uid_t? {
    let file = unsafe open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = unsafe read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    guard let id = uid_t(text.filter { $0.isNumber }), id != .max else { return nil }
    return id
  }
}
