import AMI

// What a dialplan does, step by step, for whoever asks for it: every channel makes dozens of these.

/// A row of `dialplan_steps`; schema/0007-dialplan.sql says what each column is.
///
/// **Source:** main/manager_channels.c, `channel_newexten`; before Asterisk 12 the extension is in
/// `Extension` (main/pbx.c).
public struct DialplanStepRow: Row, Sendable {
  public static let table = "dialplan_steps"
  public static let columns = [
    "id", "server_id", "channel_id", "received_us", "channel", "context", "exten", "priority",
    "application", "data",
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var channelID: Int64?
  var receivedAt = Instant.epoch
  var channel: String?
  var context: String?
  var exten: String?
  var priority: Int64?
  var application: String?
  var data: String?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&channelID)
    visitor.visit(&receivedAt)
    visitor.visit(&channel)
    visitor.visit(&context)
    visitor.visit(&exten)
    visitor.visit(&priority)
    visitor.visit(&application)
    visitor.visit(&data)
  }
}

/// A row of `variables`; schema/0007-dialplan.sql says what each column is.
///
/// **Source:** main/pbx_variables.c, `VarSet`; a global variable has `Channel: none`.
public struct VariableRow: Row, Sendable {
  public static let table = "variables"
  public static let columns = [
    "id", "server_id", "channel_id", "received_us", "channel", "name", "value",
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var channelID: Int64?
  var receivedAt = Instant.epoch
  var channel: String?
  var name = ""
  var value = ""

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&channelID)
    visitor.visit(&receivedAt)
    visitor.visit(&channel)
    visitor.visit(&name)
    visitor.visit(&value)
  }
}

/// The dialplan's rows until they are drained, and what gives them ids.
struct DialplanTrace: Visitable {
  var stepIDs = Normalizer.IDs()
  var variableIDs = Normalizer.IDs()
  var steps: [DialplanStepRow] = []
  var variables: [VariableRow] = []

  mutating func drain(into sink: inout some RowSink) throws {
    for index in steps.indices { try sink.write(&steps[index]) }
    steps.removeAll(keepingCapacity: true)
    for index in variables.indices { try sink.write(&variables[index]) }
    variables.removeAll(keepingCapacity: true)
  }

  /// Nothing may be waiting to be written.
  mutating func visit(_ visitor: inout some FieldVisitor) {
    stepIDs.visit(&visitor)
    variableIDs.visit(&visitor)
  }
}

extension Normalizer {
  mutating func keepStep(_ frame: borrowing Frame, at time: Instant) {
    var row = DialplanStepRow()
    row.id = dialplan.stepIDs.next(serverID)
    row.serverID = serverID
    row.channelID = knownChannel(frame, .uniqueid).map { channels[$0].row.id }
    row.receivedAt = time
    row.channel = frame.knownText(of: .channel)
    row.context = frame.knownText(of: .context)
    row.exten = frame.knownText(of: .exten) ?? frame.text(named: "Extension")
    row.priority = frame.integer(of: .priority, in: Number.int)
    row.application = frame.knownText(of: .application)
    row.data = frame.text(of: .appData)
    dialplan.steps.append(row)
  }

  mutating func keepVariable(_ frame: borrowing Frame, at time: Instant) {
    guard let name = frame.text(of: .variable) else { return }
    var row = VariableRow()
    row.id = dialplan.variableIDs.next(serverID)
    row.serverID = serverID
    row.channelID = knownChannel(frame, .uniqueid).map { channels[$0].row.id }
    row.receivedAt = time
    if !frame.has(.channel, "none") { row.channel = frame.knownText(of: .channel) }
    row.name = name
    row.value = frame.text(of: .value) ?? ""
    dialplan.variables.append(row)
  }
}
