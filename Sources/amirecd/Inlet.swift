import AMIClient
import Journal
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

  private let box: NIOLoopBoundBox<State>

  /// Only touched on the loop.
  private final class State {
    var writer: JournalWriter?
    var lastBytes: Int64?
    /// Whether this attempt led to a connection.
    var hadConnection = false
    var failures: AsyncStream<JournalError>.Continuation?
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
        failures?.yield(error)
      }
    }
  }

  /// Opens the journal in a folder for writing. Throws as `JournalWriter` does.
  init(
    folder: String, segmentBytes: Int64, loop: any EventLoop
  ) throws(JournalError) {
    let writer = try JournalWriter(
      folder: folder, at: WallClock.microseconds(), segmentBytes: segmentBytes)
    self.folder = folder
    self.loop = loop
    box = NIOLoopBoundBox.makeBoxSendingValue(State(writer), eventLoop: loop)
  }

  /// Prepares for a session, and returns the failures of the journal in it: the first is the end of
  /// it. Throws if the journal still cannot be written after a failure.
  func begin() async throws(JournalError) -> AsyncStream<JournalError> {
    let (failures, continuation) = AsyncStream.makeStream(of: JournalError.self)
    let outcome = await onLoop { state -> Result<Void, JournalError> in
      do throws(JournalError) {
        try state.writer?.settle()
      } catch {
        return .failure(error)
      }
      state.hasFailed = false
      state.lastBytes = nil
      state.hadConnection = false
      state.failures = continuation
      return .success(())
    }
    try outcome.get()
    return failures
  }

  /// Notes that an attempt to connect failed, unless it led to a connection, whose end is noted.
  func attemptFailed() async throws(JournalError) {
    let time = WallClock.microseconds()
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
      box.value.hadConnection = true
      box.value.write { writer throws(JournalError) in try writer.connect(at: time) }
      isConnected.store(true, ordering: .relaxed)
      count.add(1, ordering: .releasing)
    }
    observer.onBytes = { [self] bytes, time in
      let state = box.value
      state.lastBytes = time
      state.write { writer throws(JournalError) in
        try writer.append(bytes.readableBytesUInt8Span, at: time)
      }
      count.add(1, ordering: .releasing)
    }
    observer.onDisconnected = { [self] end, time in
      let state = box.value
      // Of a server that fell silent nothing was observed since its last byte.
      var endTime = time
      if case .failed(let error) = end, error.code == .silent { endTime = state.lastBytes ?? time }
      isConnected.store(false, ordering: .relaxed)
      if state.writer?.isConnected == true {
        // A failure is told when the next session begins, and the end written then.
        do { try state.writer?.disconnect(at: endTime) } catch { state.hasFailed = true }
      }
      state.failures?.finish()
      count.add(1, ordering: .releasing)
    }
    return observer
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
