/// One value as SQLite stores it.
public enum Value: Sendable, Equatable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])
}

/// The type of a value in a row. **Source:** sqlite.org/datatype3.html
public enum ValueType: Sendable {
  case null, integer, real, text, blob
}
