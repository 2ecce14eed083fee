import AMI
import Journal

/// A recording as clients get it: what to send, and when.
///
/// A recording can hold several connections, one after the other. Attempts to connect that failed
/// are not played.
struct Playback {
  /// What comes next.
  enum Step: Equatable {
    /// Bytes to send once the recording has come to this time (microseconds since 1970), or at once
    /// where it has no times.
    case send([UInt8], at: Int64?)
    /// The recorded connection ends, at this time if there is one. So it does where the recording
    /// ends within a frame: no client could make sense of what came next.
    case disconnect(at: Int64?)
    /// The recording ends with its connection still up.
    case end

    /// When the recording is there, if it says so.
    var time: Int64? {
      switch self {
      case .send(_, let time), .disconnect(let time): time
      case .end: nil
      }
    }

    /// Whether there are bytes to send.
    var isSend: Bool {
      if case .send = self { return true }
      return false
    }
  }

  private let capture: Capture
  private var buffer: [UInt8] = []
  /// A record that was read too early; its bytes are in `buffer`.
  private var unread: Capture.Record?
  private var played: PlayedConnection?
  /// Set when the connection has ended and all of it was given out.
  private var disconnect: Step?

  /// How much of a recording is looked at to tell what it is, in bytes.
  private static let headBytesMax = 1 << 20

  /// Opens the recording at `path` at its connection number `connection`, counted from 0, which it
  /// must have. Throws as ``Journal/Capture`` does.
  init(path: String, connection: Int = 0) throws(JournalError) {
    capture = try Capture(path: path)
    for _ in 0..<connection {
      while case .send = try next() {}
      let goesOn = try goOn()
      precondition(goesOn, "a connection that the recording does not have")
    }
  }

  /// The next step. After `disconnect` there is one only if ``goOn()`` says so, after `end` none.
  mutating func next() throws(JournalError) -> Step {
    if let disconnect { return disconnect }
    while let record = try read() {
      switch record {
      case .connect(let time):
        guard played == nil else {
          unread = record
          return end(at: time)
        }
        played = PlayedConnection(isFromBeginning: true)
      case .resume:
        played = PlayedConnection(isFromBeginning: false)
      case .disconnect(let time):
        if played != nil { return end(at: time) }
      case .bytes(let time):
        let output = play()
        if !output.isEmpty { return .send(output, at: time) }
      case .step, .restart: break
      }
    }
    let rest = played?.rest() ?? []
    guard !rest.isEmpty else { return .end }
    disconnect = .disconnect(at: nil)
    return .send(rest, at: nil)
  }

  /// After `disconnect`: goes on to the next recorded connection, if there is one.
  mutating func goOn() throws(JournalError) -> Bool {
    disconnect = nil
    played = nil
    while let record = try read() {
      switch record {
      case .disconnect, .step, .restart: continue
      case .connect, .resume, .bytes: break
      }
      unread = record
      return true
    }
    return false
  }

  private mutating func read() throws(JournalError) -> Capture.Record? {
    if let record = unread {
      unread = nil
      return record
    }
    return try capture.next(into: &buffer)
  }

  private mutating func play() -> [UInt8] {
    var connection = played ?? PlayedConnection(isFromBeginning: true)
    played = nil
    defer { played = connection }
    return connection.take(buffer)
  }

  private mutating func end(at time: Int64) -> Step {
    let rest = played?.rest() ?? []
    played = nil
    disconnect = .disconnect(at: time)
    return rest.isEmpty ? .disconnect(at: time) : .send(rest, at: time)
  }

  /// The banner that the recording at `path` begins with; nil if it has none but is one all the
  /// same. Throws when it cannot be read, or nothing at its beginning is an AMI message.
  static func banner(ofRecording path: String) throws -> String? {
    let capture = try Capture(path: path)
    var frames = FrameBuffer()
    var frame = Frame()
    var buffer: [UInt8] = []
    while capture.offset < headBytesMax, try capture.next(into: &buffer) != nil {
      frames.append(buffer)
      while frames.next(into: &frame) {
        if frame.kind == .banner {
          return Text.decode(frame.bytes.prefix { $0 != 0x0d && $0 != 0x0a })
        }
        if frame.kind != .other { return nil }
      }
    }
    throw Failure(Failure.input, "\(path): it holds no AMI stream; give a recording")
  }
}
