/// Why Asterisk's files cannot be compared with a store, in one line that says what to do.
public struct ReconciliationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure.
  public enum Code: Sendable, Equatable {
    /// What was asked for makes no sense: no file, no such server, several servers and none named.
    case usage
    /// A file does not hold what it should.
    case input
    /// The store does not hold what it should.
    case store
  }

  public let code: Code
  public let description: String

  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
