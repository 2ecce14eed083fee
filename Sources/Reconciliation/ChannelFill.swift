import AMI
import SQLite
import Store

/// Fills `calls` and `channels` from CDRs and CEL events.
final class ChannelFill {
  private let writer: FillWriter
  private let time: ObservedTime
  private let channels: ChannelLookup

  init(_ writer: FillWriter, _ time: ObservedTime) throws {
    self.writer = writer
    self.time = time
    channels = try ChannelLookup(
      writer.store.connection, server: writer.server, beyondGaps: true)
  }

  func apply(_ records: [CDRRecord], _ events: [CELRecord]) throws {
    let logged = LoggedCalls(records, events)
    let dispositions = Dictionary(grouping: records) { $0.uniqueid ?? $0.channel }
    for call in logged.calls {
      let channels = call.map { logged.channels[$0] }
      let own = channels.flatMap { channel in
        dispositions[channel.uniqueid.isEmpty ? channel.name : channel.uniqueid] ?? []
      }
      try apply(channels, own)
    }
  }

  // MARK: One call

  private func apply(_ channels: [LoggedChannel], _ records: [CDRRecord]) throws {
    let rows = try channels.map { try row(of: $0) }
    var callID = rows.compactMap { $0?.callID }.min()
    if callID == nil, let linkedid = channels.compactMap(\.linkedid).first {
      let (start, end) = channels[0].span
      callID = try self.channels.channel(uniqueid: linkedid, from: start, to: end)?.callID
    }
    let isNew = zip(channels, rows).contains { $1 == nil && isWhole($0) }
    let isKnown = callID != nil
    if callID == nil, isNew { callID = try addCall(channels, records) }
    guard let callID else { return }
    var isChanged = false
    for (channel, row) in zip(channels, rows) {
      if let row {
        for change in [begin, answer, end] where try change(row, channel) { isChanged = true }
      } else if isWhole(channel) {
        try add(channel, callID, among: channels)
        isChanged = true
      }
    }
    guard isKnown else { return }
    try name(callID, channels, rows)
    if try isChanged || wasTakenForLonely(callID, records) {
      try review(callID, channels, records)
    }
  }

  /// A call that began in a gap and was seen only later has what its first channel was called then,
  /// or nothing.
  private func name(
    _ id: Int64, _ channels: [LoggedChannel], _ rows: [ChannelLookup.Channel?]
  ) throws {
    let store = writer.store
    let start = try store.time(
      "SELECT min(started_us) FROM channels WHERE call_id = ?", .integer(id))
    guard
      let place = channels.indices.first(where: {
        channels[$0].startedAt == start
          && (rows[$0] == nil || isUncertain(rows[$0], channels[$0]))
      })
    else { return }
    let first = channels[place]
    try store.execute(
      """
      UPDATE calls SET linkedid = coalesce(?1, linkedid),
        caller_number = coalesce(?2, caller_number), caller_name = coalesce(?3, caller_name),
        dialled = coalesce(?4, dialled), filled_by = ?5
      WHERE id = ?6
      """
    ) {
      $0.append(first.linkedid)
      $0.append(first.callerNumber)
      $0.append(first.callerName)
      $0.append(first.exten)
      $0.append(first.source.rawValue)
      $0.append(id)
    }
  }

  /// Whether a call ended without two parties having been seen to meet, and a record says that they
  /// did.
  private func wasTakenForLonely(_ id: Int64, _ records: [CDRRecord]) throws -> Bool {
    guard Self.answered(records) != nil else { return false }
    return try writer.store.integer(
      "SELECT 1 FROM calls WHERE id = ? AND disposition IS NOT NULL AND disposition <> 'answered'",
      .integer(id)) == 1
  }

  /// Whether a channel began and ended in what the files tell: what goes on is the stream's.
  private func isWhole(_ channel: LoggedChannel) -> Bool {
    guard let start = channel.startedAt, let end = channel.endedAt else { return false }
    return time.isInGap(start - ObservedTime.earlyMax, end + ObservedTime.lateMax)
  }

  private func row(of channel: LoggedChannel) throws -> ChannelLookup.Channel? {
    let (first, last) = channel.span
    return channel.uniqueid.isEmpty
      ? try channels.channel(named: channel.name, from: first, to: last)
      : try channels.channel(uniqueid: channel.uniqueid, from: first, to: last)
  }

  // MARK: Rows

  /// Gives a row that was first seen behind a gap the beginning that the files tell.
  private func begin(_ row: ChannelLookup.Channel, _ channel: LoggedChannel) throws -> Bool {
    guard isUncertain(row, channel), let started = channel.startedAt else { return false }
    try writer.update(
      "channels", row.id,
      [
        "started_us": .time(started), "opened_by": .text(channel.source.rawValue),
      ])
    return true
  }

  /// Gives a row that was first seen up behind a gap the time when it came up.
  private func answer(_ row: ChannelLookup.Channel, _ channel: LoggedChannel) throws -> Bool {
    let unsure = channel.source == .cel ? ObservedTime.earlyMax : ObservedTime.lateMax
    guard let answered = channel.answeredAt, let seen = row.answeredAt,
      answered + unsure < seen, time.isInGap(answered, answered),
      answered >= row.startedAt || row.openedBy != "newchannel"
    else { return false }
    try writer.update("channels", row.id, ["answered_us": .time(answered)])
    return true
  }

