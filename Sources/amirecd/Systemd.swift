import Glibc

/// Tells systemd how the program is doing: datagrams to the socket that it names in the
/// environment.
///
/// **Source:** sd_notify(3), sd_watchdog_enabled(3).
struct Systemd: Sendable {
  /// How often systemd wants to hear that all is well; nil if it does not.
  let watchdogInterval: Duration?
  private let address: [UInt8]

  /// Nil where systemd does not listen.
  init?(environment: (String) -> String?) {
    guard let path = environment("NOTIFY_SOCKET"), let first = path.utf8.first else { return nil }
    guard first == 0x2F || first == 0x40, path.utf8.count < Self.pathBytesMax else { return nil }
    // An @ stands for the zero byte of an abstract name.
    address = (first == 0x40 ? [0] : [first]) + path.utf8.dropFirst()
    let isForUs = environment("WATCHDOG_PID").map { $0 == String(getpid()) } ?? true
    if isForUs, let text = environment("WATCHDOG_USEC"), let microseconds = Int64(text),
      microseconds > 0
    {
      watchdogInterval = .microseconds(microseconds)
    } else {
      watchdogInterval = nil
    }
  }

  /// The bytes that a socket's path may have. **Source:** unix(7).
  private static let pathBytesMax = 108

  /// Sends some assignments, such as READY=1. Waits for nobody: systemd reads, or it is lost.
  func notify(_ lines: String...) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: address) }
    let length = MemoryLayout<sa_family_t>.size + address.count
    let message = Array(lines.joined(separator: "\n").utf8)
    unsafe withUnsafePointer(to: &name) { name in
      unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        _ = unsafe sendto(
          descriptor, message, message.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), name,
          socklen_t(length))
      }
    }
  }
}
