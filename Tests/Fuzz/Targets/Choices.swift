/// The bytes of an input as choices: what it decides, one after the other.
struct Choices {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: some Sequence<UInt8>) { rest = Array(bytes)[...] }

  var isOver: Bool { rest.isEmpty }

  /// The next byte; 0 when there are no more.
  mutating func byte() -> Int { Int(rest.popFirst() ?? 0) }

  /// One of two bytes' worth of things.
  mutating func place(in count: Int) -> Int { (byte() << 8 | byte()) % count }

  /// One of a few things.
  mutating func one<Element>(of list: [Element]) -> Element { list[byte() % list.count] }
}
