public import AMI

extension Connection {
  /// Sends a typed action and returns its answer, lists as typed values.
  ///
  /// Throws ``ClientError`` as the other ``send(_:)`` does: `actionInvalid` when a value is not
  /// what Asterisk takes, and nothing was sent; `answerInvalid` when the answer lacks what every
  /// version sends. A list that Asterisk calls an error when it is empty is an empty list.
  public func send<Typed: DeclaredAction>(
    _ typed: Typed
  ) async throws(ClientError) -> Typed.Reply {
    let action: Action
    do throws(ActionError) {
      action = try typed.action()
    } catch {
      throw ClientError(.actionInvalid, server: server.name, "\(error)")
    }
    let answer = try await send(action)
    do throws(AnswerError) {
      return try Typed.Reply(answer)
    } catch {
      throw ClientError(.answerInvalid, server: server.name, "\(error)", response: answer.response)
    }
  }
}
