import Display
import Glibc
import Reports

/// The two streams that a command writes to.
enum Terminal {
  /// What goes to standard output. Where that is a terminal, nothing reaches it that would do
  /// something else there than to be seen, whatever the command writes; files and pipes get it as
  /// it is.
  static func output() -> Output {
    guard isatty(STDOUT_FILENO) == 1 else {
      return Output { bytes in try write(bytes, to: STDOUT_FILENO) }
    }
    return Output { bytes in
      let text = VisibleText.lines(String(decoding: bytes, as: UTF8.self))
      try write(Array(text.utf8), to: STDOUT_FILENO)
    }
  }

  /// Writes one line for the user to standard error.
  static func tell(_ message: String) {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    try? write(Array("amirec: \(VisibleText.line(line))\n".utf8), to: STDERR_FILENO)
  }

  /// Whether a person can be asked.
  static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// Asks the person at the terminal; everything but y or yes is a no.
  static func agrees(to question: String) -> Bool {
    try? write(Array("amirec: \(VisibleText.line(question)) [y/N] ".utf8), to: STDERR_FILENO)
    let answer = readLine()?.lowercased()
    return answer == "y" || answer == "yes"
  }

  /// Whether there is a file of this name.
  static func has(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// The time, in microseconds since 1970 (UTC).
  static var nowUs: Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }

  private static func write(_ bytes: [UInt8], to file: Int32) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        let reason = unsafe String(cString: strerror(errno))
        throw Failure(Failure.input, "the output could not be written: \(reason)")
      }
    }
  }
}
