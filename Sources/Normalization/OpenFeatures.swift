/// The conferences that go on, by what events call them.
struct OpenConferences {
  private(set) var count = 0
  private var byBridge: [String: Int] = [:]
  /// In the order in which they were opened.
  private var byName: [String: [Int]] = [:]
  /// Those of which no bridge is known.
  private var withoutBridge: [String: [Int]] = [:]

  /// The one that meets in this bridge.
  func inBridge(_ uniqueid: String) -> Int? { byBridge[uniqueid] }
  /// The first and the last of this name.
  func first(named name: String) -> Int? { byName[name]?.first }
  func last(named name: String) -> Int? { byName[name]?.last }
  /// The last of this name of which no bridge is known.
  func lastWithoutBridge(named name: String) -> Int? { withoutBridge[name]?.last }

  mutating func insert(_ slot: Int, _ name: String) {
    count += 1
    byName[name, default: []].append(slot)
    withoutBridge[name, default: []].append(slot)
  }

  /// The conference meets in this bridge from now on.
  mutating func set(_ bridge: String?, of slot: Int, _ name: String, before: String?) {
    if let before, byBridge[before] == slot { byBridge[before] = nil }
    if before == nil { withoutBridge.remove(slot, of: name) }
    if let bridge {
      byBridge[bridge] = slot
    } else {
      withoutBridge[name, default: []].append(slot)
    }
  }

  mutating func remove(_ slot: Int, _ name: String, bridge: String?) {
    count -= 1
    byName.remove(slot, of: name)
    if let bridge {
      if byBridge[bridge] == slot { byBridge[bridge] = nil }
    } else {
      withoutBridge.remove(slot, of: name)
    }
  }
}

/// The stays in parking lots that go on, by channel and by place.
struct OpenParkings {
  private(set) var count = 0
  private var byUniqueid: [String: [Int]] = [:]
  private var byPlace: [Place: [Int]] = [:]

  /// A space of a lot.
  struct Place: Hashable {
    let lot: String?
    let space: Int64?
  }

  /// Those of the channel with this uniqueid.
  func of(_ uniqueid: String) -> [Int] { byUniqueid[uniqueid] ?? [] }
  /// Those in this place.
  func at(_ place: Place) -> [Int] { byPlace[place] ?? [] }

  mutating func insert(_ slot: Int, _ parking: borrowing LiveParking) {
    count += 1
    byUniqueid[parking.uniqueid, default: []].append(slot)
    byPlace[Place(lot: parking.row.lot, space: parking.row.space), default: []].append(slot)
  }

  mutating func remove(_ slot: Int, _ parking: borrowing LiveParking) {
    count -= 1
    byUniqueid.remove(slot, of: parking.uniqueid)
    byPlace.remove(slot, of: Place(lot: parking.row.lot, space: parking.row.space))
  }
}

extension Dictionary where Value == [Int] {
  /// Removes a slot from the list of a key, and the list with its last one.
  mutating func remove(_ slot: Int, of key: Key) {
    self[key]?.removeFirst(of: slot)
    if self[key]?.isEmpty ?? false { self[key] = nil }
  }
}
