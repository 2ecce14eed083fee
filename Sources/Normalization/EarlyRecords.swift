import AMI

/// A record that may come before its channel.
protocol EarlyRow: Row {
  init()
  var uniqueid: String? { get }
  var receivedAt: Instant { get }
}

extension CDRRow: EarlyRow {}
extension OriginateRow: EarlyRow {}

/// Records whose channels were not announced yet, for the moment in which that may happen.
struct EarlyRecords<R: EarlyRow>: Visitable {
  /// By their place in the order in which they came.
  private var rows: [Int: R] = [:]
  private var placesByUniqueid: [String: [Int]] = [:]
  /// The place of the first that may be there, and of the next to come.
  private var first = 0
  private var next = 0

  var isEmpty: Bool { rows.isEmpty }
  var count: Int { rows.count }

  /// Keeps a record, unless it names no channel.
  ///
  /// - Returns: how many had to go for it, so that no more than `most` are held.
  mutating func append(_ row: R, most: Int) -> Int {
    guard let uniqueid = row.uniqueid else { return 0 }
    rows[next] = row
    placesByUniqueid[uniqueid, default: []].append(next)
    next += 1
    guard rows.count > most else { return 0 }
    dropFirst()
    return 1
  }

  private mutating func dropFirst() {
    while first < next {
      defer { first += 1 }
      guard let row = rows.removeValue(forKey: first) else { continue }
      return placesByUniqueid.remove(first, of: row.uniqueid!)
    }
  }

  /// Forgets those that came before `time`.
  mutating func expire(before time: Instant) {
    while first < next {
      guard let row = rows[first] else {
        first += 1
        continue
      }
      if row.receivedAt >= time { return }
      dropFirst()
    }
  }

  /// Takes those of a channel, in their order.
  mutating func take(_ uniqueid: String) -> [R] {
    (placesByUniqueid.removeValue(forKey: uniqueid) ?? []).compactMap {
      rows.removeValue(forKey: $0)
    }
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    var list = rows.sorted { $0.key < $1.key }.map(\.value)
    visitor.visit(&list, filler: R())
    guard rows.isEmpty else { return }
    for row in list { _ = append(row, most: .max) }
  }
}
