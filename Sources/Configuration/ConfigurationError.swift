/// Why a configuration cannot be used, in one line that says where and what to do.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where it is wrong: a file, a line of it, a variable of the environment, or an option of the
  /// command line that chooses something in the file.
  public struct Place: Hashable, Sendable, CustomStringConvertible {
    /// The file, or the variable.
    public let name: String
    /// The line, the first being 1; nil for the whole.
    public let line: Int?

    init(_ name: String, line: Int? = nil) {
      self.name = name
      self.line = line
    }

    /// An option of the command line, which the user should give or change.
    static func option(_ name: String) -> Place { Place(name) }

    /// FILE:LINE, or the name alone.
    public var description: String { line.map { "\(name):\($0)" } ?? name }
  }

  /// Where it is wrong.
  public let place: Place
  /// What is wrong, and what the operator can do. Never holds a secret.
  public let message: String

  /// Whether it is the command line that is wrong, and not the configuration.
  public var isUsage: Bool { place.name.hasPrefix("--") }

  /// Place and message, in one line.
  public var description: String { "\(place): \(message)" }

  init(_ place: Place, _ message: String) {
    self.place = place
    self.message = message
  }
}
