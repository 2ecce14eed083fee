import AMI
import AMIClient

/// Whom the program of README.md connects to.
func boardServer() -> Server {
  let server = Server(
    name: "pbx1", host: "127.0.0.1", username: "operator", secret: Secret(readLine() ?? ""))
  return server
}

/// The program of README.md.
func queueBoard(_ server: Server) async throws {
  let connection = try await Connection.open(to: server)

  let status = try await connection.send(QueueStatus(queue: "support"))
  for entry in status.entries {
    print(entry.position ?? 0, entry.callerIDNum ?? "unknown", entry.wait ?? .zero)
  }
  for member in status.members where member.paused == true {
    print(member.name, "goes on")
    try await connection.send(
      QueuePause(queue: member.queue, interface: member.interface, paused: false))
  }

  do {
    let call = try await connection.outcome(
      of: Originate(
        channel: "PJSIP/100", to: .dialplan(context: "internal", exten: "60"),
        variables: [Variable("CAMPAIGN", "autumn, second call")]))
    print(call.isSuccess ? "answered as \(call.channel)" : "not answered")
  } catch {
    print(error)  // pbx1: Asterisk refuses Originate: Extension does not exist.
  }
  await connection.logoff()
}
