import AMI
import ArgumentParser
import Reports

struct ActionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "action",
    abstract: "Sends any action to a server, and writes down what came of it.",
    usage: """
      amirec action NAME [FIELD=VALUE]… [--config FILE] [--server NAME] [--wait] …
      amirec action --dry-run NAME [FIELD=VALUE]…
      amirec action --list
      amirec action --help NAME
      """,
    discussion: """
      Names of actions and fields are taken in any case; a field may stand several times. What is \
      known of an action is checked before anything is sent. Every action is a row in the table \
      actions of the store, also one that was refused: it is there before the action is sent, and \
      an action that cannot be written down is not sent. No action is ever sent twice.

      Exit codes: 0 success, 1 Asterisk's answer (or the event that was waited for) is an error, \
      2 usage: nothing was sent, 3 configuration, store or connection, or no answer in time, \
      130 SIGINT, 143 SIGTERM.
      """)

  enum AnswerFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @Argument(
    help: "The action, such as QueueStatus.",
    completion: .custom { _, _, typed in ActionCompletion.names(typed) })
  var name: String?

  @Argument(
    help: ArgumentHelp("What it takes, such as Queue=support.", valueName: "field=value"),
    completion: .custom { words, index, typed in ActionCompletion.fields(words, index, typed) })
  var pairs: [String] = []

  @Option(
    help: ArgumentHelp(
      "amirec.conf, which names servers and store.", valueName: "file"),
    completion: .file())
  var config = "/etc/amirec/amirec.conf"

  @Option(
    help: ArgumentHelp(
      "The server; needed only where the configuration has several.", valueName: "name"))
  var server: String?

  @Option(
    help: ArgumentHelp(
      """
      More fields, a line FIELD=VALUE each, from a file or (-) standard input: for what should \
      not be seen in the list of processes.
      """, valueName: "file"), completion: .file())
  var fields: String?

  @Flag(
    help: """
      Wait for the event that tells the outcome: of an Originate, a transfer. Sets Async=true.
      """)
  var wait = false

  @Option(
    help: ArgumentHelp(
      """
      How long to wait for the connection, the login, the answer, and with --wait the event: this \
      long at most for each. Default: 10 to connect, 20 to log in, 10 for the answer and what the \
      action itself may take, 60 for the event.
      """, valueName: "seconds"))
  var timeout: Double?

  @Flag(help: "Do not ask before an action that concerns several channels.")
  var yes = false

  @Flag(
    help: """
      Send what amirec does not know as it is: an action or field of a later Asterisk, or of a \
      module of your own.
      """)
  var unchecked = false

  @Flag(help: "Print the bytes that would be sent, secrets masked, and send nothing.")
  var dryRun = false

  @Flag(help: "List the actions that are known and checked.")
  var list = false

  @Flag(help: "Say what NAME takes, answers and needs, as --help NAME does.")
  var describe = false

  @Option(help: "How the answer is written.")
  var format: AnswerFormat = .text

  func validate() throws {
    if let timeout, !(timeout > 0 && timeout <= Self.timeoutMax) {
      throw ValidationError("--timeout takes seconds, up to \(Int(Self.timeoutMax))")
    }
  }

  /// The longest time to wait, in seconds.
  private static let timeoutMax: Double = 86_400

  func run() async throws {
    let output = Terminal.output()
    if list {
      try output.write(ActionCompletion.list(as: format))
      return try output.flush()
    }
    guard let name else {
      throw Failure(Failure.usage, "no action named; amirec action --list names them")
    }
    if describe {
      try output.write(ActionCompletion.help(of: name))
      return try output.flush()
    }
    guard !([name] + pairs).contains(where: { $0.unicodeScalars.contains("\u{FFFD}") }) else {
      // Swift has put that in place of what it could not read.
      throw Failure(Failure.usage, "what is on the command line is not UTF-8; write it anew")
    }
    let given = try ActionFields.parse(pairs) + (fields.map { try ActionFields.read($0) } ?? [])
    var request = ActionRequest(name: name, fields: given, isUnchecked: unchecked)
    if wait { request.waitForOutcome() }
    guard !dryRun else {
      try output.write(try show(request))
      return try output.flush()
    }
    let errand = try ActionErrand(config: config, server: server)
    let outcome = try await Interruption.cancelling { [request, yes, timeout] in
      try await errand.run(request, isConfirmed: yes, timeout: timeout.map { .seconds($0) })
    }
    try outcome.write(as: format, to: output)
    try output.flush()
    if let failure = outcome.failure { throw failure }
  }

  /// The bytes of the action, with the ActionID that a connection might give it.
  private func show(_ request: ActionRequest) throws -> [UInt8] {
    var action = try request.action()
    action.actionID = ActionRequest.exampleActionID
    // A default that is not there has nothing to mask.
    let mask =
      Terminal.has(config) || config != "/etc/amirec/amirec.conf"
      ? try ActionErrand.mask(config) : FieldMask()
    do throws(ActionError) {
      return try mask.masked(action).encoded()
    } catch {
      throw Failure(Failure.usage, "\(error)")
    }
  }
}
