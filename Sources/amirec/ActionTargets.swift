import AMI
import AMIClient
import Glibc

/// Which channels an action would concern.
enum ActionTargets {
  /// How many names a question shows.
  private static let shownMax = 5

  /// The channels that are up now and whose name the action's expression matches; nil when this
  /// user may not ask. The question is an action of its own.
  static func names(
    of action: Action, on connection: Connection, _ log: ActionLog
  ) async -> [String]? {
    guard let channel = action.meant("Channel") else { return nil }
    var question = Action("CoreShowChannels")
    question.actionID = connection.makeActionID()
    guard let sent = try? await log.send(question, on: connection, since: Terminal.nowUs),
      let answer = sent.answer
    else { return nil }
    return matching(channel, among: answer.items.compactMap { $0.text(named: "Channel") })
  }

  /// Those of `names` that an expression between slashes matches; nil when it is no expression.
  ///
  /// **Source:** `main/manager.c`, `action_hangup`: `regcomp` with `REG_EXTENDED`, the first and
  /// the last slash taken off (`ast_regex_string_to_regex_pattern`).
  static func matching(_ channel: String, among names: [String]) -> [String]? {
    guard channel.hasPrefix("/") else { return names.filter { $0 == channel } }
    var expression = channel.dropFirst()
    if expression.hasSuffix("/") { expression = expression.dropLast() }
    var compiled = unsafe regex_t()
    guard unsafe regcomp(&compiled, String(expression), REG_EXTENDED | REG_NOSUB) == 0 else {
      return nil
    }
    defer { unsafe regfree(&compiled) }
    return names.filter { unsafe regexec(&compiled, $0, 0, nil, 0) == 0 }
  }

  /// What to ask before the action is sent.
  static func question(_ action: Action, _ channels: [String]?, on server: String) -> String {
    guard let channels else {
      return "\(action.name) concerns several channels of \(server), nobody knows how many; go on?"
    }
    let shown = channels.prefix(shownMax).joined(separator: ", ")
    let more = channels.count > shownMax ? " and \(channels.count - shownMax) more" : ""
    let list = channels.isEmpty ? "" : ": \(shown)\(more)"
    return "\(action.name) concerns \(channels.count) channels of \(server)\(list); go on?"
  }
}
