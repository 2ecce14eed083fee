import AMI
import AMIClient
import Configuration
import Display
import Journal
import Logging

/// Records one server: connects, has all that comes appended to the journal, and connects again.
struct Recorder: Sendable {
  /// A session that lasted so long ends an outage: a booting server grants shorter ones.
  static let sessionLeast = Duration.seconds(1)
  /// The most characters of a banner that are logged; Asterisk's have 30.
  static let bannerCharactersMax = 80

  let server: Configuration.Server
  let inlet: Inlet
  let status: RecorderStatus
  let log: Logger
  private let said = Survey.LastWords()

  init(server: Configuration.Server, inlet: Inlet, status: RecorderStatus, log: Logger) {
    self.server = server
    self.inlet = inlet
    self.status = status
    self.log = log
  }

  /// How an attempt or a session ended.
  private enum End {
    /// There was no session.
    case refused(ClientError)
    /// The journal could not be written, before the session or in it.
    case journal(JournalError)
    /// The clock was set, by so many microseconds: a new session has the right time.
    case clock(Int64)
    /// The session lasted for a time.
    case ended(Connection.End, lasted: Duration)
  }

  /// What happens in a session.
  private enum Turn {
    /// It has lasted long enough to count.
    case lasts
    case end(End)
    case nothing
  }

  /// Records until the task is cancelled; then logs off.
  func run() async {
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff()
    var outage = Outage(log: log)
    while !Task.isCancelled {
      let end = await session(after: &outage)
      guard !Task.isCancelled else { break }
      var cause = Backoff.Cause.failure
      switch end {
      case .refused(let error) where error.code == .loginRefused:
        cause = .refusal
        let minutes = Backoff.mostAfterRefusal / .seconds(60)
        outage.add(
          "\(error.message); it is tried again after up to \(Int(minutes)) minutes, and at once when "
            + "the configuration is reread (SIGHUP)")
      case .refused(let error):
        outage.add(error.message)
      case .journal(let error):
        outage.add("closed, because the journal cannot be written: \(error)")
      case .clock(let skew):
        log.notice("connecting again: the clock of this machine was set \(ClockSkew.words(skew))")
        continue
      case .ended(let end, let lasted):
        if lasted >= Self.sessionLeast { backoff.reset() }
        if case .failed(let error) = end { outage.add(error.message) } else { outage.add("closed") }
      }
      status.disconnected(outage.message, isRefused: cause == .refusal)
      let wait = backoff.wait(after: cause, using: &random)
      log.debug("connecting again in \(wait)")
      do { try await Task.sleep(for: wait) } catch { break }
    }
    status.disconnected("stopped")
  }

  private func session(after outage: inout Outage) async -> End {
    let troubles: AsyncStream<Inlet.Trouble>
    do { troubles = try await inlet.begin() } catch { return .journal(error) }
    status.connecting()
    let boot = Survey.Boot()
    var observer = inlet.observer
    observer.onEvent = { event in boot.note(event) }
    let connection: Connection
    do {
      connection = try await Connection.open(
        to: target, limits: limits, observer: observer, on: inlet.loop)
    } catch {
      if error.code == .cancelled { return .refused(error) }
      do { try await inlet.attemptFailed() } catch { return .journal(error) }
      return .refused(error)
    }
    let clock = ContinuousClock()
    let start = clock.now
    status.connected()
    let words =
      "records \(server.host):\(server.port) as \(server.username), "
      + "\(VisibleText.line(connection.banner, charactersMax: Self.bannerCharactersMax)); "
      + "receive buffer \(connection.receiveBuffer)"
    if !outage.isLasting { outage.end(words) }
    return await withTaskGroup(of: Turn.self) { group in
      group.addTask { .end(.ended(await connection.run(), lasted: clock.now - start)) }
      group.addTask {
        for await trouble in troubles {
          switch trouble {
          case .journal(let error): return .end(.journal(error))
          case .clock(let skew): return .end(.clock(skew))
          }
        }
        return .nothing
      }
      group.addTask {
        var survey = Survey(connection, server: server, boot: boot, said: said, log: log)
        await survey.run()
        return .nothing
      }
      group.addTask {
        do { try await Task.sleep(for: Self.sessionLeast) } catch { return .nothing }
        return .lasts
      }
      var end: End?
      for await turn in group {
        switch turn {
        case .nothing: break
        case .lasts: if outage.isLasting, end == nil { outage.end(words) }
        case .end(let how):
          if end == nil { end = how }
          group.cancelAll()
        }
      }
      return end ?? .ended(.loggedOff, lasted: clock.now - start)
    }
  }

  private var limits: Limits {
    var limits = Limits()
    limits.ping = .seconds(server.pingIntervalSeconds)
    return limits
  }

  private var target: AMIClient.Server {
    AMIClient.Server(
      name: server.name, host: server.host, port: server.port,
      tls: server.tls.map { tls in
        .init(authorityFile: tls.authorities, name: tls.name, isInsecure: tls.isInsecure)
      },
      username: server.username, secret: AMIClient.Secret(server.secret.text),
      authentication: server.authentication == .md5 ? .md5 : .plain)
  }
}
