/// The actions that a server has and this user may send, as `ListCommands` answers: a header for
/// each, with what it does and the classes of which the user needs one.
///
///     Agents: Lists agents and their status.  (Priv: agent,all)
///     CoreStatus: Show PBX core status variables.  (Priv: system,reporting,all)
///     QueueStatus: Show queue status.  (Priv: <none>)
///
/// What the user may not send is not listed, and cannot be told from what the server does not have.
///
/// **Source:** `main/manager.c`, `action_listcommands`; recorded answers of Asterisk 16 and 22.
public struct CommandList: Sendable {
  /// By the name in lower case: the classes, `all` left out.
  private var commands: [String: [String]] = [:]

  /// Reads the answer to `ListCommands`. Headers of another form count for nothing.
  public init(_ response: Frame) {
    for header in response.headers {
      let value = Text.decode(response.bytes[header.valueRange])
      guard value.hasSuffix(")"), let start = value.lastIndex(of: "("),
        value[start...].hasPrefix(Self.mark)
      else { continue }
      let name = Text.decode(response.bytes[header.nameRange]).lowercased()
      let words = value[start...].dropFirst(Self.mark.count).dropLast().split(separator: ",")
      commands[name] = words.map(String.init).filter { $0 != "all" && $0 != Self.none }
    }
  }

  private static let mark = "(Priv: "
  private static let none = "<none>"

  /// Whether nothing was listed: no server has nothing at all.
  public var isEmpty: Bool { commands.isEmpty }

  /// Whether the server has an action of this name, in any case, and the user may send it.
  public func has(_ action: String) -> Bool { commands[action.lowercased()] != nil }

  /// The write classes that the user has for certain: of these an action is listed that asks for no
  /// other.
  public var grantedClasses: Set<String> {
    Set(commands.values.filter { $0.count == 1 }.joined())
  }
}
