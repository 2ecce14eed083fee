import Glibc
import Support
import Testing

/// What other users of the machine can get at: the files that the programs make, and their memory.
@Suite(.serialized) struct RightsTests {
  private let recording = Recording()

  /// Runs a program to its end, or with `while` until that returns, under a umask.
  private func run(
    _ umask: String, _ name: String, _ arguments: [String],
    while body: ((RunningProgram) async throws -> Void)? = nil
  ) async throws -> Outcome {
    let program = try Program.installed("sh")!.start(
      ["-c", "umask \(umask); exec \"$0\" \"$@\"", Program.built(name).path] + arguments,
      environment: recording.environment)
    if let body {
      do { try await body(program) } catch {
        program.signal(SIGTERM)
        throw error
      }
      program.signal(SIGTERM)
    }
    return await program.ended()
  }

  /// Files and folders below a folder, with the rights that they should not have. What the test
  /// made itself is left out.
  private func tooOpen(_ folder: String) -> [String] {
    var found: [String] = []
    for name in files(in: folder) where name != "amirec.conf" {
      let path = "\(folder)/\(name)"
      var status = stat()
      guard unsafe lstat(path, &status) == 0 else { continue }
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      if status.st_mode & 0o7777 & ~(isFolder ? 0o750 : 0o640) != 0 {
        found.append("\(name) \(String(status.st_mode & 0o7777, radix: 8))")
      }
      if isFolder { found += tooOpen(path) }
    }
    return found
  }

  @Test(arguments: ["000", "002", "022", "077"])
  func `no file of any program is for others, whatever the umask`(umask: String) async throws {
    let manager = FakeManager()
    recording.configure([("pbx1", manager.port)])
    let folder = recording.folder.path
    let store = recording.store
    let recorded = try await run(umask, "amirecd", ["--config", recording.configuration]) { _ in
      try await eventually("recorded") { recording.journal("pbx1").bytes.count > 10_000 }
      #expect(tooOpen(folder) == [])
      let action = try await run(
        umask, "amirec", ["action", "Ping", "--config", recording.configuration])
      #expect(action.status == 0, "\(action.errors)")
    }
    #expect(recorded.status == 0, "\(recorded.errors)")
    #expect(!recorded.errors.contains("open to others"))
    let made = files(in: folder)
    for name in ["amirec.db", "amirec.db-shm", "amirec.db-wal", "amirec.db.lock", "journal"] {
      #expect(made.contains(name))
    }
    #expect(tooOpen(folder) == [])
    for arguments in [
      ["rebuild"], ["verify"],
      ["import", Fixture.recording("basic-calls-22"), "--server", "other"],
      ["status"], ["report", "calls"],
    ] {
      let outcome = try await run(umask, "amirec", arguments + ["--db", store])
      #expect(outcome.status < 2, "\(arguments): \(outcome.errors)")
    }
    let imported = recording.folder.file("imported.db")
    let outcome = try await run(
      umask, "amirec", ["import", Fixture.recording("basic-calls-22"), "--db", imported])
    #expect(outcome.status == 0, "\(outcome.errors)")
    recording.configure([("pbx1", manager.port)], general: "")
    write(
      content(of: recording.configuration), as: "amirec.conf", replacing: store,
      by: recording.folder.file("acted.db"))
    let action = try await run(
      umask, "amirec", ["action", "Ping", "--config", recording.configuration])
    #expect(action.status == 0, "\(action.errors)")
    #expect(files(in: folder).contains("acted.db"))
    #expect(tooOpen(folder) == [])
  }

  private func write(_ bytes: [UInt8], as name: String, replacing old: String, by new: String) {
    let text = String(decoding: bytes, as: UTF8.self).replacing(old, with: new)
    CommandTests.write(text, to: recording.folder.file(name))
  }

  @Test func `a store that somebody opened to others stays so, and it is said`() async throws {
    let arguments = ["import", Fixture.recording("basic-calls-22"), "--db", recording.store]
    #expect(try await Program.built("amirec").run(arguments).errors == "")
    unsafe chmod(recording.store, 0o644)
    let words = "\(recording.store) is open to others; chmod o= "
    #expect(try await Program.built("amirec").run(arguments).errors.contains(words))
    let manager = FakeManager()
    recording.configure([("pbx1", manager.port)])
    let check = try await recording.start(["--check"]).ended()
    #expect(check.status == 0)
    #expect(check.output.contains(words))
    let running = try recording.start()
    try await eventually("said") { running.errors.contains(words) }
    running.signal(SIGTERM)
    #expect(await running.ended().status == 0)
    var status = stat()
    unsafe stat(recording.store, &status)
    #expect(status.st_mode & 0o7777 == 0o644)
  }

