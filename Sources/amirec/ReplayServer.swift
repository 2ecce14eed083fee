import Journal
import NIOCore
import NIOPosix
import Synchronization

/// An AMI server that plays a recording to every client that logs in.
///
/// Each client gets the recording from its beginning, at its own pace. Where the recording was
/// disconnected, the client is; when a client with the same user name comes back from the same
/// address, it gets the next recorded connection, at once: the outage is as long as the client
/// takes. At the end of the recording the connection stays open, unless the recording ends with a
/// disconnect; the next client begins anew.
final class ReplayServer: Sendable {
  /// How a recording is played.
  struct Options: Sendable {
    /// The recording's time passes this much faster; nil for as fast as the client reads.
    var speed: Double? = 1
    /// Whether to stop when one client has had the whole recording.
    var isOnce = false
  }

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

  /// The line that greets a client, as it was recorded.
  let banner: String
  private let path: String
  private let options: Options
  /// The recorded connection that a client which was disconnected gets next, counted from 0.
  private let places = Mutex<[Visitor: Int]>([:])
  /// Gets why serving is over: one client has had everything, or the recording cannot be read.
  private let ends: AsyncStream<JournalError?>
  private let end: AsyncStream<JournalError?>.Continuation

  /// Throws when there is no such recording, or it cannot be read.
  init(path: String, options: Options) throws {
    self.path = path
    self.options = options
    banner = try Playback.banner(ofRecording: path) ?? "Asterisk Call Manager/11.0.0"
    (ends, end) = AsyncStream.makeStream(of: JournalError?.self)
  }

  /// Listens on `host` and `port` (0: any that is free), calls `onListening` with the address, and
  /// serves until cancelled or, if so asked, until one client has had the whole recording.
  func run(host: String, port: Int, onListening: (SocketAddress) -> Void) async throws {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { client in
        client.eventLoop.makeCompletedFuture {
          try client.pipeline.syncOperations.addHandler(ReplayHandler(of: self))
        }
      }
      .bind(host: host, port: port).get()
    onListening(server.localAddress!)
    var failure: JournalError?
    for await error in ends {
      failure = error
      break
    }
    try await server.close()
    if let failure { throw failure }
  }

  /// Plays to a client that has logged in as `user`, up to the end of its connection or of the
  /// recording.
  func play(to user: String, on channel: any Channel) async {
    let visitor = Visitor(user: user, address: channel.remoteAddress?.ipAddress ?? "")
    do {
      let isPlayed = try await play(to: visitor, channel)
      if isPlayed, options.isOnce { end.yield(nil) }
    } catch let error as JournalError {
      end.yield(error)
    } catch {
      // The client has left in the middle of something; the next one begins anew.
    }
  }

  /// Plays one recorded connection; true if nothing comes after it.
  private func play(to visitor: Visitor, _ channel: any Channel) async throws -> Bool {
    let connection = places.withLock { $0.removeValue(forKey: visitor) } ?? 0
    var playback = try Playback(path: path, connection: connection)
    var pace = Pace(speed: options.speed)
    var due = ByteBuffer()
    while true {
      let step = try playback.next()
      let instant = pace.instant(of: step)
      if instant != nil || due.readableBytes >= Self.writeBytesMax || !step.isSend {
        // Waiting until the system has taken them is all the back-pressure there is, and enough.
        try await channel.writeAndFlush(due)
        due.clear()
      }
      if let instant { try await Task.sleep(until: instant, clock: .continuous) }
      switch step {
      case .send(let bytes, _): due.writeBytes(bytes)
      case .disconnect:
        let goesOn = try playback.goOn()
        if goesOn { keep(connection + 1, for: visitor) }
        await leave(channel)
        return !goesOn
      case .end:
        if options.isOnce { await leave(channel) }
        return true
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

  /// Closes the connection from this side, and gives the client time to take what is on its way.
  private func leave(_ channel: any Channel) async {
    try? await channel.close(mode: .output)
    // Cut short when the client closes its side, for that cancels the task that plays to it.
    try? await Task.sleep(for: Self.farewellLimit)
    try? await channel.close()
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
    // However slow, it does not take longer than a century.
    let wait = min(max(Double(recorded - start.recorded) / speed, 0), 3.2e15)
    let instant = start.played + .microseconds(wait)
    return instant > now ? instant : nil
  }
}
