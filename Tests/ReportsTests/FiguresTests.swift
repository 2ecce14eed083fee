import SQLite
import Testing

@testable import Reports

extension ReportsTests {
  /// Figures that were worked out by hand from the sample's rows.
  @Suite struct FiguresTests {
    let store: TestStore

    init() throws {
      store = try TestStore(Sample.sql)
    }

    @Test func `hangup causes count channels that hung up, without conduits`() throws {
      let rows = try store.rows(
        "hangup-causes", Sample.day,
        columns: [
          "cause", "cause_name", "channels", "share_percent", "answered", "median_lifetime_s",
        ])
      // 16: 65, 64, 100 and 30 s. 17: 3.5 and 2 s.
      #expect(
        rows == [
          ["16", "NORMAL_CLEARING", "4", "40.0", "4", "64.5"],
          ["17", "USER_BUSY", "2", "20.0", "0", "2.8"],
          ["19", "NO_ANSWER", "1", "10.0", "0", "30.0"],
          ["26", "ANSWERED_ELSEWHERE", "1", "10.0", "0", "29.0"],
          ["127", "INTERWORKING", "1", "10.0", "0", "10.0"],
          ["700", "", "1", "10.0", "0", "1.0"],
        ])
    }

    @Test(arguments: [
      ("technology", ["PJSIP 8", "SIP 2"]),
      ("server", ["pbx1 9", "pbx2 1"]),
      ("day", ["2025-03-30 10"]),
      ("weekday", ["Sun 10"]),
      ("account", [" 6", "sales 4"]),
      ("context", ["internal 8", "trunk 2"]),
      (
        "hour",
        [
          "2025-03-30T00:00+01:00 3", "2025-03-30T01:00+01:00 1", "2025-03-30T03:00+02:00 4",
          "2025-03-30T12:00+02:00 1", "2025-03-30T14:00+02:00 1",
        ]
      ),
      (
        "endpoint",
        [
          "PJSIP/101 3", "PJSIP/trunk1 2", "PJSIP/102 1", "PJSIP/103 1", "PJSIP/303 1",
          "SIP/201 1", "SIP/202 1",
        ]
      ),
    ])
    func `hangup causes are grouped`(by: String, expected: [String]) throws {
      let rows = try store.rows(
        "hangup-causes", Sample.day.merging(["by": by]) { $1 },
        columns: [
          by, "channels",
        ])
      var sums: [(String, Int)] = []
      for row in rows {
        if sums.last?.0 == row[0] {
          sums[sums.count - 1].1 += Int(row[1])!
        } else {
          sums.append((row[0], Int(row[1])!))
        }
      }
      #expect(sums.map { "\($0) \($1)" } == expected)
    }

