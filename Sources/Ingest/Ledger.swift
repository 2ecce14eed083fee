import AMI
import Normalization
import Store

/// What was observed of a server and what was not: keeps the rows of `gaps`, and the times of
/// `sessions`.
///
/// An outage begins with the end of a session and ends with the login of the next one that lasts.
struct Ledger: Visitable {
  /// A session that lasted no longer than this does not end an outage, in microseconds: a server
  /// that boots may take a connection and drop it at once.
  static let settledTime: Int64 = 1_000_000

  private let server: Int64
  private var gapCounter: Int64 = 0
  private var stepCounter: Int64 = 0
  /// The time that was seen last.
  private(set) var lastAt: Int64 = .min
  /// The last session taken in.
  private(set) var lastSessionID: Int64 = 0
  /// The outage that lasts, until a session settles.
  private var outage: GapRow?
  /// The outage that the current session ended.
  private var endedOutage: GapRow?
  private var isSettled = false
  private var isRefused = false
  /// Whether this side logged off, so that the connection's end is no loss.
  private var isLoggedOff = false
  /// When the last undamaged frame was complete.
  private var lastGoodAt: Int64 = 0
  /// The session whose login is in the store.
  private var writtenLogin: Int64 = 0
  /// Whether the login of the session was accepted, at the place that was reached.
  private(set) var isLoggedIn = false
  /// By how much the session's time is ahead of its clock: see `StreamClock`.
  var clockAhead: Int64 = 0

  init(server: Int64) {
    self.server = server
  }

  // MARK: Sessions

  mutating func connected(_ row: SessionRow, in store: Store) throws {
    try endOutage(before: row.connectedAt, in: store)
    begin(row)
  }

  /// A session that begins before the end of an outage shows that the clock was ahead as that end
  /// was noted: what it observed was no outage.
  private func endOutage(before time: Int64, in store: Store) throws {
    guard var gap = endedOutage, let end = gap.endedAt, end > time else { return }
    gap.endedAt = max(gap.startedAt, time)
    try store.write(&gap)
  }

  /// A session begins of which the gaps are known.
  mutating func begin(_ row: SessionRow) {
    lastSessionID = row.id
    isSettled = false
    isRefused = false
    isLoggedOff = false
    isLoggedIn = false
    endedOutage = nil
    lastGoodAt = row.connectedAt
  }

  /// Whether a frame that was noted may change tables. Of a server that is recorded live only the
  /// banner counts before it has accepted the login: until then anybody may be at the other end.
  /// Recordings of other programs may begin anywhere.
  func admits(_ frame: borrowing Frame, of row: SessionRow) -> Bool {
    row.source != "live" || isLoggedIn || frame.kind == .banner
  }

  /// What says that the login was accepted may be lost; then the session's row says when it was.
  mutating func assumeLogin(_ login: Int64?, _ row: inout SessionRow) {
    guard !isLoggedIn, let login else { return }
    isLoggedIn = true
    row.loggedInAt = login
  }

  /// Whether a frame says that the login was accepted.
  static func acceptsLogin(_ frame: borrowing Frame) -> Bool {
    frame.kind == .response && frame.has(.response, "Success")
      && frame.range(of: .challenge) == nil
  }

  /// Notes what a frame says of the session, and the end of an outage when it is time.
  mutating func take(
    _ frame: borrowing Frame, at time: Int64, _ row: inout SessionRow, in store: Store
  ) throws {
    note(frame, at: time, &row)
    if frame.damage != .none { try doubt(since: lastGoodAt, until: time, row, in: store) }
    lastGoodAt = time
    try settle(at: time, row, in: store)
  }

  @inline(__always)
  private mutating func note(
    _ frame: borrowing Frame, at time: Int64, _ row: inout SessionRow
  ) {
    lastAt = time
    if !isLoggedIn {
      noteLogin(frame, at: time, &row)
      isLoggedIn = row.loggedInAt != nil
    }
    if frame.kind == .response, frame.has(.response, "Goodbye") { isLoggedOff = true }
  }

  private mutating func noteLogin(
    _ frame: borrowing Frame, at time: Int64, _ row: inout SessionRow
  ) {
    switch frame.kind {
    case .banner: row.banner = frame.headers.first.map { Text.decode(frame.bytes[$0.valueRange]) }
    case .response:
      if Self.acceptsLogin(frame) { row.loggedInAt = time }
      if !frame.has(.response, "Success") { isRefused = true }
    // Whoever recorded it saw no event before the login.
    case .event: if row.source != "live" { row.loggedInAt = time }
    case .other: break
    }
  }

