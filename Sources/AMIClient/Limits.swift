/// How long a connection waits for what, and how much it takes.
public struct Limits: Sendable {
  /// Time between two Pings of a connection that is logged in. Any byte sent to Asterisk also makes
  /// it deliver what it forgot to (up to 20.20, 22.10, 23.4), so this bounds lateness too.
  ///
  /// **Source:** asterisk/asterisk#2145.
  public var ping: Duration = .seconds(5)
  /// How many Pings in a row may go by without a byte from the server before it counts as dead.
  public var silentPingsMax = 3
  /// Time to resolve the host's name and connect.
  public var connect: Duration = .seconds(10)
  /// Time for the TLS handshake.
  public var handshake: Duration = .seconds(10)
  /// Time from the connection to the answer to Login. Asterisk takes a second to refuse one, and
  /// hangs up by itself after its `authtimeout` of 30 s.
  public var login: Duration = .seconds(20)
  /// Time from an action to its answer.
  public var answer: Duration = .seconds(10)
  /// Time from the answer that announces a list to the list's end.
  public var list: Duration = .seconds(60)
  /// Time from Logoff to the end of the connection.
  public var logoff: Duration = .seconds(2)
  /// The most bytes before the login is accepted: banner, challenge and answers have some hundred.
  /// What one read gives may go beyond it.
  public var loginBytesMax = 64 << 10
  /// The most items of a list.
  public var listItemsMax = 1_000_000
  /// The most bytes of a list. The items of 30,000 channels have 20 MB.
  public var listBytesMax = 128 << 20
  /// The most actions that may wait for their answers at once.
  public var actionsMax = 1000

  /// The limits above.
  public init() {}
}
