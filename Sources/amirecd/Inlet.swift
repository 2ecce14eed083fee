import AMIClient
import Journal
import Logging
import NIOCore
import Synchronization

/// Where what one server sends enters its journal. It lives on the event loop that reads from the
/// server, and does nothing there but append.
final class Inlet: Sendable {
  /// How much was written: changes with every record, so that a reader knows when to look.
  let count = Atomic<Int>(0)
  /// Whether a connection is open.
  let isConnected = Atomic<Bool>(false)
  /// The folder of the journal.
  let folder: String
  /// The event loop to connect on.
  let loop: any EventLoop

  private let log: Logger
  private let box: NIOLoopBoundBox<State>

  /// Only touched on the loop.
  private final class State {
    var writer: JournalWriter?
    /// When the last bytes came that are in the journal.
    var lastStored: Int64?
    /// Whether this attempt led to a connection.
    var hadConnection = false
    var troubles: AsyncStream<Trouble>.Continuation?
    var skew = ClockSkew()
    /// Whether this session's stream has a hole: nothing more of it is taken.
    var hasFailed = false

    init(_ writer: consuming JournalWriter) { self.writer = consume writer }

    /// Runs a change of the journal; if it fails, the session is over.
    func write(_ change: (inout JournalWriter) throws(JournalError) -> Void) {
      guard writer != nil, !hasFailed else { return }
      do throws(JournalError) {
        try change(&writer!)
      } catch {
        hasFailed = true
        troubles?.yield(.journal(error))
      }
    }
  }

  /// Why a session is to be ended from this side.
  enum Trouble: Sendable {
    /// Its journal cannot be written: the stream has a hole from here on.
    case journal(JournalError)
    /// The wall clock differs by so many microseconds from the session's, and has done for a while.
    case clock(Int64)
  }

  /// Opens the journal in a folder for writing. Throws as `JournalWriter` does.
  init(
    folder: String, segmentBytes: Int64, at time: Int64 = WallClock.microseconds(),
    loop: any EventLoop, log: Logger
  ) throws(JournalError) {
    let writer = try JournalWriter(folder: folder, at: time, segmentBytes: segmentBytes)
    self.folder = folder
    self.loop = loop
    self.log = log
    box = NIOLoopBoundBox.makeBoxSendingValue(State(writer), eventLoop: loop)
  }

  /// Prepares for a session, and returns the troubles in it: the first is the end of it. Throws if
  /// the journal still cannot be written after a failure.
  func begin() async throws(JournalError) -> AsyncStream<Trouble> {
    let (troubles, continuation) = AsyncStream.makeStream(of: Trouble.self)
    let outcome = await onLoop { state -> Result<Void, JournalError> in
      do throws(JournalError) {
        try state.writer?.settle()
      } catch {
        return .failure(error)
      }
      state.hasFailed = false
      state.lastStored = nil
      state.hadConnection = false
      state.skew = ClockSkew()
      state.troubles = continuation
      return .success(())
    }
    try outcome.get()
    return troubles
  }

  /// Notes that an attempt to connect failed, unless it led to a connection, whose end is noted.
  func attemptFailed(
    at time: Int64 = WallClock.microseconds()
  ) async throws(JournalError) {
    let outcome = await onLoop { state -> Result<Void, JournalError> in
      guard !state.hadConnection else { return .success(()) }
      do throws(JournalError) {
        try state.writer?.disconnect(at: time)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    count.add(1, ordering: .releasing)
    try outcome.get()
  }

  /// Closes the journal: nothing is written to it any more. Returns the number of its last segment.
  func close() async -> Int64 {
    await onLoop { state in
      let segment = state.writer?.position.segment
      state.writer = nil
      return segment ?? 0
    }
  }

  /// What a connection is to tell, on the loop.
  var observer: Observer {
    var observer = Observer()
    observer.onConnected = { [self] time in
      let state = box.value
      state.hadConnection = true
      state.lastStored = time
      state.write { writer throws(JournalError) in try writer.connect(at: time) }
      isConnected.store(true, ordering: .relaxed)
      count.add(1, ordering: .releasing)
    }
    observer.onBytes = { [self] bytes, time in
      let state = box.value
      state.write { writer throws(JournalError) in
        try writer.append(bytes.readableBytesUInt8Span, at: time)
        state.lastStored = time
      }
      if let skew = state.skew.astray(at: time) { state.troubles?.yield(.clock(skew)) }
      count.add(1, ordering: .releasing)
    }
    observer.onClockStep = { [self] step, time in
      let state = box.value
      state.skew.add(step, at: time)
      state.write { writer throws(JournalError) in
        if writer.isConnected { try writer.step(by: step, at: time) }
      }
      log.warning(
        "the clock of this machine was set \(ClockSkew.words(step)); times of the session go on")
    }
    observer.onDisconnected = { [self] end, time in
      let state = box.value
      isConnected.store(false, ordering: .relaxed)
      if state.writer?.isConnected == true {
        let ended = Self.end(of: end, noted: time, stored: state.lastStored, state.hasFailed)
        // A failure is told when the next session begins, and the end written then.
        do { try state.writer?.disconnect(at: ended) } catch { state.hasFailed = true }
      }
      state.troubles?.finish()
      count.add(1, ordering: .releasing)
    }
    return observer
  }

  /// Up to when a session that ended so was observed: where the peer closed in order or this side
  /// did, up to the end that was noted; else (a reset, silence, a failed write) up to the last byte
  /// that was stored.
  static func end(
    of end: Connection.End, noted: Int64, stored: Int64?, _ hasFailed: Bool
  ) -> Int64 {
    if hasFailed { return stored ?? noted }
    switch end {
    case .loggedOff: return noted
    case .failed(let error): return error.code == .disconnected ? noted : stored ?? noted
    }
  }

  private func onLoop<Value: Sendable>(_ body: @escaping @Sendable (State) -> Value) async -> Value
  {
    await withCheckedContinuation { continuation in
      loop.execute { [box] in continuation.resume(returning: body(box.value)) }
    }
  }

  /// Does something with the journal on the loop; nil once it is closed.
  func withWriter<Value: Sendable>(
    _ body: @escaping @Sendable (inout JournalWriter) -> Value
  ) async -> Value? {
    await onLoop { state in
      guard state.writer != nil else { return nil }
      return body(&state.writer!)
    }
  }
}
