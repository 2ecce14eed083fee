/// Goes over the fields of a value in a fixed order: to bind them to a statement, to write them
/// into a saved state, or to read them back from one. One list of fields per type serves all three.
///
/// Reading replaces the values, so fields are passed `inout`; the other visitors leave them alone.
public protocol FieldVisitor {
  mutating func visit(_ value: inout Int64)
  mutating func visit(_ value: inout Int64?)
  mutating func visit(_ value: inout Bool)
  mutating func visit(_ value: inout String)
  mutating func visit(_ value: inout String?)
}

/// Something with fields.
public protocol Visitable {
  /// Shows the fields to `visitor`, always in the same order.
  mutating func visit(_ visitor: inout some FieldVisitor)
}

/// One row of a table of the store. Its fields are the table's columns, `id` first.
public protocol Row: Visitable {
  /// The table's name.
  static var table: String { get }
  /// The columns in the order in which `visit` shows them.
  static var columns: [String] { get }
  /// Times that follow each other, each list in its order: a time that is less than one before it
  /// in its list is written as that one. Threads of a server tell what they see in no certain
  /// order, and times are reckoned back; no row ends before it begins.
  static var timeLines: [[String]] { get }
}

extension Row {
  public static var timeLines: [[String]] { [] }
}

/// Takes the rows that changed. A row with an id that came before replaces the one before.
public protocol RowSink {
  mutating func write<R: Row>(_ row: inout R) throws
  /// `id` is no call of its own any more: all that belonged to it belongs to `callID`.
  mutating func merge(_ merge: inout CallMergeRow) throws
}
