import Dispatch
public import Glibc
import Synchronization

/// A program that tests run: one of ours as built, or one of the machine's.
public struct Program: Sendable {
  /// Absolute path of the executable.
  public let path: String

  /// One of our programs, built beside the running tests.
  public static func built(_ name: String) -> Program {
    Program(path: "\(products)/\(name)")
  }

  /// A program of the machine's, looked for on the PATH; nil if it has none of this name.
  public static func installed(_ name: String) -> Program? {
    let folders = environment["PATH"]?.split(separator: ":").map(String.init) ?? []
    for folder in folders where unsafe access("\(folder)/\(name)", X_OK) == 0 {
      return Program(path: "\(folder)/\(name)")
    }
    return nil
  }

  /// The folder with the built products: that of the test bundle.
  private static var products: String {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = unsafe path.withUnsafeMutableBufferPointer {
      unsafe readlink("/proc/self/exe", $0.baseAddress!, $0.count - 1)
    }
    precondition(length > 0, "no /proc/self/exe: errno \(errno)")
    let text = String(decoding: path[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return String(text[..<text.lastIndex(of: "/")!])
  }

  /// The environment of the tests, by name.
  public static var environment: [String: String] {
    var all: [String: String] = [:]
    var next = unsafe environ
    while let entry = unsafe next.pointee {
      let pair = unsafe String(cString: entry).split(separator: "=", maxSplits: 1)
      if pair.count == 2 { all[String(pair[0])] = String(pair[1]) }
      unsafe next += 1
    }
    return all
  }

  /// Starts the program; what it writes goes to two files, to be read when it has ended.
  ///
  /// - Parameter extra: added to the environment of the tests, or replacing parts of it.
  /// - Throws: `ProgramError` if it cannot be started.
  public func start(
    _ arguments: [String], environment extra: [String: String] = [:]
  ) throws -> RunningProgram {
    let folder = TemporaryFolder()
    let environment = Self.environment.merging(extra) { $1 }.map { "\($0)=\($1)" }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    let new = O_WRONLY | O_CREAT | O_TRUNC
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, folder.file("output"), new, 0o600)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, folder.file("errors"), new, 0o600)
    // The threads of the tests block signals; a program must not inherit that.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var pid: pid_t = 0
    let failure = unsafe withCStrings([path] + arguments) { argv in
      unsafe withCStrings(environment) { envp in
        unsafe posix_spawn(&pid, path, &actions, &attributes, argv, envp)
      }
    }
    guard failure == 0 else { throw ProgramError(path: path, code: failure) }
    return RunningProgram(pid: pid, folder: folder)
  }

  /// Runs the program to its end.
  public func run(
    _ arguments: [String], environment extra: [String: String] = [:]
  ) async throws -> Outcome {
    try await start(arguments, environment: extra).ended()
  }
}

/// A program that was started. One that nobody holds any more is killed.
public final class RunningProgram: Sendable {
  public let pid: pid_t
  private let folder: TemporaryFolder
  /// Whether its end was taken note of: then the number may already be another process's.
  private let isGone = Mutex(false)

  init(pid: pid_t, folder: TemporaryFolder) {
    self.pid = pid
    self.folder = folder
  }

  deinit {
    if !isGone.withLock({ $0 }) {
      kill(pid, SIGKILL)
      _ = reaped()
    }
  }

  /// Sends it a signal, unless it has ended.
  public func signal(_ number: Int32) {
    isGone.withLock { if !$0 { kill(pid, number) } }
  }

  /// What it has written to standard error so far.
  public var errors: String { text(folder.file("errors")) }

  /// Waits for its end without holding a thread of the tests. To be called once.
  public func ended() async -> Outcome {
    let status = await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: self.reaped()) }
    }
    let signal = status & 0x7f
    return Outcome(
      status: signal == 0 ? (status >> 8) & 0xff : 128 + signal,
      output: text(folder.file("output")), errors: errors)
  }

  /// Waits for its end and gives its number back to the system.
  private func reaped() -> Int32 {
    var info = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
    return isGone.withLock {
      var status: Int32 = 0
      while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
      $0 = true
      return status
    }
  }
}

/// How a program ended.
public struct Outcome: Sendable {
  /// Exit code; 128 and the signal's number if a signal ended it.
  public let status: Int32
  public let output: String
  public let errors: String
}

/// A program could not be started.
public struct ProgramError: Error, CustomStringConvertible {
  let path: String
  let code: Int32

  public var description: String {
    "\(path) cannot be started: \(unsafe String(cString: strerror(code)))"
  }
}

/// A file as text; empty when there is none.
func text(_ path: String) -> String {
  let file = unsafe open(path, O_RDONLY)
  guard file >= 0 else { return "" }
  defer { close(file) }
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe part.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress!, $0.count) }
    guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
    bytes += part[..<count]
  }
}

/// Calls `body` with the strings as C has lists of arguments: pointers, the last of them null.
private func withCStrings<R>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R {
  let pointers = unsafe strings.map { unsafe strdup($0) } + [nil]
  defer {
    for index in strings.indices { unsafe free(pointers[index]) }
  }
  return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress!) }
}
