public import AMI

/// All that Asterisk sent in answer to one action.
public struct Answer: Sendable {
  /// The response.
  public let response: Frame
  /// The items of a list, in order; empty when the answer is no list.
  public let items: [Frame]
  /// The event that ended the list, with its count of items; nil when the answer is no list.
  public let completion: Frame?

  /// The lines that a `Command` printed: repeated `Output` headers, or before Asterisk 14 the raw
  /// output in one.
  public var output: [String] { response.texts(named: "Output") }
}
