import AMI
import SQLite
import Store

// Times in the store are integers: microseconds since 1970.

extension Statement {
  func bind(_ time: Instant?, at index: Int) { bind(time?.microseconds, at: index) }

  /// The time in a column.
  func time(at column: Int) -> Instant { Instant(microseconds: int(at: column)) }

  /// The time in a column; nil for NULL.
  func optionalTime(at column: Int) -> Instant? {
    optionalInt(at: column).map { Instant(microseconds: $0) }
  }
}

extension Value {
  static func time(_ time: Instant) -> Value { .integer(time.microseconds) }

  init(_ time: Instant?) { self = time.map { .time($0) } ?? .null }
}

extension Bindings {
  mutating func append(_ time: Instant?) { append(time?.microseconds) }
}

extension Store {
  /// The time in the first column of the first row; nil for NULL or without a row.
  func time(_ sql: String, _ value: Value) throws -> Instant? {
    try integer(sql, value).map { Instant(microseconds: $0) }
  }
}
