/// Puts an AGI command into the queue of a channel that runs `AGI(agi:async)`.
public struct AGI: OutcomeAction {
  /// What an AGI command said: the event AsyncAGIExec (before Asterisk 12 AsyncAGI).
  public struct Outcome: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "AsyncAGIExec"
    /// The text that came with the command.
    public let commandID: String?
    /// AGI's answer, decoded: `200 result=0`.
    public let result: String
    /// The channel.
    public let channel: ChannelSnapshot?

    /// Reads an `AsyncAGIExec`.
    public init(_ item: Frame) throws(AnswerError) {
      commandID = item.known("CommandId")
      let text = Self.decoded(try item.required("Result"))
      result = String(text.reversed().drop { $0.isNewline }.reversed())
      channel = ChannelSnapshot(item)
    }

    /// `text` with its percent escapes undone.
    ///
    /// **Source:** `main/utils.c`, `ast_uri_encode`.
    private static func decoded(_ text: String) -> String {
      var bytes: [UInt8] = []
      let source = Array(text.utf8)
      var place = 0
      while place < source.count {
        let digits = source[place...].dropFirst().prefix(2)
        if source[place] == UInt8(ascii: "%"), digits.count == 2,
          let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
        {
          bytes.append(byte)
          place += 3
        } else {
          bytes.append(source[place])
          place += 1
        }
      }
      return Text.decode(bytes[...])
    }
  }

  /// The channel.
  public var channel: String
  /// The AGI command: `EXEC NoOp hello`.
  public var command: String
  /// A text that comes back in the event.
  public var commandID: String?

  /// Has `channel` run `command`.
  public init(channel: String, command: String, commandID: String? = nil) {
    self.channel = channel
    self.command = command
    self.commandID = commandID
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "AGI", "Queues an AGI command for a channel in AGI(agi:async).", since: "1.6",
    source: "res/res_agi.c, action_add_agi_cmd", privileges: ["agi"], effect: .destroys,
    outcome: ActionOutcome(
      [Outcome.event, "AsyncAGI"], .headers(["CommandId"], field: "CommandID"),
      needs: .init(field: "CommandID", isFlag: false), readClass: "agi"),
    parameters: [
      .required("Channel", \.channel, "The channel."),
      .required("Command", \.command, "The AGI command, like EXEC NoOp hello."),
      .optional("CommandID", \.commandID, "A text that comes back in the event."),
    ],
    notes: "The answer only says that the command waits its turn.")
}
