import AMI
import AMIClient

/// The examples of the articles.
enum Sending {
  static func peers(_ connection: Connection) async throws {
    for peer in try await connection.send(SIPpeers()) {
      print(peer.name, peer.address ?? "not registered", peer.roundTrip ?? .zero)
    }
  }

  static func several(_ connection: Connection) async throws {
    async let channels = connection.send(CoreShowChannels())
    async let bridges = connection.send(BridgeList())
    print(try await channels.count, "channels in", try await bridges.count, "bridges")
  }

  static func refused(_ connection: Connection) async {
    do throws(ClientError) {
      try await connection.send(QueueRemove(queue: "support", interface: "PJSIP/100"))
    } catch {
      switch error.code {
      case .actionRefused: print("Asterisk says no:", error.message)
      case .actionInvalid: print("nothing was sent:", error.message)
      default: print("nobody knows whether it was done:", error.message)
      }
    }
  }

  static func free(_ connection: Connection) async throws {
    let answer = try await connection.send(
      Action("ModuleCheck", [.init("Module", "app_queue")]))
    print(answer.response.text(named: "Version") ?? "loaded")
  }

  static func checked(_ connection: Connection) async throws {
    guard let pause = ActionCatalogue.action(named: "queuepause") else { return }
    let action = try pause.action([.init("interface", "PJSIP/100"), .init("paused", "yes")])
    _ = try await connection.send(action)
  }

  static func typo() throws {
    print(ActionCatalogue.names(near: "QueuePuse"))
    // ["QueuePause", "QueueRule", "QueueReset"]
  }

  static func events(_ server: Server) async throws {
    var observer = Observer()
    observer.onEvent = { event in
      guard event.has(.event, "Hangup") else { return }
      print(event.text(of: .channel) ?? "", event.text(of: .causeText) ?? "")
    }
    let connection = try await Connection.open(to: server, observer: observer)
    let end = await connection.run()
    print(end)
  }
}
