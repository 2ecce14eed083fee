public import AMI
import NIOCore

/// The answer to an action, and the event that told how it went in the end.
public struct Outcome: Sendable {
  /// The answer.
  public let answer: Answer
  /// The event.
  public let event: Frame
}

extension Connection {
  /// Sends `action` and waits for the event that tells how it went in the end: up to `limit` after
  /// the answer, by default 60 s. `answered` gets the answer before that wait.
  ///
  /// Throws ``ClientError`` as ``send(_:within:)`` does: `actionInvalid` when no such event follows
  /// on this action (an `Originate` without `Async`), and nothing was sent; `timedOut` when none
  /// came: Asterisk has accepted the action, and may still do it.
  public func send(
    _ action: Action, awaiting outcome: ActionOutcome, within limit: Duration = .seconds(60),
    answered: (Answer) -> Void = { _ in }
  ) async throws(ClientError) -> Outcome {
    guard outcome.follows(action) else {
      throw ClientError(
        .actionInvalid, server: server.name,
        "no event tells the outcome of this \(action.name); give \(outcome.needs?.field ?? "")")
    }
    let action = action.actionID == nil ? numbered(action) : action
    let handler = handler
    loop.execute { handler.value.expect(outcome, of: action) }
    let answer: Answer
    do throws(ClientError) {
      answer = try await send(action, nil)
    } catch {
      loop.execute { handler.value.forgetOutcome(of: action) }
      throw error
    }
    answered(answer)
    let event = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        loop.execute { handler.value.awaitOutcome(of: action, limit, continuation) }
      }
    } onCancel: {
      loop.execute { handler.value.forgetOutcome(of: action) }
    }
    return Outcome(answer: answer, event: try event.get())
  }

  /// Sends a typed action and waits for the event that tells how it went in the end, as the other
  /// ``send(_:awaiting:within:)`` does.
  ///
  ///     let outcome = try await connection.outcome(
  ///       of: Originate(
  ///         channel: "PJSIP/100", to: .dialplan(context: "internal", exten: "200")))
  ///     print(outcome.isSuccess)
  public func outcome<Typed: OutcomeAction>(
    of typed: Typed, within limit: Duration = .seconds(60)
  ) async throws(ClientError) -> Typed.Outcome {
    guard let outcome = Typed.description.outcome else {
      preconditionFailure("an OutcomeAction declares its outcome")
    }
    let told = try await send(try action(typed), awaiting: outcome, within: limit)
    return try read(told.event) { event throws(AnswerError) in try Typed.Outcome(event) }
  }
}

/// Who waits for the outcome of an action.
struct OutcomeWaiter {
  let continuation: CheckedContinuation<Result<Frame, ClientError>, Never>
  let deadline: Scheduled<Void>
}

extension ConnectionHandler {
  /// Looks for the event that tells the outcome of `action` from now on.
  func expect(_ outcome: ActionOutcome, of action: Action) {
    guard phase == .open else { return }
    outcomes.expect(outcome, of: action)
  }

  /// Hands on an event that tells an outcome.
  func tellOutcome(_ event: Frame) {
    guard let waiter = outcomes.take(event) else { return }
    waiter.deadline.cancel()
    waiter.continuation.resume(returning: .success(event))
  }

  /// Resumes `continuation` with the event, or when it cannot come.
  func awaitOutcome(
    of action: Action, _ limit: Duration,
    _ continuation: CheckedContinuation<Result<Frame, ClientError>, Never>
  ) {
    let deadline = loop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) { [weak self] in
      guard let self else { return }
      giveUp(action, .timedOut, "was accepted, but no event told its outcome within \(limit)")
    }
    let waiter = OutcomeWaiter(continuation: continuation, deadline: deadline)
    switch outcomes.wait(for: action.actionID!, waiter) {
    case .waits: break
    case .told(let event):
      deadline.cancel()
      continuation.resume(returning: .success(event))
    case .forgotten:
      deadline.cancel()
      let error =
        phase == .ended
        ? endingError
        : ClientError(.cancelled, server: server.name, "waiting for \(action.name) was cancelled")
      continuation.resume(returning: .failure(error))
    }
  }

  /// No longer looks for the outcome of `action`.
  func forgetOutcome(of action: Action) {
    giveUp(action, .cancelled, "is under way; waiting for its outcome was cancelled")
  }

  private func giveUp(_ action: Action, _ code: ClientError.Code, _ message: String) {
    guard let waiter = outcomes.remove(action.actionID!) else { return }
    waiter.deadline.cancel()
    let error = ClientError(code, server: server.name, "\(action.name) \(message)")
    waiter.continuation.resume(returning: .failure(error))
  }
}
