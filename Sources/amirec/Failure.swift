/// Why a command ends with another exit code than 0, in one line that says what to do.
struct Failure: Error, CustomStringConvertible {
  /// What was asked about is not as it should be.
  static let wanting: Int32 = 1
  /// The command line is wrong.
  static let usage: Int32 = 2
  /// A file, the store or the network is not usable.
  static let input: Int32 = 3

  let code: Int32
  let description: String

  init(_ code: Int32, _ description: String) {
    self.code = code
    self.description = description
  }
}
