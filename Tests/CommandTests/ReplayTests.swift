import AMI
import AMIClient
import Glibc
import Journal
import NIOCore
import Support
import Synchronization
import Testing

/// `amirec replay` as built, with clients of ours.
@Suite struct ReplayTests {
  private static let goodbye =
    "Response: Goodbye\r\nMessage: The replay goes on without you.\r\n\r\n"

  @Test(arguments: ["agents-22", "registrations-16", "slow-reader-22"], ["max", "1e6"])
  func `a client gets all of a recording but its banner and login`(
    _ name: String, _ speed: String
  ) async throws {
    let replay = try await ReplayProgram(name, "--speed", speed, "--once")
    #expect(try await replay.play() == recordedConnections(name)[0])
    #expect(await replay.ended() == 0)
  }

  @Test func `where the recording was disconnected the client is, and then gets what comes next`()
    async throws
  {
    let replay = try await ReplayProgram("restart-22", "--speed", "max", "--once")
    let connections = try recordedConnections("restart-22")
    #expect(connections.count == 5)
    for (number, connection) in connections.enumerated() {
      // A client of another name begins anew, whatever this one has had.
      #expect(try await replay.play(user: "other \(number)") == connections[0])
      #expect(try await replay.play(authentication: .md5) == connection)
    }
    #expect(await replay.ended() == 0)
  }

  @Test func `every client begins anew`() async throws {
    let folder = TemporaryFolder()
    let stream = "Asterisk Call Manager/9.0.0\r\nResponse: Success\r\n\r\nEvent: A\r\n\r\n"
    write(stream, to: folder.file("x.ami"))
    write(
      "0 connect 1\n0 \(stream.utf8.count) 2\n\(stream.utf8.count) disconnect 3\n",
      to: folder.file("x.idx"))
    let replay = try await ReplayProgram(path: folder.file("x.ami"), "--speed", "0")
    for _ in 0..<3 {
      #expect(try await replay.play() == Array("Event: A\r\n\r\n".utf8))
    }
    withExtendedLifetime(replay) {}
  }

  @Test func `at the end the connection stays open, and Pings are answered`() async throws {
    let replay = try await ReplayProgram("registrations-22", "--speed", "max")
    let received = Received()
    let connection = try await Connection.open(
      to: replay.server(user: "recorder"), limits: .patient, observer: received.observer)
    let expected = try recordedConnections("registrations-22")[0]
    while received.count < expected.count { try await Task.sleep(for: .milliseconds(5)) }
    let pong = try await connection.send(Action("Ping"))
    #expect(pong.response.text(of: .ping) == "Pong")
    #expect(pong.response.text(of: .timestamp)?.utf8.count == "1795392912.397914".utf8.count)
    let error = await #expect(throws: ClientError.self) {
      try await connection.send(Action("QueueStatus"))
    }
    #expect(error?.code == .actionRefused)
    guard case .loggedOff = await connection.logoff() else {
      Issue.record("not logged off")
      return
    }
    withExtendedLifetime(replay) {}
  }

  @Test func `answers stand between frames, never within one`() async throws {
    let replay = try await ReplayProgram("agents-16", "--speed", "max")
    let received = Received()
    let connection = try await Connection.open(
      to: replay.server(user: "recorder"), limits: .patient, observer: received.observer)
    let expected = try recordedConnections("agents-16")[0]
    var pings = 0
    repeat {
      _ = try await connection.send(Action("Ping"))
      pings += 1
    } while received.count < expected.count
    _ = await connection.logoff()
    withExtendedLifetime(replay) {}
    var frames = FrameBuffer()
    var frame = Frame()
    frames.append(received.bytes)
    var kept: [UInt8] = []
    var pongs = 0
    while frames.next(into: &frame) {
      if frame.range(of: .ping) != nil { pongs += 1 } else { kept += frame.bytes }
    }
    // The connection pings of its own accord, too, when that takes long.
    #expect(pings > 0 && pongs >= pings)
    #expect(kept == frameBytes(of: expected) + Array(Self.goodbye.utf8))
  }

  @Test func `what cannot be played is one line that says what to do`() async throws {
    let folder = TemporaryFolder()
    write("A letter, and no stream.\n", to: folder.file("letter.ami"))
    let busy = try await ReplayProgram("agents-22")
    for (arguments, status, message) in [
      (["\(folder.path)/none.ami"], 3, "there is no such file; check its name"),
      ([folder.file("letter.ami")], 3, "it holds no AMI stream; give a recording"),
      ([Fixture.recording("agents-22"), "--listen", "here"], 2, "--listen"),
      ([Fixture.recording("agents-22"), "--speed", "-1"], 2, "--speed"),
      (
        [Fixture.recording("agents-22"), "--listen", "127.0.0.1:\(busy.port)"], 3,
        "give another --listen HOST:PORT"
      ),
    ] as [([String], Int32, String)] {
      let outcome = try await Program.built("amirec").run(["replay"] + arguments)
      #expect(outcome.status == status)
      #expect(outcome.errors.contains(message), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }
    withExtendedLifetime(busy) {}
  }

  private func write(_ text: String, to path: String) {
    let file = unsafe open(path, O_WRONLY | O_CREAT, 0o600)
    precondition(file >= 0, "cannot write \(path)")
    defer { close(file) }
    let count = unsafe Glibc.write(file, text, text.utf8.count)
    precondition(count == text.utf8.count)
  }

  private func frameBytes(of stream: [UInt8]) -> [UInt8] {
    var frames = FrameBuffer()
    var frame = Frame()
    frames.append(stream)
    var bytes: [UInt8] = []
    while frames.next(into: &frame) { bytes += frame.bytes }
    return bytes
  }

  /// The bytes of each connection of a recording, behind the banner and the answer to the login.
  private func recordedConnections(_ name: String) throws -> [[UInt8]] {
    let capture = try Capture(path: Fixture.recording(name))
    var connections: [[UInt8]] = []
    var buffer: [UInt8] = []
    var isConnected = false
    while let record = try capture.next(into: &buffer) {
      switch record {
      case .connect, .resume: isConnected = false
      case .disconnect, .step, .restart: isConnected = false
      case .bytes:
        if isConnected {
          connections[connections.count - 1] += buffer
        } else {
          connections.append(buffer)
        }
        isConnected = true
      }
    }
    return connections.map(withoutLogin)
  }

  private func withoutLogin(_ bytes: [UInt8]) -> [UInt8] {
    let text = bytes.prefix(1000)
    precondition(text.starts(with: "Asterisk Call Manager/".utf8))
    let answer = text.firstRange(of: Array("\r\nResponse: ".utf8))!
    let end = text[answer.upperBound...].firstRange(of: Array("\r\n\r\n".utf8))!
    return Array(bytes[end.upperBound...])
  }
}

