import AMI
import AMIClient
import NIOCore
import NIOPosix
import NIOSSL

/// A manager interface that does what a test says, on a free port of this host.
enum FakeServer {
  typealias Script = @Sendable (FakeSession) async throws -> Void

  /// Runs `script` for every client while `body` runs; `body` gets the port.
  static func run(
    tls: NIOSSLContext? = nil, _ script: @escaping Script,
    while body: (_ port: Int) async throws -> Void
  ) async throws {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { client in
        client.eventLoop.makeCompletedFuture {
          let pipeline = client.pipeline.syncOperations
          if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
          try pipeline.addHandler(FakeSessionHandler(script))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    do {
      try await body(server.localAddress!.port!)
    } catch {
      try await server.close()
      throw error
    }
    try await server.close()
  }
}

/// Runs the script of one client, and closes the connection when the script has ended.
private final class FakeSessionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let script: FakeServer.Script
  private let received: AsyncStream<ByteBuffer>
  private let feed: AsyncStream<ByteBuffer>.Continuation

  init(_ script: @escaping FakeServer.Script) {
    self.script = script
    (received, feed) = AsyncStream.makeStream(of: ByteBuffer.self)
  }

  func channelActive(context: ChannelHandlerContext) {
    Task { [script, received, channel = context.channel] in
      // A client that goes away in the middle of a script is the test's business.
      try? await script(FakeSession(received, channel))
      try? await channel.close()
    }
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    feed.yield(unwrapInboundIn(data))
  }

  func channelInactive(context: ChannelHandlerContext) { feed.finish() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

/// One client, seen from the fake server.
final class FakeSession {
  static let banner = "Asterisk Call Manager/11.0.0\r\n"

  private var inbound: AsyncStream<ByteBuffer>.Iterator
  private let channel: any Channel
  private var received = ""

  init(_ inbound: AsyncStream<ByteBuffer>, _ channel: any Channel) {
    self.inbound = inbound.makeAsyncIterator()
    self.channel = channel
  }

  func send(_ text: String) async throws {
    try await channel.writeAndFlush(ByteBuffer(string: text))
  }

  func send(bytes: [UInt8]) async throws {
    try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
  }

  /// The headers of the next action, in order; nil when the client has gone.
  func nextHeaders() async throws -> [(name: String, value: String)]? {
    while true {
      if let end = received.firstRange(of: "\r\n\r\n") {
        let lines = received[..<end.lowerBound].split(separator: "\r\n")
        received.removeSubrange(..<end.upperBound)
        return lines.map { line in
          let colon = line.firstIndex(of: ":")!
          return (String(line[..<colon]), String(line[colon...].dropFirst(2)))
        }
      }
      guard let bytes = await inbound.next(isolation: #isolation) else { return nil }
      received += String(buffer: bytes)
    }
  }

  /// The next action, its names as the client wrote them; nil when the client has gone.
  func action() async throws -> [String: String]? {
    try await nextHeaders().map { headers in
      Dictionary(headers.map { ($0.name, $0.value) }) { first, _ in first }
    }
  }

  /// The next action that is no Ping; Pings are answered.
  func actionButPing() async throws -> [String: String]? {
    while let action = try await action() {
      guard action["Action"] == "Ping" else { return action }
      try await respond(to: action, "Ping: Pong\r\n")
    }
    return nil
  }

  /// `Response: Success` with more headers.
  func respond(to action: [String: String], _ headers: String = "") async throws {
    try await send("Response: Success\r\nActionID: \(action["ActionID"] ?? "")\r\n\(headers)\r\n")
  }

  /// Sends the banner and accepts any login without a challenge.
  func acceptLogin() async throws {
    try await send(Self.banner)
    while let action = try await action() {
      if action["Action"] == "Login" {
        return try await respond(to: action, "Message: Authentication accepted\r\n")
      }
      try await send(
        "Response: Error\r\nActionID: \(action["ActionID"] ?? "")\r\nMessage: Permission denied\r\n\r\n"
      )
    }
  }

  /// Says nothing more, and keeps the connection open until the test is over.
  func goSilent() async throws {
    while try await action() != nil {}
  }
}

extension Limits {
  /// Limits that no busy machine reaches: for tests of anything else.
  static var patient: Limits {
    var limits = Limits()
    limits.ping = .seconds(300)
    limits.connect = .seconds(300)
    limits.handshake = .seconds(300)
    limits.login = .seconds(300)
    limits.answer = .seconds(300)
    limits.list = .seconds(300)
    limits.logoff = .seconds(300)
    return limits
  }
}

/// The server of a test.
func server(
  _ port: Int, tls: Server.TLS? = nil, authentication: Login.Authentication = .plain
) -> Server {
  Server(
    name: "pbx1", host: "127.0.0.1", port: port, tls: tls, username: "recorder",
    secret: Secret("hush"), authentication: authentication)
}
