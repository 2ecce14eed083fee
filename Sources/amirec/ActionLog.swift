import AMI
import AMIClient
import Configuration
import Store

/// Sends actions so that each is a row of `actions` before it is sent.
struct ActionLog {
  let register: ActionRegister
  let configuration: Configuration
  let mask: FieldMask

  private var server: Configuration.Server { configuration.servers[0] }

  /// The row of an action that was asked for at a time, not yet in the store.
  func row(of action: Action, since start: Int64) -> ActionRow {
    var row = ActionRow(
      program: "amirec", machineUser: MachineUser.name, name: action.name, startedAt: start)
    row.username = server.username
    row.setFields(mask.masked(action).fields.map { ($0.name, $0.value) })
    return row
  }

  /// Throws `Failure` when the store cannot be written.
  func add(_ row: inout ActionRow) throws {
    do {
      try register.add(&row, on: server.name, of: configuration.serverNames)
    } catch let error as StoreError {
      throw Failure(Failure.input, "\(error); nothing was sent")
    }
  }

  /// Throws `Failure` when the store cannot be written.
  func complete(_ row: ActionRow) throws {
    do {
      try register.complete(row)
    } catch let error as StoreError {
      throw Failure(
        Failure.input,
        "\(error); \(row.name) was sent, with the outcome \(row.outcome?.rawValue ?? "unknown")")
    }
  }

  /// What came of an action: its row, as it stands in the store, and what Asterisk sent.
  struct Sent {
    var row: ActionRow
    /// The response, also one that is an error; nil when none came.
    var response: Frame?
    var answer: Answer?
    var event: Frame?
  }

  /// Writes `action` down, sends it once, and writes down its answer, and the event that tells its
  /// outcome where that is to be awaited. Throws only when the store cannot be written.
  func send(
    _ action: Action, on connection: Connection, since start: Int64,
    awaiting outcome: ActionOutcome? = nil, within limit: Duration = .zero
  ) async throws -> Sent {
    var sent = Sent(row: row(of: action, since: start))
    sent.row.actionID = action.actionID
    sent.row.sentAt = Terminal.nowUs
    try add(&sent.row)
    do throws(ClientError) {
      if let outcome {
        let told = try await connection.send(action, awaiting: outcome, within: limit) { answer in
          note(answer, to: action, in: &sent)
          sent.row.outcome = nil
          // What fails now fails again below, where it can be told.
          try? complete(sent.row)
        }
        note(told.event, of: action, in: &sent)
      } else {
        note(try await connection.send(action), to: action, in: &sent)
      }
    } catch {
      note(error, of: action, in: &sent)
    }
    try complete(sent.row)
    return sent
  }

  /// What Asterisk says may repeat what nobody may see.
  private func shown(_ text: String?, of action: Action) -> String? {
    text.map { mask.masked($0, of: action) }
  }

  private func note(_ answer: Answer, to action: Action, in sent: inout Sent) {
    sent.answer = answer
    sent.response = answer.response
    sent.row.answeredAt = Terminal.nowUs
    sent.row.response = answer.response.text(of: .response)
    sent.row.message = shown(answer.response.text(of: .message), of: action)
    sent.row.items = answer.completion == nil ? nil : Int64(answer.items.count)
    sent.row.outcome = .success
  }

  private func note(_ event: Frame, of action: Action, in sent: inout Sent) {
    sent.event = event
    sent.row.event = event.text(of: .event)
    sent.row.eventAt = Terminal.nowUs
    let outcome = OutcomeText(event)
    let text = mask.masked(outcome.text, of: action)
    sent.row.eventResult = text
    sent.row.outcome = outcome.isSuccess ? .success : .error
    if !outcome.isSuccess { sent.row.error = "\(sent.row.event ?? "") says \(text)" }
  }

  private func note(_ error: ClientError, of action: Action, in sent: inout Sent) {
    sent.row.error = shown(error.message, of: action)
    if let response = error.response {
      sent.response = response
      sent.row.response = response.text(of: .response)
      sent.row.message = shown(response.text(of: .message), of: action)
      sent.row.answeredAt = Terminal.nowUs
    }
    switch error.code {
    case .actionRefused, .answerInvalid:
      let isDenied = sent.row.message == "Permission denied"
      sent.row.outcome = isDenied ? .permissionDenied : .error
    case .timedOut: sent.row.outcome = .timedOut
    case .actionInvalid:
      sent.row.sentAt = nil
      sent.row.outcome = .refused
    case .cancelled:
      sent.row.outcome = .interrupted
      let signal = Interruption.received.map(Interruption.name) ?? "a signal"
      let wait = sent.row.answeredAt == nil ? "its answer" : "the event that tells its outcome"
      sent.row.error = "\(signal) came before \(wait)"
    case .unreachable, .tls, .foreign, .loginRefused, .disconnected, .broken, .silent,
      .closed:
      sent.row.outcome = .connectionLost
    }
  }
}
