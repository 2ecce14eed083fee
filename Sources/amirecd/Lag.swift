import Journal

/// How long what a journal holds has waited for the store, told from looking at both now and then:
/// it needs no times of the stream, and no clock that may be set.
struct Lag {
  /// Looks that are remembered. Later ones are left out until earlier ones are done with, so that
  /// the longest wait is never forgotten.
  static let looksMax = 600

  private var looks: [(at: Int64, end: JournalPosition)] = []

  /// Notes where the journal ends and up to where the store has it (nil: that is not known), at a
  /// time of the monotonic clock in microseconds.
  mutating func note(end: JournalPosition, stored: JournalPosition?, at now: Int64) {
    if let stored {
      looks.removeAll { ($0.end.segment, $0.end.offset) <= (stored.segment, stored.offset) }
      guard (end.segment, end.offset) > (stored.segment, stored.offset) else { return }
    }
    guard looks.count < Self.looksMax, looks.last?.end != end else { return }
    looks.append((now, end))
  }

  /// How long the first of what is not stored has waited, in microseconds; 0 when all is.
  func time(at now: Int64) -> Int64 { looks.first.map { max(0, now - $0.at) } ?? 0 }
}
