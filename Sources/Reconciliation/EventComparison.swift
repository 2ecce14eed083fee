import AMI
import SQLite

/// Compares CEL events with `channels`, and with `cels` where the store keeps that table.
final class EventComparison {
  /// The most events of `cels` that are compared one by one; beyond it only channels are.
  static let rowsMax = 4_000_000

  private let channels: Statement
  private let server: Int64
  /// How many rows of `cels` there are of each, while not matched; nil when the store has none.
  private var rows: [Int: Int32]?

  init(_ connection: borrowing Connection, server: Int64) throws {
    self.server = server
    channels = try connection.prepare(
      """
      SELECT id, call_id, name, started_us, answered_us, ended_us, cause, opened_by, closed_by
      FROM channels WHERE server_id = ?1 AND uniqueid = ?2
        AND started_us <= ?4 AND coalesce(ended_us, ?4) >= ?3 ORDER BY abs(started_us - ?3)
      """)
    rows = try Self.rows(connection, server)
  }

  private static func rows(
    _ connection: borrowing Connection, _ server: Int64
  ) throws -> [Int: Int32]? {
    let statement = try connection.prepare(
      "SELECT eventtype, eventtime, uniqueid, appdata FROM cels WHERE server_id = ? LIMIT ?")
    statement.bind(server, at: 1)
    statement.bind(rowsMax + 1, at: 2)
    var found: [Int: Int32] = [:]
    var count = 0
    while try statement.step() {
      count += 1
      guard
        let time = ServerClock.eventTime(
          statement.text(at: 1) ?? "",
          near: ServerClock.creation(uniqueid: statement.text(at: 2) ?? ""))
      else { continue }
      found[
        key(
          statement.text(at: 0) ?? "", time, statement.text(at: 2) ?? "",
          statement.text(at: 3) ?? ""), default: 0] += 1
    }
    return count == 0 || count > rowsMax ? nil : found
  }

  private static func key(
    _ type: String, _ time: Instant, _ uniqueid: String, _ data: String
  ) -> Int {
    var hasher = Hasher()
    hasher.combine(type)
    hasher.combine(time.cut(to: .seconds(1)))
    hasher.combine(uniqueid)
    hasher.combine(data)
    return hasher.finalize()
  }

  /// Whether the table `cels` has the event; nil when the store does not keep that table. A row
  /// counts once.
  func isKept(_ event: CELRecord) -> Bool? {
    guard rows != nil else { return nil }
    // The file shows the user's own word for a type, and new types that older events do not name.
    for type in [event.type, "USER_DEFINED"] {
      let key = Self.key(type, event.time, event.uniqueid, event.values[11])
      if let count = rows![key], count > 0 {
        rows![key] = count - 1
        return true
      }
    }
    return false
  }

  func compare(
    _ event: CELRecord, _ time: borrowing ObservedTime, _ findings: inout Findings
  ) throws {
    let kept = isKept(event)
    switch time.place(event.time, event.time) {
    case .outside:
      findings.outside += 1
      return
    case .gap:
      if kept == false { findings.gapEvents += 1 }
      return
    case .partly: return
    case .observed: break
    }
    findings.events += 1
    if kept == false { findings.add(named(.eventMissing, event)) }
    guard ["CHAN_START", "ANSWER", "HANGUP"].contains(event.type) else { return }
    try compareChannel(event, time, &findings)
  }

  private func compareChannel(
    _ event: CELRecord, _ time: borrowing ObservedTime, _ findings: inout Findings
  ) throws {
    defer { channels.reset() }
    channels.bind(server, at: 1)
    channels.bind(event.uniqueid, at: 2)
    channels.bind(event.time - ObservedTime.lateMax, at: 3)
    channels.bind(event.time + ObservedTime.lateMax, at: 4)
    guard try channels.step() else {
      findings.add(named(.channelMissing, event))
      return
    }
    func differ(_ field: String, _ store: String?, _ file: String) {
      var difference = named(.channelDiffers, event)
      difference.callID = channels.int(at: 1)
      difference.field = field
      difference.store = store
      difference.file = file
      findings.add(difference)
    }
    func near(_ field: String, _ store: Instant?) {
      if let store, store.distance(to: event.time) <= ObservedTime.lateMax { return }
      differ(field, store?.description, event.time.description)
    }
    switch event.type {
    case "CHAN_START": near("started_us", channels.time(at: 3))
    case "ANSWER": if channels.optionalInt(at: 4) == nil { near("answered_us", nil) }
    default:
      if channels.text(at: 8) == "hangup" || channels.text(at: 8) == nil {
        near("ended_us", channels.optionalTime(at: 5))
        if let cause = event.cause, channels.optionalInt(at: 6) != cause {
          differ("cause", channels.optionalInt(at: 6).map { "\($0)" }, "\(cause)")
        }
      }
    }
  }

  private func named(_ kind: Disagreement.Kind, _ event: CELRecord) -> Disagreement {
    var difference = Disagreement(kind, at: event.time)
    difference.channel = event.channelName
    difference.uniqueid = event.uniqueid
    difference.field = event.type
    return difference
  }
}
