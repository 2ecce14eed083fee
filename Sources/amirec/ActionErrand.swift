import AMI
import AMIClient
import Configuration
import Store
import Synchronization

/// One action, from the configuration to its row: connects, asks where that is due, sends once, and
/// writes down what came of it.
struct ActionErrand {
  /// How long to wait for the event that tells the outcome, unless the user says otherwise.
  static let eventLimit = Duration.seconds(60)

  private let configuration: Configuration
  private let server: Configuration.Server
  private let mask: FieldMask

  /// Reads the configuration for the server that is named, or the only one.
  init(config: String, server: String?) throws {
    ProcessMemory.conceal()
    configuration = try Self.configuration(config, for: .acting(on: server))
    self.server = configuration.servers[0]
    mask = FieldMask(configuration.mask)
    for warning in configuration.warnings + configuration.exposures { Terminal.tell(warning) }
  }

  /// What the configuration says that nobody may see.
  static func mask(_ config: String) throws -> FieldMask {
    FieldMask(try configuration(config, for: .masking).mask)
  }

  private static func configuration(
    _ path: String, for purpose: Configuration.Purpose
  ) throws -> Configuration {
    do throws(ConfigurationError) {
      return try Configuration(path: path, environment: .current, for: purpose)
    } catch {
      throw Failure(error.isUsage ? Failure.usage : Failure.input, error.description)
    }
  }

  // MARK: One action

  func run(
    _ request: ActionRequest, isConfirmed: Bool, timeout: Duration?
  ) async throws -> ActionResult {
    let start = Terminal.nowUs
    var action: Action
    do {
      action = try request.action()
    } catch {
      try refuse(request.asWritten, since: start, error)
    }
    let danger = request.description?.danger(of: action)
    if danger != nil, !isConfirmed, !Terminal.isInteractive {
      let why = "\(danger!); say --yes if that is meant"
      try refuse(action, since: start, Failure(Failure.usage, why))
    }
    let log = ActionLog(register: try opened(), configuration: configuration, mask: mask)
    let heard = HeardClasses()
    let connection: Connection
    do throws(ClientError) {
      connection = try await connect(request.waits ? heard : nil, timeout)
    } catch {
      var row = log.row(of: action, since: start)
      row.outcome = .notConnected
      row.error = error.message
      let signal = error.code == .cancelled ? Interruption.received : nil
      if let signal {
        row.error = "\(Interruption.name(of: signal)) came before there was a connection"
      }
      try log.add(&row)
      throw Failure(
        signal.map { 128 + $0 } ?? Failure.input,
        signal == nil ? error.description : "\(server.name): \(row.error!); nothing was sent")
    }
    do {
      if danger != nil, !isConfirmed {
        try await confirm(action, on: connection, log, since: start)
      }
      try heedSignal(before: action, log, since: start)
      action.actionID = connection.makeActionID()
      let ringTime = request.ringTime(of: action) ?? .zero
      let sent = try await log.send(
        action, on: connection, since: start,
        awaiting: request.waits ? request.description?.outcome : nil,
        within: timeout ?? Self.eventLimit + ringTime)
      await connection.logoff()
      return ActionResult(
        server: server.name, action: mask.masked(action), sent: sent, heardClasses: heard.names)
    } catch {
      await connection.logoff()
      throw error
    }
  }

  /// Writes down that an action was not sent, and ends with the reason.
  private func refuse(_ action: Action, since start: Int64, _ reason: any Error) throws -> Never {
    do {
      let log = ActionLog(register: try opened(), configuration: configuration, mask: mask)
      var row = log.row(of: action, since: start)
      row.outcome = .refused
      row.error = (reason as? Failure)?.description ?? "\(reason)"
      try log.add(&row)
    } catch {
      // That it was refused is what the user asked about; that it is not written down comes second.
      Terminal.tell("not written down: \(error)")
    }
    throw reason
  }

  private func opened() throws -> ActionRegister {
    do {
      return try ActionRegister(path: configuration.store)
    } catch let error as StoreError {
      throw Failure(Failure.input, "\(error); nothing was sent")
    }
  }

  /// With `heard` events are wanted, and their classes go there.
  private func connect(
    _ heard: HeardClasses?, _ timeout: Duration?
  ) async throws(ClientError) -> Connection {
    var target = AMIClient.Server(server)
    target.wantsEvents = heard != nil
    var observer = Observer()
    if let heard { observer.onEvent = { heard.note($0) } }
    var limits = Limits()
    limits.ping = .seconds(server.pingIntervalSeconds)
    if let timeout {
      limits.connect = min(limits.connect, timeout)
      limits.handshake = min(limits.handshake, timeout)
      limits.login = min(limits.login, timeout)
      limits.answer = timeout
      limits.list = max(limits.list, timeout)
    }
    return try await Connection.open(to: target, limits: limits, observer: observer)
  }

  // MARK: Asking

  /// Asks the user at the terminal; returns when the answer is yes.
  private func confirm(
    _ action: Action, on connection: Connection, _ log: ActionLog, since start: Int64
  ) async throws {
    let matching = await ActionTargets.names(of: action, on: connection, log)
    let question = ActionTargets.question(action, matching, on: server.name)
    try heedSignal(before: action, log, since: start)
    guard !agrees(to: question) else { return }
    try decline(action, log, since: start, "the user did not confirm it", code: Failure.usage)
  }

  /// Asks; a signal meanwhile ends the program at once, for nothing is under way.
  private func agrees(to question: String) -> Bool {
    Interruption.unwatch()
    defer { Interruption.watch() }
    return Terminal.agrees(to: question)
  }

  /// Ends with the signal that came before the action was sent, if one did.
  private func heedSignal(before action: Action, _ log: ActionLog, since start: Int64) throws {
    guard let signal = Interruption.received else { return }
    let why = "\(Interruption.name(of: signal)) came before it was sent"
    try decline(action, log, since: start, why, code: 128 + signal)
  }

  private func decline(
    _ action: Action, _ log: ActionLog, since start: Int64, _ why: String, code: Int32
  ) throws -> Never {
    var row = log.row(of: action, since: start)
    row.outcome = .refused
    row.error = why
    try log.add(&row)
    throw Failure(code, "nothing was sent")
  }
}

/// The classes of the events that came: those the user may read for certain.
private final class HeardClasses: Sendable {
  private let state = Mutex(Set<String>())

  var names: Set<String> { state.withLock { $0 } }

  /// Looks at a live event.
  func note(_ event: Frame) {
    let classes = ConfigSection.list(event.text(of: .privilege) ?? "")
    state.withLock { $0.formUnion(classes) }
  }
}
