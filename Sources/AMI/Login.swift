/// The way from a new connection to an accepted login, without a socket, a clock or a hash
/// function.
///
/// The caller hands in what arrives and does what the returned ``Step`` says:
///
/// | state | arrives | step |
/// |---|---|---|
/// | banner | the banner | `send` Challenge, or Login when plain was asked for |
/// | challenge | `Response: Success` with `Challenge` | `digest`: the caller hashes and calls ``login(digest:)`` |
/// | challenge | any other answer: the server has no MD5 | `unproven`; `send` Login with the secret itself where that may be sent |
/// | login | `Response: Success` | `accepted` |
/// | login | any other answer | `refused`, with Asterisk's message |
///
/// The login asks for all classes of events (`Events: on`), or for none; the server cuts that down
/// to what the user may read. Events before the answer are possible and change nothing.
///
/// **Source:** `main/manager.c`, `authenticate` and `action_challenge`; recorded transcripts of
/// Asterisk 16 and 22.
public struct Login: ~Copyable {
  /// How the client shows that it knows the secret.
  public enum Authentication: String, Sendable, CaseIterable {
    /// A digest of the secret and the server's challenge. All versions of Asterisk have that; of a
    /// server that says it does not, nobody knows whether it is one.
    case md5
    /// The secret itself, readable on a connection without TLS.
    case plain
  }

  /// What the caller is to do now.
  public enum Step: Sendable {
    /// Nothing, until the next frame.
    case wait
    /// Send this.
    case send(Action)
    /// Hash `challenge` followed by the secret with MD5 and call ``Login/login(digest:)`` with the
    /// lower-case hexadecimal digits.
    case digest(challenge: String)
    /// Go on: events follow. `isRepeated` when the connection had been logged in before.
    case accepted(isRepeated: Bool)
    /// Give up: Asterisk's message says why. It closes the connection itself.
    case refused(message: String)
    /// Give up: the server has no Challenge, and may not have the secret.
    case unproven
    /// Give up: this is no AMI server.
    case foreign
  }

  private enum State {
    case banner, challenge, digest, login, finished
  }

  /// What every AMI banner begins with; `/` and the version follow.
  public static let bannerPrefix: StaticString = "Asterisk Call Manager"

  /// The banner, `Asterisk Call Manager/11.0.0`, once it has arrived.
  public private(set) var banner: String?

  private let username: String
  private let secret: String
  private let authentication: Authentication
  private let wantsEvents: Bool
  private let maySendSecret: Bool
  private var state = State.banner
  private var prefixMatched = 0

  /// A login of `username`, not yet begun. The strings must be fit for headers (see ``Action``).
  ///
  /// `maySendSecret` is whether a server without Challenge gets the secret itself: only one that is
  /// known to be the right one, over a connection that nobody else can read.
  public init(
    username: String, secret: String, authentication: Authentication, wantsEvents: Bool = true,
    maySendSecret: Bool = false
  ) {
    self.username = username
    self.secret = secret
    self.authentication = authentication
    self.wantsEvents = wantsEvents
    self.maySendSecret = maySendSecret
  }

  /// Whether what arrived so far can begin an AMI session. Asked with every chunk, in order, it
  /// tells a web or SSH server at its first byte, where no frame may ever be complete.
  public mutating func canBegin(with bytes: some Sequence<UInt8>) -> Bool {
    let prefix = Self.bannerPrefix.description.utf8
    for byte in bytes {
      guard prefixMatched < prefix.count else { return true }
      let expected = prefix[prefix.index(prefix.startIndex, offsetBy: prefixMatched)]
      guard byte == expected else { return false }
      prefixMatched += 1
    }
    return true
  }

  /// Takes the next frame of the connection. Not to be called after the login has ended, one way
  /// or the other.
  public mutating func receive(_ frame: Frame) -> Step {
    switch state {
    case .banner:
      guard frame.kind == .banner else { return finish(.foreign) }
      banner = Text.decode(bannerBytes(of: frame))
      return authentication == .md5 ? .send(challenge()) : .send(loginWithSecret())
    case .challenge:
      guard frame.kind == .response else { return .wait }
      guard frame.has(.response, "Success"), let challenge = frame.text(of: .challenge) else {
        return maySendSecret ? .send(loginWithSecret()) : finish(.unproven)
      }
      state = .digest
      return .digest(challenge: challenge)
    case .digest:
      return .wait
    case .login:
      guard frame.kind == .response else { return .wait }
      let message = frame.text(of: .message) ?? ""
      guard frame.has(.response, "Success") else { return finish(.refused(message: message)) }
      return finish(.accepted(isRepeated: message == "Already authenticated"))
    case .finished:
      preconditionFailure("a frame for a login that has ended")
    }
  }

  /// The Login action with the digest that was asked for.
  public mutating func login(digest: String) -> Action {
    precondition(state == .digest, "a digest that was not asked for")
    state = .login
    return login([.init("AuthType", "MD5"), .init("Key", digest)])
  }

  private mutating func challenge() -> Action {
    state = .challenge
    var action = Action("Challenge", [.init("AuthType", "MD5")])
    action.actionID = "challenge"
    return action
  }

  private mutating func loginWithSecret() -> Action {
    state = .login
    return login([.init("Secret", secret)])
  }

  private func login(_ proof: [Action.Field]) -> Action {
    let events = Action.Field("Events", wantsEvents ? "on" : "off")
    var action = Action("Login", [.init("Username", username)] + proof + [events])
    action.actionID = "login"
    return action
  }

  private mutating func finish(_ step: Step) -> Step {
    state = .finished
    return step
  }

  private func bannerBytes(of frame: Frame) -> ArraySlice<UInt8> {
    let end = frame.bytes.firstIndex { $0 == 0x0d || $0 == 0x0a } ?? frame.bytes.endIndex
    return frame.bytes[..<end]
  }
}
