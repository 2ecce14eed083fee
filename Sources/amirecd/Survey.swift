import AMI
import AMIClient
import Configuration
import Logging
import Synchronization

/// Asks one server what is there: everything once after the login, queues and registrations again
/// at their intervals. Nobody here reads the answers but for the names in them: they are part of
/// the stream, and go where all of it goes.
///
/// One question after another: the next when the answer is complete or `Limits.answer` and
/// `Limits.list` have passed. So what is asked at an interval is left out while the last time still
/// goes on.
struct Survey {
  /// How long a server that has not said that it is booted is waited for before it is asked. Users
  /// who may not read the class system are never told.
  static let bootLimit = Duration.seconds(3)
  /// How often a server that was not booted is looked at again.
  static let bootCheckInterval = Duration.milliseconds(250)
  /// The most items of one list that are asked about one by one.
  static let detailsMax = 1_000

  private let connection: Connection
  private let server: Configuration.Server
  private let boot: Boot
  private let said: LastWords
  private let log: Logger
  private let clock = ContinuousClock()
  /// What this server has and this user may ask.
  private var questions: [Snapshot.Question] = []
  /// Actions that were refused though they were listed.
  private var refused: [String] = []
  /// Actions that were not answered in time: said once.
  private var unanswered: Set<String> = []

  init(
    _ connection: Connection, server: Configuration.Server, boot: Boot, said: LastWords, log: Logger
  ) {
    self.connection = connection
    self.server = server
    self.boot = boot
    self.said = said
    self.log = log
  }

  /// Whether the server has said that it is booted: set on the event loop.
  final class Boot: Sendable {
    private let isDone = Atomic<Bool>(false)
    var isBooted: Bool { isDone.load(ordering: .acquiring) }

    /// Looks at a live event.
    func note(_ event: Frame) {
      if event.has(.event, "FullyBooted") { isDone.store(true, ordering: .releasing) }
    }
  }

  /// What was said last of what may not be asked: not to be repeated with every session.
  final class LastWords: Sendable {
    private let words = Mutex("")

    /// Whether these words are new.
    func take(_ new: String) -> Bool {
      words.withLock { words in
        defer { words = new }
        return words != new
      }
    }
  }

  /// Asks until the connection ends or the task is cancelled.
  mutating func run() async {
    let patience = clock.now + Self.bootLimit
    while !boot.isBooted, clock.now < patience {
      guard await sleep(until: clock.now + Self.bootCheckInterval) else { return }
    }
    var wasBooted = boot.isBooted
    guard await askAll() else { return }
    var random = SystemRandomNumberGenerator()
    var queues = Cadence(
      seconds: server.queuesIntervalSeconds, from: clock.now, using: &random)
    var registrations = Cadence(
      seconds: server.registrationsIntervalSeconds, from: clock.now, using: &random)
    while true {
      if !wasBooted, boot.isBooted {
        // What was asked of a booting server was half of the answer.
        wasBooted = true
        guard await askAll() else { return }
      }
      guard await ask(.queues, &queues), await ask(.registrations, &registrations) else { return }
      let check = wasBooted ? nil : clock.now + Self.bootCheckInterval
      guard let next = [queues?.next, registrations?.next, check].compactMap(\.self).min(),
        await sleep(until: next)
      else { return }
    }
  }

  private func sleep(until time: ContinuousClock.Instant) async -> Bool {
    do { try await Task.sleep(until: time, clock: clock) } catch { return false }
    return true
  }

  // MARK: Asking

  /// Asks which actions there are, then all that is wanted; false when the connection is over.
  private mutating func askAll() async -> Bool {
    let start = clock.now
    guard await learn() else { return false }
    let wanted = server.takesSnapshot ? questions : questions.filter { $0.action == "CoreSettings" }
    for question in wanted where !(await ask(question)) { return false }
    noteRefusals()
    let tenths = ((clock.now - start) / .milliseconds(100)).rounded()
    log.info("asked what is there: \(wanted.count) questions in \(tenths / 10) s")
    return true
  }

  /// Asks what is due about a subject; false when the connection is over.
  private mutating func ask(_ subject: Snapshot.Subject, _ cadence: inout Cadence?) async -> Bool {
    guard let due = cadence?.next, due <= clock.now else { return true }
    for question in questions
    where question.subject == subject && !refused.contains(question.action) {
      guard await ask(question) else { return false }
    }
    cadence?.pass(clock.now)
    return true
  }

  /// Learns what may be asked. Of a server that does not say, only its version.
  private mutating func learn() async -> Bool {
    refused = []
    switch await send(Snapshot.commands) {
    case .answered(let answer):
      let commands = CommandList(answer.response)
      questions = Snapshot.askable(of: commands, withSecrets: server.asksForSecrets)
      refused = Snapshot.refused(by: commands, withSecrets: server.asksForSecrets).map(\.action)
      if !commands.isEmpty { return true }
    case .unanswered: break
    case .over: return false
    }
    questions = Snapshot.questions.filter { $0.action == "CoreSettings" }
    return true
  }

  private mutating func ask(_ question: Snapshot.Question) async -> Bool {
    switch await send(Action(question.action)) {
    case .over: return false
    case .unanswered: return true
    case .answered(let answer):
      guard let detail = question.detail else { return true }
      return await ask(detail, of: answer.items)
    }
  }

  private mutating func ask(_ detail: Snapshot.Detail, of items: [Frame]) async -> Bool {
    if items.count > Self.detailsMax {
      log.notice(
        "\(detail.action) is asked of the first \(Self.detailsMax) of \(items.count) only")
    }
    for item in items.prefix(Self.detailsMax) {
      guard let name = item.text(named: detail.header), !name.isEmpty else { continue }
      let action = Action(detail.action, [.init(detail.header, name)])
      if case .over = await send(action) { return false }
    }
    return true
  }

  // MARK: Answers

  private enum Outcome {
    case answered(Answer)
    /// Refused, an empty list, or too late.
    case unanswered
    /// There is no connection any more.
    case over
  }

  private mutating func send(_ action: Action) async -> Outcome {
    do {
      return .answered(try await connection.send(action))
    } catch {
      switch error.code {
      case .actionRefused:
        // Many an empty list is an error, too.
        log.debug("\(error.message)")
        if Self.isRefusal(error), !refused.contains(action.name) { refused.append(action.name) }
        return .unanswered
      case .actionInvalid, .answerInvalid:
        log.debug("\(error.message)")
        return .unanswered
      case .timedOut:
        if unanswered.insert(action.name).inserted { log.warning("\(error.message)") }
        return .unanswered
      case .unreachable, .tls, .foreign, .loginRefused, .disconnected, .broken, .silent, .closed,
        .cancelled:
        return .over
      }
    }
  }

  /// Whether the user may not, or the server cannot.
  ///
  /// **Source:** `main/manager.c`, `process_message`.
  private static func isRefusal(_ error: ClientError) -> Bool {
    let message = error.response?.text(of: .message)?.lowercased() ?? ""
    return message.hasPrefix("permission denied") || message.hasPrefix("invalid/unknown command")
  }

  private func noteRefusals() {
    let words = refused.joined(separator: ", ")
    guard said.take(words), !words.isEmpty else { return }
    log.notice(
      """
      what is there is not known in full: Asterisk does not have, or \(server.username) may not \
      send, \(words); amirec doctor says which write classes that needs
      """)
  }
}