    @Test func `transfers are counted by who made them, how, to where and with what result`() throws
    {
      let rows = try store.rows("transfers", Sample.day)
      #expect(
        rows == [
          ["PJSIP/101", "attended", "channel", "completed", "Success", "2", "33.3", "6.0"],
          ["PJSIP/101", "attended", "extension", "cancelled", "", "1", "16.7", "1.0"],
          ["PJSIP/101", "blind", "queue", "completed", "Success", "1", "16.7", ""],
          ["PJSIP/109", "blind", "extension", "failed", "Invalid", "1", "16.7", ""],
          ["PJSIP/303", "blonde", "extension", "completed", "Success", "1", "16.7", ""],
        ])
    }

    @Test(arguments: [
      ("method", [" 1", "action 1", "feature 2", "refer 2"]),
      ("server", ["pbx1 5", "pbx2 1"]),
      ("destination-name", [" 5", "sales 1"]),
      ("day", ["2025-03-30 6"]),
      ("hour", ["2025-03-30T00:00+01:00 2", "2025-03-30T03:00+02:00 4"]),
      ("weekday", ["Sun 6"]),
      ("exten", ["103 2", "104 1", "404 1", "600 1", "999 1"]),
    ])
    func `transfers are grouped`(by: String, expected: [String]) throws {
      let name = by.split(separator: "-").joined(separator: "_")
      let rows = try store.rows(
        "transfers", Sample.day.merging(["by": by]) { $1 }, columns: [name, "transfers"])
      let sums = Dictionary(rows.map { ($0[0], Int($0[1])!) }, uniquingKeysWith: +)
      #expect(sums.map { "\($0) \($1)" }.sorted() == expected.sorted())
    }

    @Test(arguments: [("queue", "sales", 1), ("transferer", "PJSIP/10*", 5), ("server", "pbx2", 1)])
    func `transfers are chosen`(parameter: String, value: String, count: Int) throws {
      let rows = try store.rows(
        "transfers", Sample.day.merging([parameter: value]) { $1 }, columns: ["transfers"])
      #expect(rows.reduce(0) { $0 + Int($1[0])! } == count)
    }

    @Test func `call volume by hour has the hours of that day`() throws {
      let rows = try store.rows("call-volume", Sample.day)
      #expect(rows.count == 23)
      #expect(
        rows[0] == ["2025-03-30T00:00+01:00", "2", "1", "0", "1", "1", "0", "0", "0", "0", "50.0"])
      #expect(
        rows[1] == ["2025-03-30T01:00+01:00", "0", "0", "0", "0", "0", "0", "0", "0", "0", ""])
      #expect(
        rows[2] == ["2025-03-30T03:00+02:00", "3", "1", "1", "1", "0", "1", "0", "0", "0", "33.3"])
      #expect(rows[11][0] == "2025-03-30T12:00+02:00")
      #expect(rows[11][7] == "1")
      #expect(rows[13][0] == "2025-03-30T14:00+02:00")
      #expect(rows[13][8] == "1")
      #expect(rows[22][0] == "2025-03-30T23:00+02:00")
      #expect(rows[22][9] == "1")
      #expect(rows.map { Int($0[1])! }.reduce(0, +) == 8)
    }

    @Test(arguments: [
      ("60min", 23, "2025-03-30T03:00+02:00", 3), ("15min", 92, "2025-03-30T00:45+01:00", 1),
      ("30min", 46, "2025-03-30T00:30+01:00", 1),
      ("day", 1, "2025-03-30", 8), ("month", 1, "2025-03", 8), ("weekday", 7, "Sun", 8),
      ("hour-of-day", 24, "03:00", 3),
    ])
    func `call volume by other intervals`(
      by: String, count: Int, interval: String, calls: Int
    ) throws {
      let rows = try store.rows("call-volume", Sample.day.merging(["by": by]) { $1 })
      #expect(rows.count == count)
      #expect(rows.first { $0[0] == interval }?[1] == String(calls))
      #expect(rows.map { Int($0[1])! }.reduce(0, +) == 8)
    }

    @Test(arguments: [
      ("Europe/Berlin", "2026-03-29", 23), ("Europe/Berlin", "2026-10-25", 25),
      ("Europe/Berlin", "2026-06-01", 24), ("America/New_York", "2026-03-08", 23),
      ("Asia/Kolkata", "2026-03-29", 24), ("Australia/Lord_Howe", "2026-04-05", 25),
      ("UTC", "2026-03-29", 24),
    ])
    func `a day on which the clocks change has its own number of hours`(
      zone: String, day: String, hours: Int
    ) throws {
      let zone = try Zone.use(zone)
      let period = try Period(from: day, to: day + "T23:59:59", zone: zone, nowUs: 0)
      let step: Int64 = 600_000_000
      let times = Array(stride(from: period.fromUs, to: period.toUs, by: Int64.Stride(step)))
      let store = try TestStore(
        """
        INSERT INTO servers (id, name) VALUES (0, 'pbx1');
        INSERT INTO calls (id, server_id, started_us, channels)
        VALUES \(times.map { "(\($0), 0, \($0), 1)" }.joined(separator: ","));
        """)
      let rows = try store.rows(
        "call-volume", ["from": day, "to": day + "T23:59:59"], zone: zone.name)
      #expect(rows.count == hours)
      #expect(Set(rows.map { $0[0] }).count == hours)
      // Six calls in each hour, three in a half one.
      #expect(rows.allSatisfy { $0[1] == "6" } || zone.name == "Australia/Lord_Howe")
      #expect(rows.map { Int($0[1])! }.reduce(0, +) == times.count)
      let days = try store.rows(
        "call-volume", ["from": day, "to": day + "T23:59:59", "by": "day"], zone: zone.name)
      #expect(days.map { $0[0] } == [day])
      #expect(days.map { $0[1] } == [String(times.count)])
    }

    @Test func `a long period shows the days that the store holds`() throws {
      let rows = try store.rows(
        "call-volume", ["from": "1970-01-01", "to": "2100-01-01", "by": "month"])
      #expect(rows.first?[0] == "2025-03")
    }

    @Test func `completeness adds up what each day lacks`() throws {
      let names = [
        "day", "server", "unobserved_s", "gap_s", "gaps", "gap_reasons", "attempts", "sessions",
        "frames", "bytes", "cut_frames", "events", "peak_events_per_hour", "list_items",
        "channels", "seen_channels", "snapshot_channels", "open_channels", "lost_channels",
        "gap_channels", "restarts",
      ]
      let answer = try store.answer(
        "completeness", ["from": "2025-03-29T23:00", "to": "2025-03-31"], format: .json
      ).text
      let rows = answer.split(separator: "\n").filter { $0.hasPrefix("[") }
        .map { $0.last == "," ? String($0.dropLast()) : String($0) }
      #expect(answer.contains("\"columns\":[\(names.map { "\"\($0)\"" }.joined(separator: ","))]"))
      #expect(
        rows == [
          // The hour before midnight: watched for its last 99 s.
          "[\"2025-03-29\",\"pbx1\",3501.0,3501.0,1,\"1 not-recorded\",0,1,1,100,0,1,1,0,1,0,0,0,0,0,0]",
          "[\"2025-03-29\",\"pbx2\",3600.0,0.0,0,null,0,0,0,0,0,0,null,0,0,0,0,0,0,0,0]",
          // 61 s between the sessions, 2.5 s in a cut frame, 1,800 s since the collector last
          // wrote.
          "[\"2025-03-30\",\"pbx1\",1863.5,63.5,2,\"1 connection-lost, 1 cut-frame\",2,1,11,1100,1,"
            + "9,6,5,11,1,1,1,0,0,1]",
          "[\"2025-03-30\",\"pbx2\",79200.0,0.0,0,null,0,1,3,90,0,1,1,0,2,0,0,0,1,0,0]",
        ])
    }

    @Test(arguments: ["pbx1", "pbx2"])
    func `the heading and completeness agree on what was not observed`(server: String) throws {
      let period = ["from": "2025-03-29T12:34:56.789", "to": "2025-03-30T23:17", "server": server]
      let days = try store.rows("completeness", period, columns: ["unobserved_s"])
      // Days are shown from the first session on.
      let sum = days.map { Double($0[0])! }.reduce(0, +)
      let heading = try store.answer("completeness", period, format: .json).text
      let key = try #require(heading.firstRange(of: "\"unobserved_s\":"))
      let unobserved = try #require(Double(heading[key.upperBound...].prefix { $0 != "," }))
      #expect(abs(sum - unobserved) < 0.11)
    }

    @Test func `of several servers the worst is named`() throws {
      let all = try store.answer("calls", Sample.day).aside
      #expect(all == ["Not observed: 79200 s of 82800 s (95.7 %) of server pbx2, the worst."])
      let one = try store.answer("calls", Sample.day.merging(["server": "pbx1"]) { $1 }).aside
      #expect(one == ["Not observed: 1863 s of 82800 s (2.3 %)."])
      let watched = ["from": "2025-03-30T05:00", "to": "2025-03-30T06:00", "server": "pbx1"]
      #expect(try store.answer("calls", watched).aside.last?.hasPrefix("Nothing found: ") == true)
      #expect(try store.answer("calls", watched, format: .table).text.contains("All of it was"))
    }

    @Test(arguments: [
      (["number": "101"], ["7", "6", "5", "1"]),
      (["number": "030*"], ["2", "1"]),
      (["channel": "PJSIP/trunk1-*"], ["2", "1"]),
      (["channel": "3.1"], ["3"]),
      (["cause": "17"], ["2"]),
      (["cause": "busy"], ["2"]),
      (["cause": "USER_BUSY"], ["2"]),
      (["cause": "700"], ["6"]),
      (["disposition": "answered"], ["1099511627784", "1"]),
      (["ended_by": "callee"], ["2", "1"]),
      (["ended_by": "agent"], ["1099511627784"]),
      (["server": "pbx2"], ["1099511627784"]),
      (["limit": "2"], ["7", "6"]),
      (["number": "nobody"], []),
    ])
    func `a call is found`(arguments: [String: String], ids: [String]) throws {
      let rows = try store.rows("calls", Sample.day.merging(arguments) { $1 }, columns: ["call"])
      #expect(rows.map { $0[0] } == ids)
    }

    @Test func `a limit that was reached is told`() throws {
      let answer = try store.answer("calls", Sample.day.merging(["limit": "2"]) { $1 })
      #expect(answer.aside.last?.contains("the first 2") == true)
    }
  }
}
