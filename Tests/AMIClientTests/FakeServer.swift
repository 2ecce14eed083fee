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
      .bind(host: "127.0.0.1", port: 0) { client in
        client.eventLoop.makeCompletedFuture {
          if let tls {
            try client.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
          }
          return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: client)
        }
      }
    let port = server.channel.localAddress!.port!
    let serving = Task { try await serve(server, script) }
    do {
      try await body(port)
    } catch {
      serving.cancel()
      _ = await serving.result
      throw error
    }
    serving.cancel()
    _ = await serving.result
  }

  private static func serve(
    _ server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>,
    _ script: @escaping Script
  ) async throws {
    try await withThrowingDiscardingTaskGroup { group in
      try await server.executeThenClose { clients in
        for try await client in clients {
          group.addTask {
            // A client that goes away in the middle of a script is the test's business.
            try? await client.executeThenClose { inbound, outbound in
              let (received, feed) = AsyncStream.makeStream(of: ByteBuffer.self)
              async let _: Void = {
                defer { feed.finish() }
                for try await bytes in inbound { feed.yield(bytes) }
              }()
              try await script(FakeSession(received, outbound))
            }
          }
        }
      }
    }
  }
}

/// One client, seen from the fake server.
final class FakeSession {
  static let banner = "Asterisk Call Manager/11.0.0\r\n"

  private var inbound: AsyncStream<ByteBuffer>.Iterator
  private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  private var received = ""

  init(
    _ inbound: AsyncStream<ByteBuffer>,
    _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  ) {
    self.inbound = inbound.makeAsyncIterator()
    self.outbound = outbound
  }

  func send(_ text: String) async throws {
    try await outbound.write(ByteBuffer(string: text))
  }

  /// The next action, its names as the client wrote them; nil when the client has gone.
  func action() async throws -> [String: String]? {
    while true {
      if let end = received.firstRange(of: "\r\n\r\n") {
        let lines = received[..<end.lowerBound].split(separator: "\r\n")
        received.removeSubrange(..<end.upperBound)
        let pairs = lines.map { line in
          let colon = line.firstIndex(of: ":")!
          return (String(line[..<colon]), String(line[colon...].dropFirst(2)))
        }
        return Dictionary(pairs) { first, _ in first }
      }
      guard let bytes = await inbound.next(isolation: #isolation) else { return nil }
      received += String(buffer: bytes)
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

/// The server of a test.
func server(
  _ port: Int, tls: Server.TLS? = nil, authentication: Login.Authentication = .plain
) -> Server {
  Server(
    name: "pbx1", host: "127.0.0.1", port: port, tls: tls, username: "recorder",
    secret: Secret("hush"), authentication: authentication)
}
