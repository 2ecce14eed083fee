public import AMI
public import NIOCore

/// What a connection tells its owner while it runs. Everything is called on the connection's event
/// loop, in the order in which it happens, so it must return at once: while it runs nothing is
/// read.
///
/// `onConnected` comes first and once, then `onBytes` any number of times, then `onDisconnected`
/// once. None of them comes if there was no connection: `Connection.open` throws why.
///
/// Times are microseconds since 1970, UTC, of one clock for the connection: the wall clock as it
/// was made, and then one that nobody sets. They never go back, and differences are true durations.
public struct Observer: Sendable {
  /// The connection stands, its TLS handshake included; the login has yet to come.
  public var onConnected: (@Sendable (_ timeMicroseconds: Int64) -> Void)?
  /// These bytes arrived: all of them, login included, as they came, without TLS. The time was
  /// taken before anything else was done with them.
  public var onBytes: (@Sendable (_ bytes: ByteBuffer, _ receivedMicroseconds: Int64) -> Void)?
  /// A live event, after its bytes: neither an answer nor an item of a list.
  public var onEvent: (@Sendable (_ event: Frame) -> Void)?
  /// The machine's wall clock was set by so many microseconds (back, where negative) since the last
  /// bytes; the times go on as if it had not been. Comes before the bytes that show it.
  public var onClockStep:
    (@Sendable (_ stepMicroseconds: Int64, _ timeMicroseconds: Int64) -> Void)?
  /// The connection is gone, and why.
  public var onDisconnected: (@Sendable (_ end: Connection.End, _ timeMicroseconds: Int64) -> Void)?

  /// Tells nothing.
  public init() {}
}
