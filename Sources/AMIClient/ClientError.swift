public import AMI
import Display

/// Why a connection failed or ended, or an action was not answered. One line, with the server's
/// name first and what to do last; never with the secret or a value that was sent. What a server
/// says is in it with escapes for control characters, and not longer than ``messageCharactersMax``.
public struct ClientError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure.
  public enum Code: String, Sendable {
    /// No TCP connection: unknown host, nothing listening, no route.
    case unreachable
    /// No TLS connection: no TLS there, a certificate that is not trusted, an unreadable CA file.
    case tls
    /// What answers there is no manager interface.
    case foreign
    /// Asterisk refused the login.
    case loginRefused
    /// A time limit passed before the login or an answer was complete.
    case timedOut
    /// The server closed the connection in order.
    case disconnected
    /// The connection broke: it was reset, or the system says that it failed.
    case broken
    /// The server sent nothing for several Pings.
    case silent
    /// This side has closed the connection.
    case closed
    /// The waiting task was cancelled.
    case cancelled
    /// The action cannot be sent, or not now.
    case actionInvalid
    /// Asterisk answered with an error.
    case actionRefused
    /// Asterisk's answer lacks what every version of it sends.
    case answerInvalid
  }

  /// The most characters of a message that are kept: a server can send megabytes.
  public static let messageCharactersMax = 1_000

  /// The kind of failure.
  public let code: Code
  /// The server's name.
  public let server: String
  /// What happened, and what to do about it; one line.
  public let message: String
  /// Asterisk's answer, when it is one that failed the action.
  public let response: Frame?

  init(_ code: Code, server: String, _ message: String, response: Frame? = nil) {
    self.code = code
    self.server = server
    self.message = VisibleText.line(message, charactersMax: Self.messageCharactersMax)
    self.response = response
  }

  /// Whether the same attempt can succeed later although nobody changes anything.
  public var isRetryable: Bool {
    switch code {
    case .unreachable, .timedOut, .disconnected, .broken, .silent: true
    case .tls, .foreign, .loginRefused, .closed, .cancelled, .actionInvalid, .actionRefused,
      .answerInvalid:
      false
    }
  }

  /// The server's name, a colon, the message.
  public var description: String { "\(server): \(message)" }
}
