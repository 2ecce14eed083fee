/// Asks for a sign of life.
public struct Ping: DeclaredAction {
  /// The answer to a ``Ping``.
  public struct Reply: ActionReply {
    /// The server's clock, in microseconds since 1970, UTC; nil before Asterisk 1.8.
    public let timeMicroseconds: Int64?

    /// Reads `Timestamp`.
    public init(_ answer: Answer) throws(AnswerError) {
      timeMicroseconds = answer.response.value(of: .timestamp).flatMap { Text.microseconds($0) }
    }
  }

  /// A Ping.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "Ping", "Asks for a sign of life.",
    source: "main/manager.c, action_ping", effect: .reads)
}
