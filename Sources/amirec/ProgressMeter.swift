import Glibc

/// Says on a terminal how far a long work is: one line that is written over. Silent in a pipe.
struct ProgressMeter {
  /// Time between two lines.
  private static let interval: Duration = .milliseconds(250)

  private let name: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var shownAt: ContinuousClock.Instant

  init(name: String) {
    self.name = name
    start = clock.now
    shownAt = start
  }

  /// Shows that so many things of all are done.
  mutating func show(_ done: Int, of all: Int, _ things: String) {
    guard isDue() else { return }
    write("\r\u{1B}[K\(name): \(done) of \(all) \(things)")
  }

  /// Whether it is time for another line, which is to be written then.
  private mutating func isDue() -> Bool {
    let now = clock.now
    guard isTerminal, now - shownAt >= Self.interval else { return false }
    shownAt = now
    return true
  }

  /// Shows that `bytes` of all have been read, and `events` found in them.
  mutating func show(bytes: Int64, of totalBytes: Int64, events: Int64) {
    guard isDue() else { return }
    let elapsed = (shownAt - start) / .seconds(1)
    let rate = Int64(Double(events) / max(elapsed, 0.001))
    let left = Double(max(totalBytes - bytes, 0)) / max(Double(bytes) / elapsed, 1)
    let percent = totalBytes > 0 ? bytes * 100 / totalBytes : 0
    write(
      "\r\u{1B}[K\(name): \(percent) %, \(bytes >> 20) of \(totalBytes >> 20) MiB, "
        + "\(rate) events/s, \(Int64(left.rounded())) s left")
  }

  /// Takes the line away.
  func clear() {
    if isTerminal, shownAt != start { write("\r\u{1B}[K") }
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
