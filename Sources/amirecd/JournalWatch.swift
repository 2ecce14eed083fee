import Journal
import NIOPosix
import Synchronization

/// Looks whether the files that a journal is written to are still at their paths, and has them
/// written anew there when they are not.
enum JournalWatch {
  /// Looks once. Returns what happened, in words, if something did and was mended.
  ///
  /// Throws when it cannot be mended: what is received is still written to the file that is open,
  /// and read from there.
  static func look(at inlet: Inlet) async throws -> String? {
    do { return try await mend(inlet) } catch is Closed { return nil }
  }

  private static func mend(_ inlet: Inlet) async throws -> String? {
    guard let files = await inlet.withWriter({ $0.files }) else { return nil }
    let pool = NIOThreadPool.singleton
    guard let loss = try await pool.runIfActive({ files.loss }) else { return nil }
    // One that the writer has left meanwhile may have been stored and removed.
    guard await inlet.withWriter({ $0.files }) == files else { return nil }
    switch loss {
    case .lock:
      try await change(inlet) { try $0.retakeLock() }
      return "the lock of the journal was removed, and is made anew"
    case .segment:
      let rescue = try await change(inlet) { try $0.rescue() }
      try await pool.runIfActive { try rescue.prepare() }
      let now = WallClock.microseconds()
      try await change(inlet) { try $0.complete(rescue, at: now) }
      inlet.count.add(1, ordering: .releasing)
      return "\(files.segment.path) was removed, moved or replaced while it was written; it is "
        + "there again, and recording goes on in a new file. What else was removed with it and was "
        + "not in the store yet is lost"
    }
  }

  /// The journal was closed meanwhile: there is nothing to mend.
  private struct Closed: Error {}

  private static func change<Value: Sendable>(
    _ inlet: Inlet, _ body: @escaping @Sendable (inout JournalWriter) throws -> Value
  ) async throws -> Value {
    let outcome = await inlet.withWriter { writer in Result { try body(&writer) } }
    guard let outcome else { throw Closed() }
    return try outcome.get()
  }
}
