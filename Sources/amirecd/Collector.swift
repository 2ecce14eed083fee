import Configuration
import Glibc
import Journal
import Logging
import NIOCore
import NIOPosix
import Normalization
import Store
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
    let progress: IntakeProgress
    let task: Task<Void, Never>
  }

  /// A server whose journal cannot be written yet, so that it is not recorded.
  private struct Waiting {
    let trouble: Trouble
    let status: RecorderStatus
  }

  /// The journal of a server that is not in the configuration any more.
  private struct Retired {
    let journal: IdleJournal
    let progress: IntakeProgress
  }

  /// Time between two attempts to begin with a journal that could not be used.
  private static let retryInterval = Duration.microseconds(Trouble.retryInterval)

  /// Signals within this time of the one that asks to stop are the same request, in microseconds.
  /// A terminal and timeout(1) signal the program and its group.
  private static let sameRequestTime: Int64 = 2_000_000

  private let path: String
  private let systemd = Systemd { name in unsafe getenv(name).map { unsafe String(cString: $0) } }
  private let log = Logger(label: "amirecd")
  private let loops = MultiThreadedEventLoopGroup.singleton
  private let intake: Intake
  private let care: JournalCare
  private let row: CollectorRow
  private var configuration: Configuration
  private var running: [String: Running] = [:]
  private var waiting: [String: Waiting] = [:]
  private var retired: [String: Retired] = [:]
  /// What keeps the folder of the journals from being looked through.
  private var folderTrouble: Trouble?
  /// When it was asked to stop, in microseconds of the monotonic clock; nil as long as it was not.
  private var stopAskedAt: Int64?

  private init(_ configuration: Configuration, path: String, intake: Intake) {
    self.configuration = configuration
    self.path = path
    self.intake = intake
    care = JournalCare(
      folder: configuration.journal, store: configuration.store, log: Logger(label: "amirecd"))
    row = CollectorRow(
      version: Version.text, pid: Int64(getpid()), startedAt: WallClock.microseconds(),
      journal: configuration.journal)
  }

  /// Records until a signal ends it. What cannot be used, the store or a journal, is tried again
  /// and again: a server is recorded as long as its journal can be written.
  static func run(_ configuration: Configuration, path: String) async {
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    ErrorLog.threshold.withLock { $0 = level(of: configuration) }
    var options = Normalizer.Options()
    options.tables = Set(
      configuration.tables.compactMap { Normalizer.Options.BulkyTable(rawValue: $0) })
    options.dtmf = configuration.showsDTMF
    let intake = Intake.start(
      store: configuration.store, journal: configuration.journal, options: options,
      log: Logger(label: "amirecd"))
    let collector = Collector(configuration, path: path, intake: intake)
    await collector.start()
    await collector.watch(signals)
  }

  // MARK: Beginning

  private func start() {
    for warning in configuration.warnings + configuration.exposures { log.warning("\(warning)") }
    if let objection = Rights.objection(to: configuration.store) { log.warning("\(objection)") }
    intake.order(.commit(every: configuration.commitIntervalMilliseconds))
    for server in configuration.servers { begin(server) }
    readRetired()
    systemd?.notify("READY=1", statusLine)
    log.notice(
      "version \(Version.text) records \(running.count) servers into \(configuration.store)")
  }

  /// Begins to record a server, if its journal can be written.
  private func begin(_ server: Configuration.Server) {
    let name = server.name
    // Whoever read the rest of its journal lets it go.
    retired[name] = nil
    let inlet: Inlet
    do {
      inlet = try Inlet(
        folder: "\(configuration.journal)/\(name)", segmentBytes: configuration.segmentBytes,
        loop: loops.next(), log: Logger(label: name))
    } catch {
      let trouble = Trouble(
        "not recorded: \(error)", after: waiting[name]?.trouble,
        at: WallClock.monotonicMicroseconds(), Logger(label: name))
      let status = waiting[name]?.status ?? RecorderStatus()
      status.expose(exposure)
      status.disconnected("\(error)")
      waiting[name] = Waiting(trouble: trouble, status: status)
      return
    }
    waiting[name] = nil
    let status = RecorderStatus()
    status.expose(exposure)
    let progress = IntakeProgress()
    let recorder = Recorder(
      server: server, inlet: inlet, status: status, log: Logger(label: name))
    let task = Task { await recorder.run() }
    running[name] = Running(
      server: server, inlet: inlet, status: status, progress: progress, task: task)
    intake.order(
      .read(
        .init(
          name: name, folder: inlet.folder, trunks: Set(server.trunks), inlet: inlet,
          progress: progress)))
  }

  /// Has the journals of servers that are not in the configuration any more brought into the store,
  /// but for those that another program writes.
  private func readRetired() {
    do {
      for name in try Segment.journals(in: configuration.journal) where isUnknown(name) {
        let journal = try IdleJournal(folder: "\(configuration.journal)/\(name)")
        log.notice(
          "\(name) is not in the configuration; the rest of its journal goes into the store")
        let progress = IntakeProgress()
        retired[name] = Retired(journal: journal, progress: progress)
        intake.order(
          .read(
            .init(
              name: name, folder: journal.folder, trunks: nil, inlet: nil, progress: progress)))
      }
      folderTrouble = nil
    } catch {
      folderTrouble = Trouble(
        "what servers left that are not in the configuration stays in the journal: \(error)",
        after: folderTrouble, at: WallClock.monotonicMicroseconds(), log, level: .warning)
    }
  }

  private func isUnknown(_ name: String) -> Bool {
    retired[name] == nil && running[name] == nil
      && !configuration.servers.contains { $0.name == name }
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
      Task { await tendJournals() },
      Task { await lookAfterJournals() },
      Task { await retryJournals() },
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

  /// Has the disk catch up with the journals once a second, and looks whether they are still where
  /// they are looked for.
  private func tendJournals() async {
    var tending = JournalTending()
    while !Task.isCancelled {
      await tending.tend(running.map { ($0.key, $0.value.inlet) })
      do { try await Task.sleep(for: .seconds(1)) } catch { return }
    }
  }

  /// Looks once a second how far the store is behind, and says so in the status file.
  private func lookAfterJournals() async {
    while !Task.isCancelled {
      let (wards, care, row) = (wards, care, row)
      let trouble = intake.storeTrouble.withLock { $0 }
      do {
        let links = try await NIOThreadPool.singleton.runIfActive {
          care.look(at: wards, row, storeTrouble: trouble)
        }
        intake.links.withLock { $0 = links }
        try await Task.sleep(for: .seconds(1))
      } catch {
        return
      }
    }
  }

  /// All journals, in the order of the configuration.
  private var wards: [JournalCare.Ward] {
    var wards = configuration.servers.compactMap { server -> JournalCare.Ward? in
      let folder = "\(configuration.journal)/\(server.name)"
      if let one = running[server.name] {
        return .init(name: server.name, folder: folder, status: one.status, progress: one.progress)
      }
      return waiting[server.name].map {
        .init(name: server.name, folder: folder, status: $0.status, progress: IntakeProgress())
      }
    }
    for (name, one) in retired.sorted(by: { $0.key < $1.key }) {
      let status = RecorderStatus()
      status.retired()
      wards.append(
        .init(name: name, folder: one.journal.folder, status: status, progress: one.progress))
    }
    return wards
  }

  /// Tries again and again to begin with journals that could not be used.
  private func retryJournals() async {
    while true {
      do { try await Task.sleep(for: Self.retryInterval) } catch { return }
      guard stopAskedAt == nil else { return }
      for server in configuration.servers where waiting[server.name] != nil { begin(server) }
      if folderTrouble != nil { readRetired() }
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
    for warning in new.warnings + new.exposures { log.warning("\(warning)") }
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
    ErrorLog.threshold.withLock { $0 = Self.level(of: new) }
    intake.order(.commit(every: new.commitIntervalMilliseconds))
    for recorder in running.values { recorder.status.expose(exposure) }
    await change(to: new.servers)
  }

  /// Ends, begins and changes recorders; those of servers that stay as they were go on, but for one
  /// whose login was refused: it tries again at once, for Asterisk's side may have been mended.
  private func change(to servers: [Configuration.Server]) async {
    for (name, recorder) in running
    where !servers.contains(recorder.server) || recorder.status.snapshot.isRefused {
      await end(name)
    }
    for name in waiting.keys where !servers.contains(where: { $0.name == name }) {
      waiting[name] = nil
    }
    for server in servers where running[server.name] == nil { begin(server) }
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
    let links = intake.links.withLock { $0 }
    let end = await intake.stop()
    if end.isComplete {
      log.notice("stopped; \(end.words)")
    } else {
      log.warning("stopped; \(end.words)")
    }
    sayStopped(links, end)
  }

  /// The status file says for ever after that this ended in order, and what the store lacks.
  private func sayStopped(_ links: [CollectorRow.Link], _ end: IntakeEnd) {
    var row = row
    row.stoppedAt = WallClock.microseconds()
    let links = links.map { link in
      var link = link
      link.behindBytes = end.lacking.first { $0.server == link.name }?.bytes ?? 0
      if link.behindBytes == 0 { link.behindTime = 0 }
      return link
    }
    care.write(row, links, storeTrouble: intake.storeTrouble.withLock { $0 })
  }

  private func stopAtOnce() -> Never {
    log.warning(
      "stopped at once by a second signal; what is only in the journal is stored at the next start")
    exit(0)
  }

  // MARK: Words

  /// What lets others at the secrets, for amirec status.
  private var exposure: String? {
    configuration.exposures.isEmpty ? nil : configuration.exposures.joined(separator: "; ")
  }

  private var statusLine: String { "STATUS=\(statusText)" }

  private var statusText: String {
    let connected = running.values.count { $0.inlet.isConnected.load(ordering: .relaxed) }
    let trouble = intake.storeTrouble.withLock { $0 }
    return "\(connected) of \(configuration.servers.count) servers connected; "
      + (trouble.map { "the store is not written, the journal keeps what comes: \($0.message)" }
        ?? "store \(configuration.store)")
  }

  private static func level(of configuration: Configuration) -> Logger.Level {
    Logger.Level(rawValue: configuration.logLevel) ?? .info
  }
}
