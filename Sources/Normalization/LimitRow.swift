import AMI

/// A row of `limits`; schema/0009-recorder.sql says what each column is.
public struct LimitRow: Row, Sendable {
  public static let table = "limits"
  public static let columns = [
    "id", "server_id", "session_id", "kind", "ceiling", "first_us", "last_us", "count",
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var sessionID: Int64 = 0
  /// The word of a `Ceilings.Kind`.
  var kind = ""
  var ceiling: Int64 = 0
  var firstAt = Instant.epoch
  var lastAt = Instant.epoch
  /// How many were let go of.
  var count: Int64 = 0

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&sessionID)
    visitor.visit(&kind)
    visitor.visit(&ceiling)
    visitor.visit(&firstAt)
    visitor.visit(&lastAt)
    visitor.visit(&count)
  }
}

/// What was let go of because a ceiling was reached: a row for each kind and session.
struct Excess: Visitable {
  private struct Entry: Visitable {
    var row = LimitRow()
    var isChanged = false

    mutating func visit(_ visitor: inout some FieldVisitor) {
      row.visit(&visitor)
      visitor.visit(&isChanged)
    }
  }

  private var ids = Normalizer.IDs()
  /// Of this session, and those of earlier ones that were not written yet.
  private var entries: [Entry] = []

  /// Notes that `count` were let go of.
  mutating func note(
    _ kind: Ceilings.Kind, _ count: Int, ceiling: Int, at time: Instant, session: Int64,
    serverID: Int64
  ) {
    let known = entries.firstIndex { $0.row.sessionID == session && $0.row.kind == kind.rawValue }
    let place = known ?? entries.endIndex
    if known == nil {
      var row = LimitRow()
      row.id = ids.next(serverID)
      row.serverID = serverID
      row.sessionID = session
      row.kind = kind.rawValue
      row.ceiling = Int64(ceiling)
      row.firstAt = time
      entries.append(Entry(row: row))
    }
    entries[place].row.lastAt = time
    entries[place].row.count += Int64(count)
    entries[place].isChanged = true
  }

  mutating func drain(into sink: inout some RowSink, session: Int64) throws {
    for place in entries.indices where entries[place].isChanged {
      try sink.write(&entries[place].row)
      entries[place].isChanged = false
    }
    entries.removeAll { $0.row.sessionID != session }
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    ids.visit(&visitor)
    visitor.visit(&entries, filler: Entry())
  }
}
