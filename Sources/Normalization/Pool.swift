/// A live object: a row that may still change, with what only the normalizer needs beside it.
protocol Live: Visitable {
  init()
  /// Whether it changed since it was last written.
  var isChanged: Bool { get set }
  /// Whether the slot holds an object.
  var isUsed: Bool { get set }
  /// That of its row.
  var id: Int64 { get }
}

/// Live objects in numbered slots. A slot's number stays while the object lives, so objects refer
/// to each other by slot.
struct Pool<Element: Live>: Visitable {
  private var slots: [Element] = []
  private var free: [Int] = []
  /// Slots of objects that changed since they were last written, in order of change. Among them may
  /// be some that were discarded since.
  private(set) var changed: [Int] = []

  /// How many objects live.
  var count: Int { slots.count - free.count }

  mutating func insert(_ element: Element) -> Int {
    var element = element
    element.isUsed = true
    element.isChanged = false
    if let slot = free.popLast() {
      slots[slot] = element
      return slot
    }
    slots.append(element)
    return slots.count - 1
  }

  mutating func remove(_ slot: Int) {
    precondition(!slots[slot].isChanged, "it was not written yet")
    slots[slot] = Element()
    free.append(slot)
    if free.count == slots.count, changed.isEmpty { (slots, free) = ([], []) }
  }

  /// Removes an object that is not to be written any more.
  mutating func discard(_ slot: Int) {
    // Its place in `changed` stays: what is not marked is passed over.
    slots[slot].isChanged = false
    remove(slot)
  }

  subscript(_ slot: Int) -> Element {
    _read { yield slots[slot] }
    _modify { yield &slots[slot] }
  }

  /// Notes that the object has to be written.
  @inline(__always)
  mutating func touch(_ slot: Int) {
    if !slots[slot].isChanged {
      slots[slot].isChanged = true
      changed.append(slot)
    }
  }

  /// The slots to write; they count as written from now on.
  mutating func takeChanged() -> [Int] {
    var taken: [Int] = []
    taken.reserveCapacity(changed.count)
    for slot in changed where slots[slot].isChanged {
      slots[slot].isChanged = false
      taken.append(slot)
    }
    changed.removeAll(keepingCapacity: true)
    return taken
  }

  /// The slots that hold an object, in no order that means anything: which of them is free depends
  /// on when rows were written.
  var used: [Int] { slots.indices.filter { slots[$0].isUsed } }

  /// The slots that hold an object, in the order in which the stream brought them: for whatever
  /// may have another effect in another order.
  var inOrder: [Int] { used.sorted { slots[$0].id < slots[$1].id } }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&slots, filler: Element(), isUsed: { $0.isUsed })
    visitor.visit(&free)
    visitor.visit(&changed)
  }
}
