/// What a comparison found.
public struct Findings: Sendable {
  /// The most disagreements that are kept; the rest is only counted.
  public static let listedMax = 100_000
  /// The most calls of gaps that are told apart by their linkedid; beyond it each record counts.
  static let gapCallsMax = 1_000_000

  /// Differences that are no disagreements: both sides are right.
  public enum Explanation: String, Sendable, CaseIterable, Hashable {
    case refused
    case moved
    case beginsWithin = "begins-within"
    case split
    case conference
    case agentLogin = "agent-login"
    case renamed
    case unkeptRecords = "records-not-kept"
    case noUniqueid = "no-uniqueid"

    /// One sentence on why that is so.
    public var sentence: String {
      switch self {
      case .refused: "callers whom a queue refused: queue_log does not know them"
      case .moved: "waits that queue_log has under two channels: attended transfers into a queue"
      case .beginsWithin: "that began or ended in the second in which a session ended or began"
      case .split: "CDRs of a channel that has several: each tells a part of its time"
      case .conference: "CDRs between strangers who met in a conference: no call joins them"
      case .agentLogin: "CDRs between callers and agents on the line: each has a call of its own"
      case .renamed: "channels that had another name when the CDR was written"
      case .unkeptRecords:
        "records that the store has no rows for, because the server sends no such events"
      case .noUniqueid: "CDRs without a uniqueid: found by their channel's name"
      }
    }
  }

  /// The disagreements, at most `listedMax`.
  public internal(set) var disagreements: [Disagreement] = []
  /// How many there are.
  public private(set) var count = 0
  /// What was compared.
  public internal(set) var visits = 0
  public internal(set) var offers = 0
  public internal(set) var agentLines = 0
  public internal(set) var records = 0
  public internal(set) var events = 0
  /// What lies in gaps and only the files know.
  public internal(set) var gapVisits = 0
  public var gapCalls: Int { gapLinkedids.count + moreGapCalls }
  public internal(set) var gapEvents = 0
  /// Rows that a gap left without their end, or with a wrong one, and the files know better.
  public internal(set) var gapDifferences = 0
  /// Records of times without a session or gap: before the first session, or after the last.
  public internal(set) var outside = 0
  /// Differences by nature, by kind.
  public private(set) var explained: [Explanation: Int] = [:]
  /// What is wrong with the files: one sentence each.
  public internal(set) var flaws: [String] = []
  private var gapLinkedids: Set<String> = []
  private var moreGapCalls = 0

  public init() {}

  mutating func add(_ disagreement: Disagreement) {
    count += 1
    if disagreements.count < Self.listedMax { disagreements.append(disagreement) }
  }

  mutating func explain(_ what: Explanation, _ times: Int = 1) {
    if times > 0 { explained[what, default: 0] += times }
  }

  /// A call that lies in a gap, and the store does not have.
  mutating func addGapCall(_ linkedid: String) {
    guard !gapLinkedids.contains(linkedid) else { return }
    if gapLinkedids.count < Self.gapCallsMax {
      gapLinkedids.insert(linkedid)
    } else {
      moreGapCalls += 1
    }
  }

  /// Sentences that say what was compared and what was not.
  public var notes: [String] {
    var notes = [
      "compared: \(visits) visits, \(offers) offers, \(agentLines) lines of members and agents, "
        + "\(records) CDRs, \(events) channel events; "
        + "\(count) \(count == 1 ? "disagreement" : "disagreements")",
      "in gaps: \(gapVisits) visits, \(gapCalls) calls known only to the files"
        + (gapEvents > 0 ? ", \(gapEvents) channel events" : "")
        + (gapDifferences > 0 ? "; \(gapDifferences) rows that the files know better" : ""),
    ]
    if count > disagreements.count {
      notes.append("the first \(disagreements.count) disagreements are listed")
    }
    if outside > 0 {
      notes.append("not compared: \(outside) of before the first session or after the last")
    }
    for what in Explanation.allCases {
      if let times = explained[what] { notes.append("explained: \(times) \(what.sentence)") }
    }
    return notes + flaws
  }
}
