public import AMI

extension Connection {
  /// Sends a typed action and returns its answer, lists as typed values.
  ///
  ///     try await connection.send(QueuePause(interface: "PJSIP/100", paused: true))
  ///     for peer in try await connection.send(SIPpeers()) { print(peer.name) }
  ///
  /// Throws ``ClientError`` as ``send(_:within:)`` does: `actionInvalid` when a value is not what
  /// Asterisk takes, and nothing was sent; `answerInvalid` when the answer lacks what every version
  /// sends. A list that Asterisk calls an error when it is empty is an empty list.
  @discardableResult
  public func send<Typed: DeclaredAction>(
    _ typed: Typed, within limit: Duration? = nil
  ) async throws(ClientError) -> Typed.Reply {
    let action = try action(typed)
    let answer: Answer
    do throws(ClientError) {
      answer = try await send(action, within: limit)
    } catch {
      guard let response = error.response, error.code == .actionRefused,
        Typed.description.meansEmpty(response)
      else { throw error }
      answer = Answer(response: response)
    }
    return try read(answer) { answer throws(AnswerError) in try Typed.Reply(answer) }
  }

  /// The request of a typed action.
  func action(_ typed: some DeclaredAction) throws(ClientError) -> Action {
    do throws(ActionError) {
      return try typed.action()
    } catch {
      throw ClientError(.actionInvalid, server: server.name, "\(error)")
    }
  }

  /// What came, as a value.
  func read<Source, Value>(
    _ source: Source, as value: (Source) throws(AnswerError) -> Value
  ) throws(ClientError) -> Value {
    do throws(AnswerError) {
      return try value(source)
    } catch {
      throw ClientError(.answerInvalid, server: server.name, "\(error)")
    }
  }
}
