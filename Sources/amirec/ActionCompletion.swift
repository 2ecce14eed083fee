import AMI
import Normalization
import Reports

/// What the declarations of actions say to a user: lists, help, completion.
enum ActionCompletion {
  /// The actions that are known and checked, with what each does.
  static func list(as format: ActionCommand.AnswerFormat) throws -> String {
    if format == .json {
      let items = ActionCatalogue.all.map { action in
        let fields = action.parameters.map { JSONText.quoted($0.usage) }.joined(separator: ",")
        return "{\"name\":\(JSONText.quoted(action.name)),"
          + "\"summary\":\(JSONText.quoted(action.summary)),\"fields\":[\(fields)]}"
      }
      return "[\(items.joined(separator: ",\n"))]\n"
    }
    let width = ActionCatalogue.all.map(\.name.count).max() ?? 0
    let lines = ActionCatalogue.all.map { action in
      let padding = String(repeating: " ", count: width - action.name.count)
      return "\(action.name)\(padding)  \(action.summary)\n"
    }
    return lines.joined() + "Any other action goes by its name, with whatever fields it takes.\n"
  }

  /// What is known of one action.
  static func help(of name: String) throws -> String {
    if let action = ActionCatalogue.action(named: name) { return action.help }
    guard let known = ActionCatalogue.spelling(of: name) else {
      let nearest = ActionCatalogue.names(near: name)
      throw Failure(
        Failure.usage,
        "nothing is known of \(name); "
          + (nearest.isEmpty
            ? "amirec action --list names what is"
            : "the nearest: \(nearest.joined(separator: ", "))"))
    }
    return "\(known) is an action of Asterisk that amirec sends as it is, unchecked.\n"
      + "asterisk -rx 'manager show command \(known)' says what it takes.\n"
  }

  /// The names of actions, for a shell.
  static func names(_ typed: String) -> [String] {
    let names = ActionCatalogue.all.map(\.name) + ActionCatalogue.others
    let folded = typed.lowercased()
    return names.filter { $0.lowercased().hasPrefix(folded) }.sorted()
  }

  /// The fields of the action that stands on the command line, for a shell; after `FIELD=` the
  /// words that it may have.
  static func fields(_ words: [String], _ index: Int, _ typed: String) -> [String] {
    guard let action = words.lazy.compactMap({ ActionCatalogue.action(named: $0) }).first else {
      return []
    }
    if let equals = typed.firstIndex(of: "=") {
      let name = String(typed[..<equals])
      return action.parameter(named: name)?.kind.choices.map { "\(name)=\($0)" } ?? []
    }
    let folded = typed.lowercased()
    let given = Set(words.compactMap { $0.split(separator: "=").first?.lowercased() })
    return action.parameters.filter { parameter in
      parameter.name.lowercased().hasPrefix(folded)
        && (parameter.isRepeated || parameter.isIndexed
          || !given.contains(parameter.name.lowercased()))
    }.map { $0.isIndexed ? "\($0.name)(0)=" : "\($0.name)=" }
  }

  /// `--help NAME`, and `NAME --help`, ask about the action; `--help` alone about the command.
  static func arguments(_ arguments: [String]) -> [String] {
    guard arguments.first == "action",
      let help = arguments.firstIndex(where: { $0 == "--help" || $0 == "-h" })
    else { return arguments }
    var rest = arguments
    rest.remove(at: help)
    let isNamed = rest.count > 1 && !rest[1].hasPrefix("-")
    return isNamed ? rest + ["--describe"] : arguments
  }
}
