import AMI
import AMIClient
import Synchronization
import Testing

/// A connection to the laboratory's server, what was sent over it, and the events that came.
final class Talk: Sendable {
  /// How long an event may take.
  private static let patience = Duration.seconds(15)

  let connection: Connection
  private let seen: Mutex<[Frame]>
  private let used = Mutex<[String: Set<String>]>([:])

  private init(_ connection: Connection, _ inbox: Inbox) {
    self.connection = connection
    seen = Mutex([])
    inbox.forward { [weak self] event in self?.seen.withLock { $0.append(event) } }
  }

  /// Takes events from before there is a `Talk`.
  private final class Inbox: Sendable {
    private let state = Mutex<(waiting: [Frame], sink: (@Sendable (Frame) -> Void)?)>(([], nil))

    func take(_ event: Frame) {
      let sink = state.withLock { state in
        if state.sink == nil { state.waiting.append(event) }
        return state.sink
      }
      sink?(event)
    }

    func forward(to sink: @escaping @Sendable (Frame) -> Void) {
      let waiting = state.withLock { state in
        state.sink = sink
        return state.waiting
      }
      for event in waiting { sink(event) }
    }
  }

  static func begin(
    _ server: Server, user: String? = nil, authentication: Login.Authentication = .md5
  ) async throws -> Talk {
    let inbox = Inbox()
    var observer = Observer()
    observer.onEvent = { inbox.take($0) }
    let target = AMIClient.Server(
      name: "lab", host: server.host, port: Int(server.port),
      username: user ?? server.user,
      secret: Secret(user.map { "\($0)-secret" } ?? server.secret), authentication: authentication)
    return Talk(try await Connection.open(to: target, observer: observer), inbox)
  }

  // MARK: Actions

  /// What was sent and succeeded: the fields of each action, by its name.
  var successes: [String: Set<String>] { used.withLock { $0 } }

  /// Sends an action as the command line would: checked by its declaration.
  @discardableResult
  func ok(_ name: String, _ fields: KeyValuePairs<String, String> = [:]) async throws -> Answer {
    let description = try #require(ActionCatalogue.action(named: name), "\(name) is not declared")
    let action = try description.action(fields.map { Action.Field($0, $1) })
    let answer = try await connection.send(action)
    note(action)
    return answer
  }

  /// Sends an action and waits for the event that tells its outcome.
  func outcome(_ name: String, _ fields: KeyValuePairs<String, String>) async throws -> Frame {
    let description = try #require(ActionCatalogue.action(named: name), "\(name) is not declared")
    let action = try description.action(fields.map { Action.Field($0, $1) })
    let told = try await connection.send(action, awaiting: try #require(description.outcome))
    note(action)
    return told.event
  }

  /// Notes that an action was done which goes another way.
  func note(_ action: Action) {
    used.withLock { used in
      for field in action.fields {
        used[action.name, default: []].insert(
          String(field.name.prefix { $0 != "(" }))
      }
      used[action.name, default: []].formUnion([])
    }
  }

  /// The message with which Asterisk refuses an action that is sent unchecked; nil if it does not.
  func refusal(of action: Action) async throws(ClientError) -> String? {
    do throws(ClientError) {
      _ = try await connection.send(action)
      return nil
    } catch {
      guard error.code == .actionRefused else { throw error }
      return error.response?.text(of: .message)
    }
  }

  // MARK: Events

  /// How many events there were so far: where to look on from.
  var now: Int { seen.withLock { $0.count } }

  func events(since start: Int) -> [Frame] { seen.withLock { Array($0.dropFirst(start)) } }

  /// The first event of this name whose headers are as asked.
  @discardableResult
  func event(
    _ name: String, since start: Int, where headers: KeyValuePairs<String, String> = [:],
    at location: SourceLocation = #_sourceLocation
  ) async throws -> Frame {
    let clock = ContinuousClock()
    let end = clock.now + Self.patience
    while clock.now < end {
      let found = events(since: start).first { event in
        event.text(of: .event)?.lowercased() == name.lowercased()
          && headers.allSatisfy { event.text(named: $0)?.hasPrefix($1) == true }
      }
      if let found { return found }
      try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("no \(name) where \(headers)", sourceLocation: location)
    throw CancellationError()
  }

  // MARK: Calls

  /// A Local channel that stays up, its near half in `exten`: the name of that half.
  func local(_ exten: String, from far: String = "hold.0") async throws -> String {
    let event = try await outcome(
      "Originate",
      [
        "Channel": "Local/\(far)@callers/n", "Context": "internal", "Exten": exten,
        "Priority": "1", "Async": "true",
      ])
    #expect(event.text(of: .response) == "Success")
    return try #require(event.text(named: "Channel"))
  }

  /// A call between the telephones 100 and 101, which are bridged when this returns.
  func call() async throws -> (caller: String, callee: String) {
    let start = now
    let event = try await outcome(
      "Originate",
      [
        "Channel": "PJSIP/100", "Context": "internal", "Exten": "101", "Priority": "1",
        "Async": "true",
      ])
    let caller = try #require(event.text(named: "Channel"))
    let callee = try await self.event(
      "BridgeEnter", since: start, where: ["Channel": "PJSIP/101-"])
    try await self.event("BridgeEnter", since: start, where: ["Channel": caller])
    return (caller, try #require(callee.text(named: "Channel")))
  }

  /// Ends every call.
  func hangUpAll() async throws {
    _ = try? await connection.send(Hangup(channel: .matching(".*")))
    for _ in 0..<200 {
      let channels = try await connection.send(Action("CoreShowChannels"))
      if channels.items.isEmpty { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("channels that do not end")
  }
}

extension Answer {
  /// The values of a header of those items that are such events.
  func values(of header: String, in event: String) -> [String] {
    items.filter { $0.text(of: .event) == event }.compactMap { $0.text(named: header) }
  }
}
