import Support
import Testing

@testable import Reports

extension ReportsTests {
  /// The figures of the sample, worked out by hand.
  @Suite struct DeviceFiguresTests {
    private func registrations(_ arguments: [String: String] = [:]) throws -> [[String]] {
      try TestStore(Sample.sql).rows(
        "registrations", Sample.day.merging(arguments) { $1 },
        columns: [
          "kind", "name", "availability_percent", "observed_s", "losses", "longest_outage_s",
          "lost_by", "median_round_trip_ms", "p95_round_trip_ms",
        ])
    }

    @Test func `availability is of the time that was observed`() throws {
      // 101: 81000 s but for 61 s without a session; down 900 s before these and 100 s after.
      // us: of 21500 s up 10000 and 9000; 1000 s unknown lie between the losses.
      #expect(
        try registrations() == [
          ["endpoint", "102", "0.0", "1000.0", "0", "1000.0", "", "", ""],
          [
            "registration", "us", "92.68", "20500.0", "2", "1000.0",
            "\"403 Forbidden 1", " timeout 1\"", "",
          ],
          [
            "endpoint", "101", "98.76", "80939.0", "1", "1000.0", "unreachable 1", "20.0", "40.0",
          ],
          ["peer", "300", "100.0", "100.0", "0", "", "", "5.0", "5.0"],
        ])
    }

    @Test func `contacts and single names are shown when asked for`() throws {
      #expect(try registrations(["kind": "contact"]).map { $0[1] } == ["sip:101@192.0.2.1"])
      #expect(try registrations(["name": "1*"]).map { $0[1] } == ["102", "101"])
    }

    @Test(arguments: [
      ("address", ["203.0.113.5 2 1 0", "198.51.100.7 2 0 1"]),
      ("account", ["admin 3 1 0", "101 1 0 1"]),
      ("service", ["AMI 2 1 0", "PJSIP 2 0 1"]),
      (
        "event",
        [
          "ChallengeResponseFailed 1 0 0", "FailedACL 1 0 0", "InvalidAccountID 1 0 0",
          "InvalidPassword 1 0 0", "SessionLimit 0 1 0",
        ]
      ),
    ])
    func `failures are counted by who, and whether one got in`(by: String, expected: [String])
      throws
    {
      let rows = try TestStore(Sample.sql).rows(
        "security", Sample.day.merging(["by": by]) { $1 },
        columns: ["who", "failed", "limited", "accepted_after"])
      #expect(
        rows.map { "\($0[0]) \($0[1]) \($0[2]) \($0[3].isEmpty ? 0 : 1)" } == expected)
    }
  }
}
