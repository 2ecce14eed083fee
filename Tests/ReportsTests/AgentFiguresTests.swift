import SQLite
import Testing

@testable import Reports

extension ReportsTests {
  /// Figures of agent-performance that were worked out by hand from the sample's rows.
  @Suite struct AgentFiguresTests {
    private func rows(_ more: [String: String] = [:], _ columns: [String]? = nil) throws
      -> [[String]]
    {
      let lines = try TestStore(Sample.sql).answer(
        "agent-performance", Sample.day.merging(more) { $1 }
      ).text.split(separator: "\r\n").map { fields($0) }
      let names = try #require(lines.first)
      let chosen = try (columns ?? names).map { try #require(names.firstIndex(of: $0)) }
      return lines.dropFirst().map { row in chosen.map { row[$0] } }
    }

    /// The fields of a line of CSV. A list of reasons is one, commas and all.
    private func fields(_ line: Substring) -> [String] {
      let pieces = line.split(separator: "\"", omittingEmptySubsequences: false)
      return pieces.enumerated().map { place, piece in
        place % 2 == 0 ? String(piece.replacing(",", with: "\t")) : String(piece)
      }.joined().split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }

    @Test func `an agent's time and answers are those of its rows, cut to the period`() throws {
      // Anna is logged in for 3600 s and, until pbx1 was last watched, 73800 s. While she is not
      // paused (3550 s and 70200 s) she talks or wraps up 44 s, then rings 24 s and talks 10 s.
      #expect(
        try rows(["agent": "[AB]*"]).map { $0.joined(separator: "|") } == [
          "Anna|77400.0|3650.0|lunch 3600.0, tea 50.0|27.0|70.0|12.0|30.0|73672.0|0.1|0.1"
            + "|2|2|0|0|1|0|100.0|3.0||35.0|50.0|60.0|0.1|0",
          "Bert||0.0||0.0|84.0|0.0|||||0|1|0|0|0|0|100.0|||84.0|84.0|84.0||1",
        ])
    }

    @Test func `app_agent_pool's login is that of the member, and old times do not count`() throws {
      let columns = ["agent", "logged_in_s", "talk_s", "idle_s", "occupancy_percent"]
      #expect(
        try rows([:], columns) == [
          ["Anna", "77400.0", "70.0", "73672.0", "0.1"],
          ["Bert", "", "84.0", "", ""],
          ["Carl", "3600.0", "20.0", "3580.0", "0.6"],
          ["Dora", "10000.0", "0.0", "10000.0", "0.0"],
        ])
    }

