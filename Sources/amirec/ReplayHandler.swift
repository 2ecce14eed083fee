import NIOCore

/// One client of a ``ReplayServer`` on its event loop: answers its actions, and has the recording
/// played to it once it has logged in.
final class ReplayHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let server: ReplayServer
  private var dialogue = ReplayDialogue(challenge: .random(in: 0 ... .max))
  private var playing: Task<Void, Never>?

  init(of server: ReplayServer) { self.server = server }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "\(server.banner)\r\n")), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard dialogue.take(unwrapInboundIn(data).readableBytesView) else {
      return context.close(promise: nil)
    }
    var answers: [UInt8] = []
    while let effect = dialogue.next(at: Terminal.nowUs, into: &answers) {
      // What is played is cut at the ends of frames, so an answer never lands within one.
      let written = context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: answers)))
      answers = []
      switch effect {
      case .none: break
      case .loggedIn(let user):
        playing = Task { [server, channel = context.channel] in
          await server.play(to: user, on: channel)
        }
      case .loggedOff:
        playing?.cancel()
        written.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        return
      }
    }
  }

  func channelInactive(context: ChannelHandlerContext) { playing?.cancel() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
