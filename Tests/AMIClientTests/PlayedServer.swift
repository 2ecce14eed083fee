import AMI
import AMIClient
import Support
import Testing

/// A manager interface that answers as Asterisk did in a transcript: an action that was recorded
/// gets what came then, with the ActionID it has now; any other gets an error.
enum PlayedServer {
  /// What it says to an action that was not recorded.
  static let unknown = "This action is not in the transcript"

  /// Runs `body` with a connection to a server that plays `name` (`16/QueueStatus`).
  static func play(
    _ name: String, limits: Limits = .patient, observer: Observer = Observer(),
    _ body: @Sendable (Connection) async throws -> Void
  ) async throws {
    let steps = Transcript(name).steps.filter { step in
      step.headers.flatMap { value("ActionID", of: $0) } != nil
    }
    try await FakeServer.run { session in
      try await session.acceptLogin()
      var ids: [String: String] = [:]
      var played: Set<Int> = []
      while let action = try await session.nextHeaders() {
        let place = steps.indices.first {
          !played.contains($0) && isSame(steps[$0].headers!, action)
        }
        let id = value("ActionID", of: action) ?? ""
        guard let place else {
          try await session.send(
            "Response: Error\r\nActionID: \(id)\r\nMessage: \(unknown)\r\n\r\n")
          continue
        }
        played.insert(place)
        ids[value("ActionID", of: steps[place].headers!) ?? ""] = id
        try await session.send(bytes: renumbered(steps[place].received, ids))
      }
    } while: { port in
      let connection = try await Connection.open(
        to: server(port), limits: limits, observer: observer)
      try await body(connection)
    }
  }

  typealias Headers = [(name: String, value: String)]

  /// Whether both ask for the same, whatever the order of different names and the ActionID.
  private static func isSame(_ one: Headers, _ other: Headers) -> Bool {
    func sorted(_ headers: Headers) -> [String] {
      let kept = headers.filter { $0.name.lowercased() != "actionid" }
      return kept.enumerated().sorted {
        ($0.element.name.lowercased(), $0.offset) < ($1.element.name.lowercased(), $1.offset)
      }.map { "\($0.element.name.lowercased()): \($0.element.value)" }
    }
    return sorted(one) == sorted(other)
  }

  private static func value(_ name: String, of headers: Headers) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// The bytes with the ActionIDs of today.
  private static func renumbered(_ bytes: [UInt8], _ ids: [String: String]) -> [UInt8] {
    let mark = Array("ActionID: ".utf8)
    var result: [UInt8] = []
    for line in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).dropLast() {
      let id = line.dropFirst(mark.count).prefix { $0 != 0x0d }
      if line.starts(with: mark), let new = ids[String(decoding: id, as: UTF8.self)] {
        result += mark + new.utf8 + [0x0d, 0x0a]
      } else {
        result += line + [0x0a]
      }
    }
    return result
  }
}
