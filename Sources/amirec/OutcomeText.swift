import AMI

/// What an event says of how an action went in the end, in a few words.
struct OutcomeText {
  let text: String
  let isSuccess: Bool

  /// Reads `Response` or `Result`; an event without either tells a success by coming.
  init(_ event: Frame) {
    let word = event.text(of: .response) ?? event.text(named: "Result") ?? "Success"
    isSuccess = word == "Success"
    guard !isSuccess, let reason = event.text(named: "Reason") else {
      text = word
      return
    }
    text = "\(word), \(Self.words(for: reason))"
  }

  /// **Source:** `include/asterisk/frame.h`, `AST_CONTROL_HANGUP` …, one of which is the `Reason`
  /// of an OriginateResponse.
  private static func words(for reason: String) -> String {
    switch reason {
    case "0": "no such extension or number, or refused (reason 0)"
    case "1": "hung up (reason 1)"
    case "3": "no answer (reason 3)"
    case "5": "busy (reason 5)"
    case "8": "congestion (reason 8)"
    default: "reason \(reason)"
    }
  }
}
