import Ingest
import Normalization
import SQLite
import Store
import Support

@testable import amirecd

/// What must hold, whatever happened.
extension World {
  /// Looks at the end of a run.
  func check() async throws {
    try checkArchive()
    if !scenario.hasClockSteps { try checkGaps() }
    try checkStrangers()
    try checkInvariants()
    let rows = try allRows(ofStore: path, except: Self.untold)
    try checkUndisturbed(rows)
    if scenario.seed % 4 == 0 { try checkRebuild(rows) }
  }

  /// Tables that say how far a process had come.
  private static let untold: Set<String> = ["positions", "collector"]

  /// No position is ahead of what it stands for, nor after it.
  func checkPositions() throws {
    guard !isLimited, fileNames(folder.path).contains("store.db"),
      try !texts("SELECT name FROM sqlite_schema WHERE name = 'positions'").isEmpty
    else { return }
    let found = try texts(
      """
      SELECT p.id || ': ' || p.session_offset || ' after blocks to ' || coalesce(b.till, 0)
      FROM positions AS p LEFT JOIN (
        SELECT session_id, max(session_offset + size) AS till FROM blocks GROUP BY session_id
      ) AS b ON b.session_id = p.session_id
      WHERE p.session_offset <> coalesce(b.till, 0)
      """)
    try expect(found.isEmpty, "positions of server \(found)")
  }

  /// The archive holds what reached the collector, connection by connection, byte for byte.
  private func checkArchive() throws {
    let archive = try Archive(path: path)
    for wire in wires {
      for attempt in wire.attempts where !attempt.delivered.isEmpty {
        let name = "\(wire.name), connection of \(attempt.connectedAt)"
        let ids = try texts(
          """
          SELECT b.id FROM blocks AS b JOIN sessions AS s ON s.id = b.session_id
          JOIN servers AS v ON v.id = s.server_id
          WHERE v.name = '\(wire.name)' AND s.connected_us = \(attempt.connectedAt)
          ORDER BY b.session_offset
          """)
        let blocks = try ids.map { try archive.block(Int64($0)!) }
        let stored = blocks.flatMap(\.bytes)
        let times = blocks.flatMap { $0.chunks.chunks.map(\.time) }
        try expect(times == times.sorted(), "\(name): times go back")
        if attempt.mayLack {
          try expect(attempt.delivered.starts(with: stored), "\(name): other bytes")
        } else {
          try expect(
            stored == attempt.delivered,
            "\(name): \(stored.count) of \(attempt.delivered.count) bytes")
        }
      }
    }
  }

  /// Who is not logged in to changes no table.
  private func checkStrangers() throws {
    let found = try texts("SELECT name FROM event_counts WHERE name = '\(Self.forged)'")
    try expect(found.isEmpty, "a stranger's event is counted")
  }

  /// Whatever did not arrive lies in a gap.
  private func checkGaps() throws {
    for wire in wires {
      let gaps = try texts(
        """
        SELECT started_us || ' ' || coalesce(ended_us, \(Int64.max)) FROM gaps AS g
        JOIN servers AS v ON v.id = g.server_id WHERE v.name = '\(wire.name)' AND reason <> ''
        """
      ).map { line in line.split(separator: " ").map { Int64($0)! } }
      for loss in wire.losses {
        try expect(
          gaps.contains { $0[0] <= loss.at && loss.at <= $0[1] },
          "\(wire.name): what was lost at \(loss.at), after \(loss.after) connections, is in no gap"
        )
      }
    }
  }

  private func checkInvariants() throws {
    let wrong = try Verification.run(path: path).filter { !$0.contradictions.isEmpty }
    let words = wrong.map { "\($0.name): \($0.contradictions.prefix(3))" }
    try expect(wrong.isEmpty, "verify: \(words)")
  }

  /// The rows are those of a collector that took in all the segments at once.
  private func checkUndisturbed(_ rows: [String]) throws {
    let other = folder.file("undisturbed.db")
    let intake = Intake()
    let loop = IntakeLoop(
      path: other, journal: kept, options: .init(), targets: .init(), intake: intake, log: log)
    for name in try texts("SELECT name FROM servers ORDER BY id") {
      intake.order(
        .read(
          .init(
            name: name, folder: "\(kept)/\(name)", trunks: [], inlet: nil,
            progress: IntakeProgress())))
    }
    intake.order(.stop)
    var end: IntakeEnd?
    for pass in 0..<10_000 where end == nil {
      end = loop.pass(at: Int64(pass) * Self.passTime).end
    }
    try expect(end?.isComplete == true, "undisturbed: \(end?.words ?? "no end")")
    try expectSame(
      rows.filter(Self.isNoBlock),
      try allRows(ofStore: other, except: Self.untold).filter(Self.isNoBlock), "undisturbed")
  }

  /// Blocks end where their sizes let them; what they hold is compared by itself.
  private static func isNoBlock(_ row: String) -> Bool { !row.hasPrefix("blocks: ") }

  private func checkRebuild(_ rows: [String]) throws {
    let outcome = try Rebuild.run(path: path, changing: { _ in }, report: { _ in })
    try expect(outcome.losses.isEmpty, "rebuild: \(outcome.losses)")
    try expectSame(rows, try allRows(ofStore: path, except: Self.untold), "rebuild")
  }

  private func expectSame(_ rows: [String], _ others: [String], _ what: String) throws {
    let (here, there) = (Set(rows), Set(others))
    guard rows != others else { return }
    let extra = rows.filter { !there.contains($0) }.prefix(3)
    let missing = others.filter { !here.contains($0) }.prefix(3)
    throw Failure(
      description:
        "\(what): these rows are not there: \(Array(extra)), these are: \(Array(missing))")
  }

  private func expect(_ isTrue: Bool, _ words: @autoclosure () -> String) throws {
    guard !isTrue else { return }
    throw Failure(description: words())
  }

  private func texts(_ sql: String) throws -> [String] {
    let connection = try Connection(path: path, mode: .readOnly)
    let statement = try connection.prepare(sql)
    var texts: [String] = []
    while try statement.step() { texts.append(statement.text(at: 0) ?? "NULL") }
    return texts
  }
}
