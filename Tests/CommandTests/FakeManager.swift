import Glibc
import Synchronization

/// A manager interface on the loopback: takes logins, sends numbered events, and remembers every
/// byte that it sent.
final class FakeManager: Sendable {
  let port: Int

  private struct State {
    var sent: [[UInt8]] = []
    var open: Set<Int32> = []
    var isSilent = false
    var sendsEvents = true
    var answersLogoff = true
  }

  private let secret: String
  private let eventsAtOnce: Int
  private let listener: Int32
  private let state = Mutex(State())

  /// Listens on a port, by default any. Every two milliseconds comes an event, or more at once.
  init(port: Int = 0, secret: String = "geheim", eventsAtOnce: Int = 1) {
    self.secret = secret
    self.eventsAtOnce = eventsAtOnce
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
      return state.sent.count - 1
    }
    defer {
      state.withLock { state in
        state.open.remove(connection)
        close(connection)
      }
    }
    send("Asterisk Call Manager/11.0.0\r\n", on: connection, number)
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
    let end = "ActionID: \(headers["ActionID"] ?? "")\r\n"
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
      Self.onThread { self.sendEvents(on: connection, number) }
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
