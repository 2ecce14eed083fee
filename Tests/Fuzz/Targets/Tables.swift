@testable internal import Normalization

/// What a store would hold after the rows that came, by table and id; and what no clock could have
/// written in them.
struct Tables: RowSink, Equatable {
  private struct Key: Hashable {
    var table: String
    var id: Int64
  }
  private enum Field: Equatable {
    case number(Int64?)
    case text(String?)
  }
  private struct Fields: FieldVisitor {
    var fields: [Field] = []
    mutating func visit(_ value: inout Int64) { fields.append(.number(value)) }
    mutating func visit(_ value: inout Int64?) { fields.append(.number(value)) }
    mutating func visit(_ value: inout Bool) { fields.append(.number(value ? 1 : 0)) }
    mutating func visit(_ value: inout String) { fields.append(.text(value)) }
    mutating func visit(_ value: inout String?) { fields.append(.text(value)) }
  }

  /// Tables whose `call_id` follows a merge, as in `Store.merge`.
  private static let ofCalls: Set<String> = [
    "channels", "dials", "bridges", "transfers", "queue_visits", "call_merges",
  ]
  /// Times that follow each other even as they come, before the store sees to it.
  private static let pairs = [
    ("started_us", "ended_us"), ("entered_us", "left_us"), ("joined_us", "left_us"),
    ("joined_us", "connected_us"), ("connected_us", "talk_ended_us"), ("called_us", "ended_us"),
    ("parked_us", "ended_us"), ("started_us", "ringing_us"),
  ]
  private static let timesMax: Int64 = 253_402_300_800_000_000

  private var rows: [Key: [Field]] = [:]
  private var columns: [String: [String]] = [:]
  private(set) var flaws: [String] = []

  static func == (one: Tables, other: Tables) -> Bool { one.rows == other.rows }

  mutating func write<R: Row>(_ row: inout R) throws {
    var look = Fields()
    row.visit(&look)
    guard case .number(let id?) = look.fields[0] else { fatalError("\(R.table): a row without id") }
    columns[R.table] = R.columns
    rows[Key(table: R.table, id: id)] = look.fields
    check(R.table, R.columns, look.fields)
  }

  mutating func merge(_ merge: inout CallMergeRow) throws {
    for (key, fields) in rows where Self.ofCalls.contains(key.table) {
      let place = columns[key.table]!.firstIndex(of: "call_id")!
      if fields[place] == .number(merge.id) { rows[key]![place] = .number(merge.callID) }
    }
    rows[Key(table: "calls", id: merge.id)] = nil
    try write(&merge)
  }

  private mutating func check(_ table: String, _ columns: [String], _ fields: [Field]) {
    func value(_ name: String) -> Int64? {
      guard let place = columns.firstIndex(of: name), case .number(let value) = fields[place] else {
        return nil
      }
      return value
    }
    for name in columns where name.hasSuffix("_us") || name.hasSuffix("_ms") {
      if let value = value(name), value < 0 || value > Self.timesMax {
        flaws.append("\(table).\(name) is \(value)")
      }
    }
    for (start, end) in Self.pairs {
      if let first = value(start), let last = value(end), last < first {
        flaws.append("\(table).\(end) is before \(start)")
      }
    }
  }

  /// What differs from other tables, for a person to read.
  func difference(from other: Tables) -> String {
    var words: [String] = []
    for key in Set(rows.keys).union(other.rows.keys) where rows[key] != other.rows[key] {
      let names = columns[key.table] ?? other.columns[key.table] ?? []
      guard let mine = rows[key], let theirs = other.rows[key] else {
        let only = rows[key] ?? other.rows[key]!
        words.append("\(key.table) \(key.id) is in one only: \(names) \(only)")
        continue
      }
      for (place, name) in names.enumerated() where mine[place] != theirs[place] {
        words.append("\(key.table) \(key.id) \(name): \(mine[place]), \(theirs[place])")
      }
    }
    return words.sorted().joined(separator: "\n")
  }
}
