import AMI
import AMIClient
import Configuration
import Glibc
import Synchronization

/// One login to a server to find out how it and the user are set up. It asks, and sends one
/// `UserEvent`; it changes nothing.
struct Visit {
  /// How long an event that was sent may take to come back.
  static let echoLimit = Duration.seconds(3)
  /// How long the events that follow a login are waited for.
  static let greetingLimit = Duration.seconds(2)
  /// How often it is looked whether they are there.
  static let lookInterval = Duration.milliseconds(20)
  /// How many Pings are sent.
  static let pings = 5
  /// The name of the event that is sent.
  static let eventName = "AmirecDoctor"

  private let connection: Connection
  private let notes: Notes
  private let clock = ContinuousClock()
  private var symptoms: Symptoms

  /// What events came, noted on the event loop.
  private final class Notes: Sendable {
    struct State: Sendable {
      var events: [String: Int] = [:]
      var classes: Set<String> = []
      var stamped = 0
      /// The longest that a Timestamp was before our time, in microseconds of two clocks.
      var stampAge: Int64?
      var ownAddress: String?
      var echoes: [String: ContinuousClock.Instant] = [:]
    }

    let state = Mutex(State())

    func note(_ event: Frame) {
      let now = ContinuousClock().now
      let time = Terminal.nowUs
      state.withLock { state in
        let name = event.text(of: .event) ?? ""
        state.events[name, default: 0] += 1
        state.classes.formUnion(
          ConfigSection.list(event.text(of: .privilege) ?? "").filter { $0 != "all" })
        if let stamp = event.value(of: .timestamp).flatMap({ Number.time($0)?.microseconds }) {
          state.stamped += 1
          state.stampAge = max(state.stampAge ?? .min, time - stamp)
        }
        switch name {
        case "SuccessfulAuth":
          // IPV4/TCP/192.0.2.7/40168
          let parts = event.text(named: "RemoteAddress")?.split(separator: "/") ?? []
          if parts.count == 4, state.ownAddress == nil { state.ownAddress = String(parts[2]) }
        case "UserEvent":
          if event.text(of: .userEvent) == Visit.eventName, let token = event.text(named: "Token") {
            state.echoes[token] = now
          }
        default: break
        }
      }
    }
  }

  /// Visits a server. Throws when it cannot be reached, does not let us in, or goes away.
  static func pay(
    to server: Configuration.Server, tables: [String]
  ) async throws(ClientError) -> Symptoms {
    let notes = Notes()
    var observer = Observer()
    observer.onEvent = { notes.note($0) }
    let connection = try await Connection.open(
      to: AMIClient.Server(server), limits: limits, observer: observer)
    var visit = Visit(connection, server, notes)
    do throws(ClientError) {
      try await visit.look(tables: tables)
    } catch {
      await connection.logoff()
      throw error
    }
    await connection.logoff()
    return visit.symptoms
  }

  private static var limits: Limits {
    var limits = Limits()
    limits.connect = .seconds(5)
    limits.handshake = .seconds(5)
    limits.login = .seconds(10)
    limits.answer = .seconds(5)
    limits.list = .seconds(20)
    return limits
  }

  private init(_ connection: Connection, _ server: Configuration.Server, _ notes: Notes) {
    self.connection = connection
    self.notes = notes
    symptoms = Symptoms(username: server.username)
    symptoms.link = Symptoms.Link(
      isEncrypted: server.tls != nil, isInsecure: server.tls?.isInsecure ?? false,
      isPlain: server.authentication == .plain, isLocal: server.isLocal)
    symptoms.asksForSecrets = server.asksForSecrets
    symptoms.banner = connection.banner
    symptoms.receiveBuffer = connection.receiveBuffer
  }

  // MARK: Looking

  private mutating func look(tables: [String]) async throws(ClientError) {
    try await measure()
    symptoms.commands = try await ask(Snapshot.commands).map { CommandList($0.response) }
    symptoms.version = try await ask(Action("CoreSettings"))?.response.text(of: .asteriskVersion)
    try await readFiles(tables: tables)
    try await callOut()
    let patience = clock.now + Self.greetingLimit
    while clock.now < patience, !hasGreeting { await pause() }
    notes.state.withLock { state in
      symptoms.events = state.events
      symptoms.seenClasses = state.classes
      symptoms.stampedEvents = state.stamped
      symptoms.ownAddress = state.ownAddress
      if let age = state.stampAge, let ahead = symptoms.clockAhead {
        symptoms.stampedDelay = .microseconds(age) + ahead
      }
    }
  }

  /// Whether what Asterisk sends after a login to whoever may read all has come.
  private var hasGreeting: Bool {
    notes.state.withLock { $0.events["FullyBooted"] != nil && $0.events["SuccessfulAuth"] != nil }
  }

