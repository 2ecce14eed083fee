import Glibc
import Synchronization

/// A manager interface on the loopback: takes logins, sends numbered events, and remembers every
/// byte that it sent.
final class FakeManager: Sendable {
  /// What is sent in answer to an action, by its headers; nil for the usual answer. A % stands for
  /// the ActionID.
  typealias Answers = @Sendable (_ action: [String: String]) -> String?
  /// In place of an answer: the connection is closed.
  static let hangUp = "hang up"
  /// In place of an answer: nothing, and nothing more on any connection, Pings included.
  static let silence = "silence"

  let port: Int

  private struct State {
    var sent: [[UInt8]] = []
    var received: [[String: String]] = []
    var texts: [String] = []
    var open: Set<Int32> = []
    /// The descriptor of each connection, by its number.
    var numbers: [Int: Int32] = [:]
    var isSilent = false
    var sendsEvents = true
    var answersLogoff = true
  }

  private let secret: String
  private let eventsAtOnce: Int
  private let banner: String
  private let answers: Answers
  private let listener: Int32
  private let state = Mutex(State())

  /// Listens on a port, by default any. Every two milliseconds comes an event, or more at once, or
  /// none.
  init(
    port: Int = 0, secret: String = "geheim", eventsAtOnce: Int = 1,
    banner: String = "Asterisk Call Manager/11.0.0\r\n", answers: @escaping Answers = { _ in nil }
  ) {
    self.secret = secret
    self.eventsAtOnce = eventsAtOnce
    self.banner = banner
    self.answers = answers
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var one: Int32 = 1
    unsafe setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(4))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    unsafe withUnsafeMutablePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        precondition(unsafe bind(listener, address, size) == 0, "bind: \(errno)")
        precondition(listen(listener, 8) == 0)
        unsafe getsockname(listener, address, &size)
      }
    }
    self.port = Int(in_port_t(bigEndian: address.sin_port))
    Self.onThread { [weak self] in
      // Closed here alone: a descriptor that is closed elsewhere may be another's by now.
      defer { close(listener) }
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        guard let self else {
          close(connection)
          return
        }
        Self.onThread { self.serve(connection) }
      }
    }
  }

  deinit { stop() }

  /// What was sent over each connection.
  var sent: [[UInt8]] { state.withLock { $0.sent } }

  /// The names of the actions that were received, over all connections, but for Login and Ping.
  var asked: [String] {
    state.withLock { $0.received }.compactMap { $0["Action"] }.filter {
      !["Login", "Ping", "Challenge"].contains($0)
    }
  }

  /// The headers of all actions of a name that were received.
  func received(_ name: String) -> [[String: String]] {
    state.withLock { $0.received }.filter { $0["Action"] == name }
  }

  /// Sends something over every connection that is open.
  func send(_ text: String) {
    let connections = state.withLock { state in
      (0..<state.sent.count).map { ($0, state.numbers[$0]!) }
    }
    for (number, connection) in connections { send(text, on: connection, number) }
  }

  /// The actions that came, line by line, without their ends; Pings that the connection sends by
  /// itself are left out.
  var texts: [String] {
    state.withLock { $0.texts }.filter { !$0.contains("ActionID: ping") }
  }

  /// Closes everything, as a killed server does.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    state.withLock { state in
      for connection in state.open { shutdown(connection, Int32(SHUT_RDWR)) }
    }
  }

  /// Sends nothing any more, and answers nothing.
  func fallSilent() { state.withLock { $0.isSilent = true } }

  /// Sends no events any more, but goes on to answer.
  func endEvents() { state.withLock { $0.sendsEvents = false } }

  /// Answers no Logoff from now on.
  func ignoreLogoff() { state.withLock { $0.answersLogoff = false } }

  /// Runs something that blocks; the tests' own threads are too few for that.
  private static func onThread(_ body: @escaping @Sendable () -> Void) {
    final class Work: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let work = unsafe Unmanaged.passRetained(Work(body)).toOpaque()
    let status = unsafe pthread_create(
      &thread, nil,
      { work in
        unsafe Unmanaged<Work>.fromOpaque(work!).takeRetainedValue().body()
        return nil
      }, work)
    precondition(status == 0)
    pthread_detach(thread)
  }

  private func serve(_ connection: Int32) {
    let number = state.withLock { state in
      state.open.insert(connection)
      state.sent.append([])
      state.numbers[state.sent.count - 1] = connection
      return state.sent.count - 1
    }
    defer {
      state.withLock { state in
        state.open.remove(connection)
        close(connection)
      }
    }
    send(banner, on: connection, number)
    var received = ""
    var piece = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe recv(connection, &piece, piece.count, 0)
      guard count > 0 else { return }
      received += String(decoding: piece[..<count], as: UTF8.self)
      let parts = received.split(separator: "\r\n\r\n", omittingEmptySubsequences: false)
      for action in parts.dropLast() {
        guard answer(String(action), on: connection, number) else { return }
      }
      received = String(parts.last ?? "")
    }
  }

  /// Answers an action; false to hang up.
  private func answer(_ action: String, on connection: Int32, _ number: Int) -> Bool {
    var headers: [String: String] = [:]
    for line in action.split(separator: "\r\n") {
      let parts = line.split(separator: ": ", maxSplits: 1)
      if parts.count == 2 { headers[String(parts[0])] = String(parts[1]) }
    }
    let actionID = headers["ActionID"] ?? ""
    let end = "ActionID: \(actionID)\r\n"
    state.withLock {
      $0.received.append(headers)
      $0.texts.append(action)
    }
    if let answer = answers(headers) {
      if answer == Self.hangUp { return false }
      if answer == Self.silence { fallSilent() }
      send(answer.replacing("%", with: actionID), on: connection, number)
      return true
    }
    switch headers["Action"]?.lowercased() {
    case "login":
      guard headers["Secret"] == secret else {
        send(
          "Response: Error\r\n\(end)Message: Authentication failed\r\n\r\n", on: connection, number)
        return false
      }
      send(
        "Response: Success\r\n\(end)Message: Authentication accepted\r\n\r\n", on: connection,
        number)
      if eventsAtOnce > 0 { Self.onThread { self.sendEvents(on: connection, number) } }
    case "logoff":
      guard state.withLock({ $0.answersLogoff }) else { return true }
      send(
        "Response: Goodbye\r\n\(end)Message: Thanks for all the fish.\r\n\r\n", on: connection,
        number)
      return false
    default:
      send("Response: Success\r\n\(end)\r\n", on: connection, number)
    }
    return true
  }

  private func sendEvents(on connection: Int32, _ number: Int) {
    var event = 0
    while state.withLock({ $0.sendsEvents && $0.open.contains(connection) }) {
      var text = ""
      for _ in 0..<eventsAtOnce {
        event += 1
        text +=
          "Event: TestEvent\r\nPrivilege: reporting,all\r\nType: Number\r\nN: \(event)\r\n\r\n"
      }
      guard send(text, on: connection, number) else { return }
      usleep(2_000)
    }
  }

  @discardableResult
  private func send(_ text: String, on connection: Int32, _ number: Int) -> Bool {
    let bytes = Array(text.utf8)
    // Under the lock, so that what is remembered is what was sent, in this order.
    return state.withLock { state in
      guard state.open.contains(connection) else { return false }
      if state.isSilent { return true }
      let count = unsafe Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      if count > 0 { state.sent[number] += bytes[..<count] }
      return count == bytes.count
    }
  }
}
