import Journal
import NIOCore
import NIOPosix
import Synchronization

/// An AMI server that plays a recording to every client that logs in.
///
/// Each client gets the recording from its beginning, at its own pace. Where the recording was
/// disconnected, the client is; when a client with the same user name comes back from the same
/// address, it gets the next recorded connection, at once: the outage is as long as the client takes.
/// At the end of the recording the connection stays open, unless the recording ends with a
/// disconnect; the next client begins anew.
final class ReplayServer: Sendable {
  /// How a recording is played.
  struct Options: Sendable {
    /// The recording's time passes this much faster; nil for as fast as the client reads.
    var speed: Double? = 1
    /// Whether to stop when one client has had the whole recording.
    var isOnce = false
  }

  /// Thrown within the server when one client has had everything, to stop all the others.
  private struct Played: Error {}

  private typealias Client = NIOAsyncChannel<ByteBuffer, ByteBuffer>
  private typealias Writer = NIOAsyncChannelOutboundWriter<ByteBuffer>

  /// Who comes back: user name and address.
  private struct Visitor: Hashable {
    let user: String
    let address: String
  }

  /// How long a connection that was closed here waits for the client to close it too.
  private static let farewellLimit: Duration = .seconds(5)
  /// Bytes that are due go out together up to this size.
  private static let writeBytesMax = 64 << 10
  /// The most clients whose places are kept.
  private static let placesMax = 1000

  private let path: String
  private let options: Options
  private let banner: String
  /// The recorded connection that a client which was disconnected gets next, counted from 0.
  private let places = Mutex<[Visitor: Int]>([:])
  /// Why serving came to an end, if it was not asked to.
  private let failure = Mutex<JournalError?>(nil)

  /// Throws when there is no such recording, or it cannot be read.
  init(path: String, options: Options) throws {
    self.path = path
    self.options = options
    banner = try Playback.banner(ofRecording: path) ?? "Asterisk Call Manager/11.0.0"
  }

  /// Listens on `host` and `port` (0: any that is free), calls `onListening` with the address, and
  /// serves until cancelled or, if so asked, until one client has had the whole recording.
  func run(host: String, port: Int, onListening: (SocketAddress) -> Void) async throws {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .bind(host: host, port: port) { client in
        client.eventLoop.makeCompletedFuture {
          try Client(
            wrappingChannelSynchronously: client,
            configuration: .init(isOutboundHalfClosureEnabled: true))
        }
      }
    onListening(server.channel.localAddress!)
    try await server.executeThenClose { clients in
      try await withThrowingDiscardingTaskGroup { group in
        for try await client in clients {
          group.addTask {
            do {
              try await self.serve(client)
            } catch {
              // Ends the loop over the clients; the error of a task alone would not.
              self.failure.withLock { $0 = error as? JournalError }
              try? await server.channel.close()
            }
          }
        }
        group.cancelAll()
      }
    }
    if let failure = failure.withLock(\.self) { throw failure }
  }

  /// Serves one client to the end of its connection.
  private func serve(_ client: Client) async throws {
    let address = client.channel.remoteAddress?.ipAddress ?? ""
    do {
      try await client.executeThenClose { inbound, outbound in
        try await outbound.write(ByteBuffer(string: "\(banner)\r\n"))
        try await withThrowingDiscardingTaskGroup { tasks in
          // A client that breaks the connection is one that has left.
          try? await answer(inbound, outbound) { user in
            let visitor = Visitor(user: user, address: address)
            tasks.addTask { try await self.play(to: visitor, client.channel, outbound) }
          }
          tasks.cancelAll()
        }
      }
    } catch let error where error is Played || error is JournalError {
      throw error
    } catch {
      // The client has left in the middle of something; the next one begins anew.
    }
  }

  /// Answers the client's actions until it leaves or logs off; `onLogin` gets the user's name.
  private func answer(
    _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: Writer,
    onLogin: (String) -> Void
  ) async throws {
    var dialogue = ReplayDialogue(challenge: .random(in: 0 ... .max))
    for try await bytes in inbound {
      guard dialogue.take(bytes.readableBytesView) else { return }
      var answers: [UInt8] = []
      while let effect = dialogue.next(at: Terminal.nowUs, into: &answers) {
        try await outbound.write(ByteBuffer(bytes: answers))
        answers = []
        switch effect {
        case .none: break
        case .loggedIn(let user): onLogin(user)
        case .loggedOff: return outbound.finish()
        }
      }
    }
  }

  /// Plays to a client that has logged in. Throws when the connection is to end.
  private func play(
    to visitor: Visitor, _ channel: any Channel, _ outbound: Writer
  ) async throws {
    let connection = places.withLock { $0.removeValue(forKey: visitor) } ?? 0
    var playback = try Playback(path: path, connection: connection)
    var pace = Pace(speed: options.speed)
    var due: [UInt8] = []
    while true {
      let step = try playback.next()
      let instant = pace.instant(of: step)
      if instant != nil || due.count >= Self.writeBytesMax || !step.isSend {
        try await outbound.write(ByteBuffer(bytes: due))
        due = []
      }
      if let instant { try await Task.sleep(until: instant, clock: .continuous) }
      switch step {
      case .send(let bytes, _): due += bytes
      case .disconnect:
        let goesOn = try playback.goOn()
        if goesOn { keep(connection + 1, for: visitor) }
        try await leave(channel, outbound, isPlayed: !goesOn)
      case .end:
        guard options.isOnce else { return }
        try await leave(channel, outbound, isPlayed: true)
      }
    }
  }

  /// Keeps the place for a client that is about to be disconnected.
  private func keep(_ connection: Int, for visitor: Visitor) {
    places.withLock { places in
      if places.count >= Self.placesMax { places = [:] }
      places[visitor] = connection
    }
  }

  /// Closes the connection from this side once all was sent, and gives the client time to take it.
  private func leave(
    _ channel: any Channel, _ outbound: Writer, isPlayed: Bool
  ) async throws -> Never {
    outbound.finish()
    // Cut short when the client closes its side, for then its whole conversation is cancelled.
    try? await Task.sleep(for: Self.farewellLimit)
    try? await channel.close()
    if isPlayed, options.isOnce { throw Played() }
    throw CancellationError()
  }
}

/// When what was recorded is to be sent.
private struct Pace {
  private let speed: Double?
  /// The recorded time that was played first, and when that was.
  private var start: (recorded: Int64, played: ContinuousClock.Instant)?

  init(speed: Double?) { self.speed = speed }

  /// When to take the step; nil for at once.
  mutating func instant(of step: Playback.Step) -> ContinuousClock.Instant? {
    guard let speed, let recorded = step.time else { return nil }
    let now = ContinuousClock.now
    guard let start else {
      start = (recorded, now)
      return nil
    }
    let instant = start.played + .microseconds(Double(recorded - start.recorded) / speed)
    return instant > now ? instant : nil
  }
}
