import AMI

/// A sample of a list that has not come to its end yet.
struct QueueSample: Visitable {
  var row = QueueSampleRow()
  /// Of the action that asked; empty if it had none.
  var actionID = ""
  /// Its number among all of them: a later one is greater.
  var number = 0

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&actionID)
    visitor.visit(&number)
  }
}

/// The samples of lists that have not come to their end yet, list by list.
struct OpenSamples: Visitable {
  /// A list's items come within this time of each other; what is older was broken off.
  private static let listTime = TimeSpan.seconds(60)

  /// What a list is found by.
  struct List: Hashable {
    let source: String
    let actionID: String
  }

  /// Where one of them is.
  struct Place {
    fileprivate let list: List
    fileprivate let index: Int
  }

  private var lists: [List: [QueueSample]] = [:]
  /// How many there are.
  private(set) var count = 0
  private var lastNumber = 0
  /// When the last one began.
  private var beganAt = Instant.first

  private func isOver(_ sample: QueueSample) -> Bool {
    sample.row.sampledAt.distance(to: beganAt) >= Self.listTime
  }

  /// A queue is listed; what was listed of it before under the same ActionID was broken off.
  mutating func begin(_ sample: QueueSample) {
    var sample = sample
    lastNumber += 1
    sample.number = lastNumber
    beganAt = sample.row.sampledAt
    let list = List(source: sample.row.source, actionID: sample.actionID)
    if let place = lists[list]?.firstIndex(where: { $0.row.queueID == sample.row.queueID }) {
      lists[list]!.remove(at: place)
      count -= 1
    }
    lists[list, default: []].append(sample)
    count += 1
  }

  /// The last sample of a queue in a list of QueueStatus; without an ActionID in any of them.
  func place(of queue: Int64, inListOf actionID: String?) -> Place? {
    if let actionID { return place(of: queue, in: List(source: "status", actionID: actionID)) }
    return lists.keys.filter { $0.source == "status" }.compactMap { place(of: queue, in: $0) }
      .max { lists[$0.list]![$0.index].number < lists[$1.list]![$1.index].number }
  }

  private func place(of queue: Int64, in list: List) -> Place? {
    guard let index = lists[list]?.lastIndex(where: { $0.row.queueID == queue }),
      !isOver(lists[list]![index])
    else { return nil }
    return Place(list: list, index: index)
  }

  mutating func change(_ place: Place, _ body: (inout QueueSampleRow) -> Void) {
    body(&lists[place.list]![place.index].row)
  }

  /// A list came to its end: what it told, in the order in which it did.
  mutating func end(_ source: String, _ actionID: String) -> [QueueSampleRow] {
    guard let list = lists.removeValue(forKey: List(source: source, actionID: actionID)) else {
      return []
    }
    count -= list.count
    return list.filter { !isOver($0) }.map(\.row)
  }

  /// Forgets those of broken lists, and as many of the others that `most` are left; the oldest
  /// first.
  ///
  /// - Returns: how many of these others there were.
  mutating func letGo(leaving most: Int) -> Int {
    let all = lists.values.flatMap { $0 }.filter { !isOver($0) }
    let first = all.map(\.number).sorted().suffix(most).first ?? .max
    lists = lists.mapValues { $0.filter { $0.number >= first } }.filter { !$0.value.isEmpty }
    count = lists.values.reduce(0) { $0 + $1.count }
    return all.count - count
  }

  mutating func removeAll() {
    lists.removeAll()
    count = 0
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    var all = lists.values.flatMap { $0 }.sorted { $0.number < $1.number }
    visitor.visit(&all, filler: QueueSample())
    visitor.visit(&lastNumber)
    visitor.visit(&beganAt)
    guard count == 0 else { return }
    for sample in all {
      lists[List(source: sample.row.source, actionID: sample.actionID), default: []].append(sample)
    }
    count = all.count
  }
}

extension Array where Element: Equatable {
  /// Removes the first element that is this one.
  mutating func removeFirst(of element: Element) {
    if let place = firstIndex(of: element) { remove(at: place) }
  }
}
