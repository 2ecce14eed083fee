import AMI
import Display
import Glibc
import Normalization
import Reports
import Store

/// What came of an action that was sent, to be shown.
struct ActionResult {
  let server: String
  /// What was sent, masked.
  let action: Action
  let sent: ActionLog.Sent
  /// The classes of the events that came meanwhile.
  var heardClasses: Set<String> = []

  private var row: ActionRow { sent.row }

  /// Headers that say nothing to a reader.
  private static let hidden: Set<String> = ["actionid", "eventlist"]

  /// Why the command ends with another code than 0; nil for success.
  var failure: Failure? {
    switch row.outcome {
    case .success, nil: return nil
    case .error, .permissionDenied:
      return Failure(Failure.wanting, "\(server): \(row.error ?? "an error")\(hint)")
    case .refused: return Failure(Failure.usage, "\(server): \(row.error ?? "refused")")
    case .notConnected: return Failure(Failure.input, "\(server): \(row.error ?? "not connected")")
    case .connectionLost, .timedOut, .interrupted:
      return Failure(
        row.outcome == .interrupted ? 128 + (Interruption.received ?? SIGINT) : Failure.input,
        "\(server): \(row.error ?? "no answer"); whether \(row.name) had an effect is not known"
          + missingClass)
    }
  }

  /// Why no event came, perhaps: Asterisk does not say which classes a user may read, but an event
  /// of one tells it.
  private var missingClass: String {
    guard row.outcome == .timedOut, row.answeredAt != nil,
      let needed = ActionCatalogue.action(named: row.name)?.outcome?.readClass,
      !heardClasses.contains(needed)
    else { return "" }
    return "; no event of class \(needed) came at all: "
      + "perhaps the manager user \(row.username ?? "") lacks read = \(needed) in manager.conf"
  }

  private var hint: String {
    guard row.outcome == .permissionDenied else {
      return row.message?.hasPrefix("Invalid/unknown command") == true ? absence : ""
    }
    let classes = ActionCatalogue.action(named: row.name)?.privileges ?? []
    let needed = classes.isEmpty ? "" : " = \(classes.joined(separator: " or "))"
    return "; the manager user \(row.username ?? "") needs write\(needed) in manager.conf"
  }

  /// Why the server does not know the action.
  private var absence: String {
    guard ActionCatalogue.spelling(of: row.name) != nil else {
      let nearest = ActionCatalogue.names(near: row.name)
      return nearest.isEmpty ? "" : "; the nearest: \(nearest.joined(separator: ", "))"
    }
    guard let action = ActionCatalogue.action(named: row.name) else {
      return "; this server does not have it: the module is not loaded, or it is another version"
    }
    let versions = "Asterisk \(action.since) \(action.until.map { "to \($0)" } ?? "and later")"
    return action.module.map {
      "; this server does not have it: \($0) of \(versions) is not loaded there"
    } ?? "; this server does not have it: \(versions) does"
  }

  private var items: [Frame]? {
    guard let answer = sent.answer, answer.completion != nil || !answer.items.isEmpty else {
      return nil
    }
    return answer.items
  }

  func write(as format: ActionCommand.AnswerFormat, to output: Output) throws {
    switch format {
    case .text: try writeText(to: output)
    case .json: try output.write(json)
    }
  }

  // MARK: Text

  /// The output of a command, a table for each kind of item of a list, else the headers.
  private func writeText(to output: Output) throws {
    let lines = sent.response?.texts(named: "Output") ?? []
    if !lines.isEmpty {
      for line in lines {
        for part in line.split(separator: "\n", omittingEmptySubsequences: false) {
          try output.write(VisibleText.escaped(String(part)) + "\n")
        }
      }
    } else if let items {
      try writeTables(items, to: output)
    } else if let answer = sent.answer {
      try writeHeaders(of: answer.response, to: output)
    }
    if let event = sent.event {
      try output.write("\n")
      try writeHeaders(of: event, to: output)
    }
  }

  private func writeTables(_ items: [Frame], to output: Output) throws {
    var names: [String] = []
    var tables: [String: TextRows] = [:]
    for item in items {
      let name = item.text(of: .event) ?? ""
      if tables[name] == nil { names.append(name) }
      tables[name, default: TextRows()].append(
        pairs(of: item).filter { $0.name.lowercased() != "event" })
    }
    for (place, name) in names.enumerated() {
      if names.count > 1 { try output.write("\(place > 0 ? "\n" : "")\(name)\n") }
      try tables[name]?.write(as: .table, to: output)
    }
    if items.isEmpty { try output.write("Nothing in the list.\n") }
  }

  private func writeHeaders(of frame: Frame, to output: Output) throws {
    for pair in pairs(of: frame) {
      try output.write("\(VisibleText.escaped(pair.name)): \(VisibleText.escaped(pair.value))\n")
    }
  }

  private func pairs(of frame: Frame) -> [(name: String, value: String)] {
    frame.headers.compactMap { header in
      let name = Text.decode(frame.bytes[header.nameRange])
      let value = Text.decode(frame.bytes[header.valueRange])
      if Self.hidden.contains(name.lowercased()) { return nil }
      return (header.hasColon ? name : "", value)
    }
  }

  // MARK: JSON

  /// One object: `server`, `action`, `fields` (masked), `action_id`, `outcome`, `error`,
  /// `answer_ms`, `response` (an object), `items` (an array of objects; null when the answer is no
  /// list), `event` (an object or null). The value of a header that stands several times is an
  /// array.
  private var json: String {
    let fields = action.fields.map { ($0.name, $0.value) }
    let milliseconds = row.answeredAt.flatMap { end in row.sentAt.map { (end - $0) / 1000 } }
    func quoted(_ text: String?) -> String { text.map { JSONText.quoted($0) } ?? "null" }
    func object(_ frame: Frame?) -> String { frame.map { self.object(pairs(of: $0)) } ?? "null" }
    let list = items.map { "[" + $0.map { "\n" + object($0) }.joined(separator: ",") + "]" }
    let members: [(String, String)] = [
      ("server", quoted(server)), ("action", quoted(action.name)),
      ("fields", self.object(fields)), ("action_id", quoted(action.actionID)),
      ("outcome", quoted(row.outcome?.rawValue)), ("error", quoted(row.error)),
      ("answer_ms", milliseconds.map { String($0) } ?? "null"),
      ("response", object(sent.response)), ("items", list ?? "null"), ("event", object(sent.event)),
    ]
    return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",\n") + "}\n"
  }

  private func object(_ pairs: [(name: String, value: String)]) -> String {
    var names: [String] = []
    var values: [String: [String]] = [:]
    for (name, value) in pairs {
      if values[name] == nil { names.append(name) }
      values[name, default: []].append(JSONText.quoted(value))
    }
    let members = names.map { name in
      let all = values[name] ?? []
      return JSONText.quoted(name) + ":"
        + (all.count == 1 ? all[0] : "[\(all.joined(separator: ","))]")
    }
    return "{\(members.joined(separator: ","))}"
  }
}
