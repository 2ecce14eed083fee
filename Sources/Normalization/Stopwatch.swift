import AMI

/// Adds up the time in which at least one of several things goes on, such as the dials of a call.
struct Stopwatch: Visitable {
  /// Spans that are kept apart, so that those of two calls that become one are not counted twice.
  /// Older ones are only added up.
  static let spanLimit = 16

  /// A time that is over.
  struct Span: Visitable {
    var start = Instant.epoch
    var end = Instant.epoch

    mutating func visit(_ visitor: inout some FieldVisitor) {
      visitor.visit(&start)
      visitor.visit(&end)
    }
  }

  /// How many go on.
  private var running = 0
  /// Since when at least one has gone on.
  private var since = Instant.epoch
  /// The last spans, ascending; they do not overlap.
  private var spans: [Span] = []
  /// The time of the spans before.
  private var before = TimeSpan.zero

  /// The time added up so far, in whole milliseconds; of what goes on nothing is in it yet.
  var milliseconds: Int64 {
    spans.reduce(before) { $0 + $1.end.since($1.start) }.milliseconds
  }

  mutating func start(at time: Instant) {
    if running == 0 { since = time }
    running += 1
  }

  /// One of them ended. After `halt` that changes nothing.
  mutating func stop(at time: Instant) {
    guard running > 0 else { return }
    running -= 1
    if running == 0 { add(Span(start: since, end: time)) }
  }

  /// From `time` on it stands still, whatever goes on.
  mutating func halt(at time: Instant) {
    if running > 0 { add(Span(start: since, end: time)) }
    running = 0
    spans = spans.filter { $0.start < time }
    if let last = spans.indices.last { spans[last].end = min(spans[last].end, time) }
  }

  /// What another one measures is measured by this one from now on.
  mutating func merge(_ other: Stopwatch) {
    if other.running > 0 { since = running > 0 ? min(since, other.since) : other.since }
    running += other.running
    before += other.before
    for span in other.spans { add(span) }
  }

  private mutating func add(_ span: Span) {
    guard span.end > span.start else { return }
    var span = span
    while let place = spans.firstIndex(where: { $0.start <= span.end && span.start <= $0.end }) {
      span.start = min(span.start, spans[place].start)
      span.end = max(span.end, spans[place].end)
      spans.remove(at: place)
    }
    spans.insert(span, at: spans.firstIndex { $0.start > span.start } ?? spans.endIndex)
    if spans.count > Self.spanLimit {
      let oldest = spans.removeFirst()
      before += oldest.end.since(oldest.start)
    }
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&running)
    visitor.visit(&since)
    visitor.visit(&spans, filler: Span())
    visitor.visit(&before)
  }
}
