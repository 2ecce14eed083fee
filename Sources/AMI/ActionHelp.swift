extension ActionDescription {
  /// One line: what it is called with, optional parts in brackets.
  public var usage: String {
    ([name] + parameters.map(\.usage)).joined(separator: " ")
  }

  /// All that is known about it, as text for a terminal: lines of at most about 80 columns, ending
  /// in a line end.
  public var help: String {
    var lines = [summary, ""] + Self.wrap(usage, indent: "  ", hanging: "      ")
    if !parameters.isEmpty {
      lines += ["", "Fields:"]
      for parameter in parameters {
        lines.append("  \(parameter.usage)")
        lines += Self.wrap(parameter.details, indent: "      ", hanging: "      ")
      }
    }
    let rules = rules.map(\.sentence)
    if !rules.isEmpty || !notes.isEmpty {
      let text = (rules + (notes.isEmpty ? [] : [notes])).joined(separator: " ")
      lines += [""] + Self.wrap(text, indent: "", hanging: "")
    }
    lines += [""] + Self.wrap("Answer: \(reply.sentence)", indent: "", hanging: "")
    if let outcome {
      lines += Self.wrap("Outcome: \(outcome.sentence)", indent: "", hanging: "")
    }
    let reading = outcome.map { "; for the event read class \($0.readClass)" } ?? ""
    lines.append("Needs: \(privilegeText)\(reading)")
    lines.append("Versions: \(since)\(until.map { " to \($0)" } ?? " and later")")
    lines += Self.wrap("Source: \(source)", indent: "", hanging: "")
    return lines.joined(separator: "\n") + "\n"
  }

  private var privilegeText: String {
    switch privileges.count {
    case 0: "no write class"
    case 1: "write class \(privileges[0])"
    default: "one of the write classes \(privileges.joined(separator: ", "))"
    }
  }

  /// `text` in lines of about 80 columns.
  private static func wrap(_ text: String, indent: String, hanging: String) -> [String] {
    let columns = 80
    var lines = [indent]
    for word in text.split(separator: " ") {
      let isFirst = lines[lines.count - 1].allSatisfy { $0 == " " }
      if isFirst {
        lines[lines.count - 1] += word
      } else if lines[lines.count - 1].count + 1 + word.count <= columns {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(hanging + word)
      }
    }
    return lines
  }
}

extension ActionParameter {
  /// `Queue=TEXT`, in brackets when it may be left out.
  public var usage: String {
    let pair = "\(isIndexed ? "\(name)(n)" : name)=\(kind.placeholder)"
    let text = isRequired ? pair : "[\(pair)]"
    return isRepeated ? text + "…" : text
  }

  var details: String {
    var text = summary
    if case .integer(let range) = kind, range != .min ... .max {
      let upper = range.upperBound == .max ? " or more" : " to \(range.upperBound)"
      text += " \(range.lowerBound)\(upper)."
    }
    if case .choice(let words) = kind, kind.placeholder == "WORD" {
      text += " One of \(words.joined(separator: ", "))."
    }
    if isIndexed { text += " n counts from 0." }
    if isRepeated { text += " May stand several times." }
    if let standard { text += " \(standard) is sent where it is not given." }
    if let since { text += " Since Asterisk \(since)." }
    return text
  }
}

extension ActionDescription.Reply {
  var sentence: String {
    switch self {
    case .response: "one response."
    case .list(let items, let end, _):
      "a list of \(items.joined(separator: ", ")), ended by \(end)."
    case .responseOrList(let items, let end):
      "one response; for an expression a list of \(items.joined(separator: ", ")), ended by \(end)."
    case .output: "lines of text."
    }
  }
}

extension ActionDescription.Rule {
  var sentence: String {
    switch self {
    case .anyOf(let names): "At least one of \(names.joined(separator: ", ")) must be given."
    case .oneOf(let names): "Exactly one of \(names.joined(separator: ", ")) must be given."
    case .together(let names): "\(names.joined(separator: ", ")) only go together."
    case .with(let name, let others): "\(name) needs \(others.joined(separator: ", "))."
    case .when(let name, let value, let others):
      "\(name)=\(value) needs \(others.joined(separator: ", "))."
    }
  }
}

extension ActionOutcome {
  var sentence: String {
    let events = events.joined(separator: " or ")
    return needs.map {
      $0.isFlag
        ? "with \($0.field)=true the event \(events)." : "with \($0.field) the event \(events)."
    } ?? "the event \(events)."
  }
}
