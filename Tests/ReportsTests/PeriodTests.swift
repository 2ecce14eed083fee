import Glibc
import Testing

@testable import Reports

extension ReportsTests {
  @Suite struct PeriodTests {
    /// 2026-03-30T12:00:00Z, the day after the clocks went forward in Berlin.
    static let now: Int64 = 1_774_872_000_000_000

    @Test(
      arguments: [
        ("2026-03-30T12:00:00Z", 0), ("2026-03-30T14:00", 0), ("2026-03-30 14:00:00", 0),
        ("2026-03-30T14:00:00.5", 0.5), ("2026-03-30T14:00:00.0000019", 0.000001),
        ("2026-03-30T12:00+00:00", 0), ("2026-03-30T13:30+0130", 0), ("2026-03-30T05:00-07", 0),
        ("2026-03-30", -14 * 3600), ("now", 0), ("today", -14 * 3600),
        ("yesterday", -14 * 3600 - 23 * 3600), ("tomorrow", 10 * 3600),
        ("-90s", -90), ("-30m", -1800), ("-24h", -86400),
        // The day before had 23 hours.
        ("-1d", -86400), ("-2d", -2 * 86400 + 3600), ("-1w", -7 * 86400 + 3600),
        // The clocks skip 02:30 and, in autumn, show it twice.
        ("2026-03-29T02:30", -34.5 * 3600), ("2026-03-29T03:30", -34.5 * 3600),
        ("2025-10-25T23:00+02:00", -13_446_000), ("2025-10-26T02:30", -13_433_400),
        ("2024-02-29T00:00Z", -65_707_200),
      ] as [(String, Double)])
    func `a time is read`(text: String, seconds: Double) throws {
      let zone = try Zone.use("Europe/Berlin")
      let time = try Time.parse(text, name: "from", zone: zone, nowUs: Self.now)
      #expect(time == Self.now + Int64((seconds * 1_000_000).rounded()))
    }

    @Test(arguments: [
      "", "-", "-7", "7d", "-7y", "-1.5h", "-99999999999d", "-٣d", "2026", "2026-3-29",
      "2026-02-29", "2026-13-01", "2026-04-31", "1969-12-31", "2026-03-29T24:00", "2026-03-29T12",
      "2026-03-29T12:60", "2026-03-29T12:00:60", "2026-03-29T12:00:00.", "2026-03-29T12:00 UTC",
      "2026-03-29T12:00+1", "2026-03-29T12:00+25:00", "2026-03-29Z", "last week", "NOW",
    ])
    func `what is no time is refused`(text: String) throws {
      let zone = try Zone.use("Europe/Berlin")
      let error = #expect(throws: ReportsError.self) {
        try Time.parse(text, name: "from", zone: zone, nowUs: Self.now)
      }
      #expect(error?.code == .usage)
      #expect(error?.description.hasPrefix("from cannot be \"") == true)
    }

    @Test func `a period is the last 24 hours unless asked otherwise`() throws {
      let zone = try Zone.use("UTC")
      func period(_ from: String?, _ to: String?) throws -> [Int64] {
        let period = try Period(from: from, to: to, zone: zone, nowUs: Self.now)
        return [period.fromUs - Self.now, period.toUs - Self.now].map { $0 / 1_000_000 }
      }
      #expect(try period(nil, nil) == [-86400, 0])
      #expect(try period("-1h", nil) == [-3600, 0])
      #expect(try period(nil, "-1h") == [-90000, -3600])
      #expect(try period("yesterday", "today") == [-129600, -43200])
      for (from, to) in [("now", "now"), ("today", "yesterday")] {
        let error = #expect(throws: ReportsError.self) { try period(from, to) }
        #expect(error?.description.hasPrefix("the period is empty") == true)
      }
    }

    @Test(arguments: [
      ("Europe/Berlin", "2026-03-30T14:00:00+02:00"), ("UTC", "2026-03-30T12:00:00+00:00"),
      ("Asia/Kolkata", "2026-03-30T17:30:00+05:30"),
      ("America/St_Johns", "2026-03-30T09:30:00-02:30"),
      ("CET-1CEST", "2026-03-30T14:00:00+02:00"), (":Europe/Berlin", "2026-03-30T14:00:00+02:00"),
    ])
    func `a time is shown on the clock of the zone`(name: String, text: String) throws {
      #expect(try Zone.use(name).text(Self.now) == text)
    }

    @Test(arguments: [
      "Mars/Phobos", "Europe/berlin", "../../../etc/passwd", "Europe", "/etc/passwd",
      "CET;1", "zone.tab", "A\nB",
    ])
    func `an unknown zone is refused by name`(name: String) {
      let error = #expect(throws: ReportsError.self) { try Zone.use(name) }
      #expect(error?.code == .usage)
      #expect(error?.description.contains(name.quoted) == true)
      #expect(error?.description.contains("\n") == false)
    }

    @Test func `without a name the environment's zone holds, and is checked too`() throws {
      unsafe setenv("TZ", "Asia/Tokyo", 1)
      #expect(try Zone.use().text(Self.now) == "2026-03-30T21:00:00+09:00")
      unsafe setenv("TZ", "Asia/Tokio", 1)
      let error = #expect(throws: ReportsError.self) { try Zone.use() }
      #expect(error?.description.contains("environment variable TZ") == true)
      unsafe unsetenv("TZ")
      #expect(try !Zone.use().name.isEmpty)
    }

    @Test func `times before 1970 and fractions round down`() throws {
      let zone = try Zone.use("UTC")
      #expect(zone.text(-1) == "1969-12-31T23:59:59+00:00")
      #expect(zone.text(999_999) == "1970-01-01T00:00:00+00:00")
    }
  }
}