  /// Whether it is not known from the stream when a channel began, and the files tell.
  private func isUncertain(_ row: ChannelLookup.Channel?, _ channel: LoggedChannel) -> Bool {
    guard let row, let started = channel.startedAt, started <= row.endedAt ?? .last else {
      return false
    }
    // A list tells when a channel began, to the second.
    let isUncertain =
      row.openedBy == "seen" || (row.openedBy == "snapshot" && channel.source == .cel)
    return isUncertain && time.isInGap(second: started)
  }

  /// Gives a row that a gap left without its end the end that the files tell.
  private func end(_ row: ChannelLookup.Channel, _ channel: LoggedChannel) throws -> Bool {
    guard let ended = channel.endedAt, time.isInGap(second: ended),
      !["hangup", "cdr", "cel"].contains(row.closedBy ?? "")
    else { return false }
    try writer.update(
      "channels", row.id,
      [
        "ended_us": .time(ended), "closed_by": .text(channel.source.rawValue),
        "cause": Value(channel.cause), "answered_us": Value(row.answeredAt ?? channel.answeredAt),
      ])
    return true
  }

  private func add(
    _ channel: LoggedChannel, _ callID: Int64, among channels: [LoggedChannel]
  ) throws {
    let name = ChannelParts(channel.name)
    // Half ;1 of a Local channel counts only while ;2 leads nowhere.
    let leadsOn = channels.contains { other in
      other.leadsOn && ChannelParts(other.name).half == 2
        && ChannelParts(other.name).pair == name.pair
    }
    let counts = name.half == 0 || (name.half == 1 && !leadsOn)
    try writer.insert(
      "channels",
      [
        "call_id": .integer(callID), "name": .text(channel.name),
        "uniqueid": .text(channel.uniqueid), "linkedid": Value(channel.linkedid),
        "technology": .text(name.technology), "endpoint": Value(name.endpoint),
        "caller_number": Value(channel.callerNumber), "caller_name": Value(channel.callerName),
        "account_code": Value(channel.accountCode), "context": Value(channel.context),
        "exten": Value(channel.exten), "state": .integer(channel.answeredAt == nil ? 0 : 6),
        "opened_by": .text(channel.source.rawValue), "started_us": Value(channel.startedAt),
        "answered_us": Value(channel.answeredAt), "ended_us": Value(channel.endedAt),
        "closed_by": .text(channel.source.rawValue), "cause": Value(channel.cause),
        "counts": .integer(counts ? 1 : 0),
      ])
  }

  private func addCall(_ channels: [LoggedChannel], _ records: [CDRRecord]) throws -> Int64 {
    let first = channels.min { ($0.startedAt ?? .last) < ($1.startedAt ?? .last) }!
    let isFromRecords = channels.contains { $0.source == .cdr }
    let counted = channels.filter { channel in
      let name = ChannelParts(channel.name)
      return name.half == 0
        || (name.half == 1
          && !channels.contains {
            $0.leadsOn && ChannelParts($0.name).half == 2
              && ChannelParts($0.name).pair == name.pair
          })
    }
    let disposition = Self.disposition(
      channels, records, isUp: channels.contains { $0.answeredAt != nil })
    let end = channels.compactMap(\.endedAt).max()
    let met = channels.compactMap(\.metAt).min() ?? Self.answered(records)
    // CDRs have whole seconds: what they say may lie before the call.
    let answered = (met ?? channels.compactMap(\.answeredAt).min())
      .map { max($0, first.startedAt ?? $0) }
    let talk = met.flatMap { met in end.map { $0.since(met).milliseconds } }
    return try writer.insert(
      "calls",
      [
        "linkedid": Value(first.linkedid), "caller_number": Value(first.callerNumber),
        "caller_name": Value(first.callerName), "dialled": Value(first.exten),
        "started_us": Value(first.startedAt),
        "answered_us": Value(answered),
        "ended_us": Value(end), "talk_ms": .integer(talk ?? 0), "cause": Value(first.cause),
        "disposition": .text(disposition), "channels": .integer(Int64(counted.count)),
        "filled_by": .text(isFromRecords ? "cdr" : "cel"),
      ])
  }

