import AMI

/// A fault of some versions of Asterisk that a recorder feels.
struct Defect: Sendable {
  let name: String
  /// What it does, and what can be done about it.
  let meaning: String
  /// The versions that have it: from one up to, but not including, another.
  let ranges: [(from: AsteriskVersion, to: AsteriskVersion)]

  func isIn(_ version: AsteriskVersion) -> Bool {
    ranges.contains { $0.from <= version && version < $0.to }
  }

  /// A message that is cut in its middle when the reader is slow, and no end of the connection.
  ///
  /// **Source:** commit f6062b17cc: 16.26.0, 18.12.0, 19.4.0.
  static let truncation = Defect(
    name: "cut-frames",
    meaning: "to a slow reader it sends half of a message and goes on with the next; amirecd marks "
      + "what is cut as a gap. Mended in 16.26, 18.12, 19.4",
    ranges: [
      (AsteriskVersion(15), AsteriskVersion(16, 26)),
      (AsteriskVersion(17), AsteriskVersion(18, 12)),
      (AsteriskVersion(19), AsteriskVersion(19, 4)),
    ])

  /// **Source:** asterisk/asterisk#2145, commit 2158dff4b5: 20.21.0, 22.11.0, 23.5.0.
  static let lateness = Defect(
    name: "late-delivery",
    meaning: "it may forget to deliver events until it receives something; ping_interval_s bounds "
      + "how late they come. Mended in 20.21, 22.11, 23.5",
    ranges: [
      (AsteriskVersion(0), AsteriskVersion(20, 21)),
      (AsteriskVersion(21), AsteriskVersion(22, 11)),
      (AsteriskVersion(23), AsteriskVersion(23, 5)),
    ])

  /// **Source:** ASTERISK-28350, commit d480f5eab2: 13.26.0, 16.3.0.
  static let stall = Defect(
    name: "stalls",
    meaning: "while one client of the manager interface does not read, it stalls for all, calls "
      + "included, for as long as writetimeout; leave that at 100. Mended in 13.26, 16.3",
    ranges: [
      (AsteriskVersion(0), AsteriskVersion(13, 26)),
      (AsteriskVersion(14), AsteriskVersion(16, 3)),
    ])

  /// All that are known.
  static let all = [truncation, lateness, stall]

  /// Whether a long `writetimeout` does no harm.
  static func allowsWriteTimeout(_ version: AsteriskVersion) -> Bool {
    !truncation.isIn(version) && !stall.isIn(version)
  }
}
