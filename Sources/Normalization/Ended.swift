import AMI

/// Channels or visits that ended, in the order in which that was seen, until nothing more is
/// expected about them.
struct Ended: Visitable {
  private var slots: [Int] = []
  private var times: [Instant] = []
  private var head = 0

  mutating func append(_ slot: Int, at time: Instant) {
    slots.append(slot)
    times.append(time)
  }

  /// Takes the next channel that ended before `limit`.
  @inline(__always)
  mutating func next(before limit: Instant) -> Int? {
    guard head < slots.count, times[head] < limit else { return nil }
    head += 1
    if head > 1024, head * 2 > slots.count {
      slots.removeFirst(head - 1)
      times.removeFirst(head - 1)
      head = 1
    }
    return slots[head - 1]
  }

  /// No end lies later than this: the clock was set back.
  mutating func bringBack(to time: Instant) {
    for place in times.indices { times[place] = min(times[place], time) }
  }

  /// When the last of as many ended that ended first, or of all if there are not so many.
  func time(ofFirst count: Int) -> Instant? {
    times[head...].prefix(count).max()
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    slots.removeFirst(head)
    times.removeFirst(head)
    head = 0
    visitor.visit(&slots)
    var count = times.count
    visitor.visit(&count)
    if count != times.count { times = Array(repeating: .epoch, count: slots.count) }
    for place in times.indices { visitor.visit(&times[place]) }
  }
}