/// `amirec replay` under way on a free port.
private final class ReplayProgram {
  private let program: RunningProgram
  private var hasEnded = false
  let port: Int

  convenience init(_ recording: String, _ options: String...) async throws {
    try await self.init(path: Fixture.recording(recording), options)
  }

  convenience init(path: String, _ options: String...) async throws {
    try await self.init(path: path, options)
  }

  private init(path: String, _ options: [String]) async throws {
    program = try Program.built("amirec").start(
      ["replay", path, "--listen", "127.0.0.1:0"] + options)
    let mark = "listening on 127.0.0.1:"
    while true {
      let errors = program.errors
      if errors.hasSuffix("\n") {
        let port = errors.firstRange(of: mark).map { errors[$0.upperBound...].dropLast() }
        self.port = try #require(port.flatMap { Int($0) }, "\(errors)")
        return
      }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  deinit {
    if !hasEnded { program.signal(SIGKILL) }
  }

  /// The exit code, once it has ended by itself.
  func ended() async -> Int32 {
    let outcome = await program.ended()
    hasEnded = true
    return outcome.status
  }

  func server(user: String, authentication: Login.Authentication = .plain) -> Server {
    Server(
      name: "replay", host: "127.0.0.1", port: port, username: user, secret: Secret("any"),
      authentication: authentication)
  }

  /// What a client gets until it is disconnected, behind the banner and the answers to its login.
  func play(
    user: String = "recorder", authentication: Login.Authentication = .plain
  ) async throws -> [UInt8] {
    let received = Received()
    let connection = try await Connection.open(
      to: server(user: user, authentication: authentication), limits: .patient,
      observer: received.observer)
    _ = await connection.run()
    return received.bytes
  }
}

extension Limits {
  /// Limits that no busy machine reaches.
  fileprivate static var patient: Limits {
    var limits = Limits()
    limits.login = .seconds(300)
    limits.answer = .seconds(300)
    return limits
  }
}

/// What a client receives behind the banner and the answers to its login.
private final class Received: Sendable {
  private let all = Mutex<[UInt8]>([])
  private static let accepted = Array("Message: Authentication accepted\r\n\r\n".utf8)

  var observer: Observer {
    var observer = Observer()
    observer.onBytes = { bytes, _ in
      self.all.withLock { $0.append(contentsOf: bytes.readableBytesView) }
    }
    return observer
  }

  var bytes: [UInt8] {
    let all = all.withLock { $0 }
    guard let login = all.firstRange(of: Self.accepted) else { return [] }
    return Array(all[login.upperBound...])
  }

  var count: Int { bytes.count }
}