  /// Writes a configuration whose secret stands in a file of these rights.
  private func configure(_ port: Int, mode: mode_t) -> String {
    recording.configure([("pbx1", port)], "secret_file = \(recording.folder.file("secret"))")
    let secret = recording.folder.file("secret")
    CommandTests.write("geheim\n", to: secret)
    unsafe chmod(secret, mode)
    return secret
  }

  private func amirecd(_ arguments: [String]) throws -> RunningProgram {
    try Program.built("amirecd").start(["--config", recording.configuration] + arguments)
  }

  @Test func `a secret that others may read makes --check, status and doctor end with 1`()
    async throws
  {
    let manager = FakeManager()
    let secret = configure(manager.port, mode: 0o644)
    let words = "the secret in \(secret) can be read by every user; chmod o= \(secret)"
    let check = try await amirecd(["--check"]).ended()
    #expect(check.status == 1)
    #expect(check.errors.contains(words))
    #expect(check.output == "")
    let doctor = try await Program.built("amirec").run([
      "doctor", "--config", recording.configuration,
    ])
    #expect(doctor.output.contains("exposed  configuration    \(words)"), "\(doctor.output)")
    #expect(doctor.status == 1)
    let running = try amirecd([])
    try await eventually("recorded") { recording.journal("pbx1").bytes.count > 10_000 }
    #expect(running.errors.contains(words))
    func status() async throws -> Outcome {
      try await Program.built("amirec").run(["status", "--db", recording.store])
    }
    try await eventually("said by status") { try await status().errors.contains(words) }
    #expect(try await status().status == 1)
    unsafe chmod(secret, 0o600)
    running.signal(SIGHUP)
    try await eventually("mended") { try await status().status == 0 }
    running.signal(SIGTERM)
    #expect(await running.ended().status == 0)
    #expect(try await amirecd(["--check"]).ended().status == 0)
  }

  @Test func `a secret that others may write is refused by all who would send it`() async throws {
    let manager = FakeManager()
    let secret = configure(manager.port, mode: 0o666)
    let configuration = recording.configuration
    let outcomes = [
      try await amirecd(["--check"]).ended(), try await amirecd([]).ended(),
      try await Program.built("amirec").run(["doctor", "--config", configuration]),
      try await Program.built("amirec").run(["action", "Ping", "--config", configuration]),
    ]
    for outcome in outcomes {
      #expect(outcome.status == 3)
      #expect(outcome.errors.contains("\(secret) can be written by others than its owner; chmod"))
      #expect(!outcome.errors.contains("geheim"))
    }
    #expect(manager.received("Login").isEmpty)
  }

  /// Root owns what is in `/proc` of a process that is concealed, whoever runs it: so these run as
  /// somebody else.
  @Test func `who holds a secret leaves no core, and no other process may look into it`()
    async throws
  {
    let isRoot = geteuid() == 0
    let setpriv = Program.installed("setpriv")
    try #require(!isRoot || setpriv != nil, "setpriv(1) is needed (apt-get install util-linux)")
    let user: uid_t = isRoot ? 65_534 : geteuid()
    if isRoot { unsafe chown(recording.folder.path, user, user) }
    let config = ["--config", recording.configuration]
    for (name, arguments) in [
      ("amirecd", config), ("amirec", ["action", "Ping"] + config), ("amirec", ["doctor"] + config),
    ] {
      // It answers no Ping, so that who sent one waits.
      let manager = FakeManager(eventsAtOnce: 0) { headers in
        headers["Action"] == "Ping" ? FakeManager.silence : nil
      }
      recording.configure([("pbx1", manager.port)])
      if isRoot { unsafe chown(recording.configuration, user, user) }
      let path = Program.built(name).path
      let program = isRoot ? setpriv! : Program.built(name)
      let running = try program.start(
        (isRoot ? ["--reuid", "\(user)", "--regid", "\(user)", "--clear-groups", path] : [])
          + arguments, environment: recording.environment)
      try await eventually("logged in") { !manager.received("Login").isEmpty }
      let limits = String(decoding: content(of: "/proc/\(running.pid)/limits"), as: UTF8.self)
      let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
      #expect(
        core?.split(whereSeparator: \.isWhitespace).dropFirst(4).prefix(2) == ["0", "0"],
        "\(name): \(core ?? "")")
      var status = stat()
      #expect(unsafe stat("/proc/\(running.pid)/environ", &status) == 0)
      #expect(status.st_uid == 0, "\(name) \(arguments)")
      running.signal(SIGKILL)
      _ = await running.ended()
    }
  }
}