    @Test func `with a queue its own members, offers and talks count`() throws {
      let columns = ["agent", "logged_in_s", "ringing_s", "talk_s", "offers", "answered"]
      #expect(
        try rows(["queue": "sales"], columns) == [
          ["Bert", "", "0.0", "84.0", "0", "1"], ["Dora", "10000.0", "0.0", "0.0", "0", "0"],
        ])
      #expect(
        try rows(["queue": "support", "server": "pbx1"], columns) == [
          ["Anna", "77400.0", "27.0", "70.0", "2", "2"]
        ])
    }

    @Test func `times are split where the hours of the local clock begin`() throws {
      let columns = ["hour", "logged_in_s", "paused_s", "talk_s", "offers"]
      let hours = try rows(["by": "hour", "agent": "Anna"], columns)
      // The clock goes from 02:00 to 03:00 after 7200 s, and Anna comes back then.
      #expect(
        hours.prefix(2) == [
          ["2025-03-30T00:00+01:00", "3600.0", "50.0", "60.0", "1"],
          ["2025-03-30T03:00+02:00", "3600.0", "0.0", "0.0", "1"],
        ])
      #expect(hours.last == ["2025-03-30T23:00+02:00", "1800.0", "0.0", "10.0", "0"])
      #expect(hours.count == 22)
      // 40000 s are 12:06:40, and lunch ends an hour later.
      #expect(
        hours.filter { ["3200.0", "400.0"].contains($0[2]) }.map { $0[0] + " " + $0[2] }
          == ["2025-03-30T12:00+02:00 3200.0", "2025-03-30T13:00+02:00 400.0"])
    }
  }

  /// Days of 23 and 25 hours, in every report on queues: a caller in each hour, who is answered
  /// after 4 s, or abandons then.
  @Suite struct ClockChangeTests {
    struct Day: Sendable, CustomTestStringConvertible {
      let zone: String
      let date: String
      let next: String
      /// When it begins, in seconds since 1970.
      let start: Int
      let hours: Int
      /// The hour of the clock that it lacks, or has twice.
      let odd: String

      var testDescription: String { "\(zone) \(date)" }
    }

    static let days = [
      Day(
        zone: "Europe/Berlin", date: "2025-03-30", next: "2025-03-31", start: 1_743_289_200,
        hours: 23, odd: "02:00"),
      Day(
        zone: "Europe/Berlin", date: "2025-10-26", next: "2025-10-27", start: 1_761_429_600,
        hours: 25, odd: "02:00"),
      Day(
        zone: "America/New_York", date: "2025-03-09", next: "2025-03-10", start: 1_741_496_400,
        hours: 23, odd: "02:00"),
      Day(
        zone: "America/New_York", date: "2025-11-02", next: "2025-11-03", start: 1_762_056_000,
        hours: 25, odd: "01:00"),
    ]

    private func store(_ day: Day) throws -> TestStore {
      let start = "\((day.start - 3600) * 1_000_000)"
      return try TestStore(
        """
        INSERT INTO servers (id, name) VALUES (0, 'pbx');
        INSERT INTO sessions (
          id, server_id, connected_us, ended_us, source, time_source, bytes, frames, cut_frames)
        VALUES (1, 0, \(start), \(start) + 200000000000, 'import', 'received', 0, 0, 0);
        INSERT INTO queues (id, server_id, name, service_level_s, first_seen_us)
        VALUES (1, 0, 'support', 20, 0);
        INSERT INTO agent_intervals (
          id, server_id, agent, source, state, opened_by, started_us)
        VALUES (1, 0, 'Anna', 'queue', 'logged-in', 'event', \(start));
        WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 26)
        INSERT INTO queue_visits (
          id, server_id, queue_id, opened_by, joined_us, left_us, outcome, wait_ms, agent,
          connected_us, talk_ended_us, talk_ms)
        SELECT
          2 * i + answered, 0, 1, 'join', \(start) + i * 3600000000 + 60000000,
          \(start) + i * 3600000000 + 64000000, iif(answered, 'answered', 'abandoned'), 4000,
          iif(answered, 'Anna', NULL), iif(answered, \(start) + i * 3600000000 + 64000000, NULL),
          iif(answered, \(start) + i * 3600000000 + 74000000, NULL), iif(answered, 10000, NULL)
        FROM n CROSS JOIN (SELECT 0 AS answered UNION ALL SELECT 1);
        """)
    }

    @Test(
      arguments: days,
      [
        ("queue-summary", "offered", 2), ("queue-service-level", "answered_in_time", 1),
        ("queue-abandonment", "abandoned", 1), ("queue-wait", "visits", 2),
        ("agent-performance", "answered", 1), ("agent-performance", "logged_in_s", 3600),
      ])
    func `a day on which the clocks change has its hours, each once`(
      day: Day, report: (name: String, column: String, each: Int)
    ) throws {
      let store = try store(day)
      func figures(_ by: String) throws -> [(label: String, figure: Int)] {
        let column = by == "hour-of-day" ? "hour_of_day" : by
        return try store.rows(
          report.name, ["from": day.date, "to": day.next, "by": by], zone: day.zone,
          columns: [column, report.column]
        ).map { ($0[0], Int(Double($0[1]) ?? -1)) }
      }
      let hours = try figures("hour")
      #expect(hours.count == day.hours)
      #expect(hours.allSatisfy { $0.figure == report.each })
      #expect(Set(hours.map(\.label)).count == day.hours)
      #expect(try figures("day").map(\.figure) == [day.hours * report.each])
      #expect(try figures("day").map(\.label) == [day.date])
      let odd = try figures("hour-of-day").first { $0.label == day.odd }
      #expect(odd?.figure == (day.hours == 25 ? 2 * report.each : nil))
    }

    @Test(arguments: days, ["queue-summary", "queue-service-level", "queue-abandonment"])
    func `thresholds hold on every day, and a queue that is not there is empty`(
      day: Day, report: String
    ) throws {
      let store = try store(day)
      let period = ["from": day.date, "to": day.next]
      let abandons = { (seconds: String) in
        try store.rows(
          report, period.merging(["short_abandon_s": seconds]) { $1 }, zone: day.zone,
          columns: ["short_abandoned"])
      }
      #expect(try abandons("3") == [["0"]])
      #expect(try abandons("4") == [["\(day.hours)"]])
      #expect(try store.rows(report, period.merging(["queue": "x"]) { $1 }, zone: day.zone) == [])
      guard report == "queue-service-level" else { return }
      for (seconds, percent) in [("3", "0.0"), ("4", "50.0")] {
        #expect(
          try store.rows(
            report, period.merging(["service_level_s": seconds]) { $1 }, zone: day.zone,
            columns: ["threshold_s", "sl3_percent"]) == [[seconds, percent]])
      }
    }
  }
}