  @inline(__always)
  private mutating func settle(at time: Int64, _ row: SessionRow, in store: Store) throws {
    guard !isSettled, let login = row.loggedInAt, time - row.connectedAt >= Self.settledTime else {
      return
    }
    // What is imported may have been recorded before what was imported first.
    if row.source != "live", let outage, login < outage.startedAt {
      isSettled = true
    } else {
      try settle(login: login, in: store)
    }
  }

  private mutating func settle(login: Int64, in store: Store) throws {
    isSettled = true
    guard var gap = outage else { return }
    gap.endedAt = max(login, gap.startedAt)
    try store.write(&gap)
    endedOutage = gap
    outage = nil
  }

  /// Ends a session, for `reason` as far as the connection tells.
  mutating func ended(
    _ row: inout SessionRow, at time: Int64, reason: String, in store: Store
  ) throws {
    lastAt = time
    try settle(at: time, row, in: store)
    row.endedAt = time
    row.endReason =
      if isRefused && row.loggedInAt == nil {
        "login-refused"
      } else if isLoggedOff {
        "collector-stopped"
      } else {
        reason
      }
    if !isSettled, outage != nil { return try attemptFailed(at: time, in: store) }
    var gap = newGap()
    gap.sessionID = row.id
    gap.startedAt = time
    gap.reason =
      ["recording-ended", "cut"].contains(reason) ? "not-recorded" : row.endReason ?? reason
    // Of a server that is being recorded one sees at once that it is not.
    if row.source == "live" { try store.write(&gap) }
    // What was recorded later may have been imported before: the last outage stays the last.
    if row.source != "live",
      let next = try store.nextLogin(of: server, after: time, notOf: row.sourceName)
    {
      gap.endedAt = next
      return try store.write(&gap)
    }
    outage = gap
  }

  /// An attempt to connect failed, or what it led to did not last. Of a server that was never
  /// reached the time since the first attempt is not observed.
  mutating func attemptFailed(at time: Int64, in store: Store) throws {
    if outage == nil, lastSessionID == 0 {
      var gap = newGap()
      gap.startedAt = time
      gap.reason = "not-recorded"
      outage = gap
    }
    outage?.attempts += 1
    if var gap = outage { try store.write(&gap) }
  }

  /// The outage before this session was the server's restart.
  mutating func serverRestarted(in store: Store) throws {
    if outage != nil {
      outage!.reason = "restart"
    } else if var gap = endedOutage {
      gap.reason = "restart"
      try store.write(&gap)
      endedOutage = gap
    }
  }

  /// The row of a session is written with its blocks; that it is logged in should be known at once.
  mutating func writeLogin(of row: SessionRow, in store: Store) throws {
    guard let login = row.loggedInAt, row.id != writtenLogin else { return }
    try store.note(login: login, banner: row.banner, ofSession: row.id)
    writtenLogin = row.id
  }

  // MARK: Doubt

  /// Something is missing in a session between two times.
  private mutating func doubt(
    since start: Int64, until end: Int64, _ row: SessionRow, in store: Store
  ) throws {
    try add(reason: "cut-frame", from: start, to: end, session: row.id, in: store)
  }

  /// The stream ended within a frame.
  mutating func endedInFrame(at time: Int64, _ row: SessionRow, in store: Store) throws {
    try doubt(since: lastGoodAt, until: time, row, in: store)
  }

  /// The rest of a recording is missing.
  mutating func recordingCut(
    from start: Int64, to end: Int64, session: Int64, in store: Store
  ) throws {
    try add(reason: "cut-recording", from: start, to: end, session: session, in: store)
  }

  /// Bytes of the stream that are not there: the file that held them is gone.
  struct Hole {
    var bytes: Range<Int64>
    /// When the last before them came.
    var since: Int64
  }

  /// After a hole bytes come again.
  mutating func bytesMissing(
    _ hole: Hole, until end: Int64, session: Int64, in store: Store
  ) throws {
    try add(
      reason: "cut-recording", from: hole.since, to: end, session: session, bytes: hole.bytes,
      in: store)
  }

  /// A frame that twice ended the program is kept from the tables.
  mutating func skipped(
    _ bytes: Range<Int64>, at time: Int64, session: Int64, in store: Store
  ) throws {
    lastAt = time
    lastGoodAt = time
    try add(reason: "skipped", from: time, to: time, session: session, bytes: bytes, in: store)
  }

