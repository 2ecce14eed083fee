import SQLite

extension Store {
  /// Writes blocks, the rows of their sessions, and the position after them: the only function that
  /// writes a position. One that lies anywhere but at the end of what the blocks of its session
  /// hold is never written.
  ///
  /// - Parameters:
  ///   - blocks: in the stream's order.
  ///   - sessions: in the stream's order; the last version of each session counts.
  ///   - position: where a restart goes on.
  ///   - server: the number of the server.
  /// - Throws: `StoreError`; its code is `damaged` where the store lacks blocks that were written
  ///   to it before.
  public func seal(
    _ blocks: [CompressedBlock], of sessions: [SessionRow], position: Position, server: Int64
  ) throws {
    for block in blocks { try write(block) }
    for var row in sessions { try write(&row) }
    if let last = blocks.last(where: { $0.block.sessionID == position.sessionID }) {
      precondition(
        position.sessionOffset == last.block.sessionOffset + last.size,
        "a position that is not at the end of its blocks")
    } else {
      let end = try blocksEnd(ofSession: position.sessionID)
      guard position.sessionOffset == end else {
        throw StoreError(
          .damaged, path,
          "session \(position.sessionID) was stored up to byte \(position.sessionOffset), and its blocks end "
            + "at \(end): blocks are gone; take a copy from before, or amirec rebuild --db \(path)")
      }
    }
    try set(position, of: server)
  }

  /// The offset after the last byte of a session that is in a block; 0 where none is.
  func blocksEnd(ofSession session: Int64) throws -> Int64 {
    try integer(
      """
      SELECT session_offset + size FROM blocks WHERE session_id = ?
      ORDER BY session_offset DESC LIMIT 1
      """, .integer(session)) ?? 0
  }
}
