public import Normalization
import SQLite

/// A row of `sessions`; schema/0001-core.sql says what each column is.
public struct SessionRow: Row, Sendable {
  public static let table = "sessions"
  public static let columns = [
    "id", "server_id", "connected_us", "logged_in_us", "ended_us", "end_reason", "source",
    "source_name", "time_source", "banner", "bytes", "frames", "cut_frames",
  ]
  public static let timeLines = [["connected_us", "ended_us"]]

  public var id: Int64
  public var serverID: Int64
  public var connectedAt: Int64
  public var loggedInAt: Int64?
  public var endedAt: Int64?
  public var endReason: String?
  public var source: String
  public var sourceName: String?
  public var timeSource: String
  public var banner: String?
  public var bytes: Int64 = 0
  public var frames: Int64 = 0
  public var cutFrames: Int64 = 0

  public init(
    id: Int64, serverID: Int64, connectedAt: Int64, source: String, sourceName: String?,
    timeSource: String
  ) {
    self.id = id
    self.serverID = serverID
    self.connectedAt = connectedAt
    self.source = source
    self.sourceName = sourceName
    self.timeSource = timeSource
  }

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&connectedAt)
    visitor.visit(&loggedInAt)
    visitor.visit(&endedAt)
    visitor.visit(&endReason)
    visitor.visit(&source)
    visitor.visit(&sourceName)
    visitor.visit(&timeSource)
    visitor.visit(&banner)
    visitor.visit(&bytes)
    visitor.visit(&frames)
    visitor.visit(&cutFrames)
  }
}

extension SessionRow {
  /// The statement that reads rows, up to its conditions.
  static let selection = "SELECT \(columns.joined(separator: ", ")) FROM sessions "

  init(_ row: borrowing Statement) {
    self.init(
      id: row.int(at: 0), serverID: row.int(at: 1), connectedAt: row.int(at: 2),
      source: row.text(at: 6) ?? "", sourceName: row.text(at: 7), timeSource: row.text(at: 8) ?? "")
    loggedInAt = row.optionalInt(at: 3)
    endedAt = row.optionalInt(at: 4)
    endReason = row.text(at: 5)
    banner = row.text(at: 9)
    bytes = row.int(at: 10)
    frames = row.int(at: 11)
    cutFrames = row.int(at: 12)
  }
}

/// A row of `gaps`; schema/0001-core.sql says what each column is.
public struct GapRow: Row, Sendable {
  public static let table = "gaps"
  public static let columns = [
    "id", "server_id", "session_id", "started_us", "ended_us", "reason", "attempts",
    "session_offset", "length",
  ]
  public static let timeLines = [["started_us", "ended_us"]]

  public var id: Int64 = 0
  public var serverID: Int64 = 0
  public var sessionID: Int64?
  public var startedAt: Int64 = 0
  public var endedAt: Int64?
  public var reason = ""
  public var attempts: Int64 = 0
  public var sessionOffset: Int64?
  public var length: Int64?

  public init() {}

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&sessionID)
    visitor.visit(&startedAt)
    visitor.visit(&endedAt)
    visitor.visit(&reason)
    visitor.visit(&attempts)
    visitor.visit(&sessionOffset)
    visitor.visit(&length)
  }
}

extension GapRow {
  /// The statement that reads rows, up to its conditions.
  static let selection = "SELECT \(columns.joined(separator: ", ")) FROM gaps "

  init(_ row: borrowing Statement) {
    id = row.int(at: 0)
    serverID = row.int(at: 1)
    sessionID = row.optionalInt(at: 2)
    startedAt = row.int(at: 3)
    endedAt = row.optionalInt(at: 4)
    reason = row.text(at: 5) ?? ""
    attempts = row.int(at: 6)
    sessionOffset = row.optionalInt(at: 7)
    length = row.optionalInt(at: 8)
  }
}

/// A row of `clock_steps`; schema/0009-recorder.sql says what each column is.
public struct ClockStepRow: Row, Sendable {
  public static let table = "clock_steps"
  public static let columns = ["id", "server_id", "session_id", "stepped_us", "step_ms"]

  public var id: Int64 = 0
  public var serverID: Int64 = 0
  public var sessionID: Int64 = 0
  public var steppedAt: Int64 = 0
  public var stepMs: Int64 = 0

  public init() {}

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&sessionID)
    visitor.visit(&steppedAt)
    visitor.visit(&stepMs)
  }
}

