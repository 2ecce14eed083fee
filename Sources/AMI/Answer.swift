/// All that Asterisk sent in answer to one action.
public struct Answer: Sendable {
  /// The response.
  public let response: Frame
  /// The items of a list, in order; empty when the answer is no list.
  public let items: [Frame]
  /// The event that ended the list, with its count of items; nil when the answer is no list.
  public let completion: Frame?

  /// An answer of these frames.
  public init(response: Frame, items: [Frame] = [], completion: Frame? = nil) {
    self.response = response
    self.items = items
    self.completion = completion
  }

  /// The lines that a `Command` printed: one `Output` header each, or before Asterisk 14 the raw
  /// output between `Response: Follows` and `--END COMMAND--`.
  public var output: [String] { response.texts(named: "Output") }
}
