import Configuration
import Glibc
import Journal
import Logging
import NIOCore
import NIOPosix
import Normalization
import Synchronization
import UnixSignals

/// All that amirecd does between its start and its end: recorders for the servers, and the thread
/// that brings their journals into the store.
actor Collector {
  /// What happens while it runs.
  private enum Occurrence: Sendable {
    case signal(UnixSignal)
    case stopped
  }

  /// A recorder at work.
  private struct Running {
    let server: Configuration.Server
    let inlet: Inlet
    let status: RecorderStatus
    let task: Task<Void, Never>
  }

  /// Signals within this time of the one that asks to stop are the same request, in microseconds.
  /// A terminal and timeout(1) signal the program and its group.
  private static let sameRequestTime: Int64 = 2_000_000

  private let path: String
  private let systemd = Systemd { name in unsafe getenv(name).map { unsafe String(cString: $0) } }
  private let log = Logger(label: "amirecd")
  private let loops = MultiThreadedEventLoopGroup.singleton
  private let intake: Intake
  private var configuration: Configuration
  private var running: [String: Running] = [:]
  /// When it was asked to stop, in microseconds of the monotonic clock; nil as long as it was not.
  private var stopAskedAt: Int64?

  private init(_ configuration: Configuration, path: String, intake: Intake) {
    self.configuration = configuration
    self.path = path
    self.intake = intake
  }

  /// Records until a signal ends it. Throws if it cannot begin: the store or a journal cannot be
  /// used, or another amirecd uses them.
  static func run(_ configuration: Configuration, path: String) async throws {
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    var options = Normalizer.Options()
    options.tables = Set(
      configuration.tables.compactMap { Normalizer.Options.BulkyTable(rawValue: $0) })
    options.dtmf = configuration.showsDTMF
    let intake = try await Intake.start(
      store: configuration.store, options: options, log: Logger(label: "amirecd"))
    let collector = Collector(configuration, path: path, intake: intake)
    try await collector.start()
    await collector.watch(signals)
  }

  // MARK: Beginning

  private func start() throws {
    ErrorLog.threshold.withLock { $0 = level(of: configuration) }
    for warning in configuration.warnings { log.warning("\(warning)") }
    intake.order(.commit(every: configuration.commitIntervalMilliseconds))
    for server in configuration.servers { try begin(server) }
    try readOrphans()
    systemd?.notify("READY=1", statusLine)
    log.notice(
      "version \(Version.text) records \(running.count) servers into \(configuration.store)")
  }

  /// Begins to record a server.
  private func begin(_ server: Configuration.Server) throws {
    let inlet = try Inlet(
      folder: "\(configuration.journal)/\(server.name)", segmentBytes: configuration.segmentBytes,
      loop: loops.next())
    let status = RecorderStatus()
    let recorder = Recorder(
      server: server, inlet: inlet, status: status, log: Logger(label: server.name))
    let task = Task { await recorder.run() }
    running[server.name] = Running(server: server, inlet: inlet, status: status, task: task)
    intake.order(
      .read(
        .init(
          name: server.name, folder: inlet.folder, trunks: Set(server.trunks), inlet: inlet,
          status: status)))
  }

  /// Has the journals of servers that are not in the configuration any more brought into the store.
  private func readOrphans() throws {
    for name in try Segment.journals(in: configuration.journal) where running[name] == nil {
      log.notice("\(name) is not in the configuration; the rest of its journal goes into the store")
      let status = RecorderStatus()
      status.disconnected("not in the configuration")
      let folder = "\(configuration.journal)/\(name)"
      intake.order(
        .read(.init(name: name, folder: folder, trunks: nil, inlet: nil, status: status)))
    }
  }

  /// Stops recording a server: logs off and closes its journal.
  private func end(_ name: String) async {
    guard let recorder = running.removeValue(forKey: name) else { return }
    recorder.task.cancel()
    await recorder.task.value
    intake.order(.end(name, after: await recorder.inlet.close()))
  }

  // MARK: While it runs

  /// Does what signals ask for, until one asks to stop and that is done. One that asks again
  /// later does not wait.
  private func watch(_ signals: UnixSignalsSequence) async {
    let (occurrences, continuation) = AsyncStream.makeStream(of: Occurrence.self)
    let sources = [
      Task { for await signal in signals { continuation.yield(.signal(signal)) } },
      Task { await heartbeat() },
      Task { await syncJournals() },
    ]
    for await occurrence in occurrences {
      switch occurrence {
      case .signal(.sighup): if stopAskedAt == nil { await reload() }
      case .signal:
        let now = WallClock.monotonicMicroseconds()
        if let stopAskedAt {
          if now - stopAskedAt > Self.sameRequestTime { stopAtOnce() }
          continue
        }
        stopAskedAt = now
        Task {
          await stop()
          continuation.yield(.stopped)
        }
      case .stopped: continuation.finish()
      }
    }
    for source in sources { source.cancel() }
  }

  /// Tells systemd that all is well, as long as every event loop turns.
  private func heartbeat() async {
    guard let systemd else { return }
    let interval = (systemd.watchdogInterval ?? .seconds(30)) / 3
    while !Task.isCancelled {
      for recorder in running.values {
        await withCheckedContinuation { turned in recorder.inlet.loop.execute { turned.resume() } }
      }
      systemd.notify("WATCHDOG=1", statusLine)
      do { try await Task.sleep(for: interval) } catch { return }
    }
  }

  /// Has the disk catch up with the journals once a second, on a thread that may wait.
  private func syncJournals() async {
    var journals: [String: JournalSync] = [:]
    var failures: [String: String] = [:]
    while !Task.isCancelled {
      for (name, recorder) in running {
        var journal = journals[name] ?? JournalSync(folder: recorder.inlet.folder)
        do {
          journal = try await NIOThreadPool.singleton.runIfActive { [journal] in
            var journal = journal
            try journal.sync()
            return journal
          }
          failures[name] = nil
        } catch {
          let message = "what comes may not survive a power cut: \(error)"
          if failures.updateValue(message, forKey: name) != message { log.error("\(message)") }
        }
        journals[name] = journal
      }
      do { try await Task.sleep(for: .seconds(1)) } catch { return }
    }
  }

  /// Rereads the configuration. One that is not good changes nothing.
  private func reload() async {
    systemd?.notify("RELOADING=1", "MONOTONIC_USEC=\(WallClock.monotonicMicroseconds())")
    defer { systemd?.notify("READY=1", statusLine) }
    let new: Configuration
    do {
      new = try Configuration(path: path, environment: .current)
    } catch {
      return log.error("the configuration stays as it was: \(error)")
    }
    for warning in new.warnings { log.warning("\(warning)") }
    if (new.store, new.journal, new.tables, new.showsDTMF)
      != (
        configuration.store, configuration.journal, configuration.tables, configuration.showsDTMF
      )
    {
      log.warning("a change of store, journal, tables or dtmf is for the next start")
    }
    let old = configuration
    configuration = new
    configuration.store = old.store
    configuration.journal = old.journal
    configuration.tables = old.tables
    configuration.showsDTMF = old.showsDTMF
    ErrorLog.threshold.withLock { $0 = level(of: new) }
    intake.order(.commit(every: new.commitIntervalMilliseconds))
    await change(to: new.servers)
  }

  /// Ends, begins and changes recorders; those of servers that stay as they were go on.
  private func change(to servers: [Configuration.Server]) async {
    for (name, recorder) in running where !servers.contains(recorder.server) { await end(name) }
    for server in servers where running[server.name] == nil {
      do {
        try begin(server)
      } catch {
        log.error("\(server.name) is not recorded: \(error)")
      }
    }
    log.notice("configuration reread: records \(running.count) servers")
  }

  // MARK: Ending

  /// Ends in order: no more connections, log off, close the journals, bring them into the store.
  private func stop() async {
    systemd?.notify("STOPPING=1")
    log.notice("stopping")
    await withTaskGroup { group in
      for name in running.keys { group.addTask { await self.end(name) } }
    }
    if await intake.stop() {
      log.notice("stopped; the store holds all that was received")
    } else {
      log.warning("stopped; the rest of the journal goes into the store at the next start")
    }
  }

  private func stopAtOnce() -> Never {
    log.warning(
      "stopped at once by a second signal; the rest of the journal is stored at the next start")
    exit(0)
  }

  // MARK: Words

  private var statusLine: String { "STATUS=\(statusText)" }

  private var statusText: String {
    let connected = running.values.count { $0.inlet.isConnected.load(ordering: .relaxed) }
    return "\(connected) of \(running.count) servers connected; store \(configuration.store)"
  }

  private func level(of configuration: Configuration) -> Logger.Level {
    Logger.Level(rawValue: configuration.logLevel) ?? .info
  }
}
