/// Turns the bytes of one connection into frames, however they were split on the way.
///
/// What a message looks like on the wire:
///
/// | bytes | meaning |
/// |---|---|
/// | `Asterisk Call Manager/VERSION` CR LF | the banner: one line, first in a connection, no empty line after it |
/// | `NAME: VALUE` CR LF | a header; one space after the colon is not part of the value |
/// | … LF | a bare LF: the next line belongs to the value if it has no colon, else it is a header |
/// | CR LF | the empty line that ends a message; further ones are ignored |
/// | `Response: Follows` … `--END COMMAND--` CR LF CR LF | before Asterisk 14: raw output, empty lines included; kept as one `Output` |
///
/// Asterisk 15 to 19 cut a message in half when the reader is slow, and go on with the next: such a
/// pair is split again, and the first half is marked (`Frame.Damage.cut`). A `UserEvent` that looks
/// like such a pair is marked and left whole.
///
/// **Source:** main/manager.c; commit f6062b17cc (the short-write defect); recordings.
public struct FrameBuffer: Sendable {
  /// A frame longer than this is cut there, in bytes; the rest up to the next empty line is passed
  /// over.
  public static let frameBytesMax = 8 << 20

  /// More room than this, in bytes, is given back when nothing is held.
  private static let roomKept = 1 << 20

  private var storage: [UInt8] = []
  private var scanner = FrameScanner()
  /// The stream's offset of `storage[0]`.
  private var base = 0

  public init() {}

  /// The stream offset up to which frames have been given out: where the next frame begins.
  public var offset: Int { base + scanner.frameStart }

  /// Whether the next bytes are the rest of a message that was too long: what comes next does not
  /// begin with a message.
  public var isWithinOverlong: Bool { scanner.isSkipping }

  /// Bytes that have been received and belong to no complete frame yet.
  public var pendingBytes: Int { storage.count - scanner.frameStart }

  /// Takes the next bytes of the stream.
  public mutating func append(_ bytes: some Collection<UInt8>) {
    dropConsumed()
    storage.append(contentsOf: bytes)
  }

  /// Fills `frame` with the next complete frame; false when more bytes are needed.
  @inline(__always)
  public mutating func next(into frame: inout Frame) -> Bool {
    scanner.next(in: storage, into: &frame)
  }

  /// Fills `frame` with what is left when the stream ends in the middle of a message, marked as
  /// unfinished; false when nothing is left. Complete frames must have been taken before.
  public mutating func finish(into frame: inout Frame) -> Bool {
    scanner.finish(in: storage, into: &frame)
  }

  private mutating func dropConsumed() {
    let consumed = scanner.frameStart
    guard consumed > 0, consumed == storage.count || consumed >= storage.count / 2 else { return }
    if consumed == storage.count, storage.capacity > Self.roomKept {
      storage = []
    } else {
      storage.removeFirst(consumed)
    }
    base += consumed
    scanner.rebase(by: consumed)
  }
}
