/// Why an action cannot be sent. Never holds a value of the action: values may be secrets.
public struct ActionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: Sendable, Equatable {
    /// The action or a field has no name.
    case emptyName
    /// A name contains CR, LF or NUL.
    case lineEndInName
    /// A value contains CR, LF or NUL.
    case lineEndInValue
    /// A name contains a colon.
    case colonInName
    /// A name begins or ends with a space.
    case spaceAroundName
    /// A field is called `Action` or `ActionID`.
    case reservedName
    /// A line has this many bytes, more than ``Action/lineBytesMax``.
    case lineTooLong(Int)
    /// The action has this many lines, more than ``Action/headersMax``.
    case tooManyHeaders(Int)
    /// The action with this name has no such field; these of its names are like it.
    case unknownField(of: String, nearest: [String])
    /// A field that the action needs is not there or empty.
    case missing
    /// A field is needed because of another.
    case missingWith(String)
    /// None of these fields is there.
    case noneOf([String])
    /// Only one of these fields may be there.
    case notTogether([String])
    /// A field stands twice that may stand once.
    case repeated
    /// The value is not of this kind.
    case unfitValue(ActionParameter.Kind)
  }

  /// What is wrong.
  public let code: Code
  /// The header that is wrong, by its name or, where that is what is wrong, by its place (`number
  /// 3`); nil when it is the action as a whole.
  public let header: String?

  init(_ code: Code, header: String?) {
    self.code = code
    self.header = header
  }

  /// One line that says what to change.
  public var description: String {
    let header = header.map { "header \($0)" } ?? "the action"
    return switch code {
    case .emptyName where self.header == "Action": "the action has no name; give one, like Ping"
    case .emptyName: "\(header) has no name; write it as Name=Value"
    case .lineEndInName: "\(header) has a line end or NUL in its name; remove it"
    case .lineEndInValue:
      "\(header) has a line end or NUL in its value; AMI cannot carry one, remove it"
    case .colonInName: "\(header) has a colon in its name; a name ends at the first colon"
    case .spaceAroundName: "\(header) has a space at an end of its name; remove it"
    case .reservedName: "\(header) is set by the connection; leave it out"
    case .lineTooLong(let bytes):
      "\(header) makes a line of \(bytes) bytes; Asterisk reads at most \(Action.lineBytesMax)"
    case .tooManyHeaders(let count):
      "the action has \(count) lines; Asterisk reads at most \(Action.headersMax)"
    case .unknownField(let action, []): "\(action) has no field \(self.header ?? "")"
    case .unknownField(let action, let nearest):
      "\(action) has no field \(self.header ?? ""); did you mean \(Self.list(nearest))?"
    case .missing: "\(self.header ?? "a field") is missing; this action needs it"
    case .missingWith(let other): "\(self.header ?? "a field") is missing; \(other) needs it"
    case .noneOf(let names): "one of \(Self.list(names)) is needed; give one"
    case .notTogether(let names): "only one of \(Self.list(names)) may be given"
    case .repeated: "\(self.header ?? "a field") stands twice; give it once"
    case .unfitValue(let kind): "\(self.header ?? "a field") \(kind.demand)"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.count < 2
      ? names.joined() : "\(names.dropLast().joined(separator: ", ")) or \(names.last!)"
  }
}

extension ActionParameter.Kind {
  /// What a value must be, as the end of a sentence that begins with the field's name.
  fileprivate var demand: String {
    switch self {
    case .text: "must be text of one line"
    case .integer(let range) where range == .min ... .max: "must be a whole number"
    case .integer(let range) where range.upperBound == .max:
      "must be a whole number of \(range.lowerBound) or more"
    case .integer(let range):
      "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .seconds: "must be seconds, like 30 or 1.5"
    case .milliseconds: "must be whole milliseconds, like 30000"
    case .flag: "must be true or false"
    case .yesNo: "must be yes or no"
    case .choice(let words): "must be one of \(words.joined(separator: ", "))"
    case .variable: "must be NAME=VALUE"
    case .cause: "must be a cause from 0 to 127 or its name, like USER_BUSY"
    case .channels: "must be a channel's name, or an expression between slashes"
    case .priority: "must be a number from 1, or hint"
    }
  }
}