  private mutating func add(
    reason: String, from start: Int64, to end: Int64, session: Int64, bytes: Range<Int64>? = nil,
    in store: Store
  ) throws {
    var gap = newGap()
    gap.sessionID = session
    gap.startedAt = start
    gap.endedAt = max(start, end)
    gap.reason = reason
    gap.sessionOffset = bytes?.lowerBound
    gap.length = bytes.map { $0.upperBound - $0.lowerBound }
    try store.write(&gap)
  }

  /// The wall clock of the recording machine was set by so many microseconds.
  mutating func clockStepped(
    by step: Int64, at time: Int64, session: Int64, in store: Store
  ) throws {
    stepCounter += 1
    var row = ClockStepRow()
    row.id = server << 40 + stepCounter
    row.serverID = server
    row.sessionID = session
    row.steppedAt = time
    row.stepMs = step / 1_000
    try store.write(&row)
  }

  private mutating func newGap() -> GapRow {
    gapCounter += 1
    var gap = GapRow()
    gap.id = server << 40 + gapCounter
    gap.serverID = server
    return gap
  }

  // MARK: Rebuilding

  /// Notes what a frame says of its session, of a stream whose gaps are recorded.
  mutating func retake(_ frame: borrowing Frame, at time: Int64, _ row: inout SessionRow) {
    note(frame, at: time, &row)
    lastGoodAt = time
    if row.loggedInAt != nil, time - row.connectedAt >= Self.settledTime { isSettled = true }
  }

  /// The stream was taken in up to `time`, in the session `last` or at its end; `before` is the one
  /// before it. The gaps are those recorded by then and later, in the order of their ids.
  /// `hasRestarted` says whether the outage before a session that is open was the server's restart.
  mutating func resume(
    at time: Int64, last: SessionRow, before: SessionRow?, gaps: [GapRow], hasRestarted: Bool
  ) {
    lastAt = max(lastAt, time)
    let known = gaps.filter { $0.startedAt <= lastAt }
    // Those that a rebuild made have ids of their own.
    gapCounter = known.map { $0.id - server << 40 }.last { $0 < DamageGaps.idsFrom } ?? 0
    let within: Set = ["cut-frame", "cut-recording", "skipped", "damaged"]
    let outages = known.filter { !within.contains($0.reason) }
    let open = outages.last { ($0.endedAt ?? .max) > lastAt }
    outage = nil
    endedOutage = nil
    if last.endedAt != nil {
      outage = open ?? unwrittenOutage(after: last)
    } else if isSettled {
      endedOutage = outages.last {
        $0.sessionID != last.id && ($0.endedAt ?? .min) >= last.connectedAt
      }
    } else {
      outage = open ?? before.map { unwrittenOutage(after: $0) }
    }
    outage?.endedAt = nil
    // What was tried since is told again by the source.
    if last.endedAt != nil, outage?.sessionID == last.id { outage?.attempts = 0 }
    if hasRestarted { outage?.reason = "restart" }
  }

  /// The outage after a recording is written only when another follows.
  private mutating func unwrittenOutage(after session: SessionRow) -> GapRow {
    var gap = newGap()
    gap.sessionID = session.id
    gap.startedAt = session.endedAt ?? lastAt
    let reason = session.endReason ?? "not-recorded"
    gap.reason = ["recording-ended", "cut"].contains(reason) ? "not-recorded" : reason
    return gap
  }

  /// The ledger that was saved at the head of a state; nil when that is of another version.
  init?(server: Int64, savedIn state: [UInt8]) {
    self.init(server: server)
    var reader = StateReader(state)
    visit(&reader)
    if reader.isDamaged { return nil }
  }

  // MARK: State

  mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&gapCounter)
    visitor.visit(&stepCounter)
    visitor.visit(&lastAt)
    visitor.visit(&lastSessionID)
    visit(&outage, &visitor)
    visit(&endedOutage, &visitor)
    visitor.visit(&isSettled)
    visitor.visit(&isRefused)
    visitor.visit(&isLoggedOff)
    visitor.visit(&isLoggedIn)
    visitor.visit(&clockAhead)
    visitor.visit(&lastGoodAt)
  }

  private func visit(_ gap: inout GapRow?, _ visitor: inout some FieldVisitor) {
    var isThere = gap != nil
    visitor.visit(&isThere)
    guard isThere else {
      gap = nil
      return
    }
    var row = gap ?? GapRow()
    row.visit(&visitor)
    gap = row
  }
}
