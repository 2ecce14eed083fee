/// What the answer to an action is read as.
public protocol ActionReply: Sendable {
  /// Reads `answer`. Throws ``AnswerError`` when it lacks what Asterisk always sends.
  init(_ answer: Answer) throws(AnswerError)
}

/// An answer that says that something was done, and no more.
public struct Confirmation: ActionReply, Equatable {
  /// Asterisk's words for it; may be empty.
  public let message: String

  /// Reads `Message`.
  public init(_ answer: Answer) throws(AnswerError) {
    message = answer.response.text(of: .message) ?? ""
  }
}

/// An answer or an event that lacks a header which Asterisk always sends.
public struct AnswerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name of the event, or `Response`.
  public let frame: String
  /// The header that is missing or unreadable.
  public let header: String

  /// One line that says what is missing.
  public var description: String {
    "\(frame) has no usable \(header); send the action by its name and read the frames"
  }
}

extension Frame {
  /// The value of a header that is always there.
  func required(_ header: String) throws(AnswerError) -> String {
    guard let text = text(named: header) else {
      throw AnswerError(frame: text(of: .event) ?? "Response", header: header)
    }
    return text
  }

  /// The value of a header; nil when it is absent, empty or `<unknown>`.
  func known(_ header: String) -> String? {
    text(named: header).flatMap { $0.isEmpty || $0 == "<unknown>" ? nil : $0 }
  }

  /// A decimal number; nil when there is none.
  func number(_ header: String) -> Int? { text(named: header).flatMap { Int($0) } }

  /// A number with decimals; nil when there is none.
  func decimal(_ header: String) -> Double? { text(named: header).flatMap { Double($0) } }

  /// Whole seconds as a duration; nil when there are none.
  func seconds(_ header: String) -> Duration? { number(header).map { .seconds($0) } }

  /// Seconds since 1970; nil for 0, which says never.
  func time(_ header: String) -> Int? { number(header).flatMap { $0 == 0 ? nil : $0 } }

  /// A yes or no in any of Asterisk's spellings; nil when it is neither.
  func flag(_ header: String) -> Bool? {
    text(named: header).flatMap { ActionParameter.Kind.flag.normalized($0) }.map { $0 == "true" }
  }
}
