/// Why a stream cannot be taken in, in one line that says what to do.
public struct IngestError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure.
  public enum Code: Sendable, Equatable {
    /// The store's saved state cannot be read.
    case stateUnreadable
    /// The recording begins in a time of which the store holds a recording of this server.
    case older
    /// The bytes are no AMI stream.
    case notAMI
  }

  public let code: Code
  public let description: String

  static func stateUnreadable(_ path: String) -> IngestError {
    IngestError(
      code: .stateUnreadable,
      description:
        "\(path): the state it was left in cannot be read; amirec rebuild --db \(path) makes it anew"
    )
  }

  static let older = IngestError(
    code: .older,
    description:
      "the store holds what this server said when the recording begins; give this one a name of its "
      + "own with --server")

  static func notAMI(_ path: String) -> IngestError {
    IngestError(
      code: .notAMI,
      description:
        "\(path): this is no AMI stream: it begins with neither a banner, an event nor a response")
  }
}
