public import AMI
public import NIOCore

/// What a connection tells its owner while it runs. Everything is called on the connection's event
/// loop, in the order in which it happens, so it must return at once: while it runs nothing is
/// read.
///
/// `onConnected` comes first and once, then `onBytes` any number of times, then `onDisconnected`
/// once. None of them comes if there was no connection: `Connection.open` throws why.
public struct Observer: Sendable {
  /// The connection stands, its TLS handshake included; the login has yet to come. The time is in
  /// microseconds since 1970, UTC.
  public var onConnected: (@Sendable (_ timeMicroseconds: Int64) -> Void)?
  /// These bytes arrived: all of them, login included, as they came, without TLS. The time was
  /// taken before anything else was done with them, in microseconds since 1970, UTC.
  public var onBytes: (@Sendable (_ bytes: ByteBuffer, _ receivedMicroseconds: Int64) -> Void)?
  /// A live event, after its bytes: neither an answer nor an item of a list.
  public var onEvent: (@Sendable (_ event: Frame) -> Void)?
  /// The connection is gone, and why. The time is in microseconds since 1970, UTC.
  public var onDisconnected: (@Sendable (_ end: Connection.End, _ timeMicroseconds: Int64) -> Void)?

  /// Tells nothing.
  public init() {}
}
