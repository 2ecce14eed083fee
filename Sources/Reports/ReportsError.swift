/// Why a question could not be answered. One line that says what to do, without bound values.
public struct ReportsError: Error, CustomStringConvertible, Sendable, Equatable {
  public enum Code: Sendable {
    /// The question was put wrongly.
    case usage
    /// The store, or a file of the user's, cannot be read.
    case input
  }

  public let code: Code
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
