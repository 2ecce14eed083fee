public import ArgumentParser
import Glibc
public import Reports

/// Which store.
struct StoreOptions: ParsableArguments {
  @Option(name: .customLong("db"), help: "The store. Default: $AMIREC_DB.")
  var path: String?

  /// The store's path.
  ///
  /// - Throws: `Failure` when none is given.
  func given() throws -> String {
    if let path = path ?? environment("AMIREC_DB"), !path.isEmpty { return path }
    throw Failure(Failure.usage, "no store given: add --db FILE or set AMIREC_DB")
  }
}

/// How long a question may take.
struct TimeOptions: ParsableArguments {
  /// The time that a question has unless the user says otherwise, in seconds.
  static let standard = 60

  @Option(
    help: ArgumentHelp(
      "Seconds after which the question is given up, with exit code 3; 0: never.",
      valueName: "seconds"))
  var timeout = Self.standard

  func validate() throws {
    if timeout < 0 { throw ValidationError("--timeout takes seconds, 0 for no limit") }
  }
}

/// The value of an environment variable; nil when it is not set or empty.
func environment(_ name: String) -> String? {
  guard let value = unsafe getenv(name) else { return nil }
  let text = unsafe String(cString: value)
  return text.isEmpty ? nil : text
}

extension Format: ExpressibleByArgument {}
