/// What the answer to an action is read as.
public protocol ActionReply: Sendable {
  /// Reads `answer`. Throws ``AnswerError`` when it lacks what Asterisk always sends.
  init(_ answer: Answer) throws(AnswerError)
}

/// One item of a list, or another event, as a value.
public protocol AnswerItem: Sendable {
  /// The name of the event.
  static var event: String { get }
  /// Reads `item`. Throws ``AnswerError`` when it lacks what Asterisk always sends.
  init(_ item: Frame) throws(AnswerError)
}

extension Array: ActionReply where Element: AnswerItem {
  /// Reads the items of a list; what lies between them is left out.
  public init(_ answer: Answer) throws(AnswerError) {
    self = []
    for item in answer.items where item.text(of: .event) == Element.event {
      append(try Element(item))
    }
  }
}

extension ActionDescription.Reply {
  /// A list of `Item`, ended by the event `end`; `isEmpty` as in ``list(items:end:isEmpty:)``.
  static func list<Item: AnswerItem>(
    of item: Item.Type, end: String, isEmpty: [String] = []
  ) -> Self {
    .list(items: [Item.event], end: end, isEmpty: isEmpty)
  }
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

  /// A decimal number of 32 bits, with or without a sign; nil when there is none.
  func number(_ header: String) -> Int? {
    integer(named: header, in: Number.int.lowerBound...Number.unsigned.upperBound).map { Int($0) }
  }

  /// A number with decimals, of 32 bits before them; nil when there is none.
  func decimal(_ header: String) -> Double? {
    text(named: header).flatMap {
      Number.decimal($0, in: Double(Int32.min)...Double(UInt32.max))
    }
  }

  /// Whole seconds as a duration; nil when there are none.
  func seconds(_ header: String) -> Duration? { number(header).map { .seconds($0) } }

  /// Seconds since 1970; nil for 0, which says never.
  func time(_ header: String) -> Int? {
    integer(named: header, in: Number.date).flatMap { $0 == 0 ? nil : Int($0) }
  }

  /// `HH:MM:SS` as a duration; nil when it is none.
  func clock(_ header: String) -> Duration? {
    guard let parts = text(named: header)?.split(separator: ":"), parts.count == 3 else {
      return nil
    }
    let numbers = parts.compactMap { Number.integer($0, in: 0...999_999) }
    guard numbers.count == 3 else { return nil }
    return .seconds(numbers[0] * 3600 + numbers[1] * 60 + numbers[2])
  }

  /// A yes or no in any of Asterisk's spellings; nil when it is neither.
  func flag(_ header: String) -> Bool? {
    text(named: header).flatMap { ActionParameter.Kind.flag.normalized($0) }.map { $0 == "true" }
  }
}
