public import AMI
public import NIOCore
import NIOPosix
import Synchronization

/// A connection to one manager interface that is logged in and receives all events the user may
/// see.
///
///     let connection = try await Connection.open(to: server)
///     let queues = try await connection.send(QueueStatus()).queues
///     let check = Action("ModuleCheck", [.init("Module", "app_queue")])
///     let answer = try await connection.send(check)
///     await connection.logoff()
///
/// It stays open by itself: it sends Pings, and ends when the server is silent, closes, or this
/// side logs off. It does not connect again; open another. A connection that nobody holds is
/// closed.
public final class Connection: Sendable {
  /// How a connection ended.
  public enum End: Sendable {
    /// This side logged off or closed it.
    case loggedOff
    /// Anything else.
    case failed(ClientError)
  }

  /// The server as it was given.
  public let server: Server
  /// The server's banner: `Asterisk Call Manager/11.0.0`.
  public let banner: String
  /// The size of the socket's receive buffer, for the log.
  public let receiveBuffer: ReceiveBuffer

  let loop: any EventLoop
  let handler: NIOLoopBoundBox<ConnectionHandler>
  /// Begins every ActionID. Some events carry the ActionID of another client's action; with this
  /// none is taken for an answer to ours.
  private let actionIDPrefix: String
  private let actionCount = Atomic<Int>(0)

  /// Connects to `server`, logs in and returns when the server has accepted the login.
  ///
  /// `observer` is called on `loop`, by default one of the process's shared event loops. Throws as
  /// ``ClientError`` says, within the sum of the limits for connecting, handshake and login.
  /// Cancelling the task gives up and closes.
  public static func open(
    to server: Server, limits: Limits = Limits(), observer: Observer = Observer(),
    on loop: (any EventLoop)? = nil
  ) async throws(ClientError) -> Connection {
    let loop = loop ?? MultiThreadedEventLoopGroup.singleton.any()
    let security = try server.tls.map { tls throws(ClientError) in
      try Security(tls, of: server)
    }
    let handler = NIOLoopBoundBox.makeBoxSendingValue(
      ConnectionHandler(
        server: server, limits: limits, observer: observer, security: security, loop: loop),
      eventLoop: loop)
    let opened = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        loop.execute { handler.value.connect(continuation) }
      }
    } onCancel: {
      loop.execute { handler.value.abandon() }
    }
    return Connection(server, try opened.get(), loop, handler)
  }

  private init(
    _ server: Server, _ opened: ConnectionHandler.Opened, _ loop: any EventLoop,
    _ handler: NIOLoopBoundBox<ConnectionHandler>
  ) {
    self.server = server
    self.banner = opened.banner
    self.receiveBuffer = opened.receiveBuffer
    self.loop = loop
    self.handler = handler
    actionIDPrefix = String(UInt32.random(in: 0 ... .max), radix: 16)
  }

  deinit {
    let handler = handler
    loop.execute { handler.value.close() }
  }

  /// Sends `action` and returns all that Asterisk answers: a response, and if it announces a list,
  /// its items up to the end of the list. Other actions may be under way at the same time.
  ///
  /// The action gets an ActionID of its own unless it has one of ``makeActionID()``, and is sent
  /// once: it is never repeated. The response may take `limit`; by default `Limits.answer`, and for
  /// an action known to take longer (an `Originate` without `Async`) that much more.
  ///
  /// Throws ``ClientError``: `actionInvalid` if it cannot be encoded (see
  /// ``AMI/Action/encoded()``), and nothing was sent; `actionRefused` with Asterisk's message and
  /// response if that is an error (some empty lists are); `timedOut`; `cancelled` with the task;
  /// and the connection's own failure if it ends before the answer is complete. After the last
  /// three nobody knows whether Asterisk did it.
  public func send(
    _ action: Action, within limit: Duration? = nil
  ) async throws(ClientError) -> Answer {
    try await send(action.actionID == nil ? numbered(action) : action, limit)
  }

  /// An ActionID that no other action of this process has: for whoever must know it before the
  /// action is sent, to write it down or to find events that carry it.
  public func makeActionID() -> String {
    "\(actionIDPrefix)-\(actionCount.wrappingAdd(1, ordering: .relaxed).newValue)"
  }

  /// `action` with such an ActionID.
  func numbered(_ action: Action) -> Action {
    var action = action
    action.actionID = makeActionID()
    return action
  }

  /// Sends an action that has its ActionID.
  func send(_ action: Action, _ limit: Duration?) async throws(ClientError) -> Answer {
    let bytes: [UInt8]
    do throws(ActionError) {
      bytes = try action.encoded()
    } catch {
      throw ClientError(.actionInvalid, server: server.name, "\(error)")
    }
    let handler = handler
    let ticket = Ticket()
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        loop.execute { handler.value.send(bytes, action, limit, ticket, continuation) }
      }
    } onCancel: {
      ticket.isCancelled.store(true, ordering: .releasing)
      loop.execute { handler.value.cancel(action.actionID!) }
    }
    return try outcome.get()
  }

  /// Waits until the connection ends, and says how. Cancelling the task logs off.
  public func run() async -> End {
    let handler = handler
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        loop.execute { handler.value.wait(continuation) }
      }
    } onCancel: {
      loop.execute { handler.value.logoff() }
    }
  }

  /// Logs off, waits until the server has closed the connection (up to `Limits.logoff`), and says
  /// how it ended. What arrives until then is handed on like everything else.
  @discardableResult
  public func logoff() async -> End {
    let handler = handler
    return await withCheckedContinuation { continuation in
      loop.execute {
        handler.value.logoff()
        handler.value.wait(continuation)
      }
    }
  }

  /// Whether a waiting task was cancelled, visible on the event loop before the request to drop its
  /// action arrives there.
  final class Ticket: Sendable {
    let isCancelled = Atomic<Bool>(false)
  }
}
