import CSQLite

/// The values of one row, to be bound in the order in which they were appended.
///
/// Texts and blobs are copied into one buffer that stays when the row is emptied, so that a row
/// that is filled again and again
/// allocates nothing.
public struct Bindings: Sendable {
  private enum Entry: Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(start: Int, count: Int)
    case blob(start: Int, count: Int)
  }

  private var entries: [Entry] = []
  private var arena: [UInt8] = []

  public init() {}

  /// How many values the row holds.
  public var count: Int { entries.count }

  /// Empties the row and keeps its memory.
  public mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    arena.removeAll(keepingCapacity: true)
  }

  /// Appends NULL.
  public mutating func appendNull() {
    entries.append(.null)
  }

  /// Appends an integer, or NULL for nil.
  public mutating func append(_ value: Int64?) {
    entries.append(value.map { .integer($0) } ?? .null)
  }

  /// Appends an integer, or NULL for nil.
  public mutating func append(_ value: Int?) {
    append(value.map { Int64($0) })
  }

  /// Appends 1 or 0.
  public mutating func append(_ value: Bool) {
    entries.append(.integer(value ? 1 : 0))
  }

  /// Appends a real number, or NULL for nil.
  public mutating func append(_ value: Double?) {
    entries.append(value.map { .real($0) } ?? .null)
  }

  /// Appends text, or NULL for nil.
  public mutating func append(_ text: String?) {
    guard let text else { return appendNull() }
    let start = arena.count
    arena.append(contentsOf: text.utf8)
    entries.append(.text(start: start, count: arena.count - start))
  }

  /// Appends text that stands as UTF-8 in `bytes`.
  public mutating func append(text bytes: ArraySlice<UInt8>) {
    entries.append(.text(start: arena.count, count: bytes.count))
    arena.append(contentsOf: bytes)
  }

  /// Appends text that stands as UTF-8 in `bytes`.
  public mutating func append(text bytes: Span<UInt8>) {
    entries.append(.text(start: arena.count, count: bytes.count))
    append(bytes)
  }

  /// Appends a blob, or NULL for nil.
  public mutating func append(blob bytes: [UInt8]?) {
    guard let bytes else { return appendNull() }
    entries.append(.blob(start: arena.count, count: bytes.count))
    arena.append(contentsOf: bytes)
  }

  /// Appends a blob.
  public mutating func append(blob bytes: Span<UInt8>) {
    entries.append(.blob(start: arena.count, count: bytes.count))
    append(bytes)
  }

  private mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe arena.append(contentsOf: $0) }
  }

  /// Binds the values to the parameters 1, 2, … of `statement`, without copies: `body` must be done
  /// with the statement when it returns.
  ///
  /// - Returns: SQLite's result code: that of `body`, or of the first value that could not be
  ///   bound.
  func withBound(to statement: OpaquePointer, _ body: () -> Int32) -> Int32 {
    unsafe arena.withUnsafeBytes { arena in
      // SQLite takes a nil address for NULL, also where the count is 0.
      let nothing: StaticString = ""
      let base = unsafe arena.baseAddress ?? UnsafeRawPointer(nothing.utf8Start)
      var index: Int32 = 0
      for entry in entries {
        index += 1
        let code =
          switch entry {
          case .null: unsafe sqlite3_bind_null(statement, index)
          case .integer(let value): unsafe sqlite3_bind_int64(statement, index, value)
          case .real(let value): unsafe sqlite3_bind_double(statement, index, value)
          case .text(let start, let count):
            unsafe sqlite3_bind_text64(
              statement, index, (base + start).assumingMemoryBound(to: CChar.self),
              UInt64(count), nil, UInt8(SQLITE_UTF8))
          case .blob(let start, let count):
            unsafe sqlite3_bind_blob64(statement, index, base + start, UInt64(count), nil)
          }
        guard code == SQLITE_OK else { return code }
      }
      return body()
    }
  }
}