extension Store {
  /// The session of a server whose connection was made at this time; nil when the store has none.
  public func session(of server: Int64, connectedAt: Int64) throws -> SessionRow? {
    try first(
      SessionRow.selection + "WHERE server_id = ? AND connected_us = ?",
      [.integer(server), .integer(connectedAt)], SessionRow.init)
  }

  /// The sessions of a server in the order of their ids.
  public func sessions(of server: Int64) throws -> [SessionRow] {
    try all(SessionRow.selection + "WHERE server_id = ? ORDER BY id", server, SessionRow.init)
  }

  /// The gaps of a server in the order of their ids.
  public func gaps(of server: Int64) throws -> [GapRow] {
    try all(GapRow.selection + "WHERE server_id = ? ORDER BY id", server, GapRow.init)
  }

  private func all<R>(
    _ sql: String, _ server: Int64, _ read: (borrowing Statement) -> R
  ) throws -> [R] {
    try run {
      let statement = try connection.prepare(sql)
      statement.bind(server, at: 1)
      var found: [R] = []
      while try statement.step() { found.append(read(statement)) }
      return found
    }
  }

  /// Removes a row of `gaps`: what it said turned out not to be so.
  public func remove(gap id: Int64) throws {
    try execute("DELETE FROM gaps WHERE id = ?") { $0.append(id) }
  }

  /// Notes when a session's login was accepted, ahead of its row.
  public func note(login: Int64, banner: String?, ofSession id: Int64) throws {
    try execute("UPDATE sessions SET logged_in_us = ?, banner = ? WHERE id = ?") {
      $0.append(login)
      $0.append(banner)
      $0.append(id)
    }
  }

  /// When the first session of a server that was connected after a time was logged in, of those
  /// that are not of the recording with this name; nil when there is none.
  public func nextLogin(
    of server: Int64, after time: Int64, notOf recording: String?
  ) throws -> Int64? {
    try integer(
      """
      SELECT coalesce(logged_in_us, connected_us) FROM sessions
      WHERE server_id = ? AND connected_us >= ? AND source_name IS NOT ?
      ORDER BY connected_us LIMIT 1
      """, .integer(server), .integer(time), recording.map { .text($0) } ?? .null)
  }

  /// Whether the store holds something of a server that was observed at a time.
  public func holds(_ time: Int64, of server: Int64) throws -> Bool {
    try integer(
      """
      SELECT id FROM sessions WHERE server_id = ? AND connected_us <= ? AND ended_us > ? LIMIT 1
      """, .integer(server), .integer(time), .integer(time)) != nil
  }

  /// The places in a session of the messages that are kept from the tables.
  public func skippedFrames(ofSession session: Int64) throws -> Set<Int64> {
    try run {
      let statement = try connection.prepare(
        "SELECT session_offset FROM gaps WHERE session_id = ? AND reason = 'skipped'")
      statement.bind(session, at: 1)
      var found: Set<Int64> = []
      while try statement.step() { found.insert(statement.int(at: 0)) }
      return found
    }
  }

  /// The steps of the clock in a session, in milliseconds, in their order.
  public func clockSteps(ofSession session: Int64) throws -> [Int64] {
    try run {
      let statement = try connection.prepare(
        "SELECT step_ms FROM clock_steps WHERE session_id = ? ORDER BY id")
      statement.bind(session, at: 1)
      var found: [Int64] = []
      while try statement.step() { found.append(statement.int(at: 0)) }
      return found
    }
  }

  /// Ends sessions that began before one and never ended: their journal was lost with their end.
  ///
  /// - Returns: these sessions, in the order of their ids.
  public func endLostSessions(of server: Int64, before id: Int64) throws -> [SessionRow] {
    let lost = try sessions(of: server).filter { $0.id < id && $0.endedAt == nil }
    try execute(
      """
      UPDATE sessions SET ended_us = coalesce(logged_in_us, connected_us),
        end_reason = 'collector-stopped'
      WHERE server_id = ? AND id < ? AND ended_us IS NULL
      """
    ) {
      $0.append(server)
      $0.append(id)
    }
    return lost.map { session in
      var session = session
      session.endedAt = session.loggedInAt ?? session.connectedAt
      return session
    }
  }

  /// The next id of a session of this server.
  public func nextSessionID(of server: Int64) throws -> Int64 {
    let first = server << 40
    let last = try integer("SELECT max(id) FROM sessions WHERE server_id = ?", .integer(server))
    return (last ?? first) + 1
  }
}
