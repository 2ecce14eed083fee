/// One thing that `amirec doctor` looks at, and what it found.
struct Check: Sendable, Equatable {
  /// How well it is.
  enum Verdict: String, Sendable, CaseIterable {
    /// As it should be.
    case ok
    /// Something could be better, or could not be found out.
    case warning
    /// Something is not recorded as long as this is so.
    case missing
    /// Other users of this machine can read a secret, or have it sent elsewhere.
    case exposed
  }

  /// What mends it: lines for a file.
  struct Remedy: Sendable, Equatable {
    /// The file, as Asterisk or the system names it.
    let file: String
    /// The lines, a section's name among them.
    let lines: [String]
  }

  /// What was looked at, in a word: `timestamps`.
  let name: String
  let verdict: Verdict
  /// What was found, and what it means; one line.
  let finding: String
  var remedy: Remedy?

  init(_ name: String, _ verdict: Verdict, _ finding: String, _ remedy: Remedy? = nil) {
    self.name = name
    self.verdict = verdict
    self.finding = finding
    self.remedy = remedy
  }
}
