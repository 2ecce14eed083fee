import AMI
import AMIClient
import Glibc
import Journal
import Logging
import NIOCore
import NIOPosix
import Normalization
import SQLite
import Store
import Support

@testable import AMIClient
@testable import amirecd

/// A machine with a collector, servers, a network between them, a disk and a clock; in one process,
/// with the collector's own inlets, journals, intake and store. What happens is a list of steps.
final class World {
  /// What should not be.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Microseconds between two passes of the intake.
  static let passTime: Int64 = 20_000
  /// 2026-01-01, in microseconds since 1970.
  private static let beginning: Int64 = 1_767_225_600_000_000

  let scenario: Scenario
  let folder = TemporaryFolder()
  var path: String { folder.file("store.db") }
  /// Every segment that ever was.
  var kept: String { folder.file("kept") }
  private(set) var wires: [Wire] = []
  /// The machine's clock of the day, the one that nobody sets, and the time of the servers.
  private var wall = World.beginning
  private var boot: Int64 = 1_000_000_000
  private var truth = World.beginning
  /// Whether no file can grow much: the store cannot be looked at then.
  private(set) var isLimited = false
  private var intake = Intake()
  private(set) var loop: IntakeLoop?
  private let eventLoop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next()
  let log = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }

  init(_ scenario: Scenario) {
    self.scenario = scenario
    makeFolder(kept)
    for line in 0..<scenario.servers {
      let pbx = SimulatedPBX(bootedAt: wall - 5_000_000, hasTimestamps: line == 1)
      wires.append(Wire(name: "pbx\(line)", pbx: pbx))
      makeFolder("\(kept)/pbx\(line)")
    }
  }

  /// All that happens, and the end in order.
  func run() async throws {
    start()
    for step in scenario.steps { try await take(step) }
    unlimitFiles()
    fillStore(false)
    let end = try await stop()
    guard end.isComplete else { throw Failure(description: "after the end: \(end.words)") }
  }

  private func take(_ step: Step) async throws {
    switch step {
    case .speak(let line, let count, let seed): speak(line, count, seed)
    case .carry(let line, let bytes): try await carry(line, bytes)
    case .connect(let line, let reception): try await connect(line, reception)
    case .reset(let line): try await disconnect(line, .broken)
    case .close(let line): try await close(line)
    case .silence(let line):
      pass(30_000_000)
      try await disconnect(line, .silent)
    case .reboot(let line, let isOrderly): try await reboot(line, isOrderly)
    case .pass(let time): pass(time)
    case .setClock(let step): wall += step
    case .work(let count): for _ in 0..<count { _ = try work() }
    case .kill: try await kill()
    case .killInWrite(let line, let bytes): try await killInWrite(line, bytes)
    case .stop:
      _ = try await stop()
      start()
    case .limitFiles(let line, let beyond): limitFiles(line, beyond)
    case .unlimitFiles: unlimitFiles()
    case .fillStore(let isFull): fillStore(isFull)
    }
  }

  private func pass(_ time: Int64) {
    wall += time
    boot += time
    truth += time
  }

  private var reading: SessionClock.Reading { .init(wall: wall, boot: boot) }

  /// The time of a connection, or of the day where there is none.
  private func now(_ line: Int) -> Int64 { wires[line].now(reading) }

  // MARK: The collector

  private func start() {
    intake = Intake()
    loop = IntakeLoop(
      path: path, journal: folder.file("journal"), options: .init(), targets: targets,
      intake: intake, log: log)
    for line in wires.indices { openInlet(line) }
  }

  var targets: Block.Targets {
    var targets = Block.Targets()
    targets.bytes = scenario.blockBytes
    targets.positionBytes = scenario.positionBytes
    return targets
  }

  private func openInlet(_ line: Int) {
    let wire = wires[line]
    let inlet = try? Inlet(
      folder: folder.file("journal/\(wire.name)"), segmentBytes: scenario.segmentBytes, at: wall,
      loop: eventLoop, log: log)
    guard let inlet else { return }
    wires[line].inlet = inlet
    intake.order(
      .read(
        .init(
          name: wire.name, folder: inlet.folder, trunks: [], inlet: inlet,
          progress: IntakeProgress())))
  }

  /// One pass of the intake; its end once it is told to stop.
  private func work() throws -> IntakeEnd? {
    pass(Self.passTime)
    keepSegments()
    return loop!.pass(at: boot).end
  }

  /// Ends in order.
  private func stop() async throws -> IntakeEnd {
    for line in wires.indices {
      if wires[line].isConnected {
        wires[line].say(Message(response: "Goodbye").bytes, at: now(line))
        try await carry(line, .max)
        if wires[line].isConnected { try await disconnect(line, nil) }
      }
      guard let inlet = wires[line].inlet else { continue }
      intake.order(.end(wires[line].name, after: await inlet.close()))
      wires[line].inlet = nil
    }
    intake.order(.stop)
    for _ in 0..<10_000 {
      guard let end = try work() else { continue }
      try await die()
      return end
    }
    throw Failure(description: "the intake does not end")
  }

  private func kill() async throws {
    for line in wires.indices {
      if wires[line].isConnected { wires[line].hangUp() }
      wires[line].inlet = nil
    }
    try await die()
    start()
  }

  /// What is in memory is gone.
  private func die() async throws {
    keepSegments()
    loop = nil
    // The journals' locks are let go on the loop.
    try await eventLoop.submit {}.get()
    try checkPositions()
  }

  private func killInWrite(_ line: Int, _ bytes: Int) async throws {
    guard wires[line].isConnected, !wires[line].underWay.isEmpty else { return }
    let before = try await place(line)
    try await carry(line, bytes)
    let after = try await place(line)
    if before.segment == after.segment, after.indexOffset > before.indexOffset {
      let path = segmentPath(line, after.segment, ".idx")
      precondition(unsafe truncate(path, off_t(before.indexOffset)) == 0)
      setTime(of: segmentPath(line, after.segment, ".ami"), to: now(line))
    }
    try await kill()
  }

  /// Where the journal of a server ends.
  private func place(_ line: Int) async throws -> JournalPosition {
    await wires[line].inlet!.withWriter { $0.position }!
  }

  // MARK: Servers and network

  private func speak(_ line: Int, _ count: Int, _ seed: UInt64) {
    for turn in 0..<count {
      let said = wires[line].pbx.speak(at: truth, seed: seed &+ UInt64(turn))
      if wires[line].isConnected {
        wires[line].say(Array(said.joined()), at: now(line))
      } else if !said.isEmpty {
        wires[line].lose(at: wall)
      }
    }
  }

  private func carry(_ line: Int, _ count: Int) async throws {
    guard wires[line].isConnected, !wires[line].underWay.isEmpty else { return }
    try await deliver(line, wires[line].arrive(count, at: now(line)))
  }

  private func deliver(_ line: Int, _ chunk: [UInt8]) async throws {
    let observer = wires[line].observer!
    let step = wires[line].clock!.advance(to: reading)
    let time = wires[line].clock!.now
    let before = try await place(line)
    try await eventLoop.submit {
      if let step { observer.onClockStep?(step, time) }
    }.get()
    let noted = try await place(line)
    try await eventLoop.submit { observer.onBytes?(ByteBuffer(bytes: chunk), time) }.get()
    let after = try await place(line)
    if let step { wires[line].skew.add(step, at: time) }
    wires[line].receive(chunk)
    let taken = after.segment == noted.segment ? after.offset - noted.offset : after.offset
    let hasStep = step == nil || noted.indexOffset != before.indexOffset
    let hasLine = after.segment != noted.segment || after.indexOffset > noted.indexOffset
    if taken != Int64(chunk.count) || !hasStep || !hasLine {
      wires[line].lackSome(at: time)
      try await disconnect(line, nil)
    } else if wires[line].skew.astray(at: time) != nil {
      try await disconnect(line, nil)
    }
  }

  private func connect(_ line: Int, _ reception: Step.Reception) async throws {
    guard !wires[line].isConnected else { return }
    if wires[line].inlet == nil { openInlet(line) }
    guard let inlet = wires[line].inlet, (try? await inlet.begin()) != nil else { return }
    // No two connections begin at one time.
    while wires[line].attempts.contains(where: { $0.connectedAt == wall }) { pass(1) }
    guard reception != .unreachable else { return try await fail(inlet) }
    wires[line].begin(at: reading, inlet.observer)
    let (observer, time) = (inlet.observer, wall)
    try await eventLoop.submit { observer.onConnected?(time) }.get()
    guard await inlet.withWriter({ $0.isConnected }) == true else {
      wires[line].lackSome(at: time)
      return try await disconnect(line, nil)
    }
    try await receive(line, reception)
  }

  private func fail(_ inlet: Inlet) async throws {
    do { try await inlet.attemptFailed(at: wall) } catch {}
  }

  private func receive(_ line: Int, _ reception: Step.Reception) async throws {
    let banner = Array("Asterisk Call Manager/11.0.0\r\n".utf8)
    switch reception {
    case .unreachable: preconditionFailure("it was reached")
    case .welcome:
      let words = banner + wires[line].pbx.welcome(at: truth).joined()
      wires[line].greet(words, at: now(line))
      // At once: from Uptime follows when the server was started.
      try await carry(line, Int(truth % Int64(words.count)) + 1)
      try await carry(line, .max)
    case .refused:
      let refusal = Message(response: "Error", [("Message", "Authentication failed")])
      wires[line].say(banner + refusal.bytes, at: now(line))
      try await carry(line, .max)
      try await disconnect(line, .loginRefused)
    case .stranger(let seed):
      var random = Seeded(seed)
      wires[line].say(Self.strangeWords(&random), at: now(line))
      try await carry(line, .max)
      try await disconnect(line, .foreign)
    }
  }

  /// The event of somebody who is not logged in to.
  static let forged = "Forged"

  /// What somebody says who is no Asterisk, or wants to be taken for one.
  private static func strangeWords(_ random: inout Seeded) -> [UInt8] {
    let forged = Message(event: Self.forged, "call", [("Uniqueid", "1767225600.1")])
    return random.pick([
      [0x1F, 0x8B, 0x08, 0x00, 0x00], Array("SSH-2.0-OpenSSH\r\n".utf8), forged.bytes,
      Array("Asterisk Call Manager/1.1\r\n".utf8) + forged.bytes, [0x00, 0xFF, 0x0D, 0x0A],
    ])
  }

  /// The connection ends; for nil this side has ended it.
  private func disconnect(_ line: Int, _ code: ClientError.Code?) async throws {
    guard wires[line].isConnected else { return }
    let observer = wires[line].observer!
    _ = wires[line].clock!.advance(to: reading)
    let time = wires[line].clock!.now
    let end: AMIClient.Connection.End =
      code.map { .failed(ClientError($0, server: wires[line].name, "simulated")) } ?? .loggedOff
    try await eventLoop.submit { observer.onDisconnected?(end, time) }.get()
    wires[line].hangUp()
  }

  private func close(_ line: Int) async throws {
    try await carry(line, .max)
    try await disconnect(line, .disconnected)
  }

  private func reboot(_ line: Int, _ isOrderly: Bool) async throws {
    if isOrderly, wires[line].isConnected {
      wires[line].say(Array(wires[line].pbx.farewell(at: truth).joined()), at: now(line))
      try await close(line)
    } else {
      try await disconnect(line, .broken)
    }
    pass(2_500_000)
    wires[line].pbx.reboot(at: truth)
  }

  // MARK: The disk

  private func limitFiles(_ line: Int, _ beyond: Int) {
    let newest = segments(line).last ?? ""
    var status = stat()
    let size =
      unsafe stat(folder.file("journal/\(wires[line].name)/\(newest)"), &status) == 0
      ? Int(status.st_size) : 0
    setFileLimit(UInt(size + beyond))
  }

  func unlimitFiles() { setFileLimit(.max) }

  private func setFileLimit(_ bytes: UInt) {
    isLimited = bytes != .max
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: bytes, rlim_max: .max)
    precondition(unsafe setrlimit(__rlimit_resource_t(1), &limit) == 0)  // RLIMIT_FSIZE
  }

  private func fillStore(_ isFull: Bool) {
    guard let store = loop?.opened?.store else { return }
    try? store.connection.execute("PRAGMA max_page_count = \(isFull ? 1 : 1_073_741_823)")
  }

  /// When a file was last written, by the simulated clock.
  private func setTime(of path: String, to time: Int64) {
    let time = timespec(tv_sec: Int(time / 1_000_000), tv_nsec: Int(time % 1_000_000) * 1_000)
    precondition(unsafe utimensat(AT_FDCWD, path, [time, time], 0) == 0)
  }

  private func segments(_ line: Int) -> [String] {
    fileNames(folder.file("journal/\(wires[line].name)")).filter { $0.hasSuffix(".ami") }.sorted()
  }

  private func segmentPath(_ line: Int, _ number: Int64, _ suffix: String) -> String {
    let name = fileNames(folder.file("journal/\(wires[line].name)")).first {
      $0.hasSuffix(suffix) && Int64($0.dropLast(suffix.count)) == number
    }
    return folder.file("journal/\(wires[line].name)/\(name!)")
  }

  /// Keeps every segment from being gone for good when the collector removes it.
  private func keepSegments() {
    for wire in wires {
      for name in fileNames(folder.file("journal/\(wire.name)"))
      where name.hasSuffix(".ami") || name.hasSuffix(".idx") {
        unsafe link(folder.file("journal/\(wire.name)/\(name)"), "\(kept)/\(wire.name)/\(name)")
      }
    }
  }
}
