import SQLite
import Testing

@testable import Reports

extension ReportsTests {
  /// Figures of the queue reports that were worked out by hand from the sample's rows.
  @Suite struct QueueFiguresTests {
    let store: TestStore

    init() throws {
      store = try TestStore(Sample.sql)
    }

    private func day(_ more: [String: String]) -> [String: String] {
      Sample.day.merging(more) { $1 }
    }

    @Test func `a queue's visits add up by outcome`() throws {
      let rows = try store.rows("queue-summary", Sample.day)
      #expect(
        rows == [
          [
            "sales", "2", "1", "0", "0", "1", "0", "0", "0", "0", "0", "0", "0", "1", "50.0", "0.0",
            "0.0",
          ],
          [
            "support", "6", "3", "2", "1", "0", "0", "1", "0", "0", "1", "0", "1", "0", "50.0",
            "33.3", "20.0",
          ],
        ])
    }

    @Test func `what a short wait is can be said`() throws {
      let columns = ["abandoned", "short_abandoned", "adjusted_abandoned_percent"]
      for (seconds, expected) in [("2", ["2", "0", "33.3"]), ("25", ["2", "2", "0.0"])] {
        let arguments = day(["queue": "support", "short_abandon_s": seconds])
        #expect(try store.rows("queue-summary", arguments, columns: columns) == [expected])
      }
    }

    @Test(arguments: [
      ("server", ["pbx1 sales 2", "pbx1 support 5", "pbx2 support 1"]),
      ("weekday", ["Sun sales 2", "Sun support 6"]),
      ("day", ["2025-03-30 sales 2", "2025-03-30 support 6"]),
      ("month", ["2025-03 sales 2", "2025-03 support 6"]),
      (
        "hour",
        [
          "2025-03-30T00:00+01:00 support 2", "2025-03-30T03:00+02:00 sales 1",
          "2025-03-30T03:00+02:00 support 2", "2025-03-30T12:00+02:00 sales 1",
          "2025-03-30T14:00+02:00 support 0", "2025-03-30T17:00+02:00 support 1",
          "2025-03-30T23:00+02:00 support 1",
        ]
      ),
      (
        "hour-of-day",
        [
          "00:00 support 2", "03:00 sales 1", "03:00 support 2", "12:00 sales 1",
          "14:00 support 0", "17:00 support 1", "23:00 support 1",
        ]
      ),
    ])
    func `visits are grouped by when they began`(by: String, expected: [String]) throws {
      let column = by == "hour-of-day" ? "hour_of_day" : by
      let rows = try store.rows(
        "queue-summary", day(["by": by]), columns: [column, "queue", "offered"])
      #expect(rows.map { $0.joined(separator: " ") } == expected)
    }

    @Test func `the six formulas give what ICMI prints for its sample`() throws {
      let sample = try TestStore(Sample.formulas)
      let rows = try sample.rows("queue-service-level", day(["service_level_s": "20"]))
      #expect(
        rows == [
          [
            "support", "20", "1000", "860", "60", "20", "10", "83.02", "86.0", "81.13", "82.69",
            "82.08", "81.9",
          ]
        ])
    }

    @Test func `a service level without a threshold is blank`() throws {
      let sample = try TestStore(Sample.formulas)
      let columns = ["threshold_s", "answered", "answered_in_time", "sl1_percent", "sl3_percent"]
      #expect(
        try sample.rows("queue-service-level", Sample.day, columns: columns) == [
          ["", "1000", "", "", ""]
        ])
    }

    @Test func `each queue is measured by its own threshold, timeouts as asked`() throws {
      let levels = (1...6).map { "sl\($0)_percent" }
      let columns = ["queue", "threshold_s", "abandoned"] + levels
      let own = try store.rows("queue-service-level", Sample.day, columns: columns)
      #expect(
        own == [
          ["sales", "10", "0", "0.0", "0.0", "0.0", "0.0", "0.0", "0.0"],
          ["support", "20", "2", "75.0", "100.0", "50.0", "66.67", "75.0", "66.67"],
          ["support", "30", "0", "100.0", "100.0", "100.0", "100.0", "100.0", "100.0"],
        ])
      let other = try store.rows(
        "queue-service-level", day(["timeouts": "as-abandoned", "queue": "sales"]),
        columns: columns)
      #expect(other == [["sales", "10", "1", "50.0", "0.0", "0.0", "0.0", "0.0", "0.0"]])
    }

    @Test func `abandoned waits are ranked, and recovered where the caller came back`() throws {
      #expect(
        try store.rows("queue-abandonment", Sample.day) == [
          ["support", "", "2", "1", "3.0", "25.0", "25.0", "2.5", "1.5", "1", "50.0", "1"]
        ])
      let columns = ["visit", "caller", "longest_wait_s", "while_ringing", "recovered"]
      #expect(
        try store.rows("queue-abandonment", day(["by": "visit"]), columns: columns) == [
          ["2025-03-30T01:00:02", "102", "3.0", "0", "1"],
          ["2025-03-30T03:00:25", "201", "25.0", "1", "0"],
        ])
      #expect(
        try store.rows(
          "queue-abandonment", day(["recovered_s": "60"]), columns: ["recovered"]) == [["0"]])
    }

    @Test func `waits have means, ranks and a histogram`() throws {
      // 3, 4, 9, 25 and 40 s; 4 and 9 s were answered.
      let rows = try store.rows("queue-wait", day(["queue": "support", "server": "pbx1"]))
      #expect(
        rows == [
          [
            "support", "5", "2", "6.5", "16.2", "9.0", "25.0", "40.0", "40.0", "40.0", "2", "1",
            "0", "1", "1", "0", "0", "0",
          ]
        ])
    }
  }
}