  /// A call that was known has other channels now, or ended, or its parties met.
  private func review(
    _ id: Int64, _ channels: [LoggedChannel], _ records: [CDRRecord]
  ) throws {
    let store = writer.store
    let isOver =
      try store.integer(
        "SELECT count(*) FROM channels WHERE call_id = ? AND ended_us IS NULL", .integer(id)) == 0
    let counted = try store.integer(
      "SELECT count(*) FROM channels WHERE call_id = ? AND counts", .integer(id))
    let start = try store.time(
      "SELECT min(started_us) FROM channels WHERE call_id = ?", .integer(id))
    let end = try store.time(
      "SELECT max(ended_us) FROM channels WHERE call_id = ?", .integer(id))
    let up = try store.time(
      "SELECT min(answered_us) FROM channels WHERE call_id = ? AND counts", .integer(id))
    let before = try store.time(
      "SELECT answered_us FROM calls WHERE id = ?", .integer(id))
    let wasMet =
      try store.integer(
        """
        SELECT count(DISTINCT m.channel_id) > 1 FROM bridge_members m
          JOIN bridges b ON b.id = m.bridge_id WHERE b.call_id = ?
        """, .integer(id)) == 1
    let met = channels.compactMap(\.metAt).min()
    // CDRs have whole seconds, and call answered whom a queue answered: they speak last, and what
    // they say may lie before the call.
    let firstMet = [wasMet ? before : nil, met].compactMap { $0 }.min() ?? Self.answered(records)
    let told = (firstMet ?? (isOver ? up : nil)).map { max($0, start ?? $0) }
    // What the server's end cut off was not answered after it.
    let answered = told.flatMap { $0 <= end ?? .last ? $0 : nil }
    try writer.update(
      "calls", id,
      [
        "started_us": Value(start), "ended_us": Value(isOver ? end : nil),
        "channels": Value(counted), "answered_us": Value(answered),
        "filled_by": .text(records.isEmpty ? "cel" : "cdr"),
      ])
    guard isOver else { return }
    let disposition =
      wasMet || met != nil || Self.answered(records) != nil
      ? "answered" : Self.disposition(channels, records, isUp: up != nil)
    try store.execute(
      """
      UPDATE calls SET disposition = ?1
      WHERE id = ?2 AND (disposition IS NULL OR ?1 = 'answered')
      """
    ) {
      $0.append(disposition)
      $0.append(id)
    }
    // Two parties talk until the end; of others it is not known who talked when.
    guard disposition == "answered", let answered, let end, counted == 2,
      time.isInGap(answered, end)
    else { return }
    try store.execute(
      """
      UPDATE calls SET talk_ms = max(talk_ms, ?1)
      WHERE id = ?2 AND NOT EXISTS (SELECT 1 FROM transfers WHERE call_id = ?2)
        AND NOT EXISTS (SELECT 1 FROM parkings p JOIN channels c ON c.id = p.channel_id
          WHERE c.call_id = ?2)
      """
    ) {
      $0.append(end.since(answered).milliseconds)
      $0.append(id)
    }
  }

  // MARK: What records say of a call

  /// When two parties were first connected.
  private static func answered(_ records: [CDRRecord]) -> Instant? {
    records.filter { $0.disposition == "ANSWERED" && $0.destinationChannel != nil }
      .compactMap(\.answeredAt).min()
  }

  private static func disposition(
    _ channels: [LoggedChannel], _ records: [CDRRecord], isUp: Bool
  ) -> String {
    if answered(records) != nil || channels.contains(where: { $0.metAt != nil }) {
      return "answered"
    }
    if isUp { return "self-service" }
    // To CDRs one who gives up is one whom nobody answers.
    if channels.contains(where: { $0.dialStatus == "CANCEL" }) { return "cancelled" }
    if let word = disposition(byCauseOf: channels, records) { return word }
    for (theirs, ours) in [
      ("BUSY", "busy"), ("NO ANSWER", "no-answer"), ("FAILED", "failed"), ("CONGESTION", "failed"),
    ] where records.contains(where: { $0.disposition == theirs }) {
      return ours
    }
    return "no-answer"
  }
}

extension ChannelFill {
  /// By its first channel's cause, of a call in which no dial tells its status; nil where records
  /// must do.
  fileprivate static func disposition(
    byCauseOf channels: [LoggedChannel], _ records: [CDRRecord]
  ) -> String? {
    guard channels.allSatisfy({ $0.dialStatus == nil }), let cause = channels[0].cause else {
      return nil
    }
    // An originate that nobody took.
    if channels[0].wasDialled {
      switch cause {
      case 17: return "busy"
      case 0 where records.contains { $0.disposition == "BUSY" }: return "busy"
      case 3, 20, 34: return "failed"
      default: return "no-answer"
      }
    }
    switch cause {
    case 0: return nil
    case 16, 26: return "cancelled"
    case 17: return "busy"
    case 18, 19: return "no-answer"
    default: return "failed"
    }
  }
}

/// What a channel's name says. **Source:** main/channel.c, main/core_local.c.
struct ChannelParts {
  let technology: String
  let endpoint: String?
  /// Which half of a Local channel it is: 1, 2; 0 for any other channel.
  let half: Int
  /// The name without its half.
  let pair: String

  init(_ name: String) {
    let slash = name.firstIndex(of: "/") ?? name.endIndex
    technology = String(name[..<slash])
    half =
      technology != "Local" ? 0 : name.hasSuffix(";1") ? 1 : name.hasSuffix(";2") ? 2 : 0
    pair = half == 0 ? name : String(name.dropLast(2))
    let rest = slash < pair.endIndex ? pair[pair.index(after: slash)...] : ""
    let serial = rest.lastIndex(of: "-") ?? rest.endIndex
    endpoint = rest[..<serial].isEmpty ? nil : String(rest[..<serial])
  }
}
