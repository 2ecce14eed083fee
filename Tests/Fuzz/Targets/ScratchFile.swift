internal import Glibc

/// Files for what can be read from a file only. They lie in `TMPDIR`, which is a folder of the
/// target's own.
enum ScratchFile {
  private static let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"

  static func path(_ name: String) -> String { "\(folder)/\(name)" }

  static func write(_ bytes: some Sequence<UInt8>, to path: String) {
    let bytes = Array(bytes)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    let count = unsafe Glibc.write(descriptor, bytes, bytes.count)
    close(descriptor)
    require(count == bytes.count, "\(path) cannot be written")
  }
}
