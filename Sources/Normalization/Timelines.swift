import AMI

/// The states of many things, one at a time for each: an interval ends when the next begins.
///
/// `closed_by` of what ended is `change` (the next state came), `gap` (the next state came first
/// after a time without a session, so the end is not known: it ends with the session before),
/// `restart` (the server went down over it, which ends everything), `limit` (there were too
/// many), or `moment` (it did not last: it happened).
struct Timelines<R: IntervalRow>: Visitable {
  private var pool = Pool<LiveInterval<R>>()
  private var slotByKey: [String: Int] = [:]
  /// Closed by a gap in `doubtfulSession`, which may turn out to have begun with a restart: events
  /// can come before the FullyBooted that tells.
  private var doubtful: [R] = []
  private var doubtfulSession = 0
  /// Rows that are complete: to be written once.
  private var complete: [R] = []

  /// How many states last.
  var count: Int { slotByKey.count }

  /// What `key` is in now.
  func current(_ key: String) -> R? { slotByKey[key].map { pool[$0].row } }

  /// Whether `key` is in a state for which `isSame` holds, and was in this session; that is noted.
  mutating func repeats(
    _ key: String, at time: Instant, in session: SessionState, isSame: (borrowing R) -> Bool
  ) -> Bool {
    guard let slot = slotByKey[key], pool[slot].session == session.number, isSame(pool[slot].row)
    else { return false }
    pool[slot].reportedAt = time
    return true
  }

  /// `report` says in which state `key` is.
  ///
  /// An answer to an action that contradicts what was reported a moment ago is not believed: events
  /// that were queued before the action come after its answer.
  mutating func observe(
    _ key: String, _ report: R, at time: Instant, isSnapshot: Bool, in session: SessionState,
    ids: inout Normalizer.IDs, serverID: Int64
  ) {
    let teller = isSnapshot ? "snapshot" : "event"
    guard let slot = slotByKey[key] else {
      open(key, report, at: time, by: teller, in: session, ids: &ids, serverID: serverID)
      return
    }
    let isResumed = pool[slot].session != session.number
    if report.continues(pool[slot].row) {
      if isResumed {
        pool[slot].resumedAt = time
        pool[slot].resumedBy = teller
        pool[slot].session = session.number
      }
      pool[slot].reportedAt = time
      if pool[slot].row.extend(by: report) { pool.touch(slot) }
      return
    }
    if isSnapshot, !isResumed, time.since(pool[slot].reportedAt) < Normalizer.lingerTime { return }
    var next = report
    next.inherit(from: pool[slot].row)
    if isResumed { closeInGap(slot, in: session) } else { close(slot, at: time, by: "change") }
    open(key, next, at: time, by: teller, in: session, ids: &ids, serverID: serverID)
  }

  /// `report` happened to `key` and does not last.
  mutating func note(
    _ report: R, at time: Instant, ids: inout Normalizer.IDs, serverID: Int64
  ) {
    var row = report
    row.id = ids.next(serverID)
    row.serverID = serverID
    row.openedBy = "event"
    row.startedAt = time
    row.endedAt = time
    row.closedBy = "moment"
    complete.append(row)
  }

  /// What `key` was in is over, and nothing follows.
  mutating func end(_ key: String, at time: Instant) {
    if let slot = slotByKey[key] { close(slot, at: time, by: "change") }
  }

  /// Ends what the session has not reported although it would have, as far as `isMeant`.
  mutating func endUnreported(in session: SessionState, where isMeant: (R) -> Bool) {
    for slot in pool.inOrder
    where pool[slot].row.endedAt == nil && pool[slot].session != session.number
      && isMeant(pool[slot].row)
    {
      closeInGap(slot, in: session)
    }
  }

  /// Ends as many of the states that last, those first that were reported longest ago.
  ///
  /// - Returns: how many.
  mutating func letGo(_ count: Int, at time: Instant) -> Int {
    let lasting = pool.inOrder.filter { pool[$0].row.endedAt == nil }.sorted {
      (pool[$0].reportedAt, pool[$0].row.id) < (pool[$1].reportedAt, pool[$1].row.id)
    }
    for slot in lasting.prefix(count) {
      close(slot, at: max(time, pool[slot].row.startedAt), by: "limit")
    }
    return min(count, lasting.count)
  }

  /// The server went down at `time` over what was last reported in sessions before `number`.
  mutating func restart(
    openedBefore number: Int, at time: Instant, in session: SessionState,
    ids: inout Normalizer.IDs, serverID: Int64
  ) {
    // In the order of their rows: which slot they have depends on when rows were drained.
    let lasting = pool.inOrder.filter { pool[$0].row.endedAt == nil }
    for slot in lasting.sorted(by: { pool[$0].row.id < pool[$1].row.id }) {
      let interval = pool[slot]
      guard interval.session < number || interval.resumedAt != .epoch else { continue }
      close(slot, at: max(time, interval.row.startedAt), by: "restart")
      guard interval.session >= number else { continue }
      // The new server has reported the same state already.
      open(
        interval.key, interval.row, at: interval.resumedAt, by: interval.resumedBy, in: session,
        ids: &ids, serverID: serverID)
    }
    guard doubtfulSession == session.number, number == session.number else { return }
    for var row in doubtful {
      row.closedBy = "restart"
      complete.append(row)
    }
    doubtful.removeAll()
  }

  // MARK: Opening and closing

  private mutating func open(
    _ key: String, _ report: R, at time: Instant, by openedBy: String, in session: SessionState,
    ids: inout Normalizer.IDs, serverID: Int64
  ) {
    var interval = LiveInterval<R>()
    interval.row = report
    interval.row.id = ids.next(serverID)
    interval.row.serverID = serverID
    interval.row.openedBy = openedBy
    interval.row.startedAt = time
    interval.row.endedAt = nil
    interval.row.closedBy = nil
    interval.key = key
    interval.session = session.number
    interval.reportedAt = time
    let slot = pool.insert(interval)
    pool.touch(slot)
    slotByKey[key] = slot
  }

  private mutating func close(_ slot: Int, at time: Instant, by closedBy: String) {
    pool[slot].row.endedAt = max(time, pool[slot].row.startedAt)
    pool[slot].row.closedBy = closedBy
    pool.touch(slot)
    slotByKey[pool[slot].key] = nil
  }

  private mutating func closeInGap(_ slot: Int, in session: SessionState) {
    if doubtfulSession != session.number {
      doubtful.removeAll()
      doubtfulSession = session.number
    }
    close(slot, at: max(session.endedAt, pool[slot].row.startedAt), by: "gap")
    doubtful.append(pool[slot].row)
  }

  // MARK: Writing

  mutating func drain(into sink: inout some RowSink) throws {
    for slot in pool.takeChanged() {
      try sink.write(&pool[slot].row)
      if pool[slot].row.endedAt != nil { pool.remove(slot) }
    }
    for index in complete.indices { try sink.write(&complete[index]) }
    complete.removeAll(keepingCapacity: true)
  }

  /// Saves or restores the states. Nothing may be waiting to be written.
  mutating func visit(_ visitor: inout some FieldVisitor) {
    pool.visit(&visitor)
    visitor.visit(&doubtful, filler: R())
    visitor.visit(&doubtfulSession)
    if slotByKey.isEmpty { for slot in pool.inOrder { slotByKey[pool[slot].key] = slot } }
  }
}
