import AMI

/// A row that says in which state something was, from one time to another.
protocol IntervalRow: Row {
  init()
  var id: Int64 { get set }
  var serverID: Int64 { get set }
  /// What told the state first: `event`, or `snapshot` for an answer to an action.
  var openedBy: String { get set }
  var startedAt: Instant { get set }
  var endedAt: Instant? { get set }
  /// What ended it; nil while it lasts. See `Timelines`.
  var closedBy: String? { get set }

  /// Whether this goes on with the state that `row` is in.
  func continues(_ row: Self) -> Bool
  /// Takes over what a later report of the same state tells beside it; says whether that changed
  /// anything.
  mutating func extend(by report: Self) -> Bool
  /// Takes over what holds beyond one state.
  mutating func inherit(from before: Self)
}

/// A state that lasts, or ended and was not written yet.
struct LiveInterval<R: IntervalRow>: Live {
  var row = R()
  var id: Int64 { row.id }
  var key = ""
  /// The session in which the state was last reported, by its place in the server's stream.
  var session = 0
  /// When the state was last reported.
  var reportedAt = Instant.epoch
  /// When it was first reported in that session, if it began in an earlier one; else 0.
  var resumedAt = Instant.epoch
  /// What told it then.
  var resumedBy = ""
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&key)
    visitor.visit(&session)
    visitor.visit(&reportedAt)
    visitor.visit(&resumedAt)
    visitor.visit(&resumedBy)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}

extension IntervalRow {
  public static var timeLines: [[String]] { [["started_us", "ended_us"]] }
}
