import AMI

/// How many events of each name came in the current hour. Earlier hours are written and forgotten.
struct EventCounts {
  static let hour: Int64 = 3_600_000_000

  /// All names since the process began, numbered.
  var names = NameIndex()
  /// What each name means; as many as there are names.
  private var events: [Event?] = []
  /// The row of each name in the current hour; nil while it has none.
  private var rows: [EventCountRow?] = []
  /// Numbers of the rows that changed since they were last taken.
  private var changed: [Int] = []
  private var isChanged: [Bool] = []
  private var hourAt: Int64 = .min
  /// Changed rows of hours that are over.
  private var finished: [EventCountRow] = []

  /// What the event with this number means.
  mutating func event(_ number: Int) -> Event? {
    while events.count <= number {
      events.append(Event(name: Text.decode(names.bytes(of: events.count))))
    }
    return events[number]
  }

  /// Counts one event; `makeID` is asked for an id when this is the first of its name in the hour.
  @inline(__always)
  mutating func add(
    _ number: Int, isListItem: Bool, at time: Int64, serverID: Int64, makeID: () -> Int64
  ) {
    let hour = time - ((time % Self.hour) + Self.hour) % Self.hour
    if hour != hourAt { begin(hour) }
    while rows.count <= number {
      rows.append(nil)
      isChanged.append(false)
    }
    if rows[number] == nil {
      rows[number] = EventCountRow(
        id: makeID(), serverID: serverID, hourAt: hour,
        name: Text.decode(names.bytes(of: number)))
    }
    rows[number]!.count += 1
    if isListItem { rows[number]!.listItems += 1 }
    if !isChanged[number] {
      isChanged[number] = true
      changed.append(number)
    }
  }

  private mutating func begin(_ hour: Int64) {
    finished += takeCurrent()
    rows = rows.map { _ in nil }
    hourAt = hour
  }

  private mutating func takeCurrent() -> [EventCountRow] {
    let taken = changed.compactMap { rows[$0] }
    for number in changed { isChanged[number] = false }
    changed.removeAll(keepingCapacity: true)
    return taken
  }

  /// The rows to write; they count as written from now on.
  mutating func takeChanged() -> [EventCountRow] {
    defer { finished.removeAll() }
    return finished + takeCurrent()
  }

  /// Saves or restores the current hour. Nothing may be waiting to be written.
  mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&hourAt)
    var current = rows.compactMap { $0 }
    visitor.visit(&current, filler: EventCountRow())
    guard rows.isEmpty else { return }
    for row in current {
      let number = names.number(of: Array(row.name.utf8).span)
      while rows.count <= number {
        rows.append(nil)
        isChanged.append(false)
      }
      rows[number] = row
    }
  }
}

extension Normalizer {
  @inline(__always)
  mutating func count(_ number: Int, isListItem: Bool, at time: Int64) {
    counts.add(number, isListItem: isListItem, at: time, serverID: serverID) {
      counters.eventCounts.next(serverID)
    }
  }
}
