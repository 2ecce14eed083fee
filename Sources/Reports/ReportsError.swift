public import SQLite

/// Why a question could not be answered. One line that says what to do, without bound values.
public struct ReportsError: Error, CustomStringConvertible, Sendable, Equatable {
  public enum Code: Sendable {
    /// The question was put wrongly.
    case usage
    /// The store, or a file of the user's, cannot be read.
    case input
  }

  /// A part of the store that was asked for cannot be read.
  public static func damaged(_ path: String, _ error: SQLiteError) -> ReportsError {
    ReportsError(
      .input,
      "\(path) is damaged (\(error.message)): amirec verify --db \(path) says where, and amirec rebuild "
        + "saves what can be read")
  }

  public let code: Code
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  /// `what` was ended because its time was over.
  static func overtime(_ what: String) -> ReportsError {
    ReportsError(
      .input,
      "\(what) took longer than --timeout allows and was ended; ask for less, or give it more "
        + "seconds (0: no limit)")
  }
}
