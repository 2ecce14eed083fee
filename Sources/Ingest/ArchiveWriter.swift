import Store

/// The only way of blocks into the store, and of the position after them.
///
/// A block is written together with the first position that stands after it, so that a restart goes
/// on where the blocks end and makes no block twice. What is still being compressed, or waits for
/// such a position, is held here: in order, the ends of sessions included. So no position overtakes
/// a block.
struct ArchiveWriter {
  private let store: Store
  private let server: Int64
  private let compressor = BlockCompressor()
  private var nextBlockID: Int64
  /// What is compressed, and waits for a position after it.
  private var held: [BlockCompressor.Finished] = []
  /// The mark of the record up to which everything is written; nil while that is nothing.
  private(set) var storedMark: Int64?

  /// For a server's stream, after the blocks that the store has of it.
  ///
  /// - Throws: `StoreError`.
  init(_ store: Store, server: Int64) throws {
    self.store = store
    self.server = server
    nextBlockID = try store.nextBlockID(of: server)
  }

  /// Whether everything that was added is written.
  var isEmpty: Bool { held.isEmpty && compressor.isEmpty }

  /// Takes the next block of a session, or its end when no bytes are left for one.
  ///
  /// - Parameters:
  ///   - row: the session's row as it is after the block.
  ///   - position: where a restart can go on after it; nil where it cannot.
  ///   - mark: what the owner of the source says of the place of its bytes.
  /// - Throws: `StoreError`.
  mutating func add(
    _ block: Block?, row: SessionRow, position: Store.Position?, mark: Int64
  ) throws {
    var block = block
    if block != nil {
      block!.id = nextBlockID
      nextBlockID += 1
    }
    try write(compressor.add(block, row: row, position: position, mark: mark))
  }

  /// Writes what is compressed, or all after waiting for it.
  ///
  /// - Throws: `StoreError`.
  mutating func write(waiting: Bool) throws {
    try write(compressor.drain(waiting: waiting))
  }

  private mutating func write(_ finished: [BlockCompressor.Finished]) throws {
    held += finished
    guard let last = held.lastIndex(where: { $0.position != nil }) else { return }
    let blocks = held[...last].compactMap(\.block)
    try store.seal(
      blocks, of: held[...last].map(\.row), position: held[last].position!, server: server)
    storedMark = held[last].mark
    held.removeFirst(last + 1)
  }
}
