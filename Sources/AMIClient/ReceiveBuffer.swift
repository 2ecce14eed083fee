import Glibc
import NIOCore

/// How much of the stream the kernel holds for us while this process does not read. Asterisk
/// disconnects a client that lets it wait (`writetimeout`), so the more the better.
public struct ReceiveBuffer: Sendable, Equatable, CustomStringConvertible {
  /// What is asked for where the system allows it, in bytes.
  public static let wanted = 8 << 20

  /// The buffer's size in bytes: as set, or the most that the system's tuning grows it to.
  public let bytes: Int
  /// Whether the system tunes it. Setting a size turns that off, so a size is only set where the
  /// system allows one that is larger than what tuning reaches.
  public let isTuned: Bool

  /// For the log: `16777216 bytes`, or `up to 6291456 bytes, tuned by the system`.
  public var description: String {
    isTuned ? "up to \(bytes) bytes, tuned by the system" : "\(bytes) bytes"
  }

  /// The size to set on a new socket, or nil to leave tuning on.
  ///
  /// **Source:** socket(7): SO_RCVBUF is capped by `rmem_max` and doubled by the kernel.
  static func sizeToSet() -> Int? {
    guard let largest = numbers(in: "/proc/sys/net/core/rmem_max").first, largest >= wanted else {
      return nil
    }
    return wanted
  }

  /// The effective size of a socket's buffer, which is `actual` now.
  ///
  /// **Source:** tcp(7): the third number of `tcp_rmem` is the most that tuning gives.
  init(actual: Int, wasSet: Bool) {
    let tuned = wasSet ? nil : Self.numbers(in: "/proc/sys/net/ipv4/tcp_rmem").last
    bytes = max(actual, tuned ?? 0)
    isTuned = tuned != nil
  }

  private static func numbers(in path: String) -> [Int] {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe read(file, &bytes, bytes.count)
    guard count > 0 else { return [] }
    let words = bytes[..<count].split { $0 < 0x30 || $0 > 0x39 }
    return words.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
  }
}
