import AMI

/// How many events of each name came in the current hour. Earlier hours are written and forgotten.
struct EventCounts {
  static let hour = TimeSpan.hours(1)

  /// Names numbered, until they are forgotten: what is counted does not depend on that.
  private(set) var names = NameIndex()
  /// What each name means; as many as there are names.
  private var events: [Event?] = []
  /// Where each name is counted, and in which turn that is so: each hour is another.
  private var places: [(turn: Int, row: Int)] = []
  private var turn = 0
  /// The rows of the current hour.
  private var rows: [EventCountRow] = []
  /// By the name in UTF-8: texts that only look the same are equal to `String`.
  private var rowByName: [[UInt8]: Int] = [:]
  /// How many of them are of names that mean nothing to us.
  private(set) var strangers = 0
  /// Numbers of the rows that changed since they were last taken.
  private var changed: [Int] = []
  private var isChanged: [Bool] = []
  private var hourAt = Instant.first
  /// Changed rows of hours that are over.
  private var finished: [EventCountRow] = []

  /// How many names have numbers.
  var nameCount: Int { names.count }

  /// The number of a name, a new one if need be.
  @inline(__always)
  mutating func number(of name: borrowing Span<UInt8>) -> Int { names.number(of: name) }

  /// Gives out the numbers of names anew.
  mutating func forgetNames() {
    names = NameIndex()
    events.removeAll()
    places.removeAll()
  }

  /// What the event with this number means.
  mutating func event(_ number: Int) -> Event? {
    while events.count <= number {
      events.append(Event(name: Text.decode(names.bytes(of: events.count))))
    }
    return events[number]
  }

  /// Counts one event; `makeID` is asked for an id when this is the first of its name in the hour.
  ///
  /// - Returns: whether there were more than `most` names before, so that it is counted with
  ///   others.
  @inline(__always)
  mutating func add(
    _ number: Int, isListItem: Bool, at time: Instant, serverID: Int64, most: Int,
    makeID: () -> Int64
  ) -> Bool {
    let hour = time.cut(to: Self.hour)
    if hour != hourAt { begin(hour) }
    while places.count <= number { places.append((-1, 0)) }
    if places[number].turn != turn {
      places[number] = (turn, row(of: number, serverID: serverID, most: most, makeID: makeID))
    }
    let row = places[number].row
    rows[row].count += 1
    if isListItem { rows[row].listItems += 1 }
    if !isChanged[row] {
      isChanged[row] = true
      changed.append(row)
    }
    return strangers >= most && rows[row].name == Ceilings.otherNames
  }

  private mutating func row(
    of number: Int, serverID: Int64, most: Int, makeID: () -> Int64
  ) -> Int {
    var name = Text.decode(names.bytes(of: number))
    if let row = rowByName[Array(name.utf8)] { return row }
    if event(number)?.rawValue != name {
      if strangers < most {
        strangers += 1
      } else {
        name = Ceilings.otherNames
        if let row = rowByName[Array(name.utf8)] { return row }
      }
    }
    insert(EventCountRow(id: makeID(), serverID: serverID, hourAt: hourAt, name: name))
    return rows.count - 1
  }

  private mutating func insert(_ row: EventCountRow) {
    rowByName[Array(row.name.utf8)] = rows.count
    rows.append(row)
    isChanged.append(false)
  }

  private mutating func begin(_ hour: Instant) {
    finished += takeCurrent()
    rows.removeAll()
    rowByName.removeAll()
    isChanged.removeAll()
    strangers = 0
    hourAt = hour
    turn += 1
  }

  private mutating func takeCurrent() -> [EventCountRow] {
    let taken = changed.map { rows[$0] }
    for row in changed { isChanged[row] = false }
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
    visitor.visit(&strangers)
    var current = rows
    visitor.visit(&current, filler: EventCountRow())
    guard rows.isEmpty else { return }
    for row in current { insert(row) }
  }
}

extension Normalizer {
  @inline(__always)
  mutating func count(_ number: Int, isListItem: Bool, at time: Instant) {
    let isBeyond = counts.add(
      number, isListItem: isListItem, at: time, serverID: serverID, most: ceilings.eventNames
    ) {
      counters.eventCounts.next(serverID)
    }
    if isBeyond { note(.eventNames, 1, at: time) }
  }
}