  private func pause() async { try? await Task.sleep(for: Self.lookInterval, clock: clock) }

  /// Sends Pings: how long they take, and what time it is there.
  private mutating func measure() async throws(ClientError) {
    var nearest = Duration.seconds(1_000)
    for _ in 0..<Self.pings {
      let start = clock.now
      let startTime = Terminal.nowUs
      guard let answer = try await ask(Action("Ping")) else { continue }
      let took = clock.now - start
      symptoms.roundTrips.append(took)
      guard took < nearest, let stamp = answer.response.value(of: .timestamp),
        let time = Number.time(stamp)?.microseconds
      else { continue }
      // The answer was made about half way; the fastest Ping tells it best.
      nearest = took
      symptoms.clockAhead = .microseconds(time - startTime) - took / 2
    }
  }

  /// Reads what Asterisk's files say of this user and of what is sent.
  private mutating func readFiles(tables: [String]) async throws(ClientError) {
    guard let commands = symptoms.commands else { return }
    if commands.has("Command") {
      let words = "manager show user \(symptoms.username)"
      let output = try await ask(Action("Command", [.init("Command", words)]))?.output ?? []
      symptoms.shownReadClasses = Self.readClasses(in: output)
    }
    guard commands.has("GetConfig") else { return }
    symptoms.general = try await section("general", of: "manager.conf")
    // The answer has the secret in it: not where others can listen.
    if symptoms.link.isLocal || symptoms.link.isEncrypted {
      symptoms.user = try await section(symptoms.username, of: "manager.conf")
    }
    symptoms.sendsCDRs =
      try await section("general", of: "cdr_manager.conf")?.isTrue("enabled") ?? false
    if tables.contains("cels") {
      symptoms.sendsCELs =
        try await section("manager", of: "cel.conf")?.isTrue("enabled") ?? false
    }
    if let release = symptoms.release, release < Examination.alwaysTelling {
      symptoms.mutedQueues = try await sections(of: "queues.conf").filter { queue in
        queue.name != "general"
          && ["eventwhencalled", "eventmemberstatus"].contains { option in
            !queue.isTrue(option) && queue.last(option)?.lowercased() != "vars"
          }
      }.map(\.name)
    }
  }

  private func section(
    _ name: String, of file: String
  ) async throws(ClientError) -> ConfigSection? {
    // Versions that do not know Category answer with the whole file.
    try await sections(of: file, name).first { $0.name == name }
  }

  private func sections(
    of file: String, _ name: String? = nil
  ) async throws(ClientError) -> [ConfigSection] {
    var fields = [Action.Field("Filename", file)]
    if let name { fields.append(.init("Category", name)) }
    return try await ask(Action("GetConfig", fields)).map { ConfigSection.all(in: $0.response) }
      ?? []
  }

  /// The classes in a line `read perm: system,call,all`, or `<none>`.
  ///
  /// **Source:** `main/manager.c`, `handle_showmanager`.
  static func readClasses(in output: [String]) -> Set<String>? {
    let lines = output.joined(separator: "\n").split(whereSeparator: \.isNewline)
    for line in lines {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].filter({ $0 != " " }) == "readperm" else { continue }
      let words = Set(ConfigSection.list(String(parts[1])))
      // Old versions print all behind any class, and lack the younger of them.
      let isAll = words.contains("all") && words.isSuperset(of: Examination.oldestClasses)
      return isAll ? Set(Examination.classes) : words.subtracting(["all", "<none>"])
    }
    return nil
  }

  /// Sends an event, and looks whether it comes back.
  private mutating func callOut() async throws(ClientError) {
    guard symptoms.commands?.has("UserEvent") ?? true else {
      symptoms.echo = .notPermitted
      return
    }
    let token = String(UInt64.random(in: 0 ... .max), radix: 16)
    let start = clock.now
    let event = Action("UserEvent", [.init("UserEvent", Self.eventName), .init("Token", token)])
    guard try await ask(event) != nil else {
      symptoms.echo = .notPermitted
      return
    }
    while clock.now - start < Self.echoLimit {
      if let time = notes.state.withLock({ $0.echoes[token] }) {
        symptoms.echo = .heard(after: time - start)
        return
      }
      await pause()
    }
    symptoms.echo = .unheard
  }

  /// The answer to an action; nil when it is refused or does not come.
  private func ask(_ action: Action) async throws(ClientError) -> Answer? {
    do throws(ClientError) {
      return try await connection.send(action)
    } catch {
      switch error.code {
      case .actionRefused, .timedOut, .actionInvalid, .answerInvalid: return nil
      default: throw error
      }
    }
  }
}
