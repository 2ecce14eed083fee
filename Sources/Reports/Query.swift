/// One report: a file `subject-question.sql`.
///
/// | line | meaning |
/// |---|---|
/// | `-- One sentence.` | the first line: what the report answers |
/// | `-- :name  text; default …` | one for each parameter; `one of a, b, c` in the text names its
/// values, a name in `_s` is that of a number of seconds |
/// | `-- chart: bars LABELS VALUE` | a bar for each row of the HTML page; several labels with
/// commas |
/// | `-- chart: columns LABEL VALUE [PART]` | the same as a row of columns, for intervals of time |
/// | other comments, then one SELECT | defaults in SQL: an unbound parameter is NULL |
///
/// A first column named `grouped_by` takes the name of what `:by` asks for, and goes when nothing
/// is asked for.
public struct Query: Sendable, Equatable {
  /// One parameter as the file documents it.
  public struct Parameter: Sendable, Equatable {
    /// Its name without the colon.
    public let name: String
    /// What it is and what its default is.
    public let text: String
    /// Its values, where the text says `one of`; otherwise none.
    public let choices: [String]
    /// Whether it is a number of seconds.
    public var isSeconds: Bool { name.hasSuffix("_s") }
  }

  /// The file's name without `.sql`.
  public let name: String
  /// What it answers.
  public let sentence: String
  public let parameters: [Parameter]
  /// What the HTML page draws.
  public let chart: Chart?
  /// The whole file.
  public let sql: String
  /// The file, where it is one of the user's.
  public let path: String?

  /// Reads the comments at the top of `sql`.
  init(name: String, sql: String, path: String? = nil) {
    self.name = name
    self.sql = sql
    self.path = path
    var sentence: String?
    var parameters: [Parameter] = []
    var chart: Chart?
    for line in sql.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("--") else { break }
      let text = line.dropFirst(2).drop { $0 == " " }
      if sentence == nil {
        sentence = String(text)
      } else if text.hasPrefix(":") {
        let words = text.dropFirst().split(separator: " ", maxSplits: 1)
        guard let name = words.first else { continue }
        let text = words.count > 1 ? String(words[1].drop { $0 == " " }) : ""
        parameters.append(
          Parameter(name: String(name), text: text, choices: Self.choices(in: text)))
      } else if text.hasPrefix("chart: ") {
        chart = Chart(text.dropFirst("chart: ".count))
      }
    }
    self.sentence = sentence ?? name
    self.parameters = parameters
    self.chart = chart
  }

  /// The parameter of that name.
  public func parameter(_ name: String) -> Parameter? {
    parameters.first { $0.name == name }
  }

  /// Whether the answer belongs to a period.
  var hasPeriod: Bool { parameter("from") != nil && parameter("to") != nil }

  private static func choices(in text: String) -> [String] {
    guard text.hasPrefix("one of ") else { return [] }
    return text.dropFirst("one of ".count).prefix { $0 != ";" }
      .split(separator: ",").map { String($0.drop { $0 == " " }) }
  }
}
