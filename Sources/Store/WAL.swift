import Glibc
import SQLite

/// The write-ahead log: what was committed and is not in the file yet. It cannot be emptied as long
/// as a reader's transaction needs what it holds.
///
/// **Source:** sqlite.org/wal.html (section 6), sqlite.org/pragma.html (wal_checkpoint,
/// journal_size_limit)
extension Store {
  /// An emptied WAL keeps a file of at most this size, in bytes.
  public static let walBytesKept: Int64 = 32 << 20
  /// A WAL beyond this size is held by a reader, which is said, in bytes. `Status` knows it too.
  public static let walBytesWarned: Int64 = 256 << 20
  /// Beyond this size nothing more is written into the store until the reader lets go, in bytes:
  /// what is received stays in the journal.
  public static let walBytesMost: Int64 = 1 << 30

  /// The files of the store as they are named on the disk: itself, its WAL, what readers share of
  /// that, and its lock.
  public var files: [String] {
    let file = connection.path
    return [file, "\(file)-wal", "\(file)-shm", "\(file).lock"]
  }

  /// Size of the WAL's file in bytes; 0 if there is none.
  public var walBytes: Int64 {
    var status = stat()
    return unsafe stat("\(connection.path)-wal", &status) == 0 ? Int64(status.st_size) : 0
  }

  /// Takes the WAL into the file, syncs that, and cuts the WAL to nothing, if nobody needs it.
  /// Waits for no reader.
  ///
  /// - Returns: whether it is empty now; else as much of it is in the file as readers let.
  /// - Throws: `StoreError` when SQLite fails.
  @discardableResult
  public func truncateWAL() throws -> Bool {
    precondition(!isInTransaction, "commit first")
    connection.busyTimeout(0)
    defer { connection.busyTimeout(Self.busyTimeout) }
    return try run {
      let statement = try connection.prepare("PRAGMA wal_checkpoint(TRUNCATE)")
      return try statement.step() && statement.int(at: 0) == 0
    }
  }

  /// Lets the file be as it is when the store is closed: what the WAL holds is not taken into it.
  /// For a file that was cut short.
  public func closeWithoutCheckpoint() { connection.skipCheckpointOnClose() }

  /// How many bytes of a connection's stream, from its beginning on, the blocks hold: of the server
  /// of this name, and the connection made at this time (microseconds since 1970); 0 for one that
  /// is not known.
  public func storedBytes(ofServer name: String, connectedAt: Int64) throws -> Int64 {
    try integer(
      """
      SELECT max(s.bytes) FROM sessions s JOIN servers v ON v.id = s.server_id
      WHERE v.name = ? AND s.connected_us = ?
      """, .text(name), .integer(connectedAt)) ?? 0
  }
}
