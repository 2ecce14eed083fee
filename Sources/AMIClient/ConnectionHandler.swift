import AMI
import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// One connection on its event loop: reads, logs in, sends Pings, sorts answers. Everything here
/// runs on that loop and waits for nothing.
///
///     idle ─▶ connecting ─▶ securing (TLS only) ─▶ loggingIn ─▶ open ─▶ leaving ─▶ ended
///
/// Every phase but `idle` can go to `ended` directly. Whoever ends it sets `failure` and closes the
/// channel; `finish` is the one place where all that wait are told.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// What is known once the login was accepted.
  struct Opened: Sendable {
    let banner: String
    let receiveBuffer: ReceiveBuffer
  }

  typealias Opening = CheckedContinuation<Result<Opened, ClientError>, Never>
  typealias Answering = CheckedContinuation<Result<Answer, ClientError>, Never>

  enum Phase {
    case idle, connecting, securing, loggingIn, open, leaving, ended
  }

  /// A task that waits for an answer.
  private struct Waiter {
    let name: String
    let continuation: Answering
    var deadline: Scheduled<Void>
  }

  let server: Server
  let limits: Limits
  let security: Security?
  let loop: any EventLoop
  private(set) var phase = Phase.idle
  private let observer: Observer
  private var opening: Opening?
  private var endings: [CheckedContinuation<Connection.End, Never>] = []
  private var end: Connection.End?
  private var failure: ClientError?
  private var channel: (any Channel)?
  private var receiveBuffer: ReceiveBuffer?
  private var login: Login
  private var frames = FrameBuffer()
  private var frame = Frame()
  private var actions: OpenActions<Waiter>
  var outcomes = OpenOutcomes<OutcomeWaiter>()
  var deadline: Scheduled<Void>?
  private var nextPing: Scheduled<Void>?
  private var pingsSinceBytes = 0
  private var loginBytes = 0
  /// Since the connection was made.
  private var clock = SessionClock(.now)

  init(
    server: Server, limits: Limits, observer: Observer, security: Security?, loop: any EventLoop
  ) {
    self.server = server
    self.limits = limits
    self.observer = observer
    self.security = security
    self.loop = loop
    login = Login(
      username: server.username, secret: server.secret.text,
      authentication: server.authentication, wantsEvents: server.wantsEvents,
      maySendSecret: server.tls.map { !$0.isInsecure } ?? false)
    actions = OpenActions(limits)
  }

  // MARK: Beginning

  /// Begins to connect; `opening` is resumed when the login is accepted or all is over.
  func connect(_ opening: Opening) {
    precondition(phase == .idle, "a handler is for one connection")
    self.opening = opening
    guard failure == nil else { return finish() }
    phase = .connecting
    limit(
      limits.connect, .unreachable, "no answer from \(endpoint)", "check host, port and firewall")
    dial()
  }

  /// The TCP connection stands.
  func connected(_ channel: any Channel, receiveBuffer: ReceiveBuffer) {
    self.channel = channel
    self.receiveBuffer = receiveBuffer
    guard security == nil else {
      phase = .securing
      return limit(
        limits.handshake, .tls, "no TLS handshake with \(endpoint)",
        "check that this port speaks TLS (5039 by default)")
    }
    beginLogin()
  }

  private func beginLogin() {
    phase = .loggingIn
    clock = SessionClock(.now)
    observer.onConnected?(clock.now)
    limit(
      limits.login, .timedOut, "no login at \(endpoint)",
      "check that this is the manager port (5038, with TLS 5039)")
  }

  /// Gives up because the task that opens the connection was cancelled.
  func abandon() {
    guard opening != nil || phase == .idle else { return }
    fail(.cancelled, "connecting was cancelled")
  }

  // MARK: Reading

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // What a server says whose certificate was refused.
    guard phase != .securing else { return }
    readClock()
    let bytes = unwrapInboundIn(data)
    observer.onBytes?(bytes, clock.now)
    pingsSinceBytes = 0
    if login.banner == nil, !login.canBegin(with: bytes.readableBytesView) {
      return fail(foreigner())
    }
    frames.append(bytes.readableBytesView)
    while failure == nil, frames.next(into: &frame) { take(frame) }
    guard phase == .loggingIn else { return }
    loginBytes += bytes.readableBytes
    if loginBytes > limits.loginBytesMax { fail(babble()) }
  }

  /// Brings the time up to now, and tells if the wall clock was set.
  private func readClock() {
    guard let step = clock.advance(to: .now) else { return }
    observer.onClockStep?(step, clock.now)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent, phase == .securing {
      if isServerNamed(context.pipeline.syncOperations) {
        beginLogin()
      } else {
        fail(handshakeFailure(NIOSSLExtraError.failedToValidateHostname, nil))
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func take(_ frame: Frame) {
    guard phase != .loggingIn else { return follow(login.receive(frame)) }
    switch actions.take(frame) {
    case .none:
      guard frame.kind == .event, !frame.isListItem else { return }
      tellOutcome(frame)
      observer.onEvent?(frame)
    case .taken(beginsList: true, let actionID):
      restartDeadline(of: actionID)
    case .taken:
      break
    case .finished(let finished):
      finished.context.deadline.cancel()
      finished.context.continuation.resume(returning: result(finished))
    }
  }

  private func follow(_ step: Login.Step) {
    switch step {
    case .wait: break
    case .send(let action): send(action)
    case .digest(let challenge):
      let digest = Digest.md5(challenge: challenge, secret: server.secret.text)
      send(login.login(digest: digest))
    case .accepted: open()
    case .refused(let message):
      fail(
        .loginRefused,
        "Asterisk refuses the login of \(server.username): \(message); check username and secret, "
          + "and permit, deny and allowmultiplelogin in manager.conf")
    case .foreign: fail(foreigner())
    case .unproven: fail(reluctance())
    }
  }

  private func open() {
    phase = .open
    deadline?.cancel()
    deadline = nil
    schedulePing()
    opening?.resume(
      returning: .success(Opened(banner: login.banner!, receiveBuffer: receiveBuffer!)))
    opening = nil
  }

  private func schedulePing() {
    nextPing = loop.assumeIsolated().scheduleTask(in: TimeAmount(limits.ping)) { [weak self] in
      self?.ping()
    }
  }

  private func ping() {
    guard pingsSinceBytes < limits.silentPingsMax else {
      let seconds = limits.ping * limits.silentPingsMax
      return fail(
        .silent, "nothing from \(endpoint) for \(seconds), Pings included; check server and network"
      )
    }
    pingsSinceBytes += 1
    // No task waits for the answer: that bytes arrive is all that counts.
    var action = Action("Ping")
    action.actionID = "ping"
    send(action)
    schedulePing()
  }

  // MARK: Actions

  /// Sends an encoded action for a waiting task.
  func send(
    _ bytes: [UInt8], _ action: Action, _ limit: Duration?, _ ticket: Connection.Ticket,
    _ continuation: Answering
  ) {
    let name = action.name
    let actionID = action.actionID!
    guard !ticket.isCancelled.load(ordering: .acquiring) else {
      return continuation.resume(returning: .failure(cancellation(of: name)))
    }
    guard phase == .open, failure == nil else {
      return continuation.resume(returning: .failure(endingError))
    }
    guard !actions.has(actionID) else {
      let error = ClientError(
        .actionInvalid, server: server.name,
        "\(name) not sent: an action with its ActionID waits for its answer; make another")
      return continuation.resume(returning: .failure(error))
    }
    guard actions.count < limits.actionsMax else {
      let error = ClientError(
        .actionInvalid, server: server.name,
        "\(name) not sent: \(limits.actionsMax) actions wait for their answers; send fewer at once")
      return continuation.resume(returning: .failure(error))
    }
    let delay = ActionCatalogue.action(named: name)?.delay(of: action) ?? .zero
    let deadline = answerDeadline(limit ?? limits.answer + delay, name, actionID)
    actions.add(actionID, Waiter(name: name, continuation: continuation, deadline: deadline))
    write(bytes)
  }

  /// Drops an open action whose task was cancelled.
  func cancel(_ actionID: String) {
    guard let waiter = actions.remove(actionID) else { return }
    waiter.deadline.cancel()
    waiter.continuation.resume(returning: .failure(cancellation(of: waiter.name)))
  }

  private func restartDeadline(of actionID: String) {
    actions.update(actionID) { waiter in
      waiter.deadline.cancel()
      waiter.deadline = answerDeadline(limits.list, waiter.name, actionID)
    }
  }

  private func answerDeadline(
    _ limit: Duration, _ name: String, _ actionID: String
  ) -> Scheduled<Void> {
    loop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) { [weak self] in
      guard let self, let waiter = actions.remove(actionID) else { return }
      let error = ClientError(
        .timedOut, server: server.name,
        "no complete answer to \(name) within \(limit); Asterisk is busy or does not answer this one"
      )
      waiter.continuation.resume(returning: .failure(error))
    }
  }

  private func result(_ finished: OpenActions<Waiter>.Finished) -> Result<Answer, ClientError> {
    let name = finished.context.name
    switch finished.outcome {
    case .answered(let answer): return .success(answer)
    case .refused(let response):
      // A command that failed says why in its output.
      let output = response.texts(named: "Output").joined(separator: " ")
      let message = output.isEmpty ? response.text(of: .message) ?? "no reason given" : output
      return .failure(
        ClientError(
          .actionRefused, server: server.name, "Asterisk refuses \(name): \(message)",
          response: response))
    case .overlong:
      return .failure(
        ClientError(
          .actionRefused, server: server.name,
          "the list that answers \(name) has more than \(limits.listItemsMax) items or "
            + "\(limits.listBytesMax >> 20) MiB; ask for less"))
    }
  }

  private func send(_ action: Action) {
    do throws(ActionError) {
      write(try action.encoded())
    } catch {
      fail(.actionInvalid, "\(action.name) cannot be sent: \(error)")
    }
  }

  private func write(_ bytes: [UInt8]) {
    guard let channel else { return }
    channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
  }

  // MARK: Ending

  /// Logs off if that can still be done, else closes.
  func logoff() {
    guard phase == .open, failure == nil else { return close() }
    phase = .leaving
    nextPing?.cancel()
    send(Action("Logoff"))
    deadline = loop.assumeIsolated().scheduleTask(in: TimeAmount(limits.logoff)) { [weak self] in
      self?.channel?.close(promise: nil)
    }
  }

  /// Closes without a word.
  func close() {
    guard phase == .open || phase == .leaving else { return }
    phase = .leaving
    channel?.close(promise: nil)
  }

  /// Tells `ending` when it is over.
  func wait(_ ending: CheckedContinuation<Connection.End, Never>) {
    if let end { ending.resume(returning: end) } else { endings.append(ending) }
  }

  func channelInactive(context: ChannelHandlerContext) { finish() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // Asterisk closes TLS connections without a farewell; the end itself follows.
    if case .uncleanShutdown? = error as? NIOSSLError { return }
    guard phase == .securing else { return fail(breakage(error)) }
    fail(handshakeFailure(error, try? context.pipeline.syncOperations.nioSSL_peerCertificate()))
  }

  func fail(_ code: ClientError.Code, _ message: String) {
    fail(ClientError(code, server: server.name, message))
  }

  /// Ends the connection for this reason, unless it already ends for another.
  func fail(_ error: ClientError) {
    guard phase != .ended, failure == nil else { return }
    failure = error
    switch (phase, channel) {
    case (.idle, _): break
    case (_, let channel?): channel.close(promise: nil)
    case (_, nil): finish()
    }
  }

  /// Tells all that wait, once.
  private func finish() {
    guard phase != .ended else { return }
    let wasConnected = phase != .idle && phase != .connecting && phase != .securing
    let end: Connection.End =
      if let failure { .failed(failure) } else if phase == .leaving { .loggedOff } else {
        .failed(disconnection())
      }
    phase = .ended
    self.end = end
    deadline?.cancel()
    nextPing?.cancel()
    if wasConnected {
      readClock()
      observer.onDisconnected?(end, clock.now)
    }
    let error = endingError
    opening?.resume(returning: .failure(error))
    opening = nil
    for waiter in actions.removeAll() {
      waiter.deadline.cancel()
      waiter.continuation.resume(returning: .failure(error))
    }
    for waiter in outcomes.removeAll() {
      waiter.deadline.cancel()
      waiter.continuation.resume(returning: .failure(error))
    }
    for ending in endings { ending.resume(returning: end) }
    endings = []
  }

  var endingError: ClientError {
    if case .failed(let error)? = end { return error }
    return failure ?? ClientError(.closed, server: server.name, "the connection was closed here")
  }
}
