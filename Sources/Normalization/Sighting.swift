import AMI

/// What answers to the question what there is say of one thing that is known: a list names it, or a
/// complete list does not.
struct Sighting: Visitable {
  /// The number of the last list that named it.
  private(set) var listedIn = 0
  /// When the first complete list came that did not name it; 0 while the last one did.
  private(set) var missingAt = Instant.epoch
  /// The end of the session in which it was last known, if it is missing since then; else 0.
  private(set) var lostAt = Instant.epoch

  /// Whether it is missing since a time that was not observed.
  var isLost: Bool { lostAt != .epoch }

  /// The list with this number names it, or an event does.
  mutating func isThere(in list: Int? = nil) {
    if let list { listedIn = list }
    missingAt = .epoch
    lostAt = .epoch
  }

  /// A complete list does not name it. One that was last known in an earlier session, which ended
  /// at `lostAt`, is lost since then.
  mutating func isMissing(at time: Instant, lostAt end: Instant?) {
    guard missingAt == .epoch else { return }
    missingAt = time
    lostAt = end ?? .epoch
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&listedIn)
    visitor.visit(&missingAt)
    visitor.visit(&lostAt)
  }
}
