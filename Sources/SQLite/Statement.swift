import CSQLite

/// One compiled statement of a connection. It is freed when its owner lets it go.
///
/// Parameters count from 1, columns from 0, as SQLite counts them.
@safe public struct Statement: ~Copyable {
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer) {
    unsafe self.handle = handle
  }

  deinit {
    unsafe sqlite3_finalize(handle)
  }

  // MARK: Running

  /// Goes to the next row.
  ///
  /// - Returns: false when there is none, after which the next `step` begins anew.
  /// - Throws: `SQLiteError` when the statement fails; it is reset then.
  public func step() throws(SQLiteError) -> Bool {
    switch unsafe sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw failure(code)
    }
  }

  /// Makes the statement ready to run again, with the same values bound.
  public func reset() {
    unsafe sqlite3_reset(handle)
  }

  /// Runs the statement to its end with the values bound so far; rows it gives are dropped. It is
  /// reset afterwards, also when it fails.
  public func run() throws(SQLiteError) {
    defer { reset() }
    while try step() {}
  }

  /// Runs the statement to its end with the values of one row; rows it gives are dropped. It is
  /// reset afterwards with nothing bound, also when
  /// it fails.
  ///
  /// `bindings` must hold as many values as the statement has parameters.
  public func run(_ bindings: borrowing Bindings) throws(SQLiteError) {
    precondition(bindings.count == parameterCount, "values and parameters differ in number")
    defer {
      reset()
      unsafe sqlite3_clear_bindings(handle)
    }
    let code = unsafe bindings.withBound(to: handle) {
      var code: Int32
      repeat { code = unsafe sqlite3_step(handle) } while code == SQLITE_ROW
      return code
    }
    if code != SQLITE_DONE { throw failure(code) }
  }

  // MARK: Parameters

  /// How many parameters the statement has.
  public var parameterCount: Int { Int(unsafe sqlite3_bind_parameter_count(handle)) }

  /// The name of parameter `index` with its prefix, such as `:from`; nil for a plain `?`.
  public func parameterName(_ index: Int) -> String? {
    guard let name = unsafe sqlite3_bind_parameter_name(handle, Int32(index)) else { return nil }
    return unsafe String(cString: name)
  }

  /// The index of a parameter by its name with prefix, such as `:from`; nil when the statement has
  /// none of that name.
  public func parameterIndex(_ name: String) -> Int? {
    let index = unsafe sqlite3_bind_parameter_index(handle, name)
    return index == 0 ? nil : Int(index)
  }

  /// Binds NULL to parameter `index`.
  public func bindNull(at index: Int) {
    check(unsafe sqlite3_bind_null(handle, Int32(index)))
  }

  /// Binds an integer, or NULL for nil, to parameter `index`.
  public func bind(_ value: Int64?, at index: Int) {
    guard let value else { return bindNull(at: index) }
    check(unsafe sqlite3_bind_int64(handle, Int32(index), value))
  }

  /// Binds an integer, or NULL for nil, to parameter `index`.
  public func bind(_ value: Int?, at index: Int) {
    bind(value.map { Int64($0) }, at: index)
  }

  /// Binds a real number, or NULL for nil, to parameter `index`.
  public func bind(_ value: Double?, at index: Int) {
    guard let value else { return bindNull(at: index) }
    check(unsafe sqlite3_bind_double(handle, Int32(index), value))
  }

  /// Binds a copy of a text, or NULL for nil, to parameter `index`.
  public func bind(_ text: String?, at index: Int) {
    guard var text else { return bindNull(at: index) }
    text.withUTF8 { bytes in
      // SQLite takes a nil address for NULL, also where the count is 0.
      let nothing: StaticString = ""
      let base = unsafe UnsafeRawPointer(bytes.baseAddress ?? nothing.utf8Start)
      check(
        unsafe sqlite3_bind_text64(
          handle, Int32(index), base.assumingMemoryBound(to: CChar.self), UInt64(bytes.count),
          Self.copied, UInt8(SQLITE_UTF8)))
    }
  }

  /// Binds a copy of a blob, or NULL for nil, to parameter `index`.
  public func bind(_ blob: [UInt8]?, at index: Int) {
    guard let blob else { return bindNull(at: index) }
    guard !blob.isEmpty else {
      return check(unsafe sqlite3_bind_zeroblob(handle, Int32(index), 0))
    }
    check(
      unsafe sqlite3_bind_blob64(handle, Int32(index), blob, UInt64(blob.count), Self.copied))
  }

  /// Binds a copy of `value` to parameter `index`.
  public func bind(_ value: Value, at index: Int) {
    switch value {
    case .null: bindNull(at: index)
    case .integer(let value): bind(value, at: index)
    case .real(let value): bind(value, at: index)
    case .text(let text): bind(text, at: index)
    case .blob(let bytes): bind(bytes, at: index)
    }
  }

  /// Binds a copy of `value` to the parameter `name`, given with its prefix, such as `:from`. The
  /// statement must have it.
  public func bind(_ value: Value, named name: String) {
    guard let index = parameterIndex(name) else {
      preconditionFailure("the statement has no parameter \(name)")
    }
    bind(value, at: index)
  }

  // MARK: Columns of the current row

  /// How many columns a row has; 0 for a statement that gives none.
  public var columnCount: Int { Int(unsafe sqlite3_column_count(handle)) }

  /// The name of a column.
  public func columnName(_ column: Int) -> String {
    guard let name = unsafe sqlite3_column_name(handle, Int32(column)) else { return "" }
    return unsafe String(cString: name)
  }

  /// The type of the value in a column. To be asked before the value is read as another type.
  public func columnType(_ column: Int) -> ValueType {
    switch unsafe sqlite3_column_type(handle, Int32(column)) {
    case SQLITE_INTEGER: .integer
    case SQLITE_FLOAT: .real
    case SQLITE_TEXT: .text
    case SQLITE_BLOB: .blob
    default: .null
    }
  }

  /// Whether the value in a column is NULL.
  public func isNull(at column: Int) -> Bool {
    columnType(column) == .null
  }

  /// The integer in a column; 0 for NULL.
  public func int(at column: Int) -> Int64 {
    unsafe sqlite3_column_int64(handle, Int32(column))
  }

  /// The integer in a column; nil for NULL.
  public func optionalInt(at column: Int) -> Int64? {
    isNull(at: column) ? nil : int(at: column)
  }

  /// The real number in a column; 0 for NULL.
  public func double(at column: Int) -> Double {
    unsafe sqlite3_column_double(handle, Int32(column))
  }

  /// The text in a column; nil for NULL. Bytes that are no UTF-8 become U+FFFD.
  public func text(at column: Int) -> String? {
    guard let bytes = unsafe sqlite3_column_text(handle, Int32(column)) else { return nil }
    let count = Int(unsafe sqlite3_column_bytes(handle, Int32(column)))
    return unsafe String(
      decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  /// The bytes of the blob or text in a column; none for NULL.
  public func blob(at column: Int) -> [UInt8] {
    withBytes(at: column) { bytes in
      unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
  }

  /// Gives `body` the bytes of the blob or text in a column without a copy; none for NULL.
  public func withBytes<Result: ~Copyable, Failure: Error>(
    at column: Int, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let bytes = unsafe sqlite3_column_blob(handle, Int32(column))
    let count = Int(unsafe sqlite3_column_bytes(handle, Int32(column)))
    let buffer = unsafe UnsafeBufferPointer(
      start: bytes?.assumingMemoryBound(to: UInt8.self), count: bytes == nil ? 0 : count)
    return try body(unsafe buffer.span)
  }

  /// The value in a column.
  public func value(at column: Int) -> Value {
    switch columnType(column) {
    case .null: .null
    case .integer: .integer(int(at: column))
    case .real: .real(double(at: column))
    case .text: .text(text(at: column) ?? "")
    case .blob: .blob(blob(at: column))
    }
  }

  // MARK: About the statement

  /// Whether the statement leaves the database file as it is.
  public var isReadOnly: Bool { unsafe sqlite3_stmt_readonly(handle) != 0 }

  /// The statement's text, parameters as written.
  public var sql: String { unsafe String(cString: sqlite3_sql(handle)) }

  /// SQLite's word for "make your own copy of these bytes".
  private static var copied: sqlite3_destructor_type {
    unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }

  /// A value that cannot be bound is our mistake (no such parameter, a row not finished) or beyond
  /// SQLite's limit of a gigabyte.
  private func check(_ code: Int32) {
    precondition(code == SQLITE_OK, "a value could not be bound (SQLite \(code))")
  }

  /// The error for `code`, and the statement reset.
  private func failure(_ code: Int32) -> SQLiteError {
    let error = unsafe SQLiteError(sqlite3_db_handle(handle), code: code, sql: sql)
    reset()
    return error
  }
}
