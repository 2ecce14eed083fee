import AMI
import Glibc

/// Fields as a user writes them.
enum ActionFields {
  /// Longest file of fields in bytes: more than any action can have.
  static let bytesMax = 1 << 20

  /// Takes `FIELD=VALUE` each; the value may hold more equals signs.
  static func parse(_ pairs: [String]) throws -> [Action.Field] {
    try pairs.map { pair in
      guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
        // What is there may be a secret, so it is not repeated.
        throw Failure(Failure.usage, "a field is FIELD=VALUE, such as Queue=support")
      }
      return Action.Field(
        String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
    }
  }

  /// Takes the lines of a file, `-` being standard input. A line ends with LF; whatever else stands
  /// in it is part of the value, and refused later if AMI cannot carry it.
  static func read(_ path: String) throws -> [Action.Field] {
    let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { if path != "-" { close(descriptor) } }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path) }
      guard count > 0 else { break }
      bytes += piece[..<count]
      guard bytes.count <= bytesMax else {
        throw Failure(Failure.input, "\(path) is too large to be the fields of an action")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(Failure.usage, "\(path) is not UTF-8; write it anew")
    }
    // By bytes: CR LF is one Character.
    return try parse(text.utf8.split(separator: 0x0A).map { String(Substring($0)) })
  }

  private static func unreadable(_ path: String) -> Failure {
    let reason = unsafe String(cString: strerror(errno))
    return Failure(Failure.input, "the fields cannot be read from \(path): \(reason)")
  }
}
