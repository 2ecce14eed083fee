import AMI
import SQLite

/// Compares CDRs with `channels`, `calls` and `cdrs`.
final class CallComparison {
  typealias Channel = ChannelLookup.Channel

  private let channels: ChannelLookup
  private let records: Statement
  private let bridges: Statement
  private let agents: Statement
  private let calls: Statement
  private let ends: Statement
  private let server: Int64
  /// Whether the server sends Cdr events.
  private let keepsRecords: Bool
  private var matched: Set<Int64> = []

  init(_ connection: borrowing Connection, server: Int64) throws {
    self.server = server
    channels = try ChannelLookup(connection, server: server, beyondGaps: false)
    calls = try connection.prepare("SELECT disposition FROM calls WHERE id = ?")
    ends = try connection.prepare("SELECT max(ended_us) FROM channels WHERE call_id = ?")
    bridges = try connection.prepare(
      """
      SELECT 1 FROM bridge_members a JOIN bridge_members b ON b.bridge_id = a.bridge_id
        JOIN bridges g ON g.id = a.bridge_id
      WHERE a.channel_id = ? AND b.channel_id = ? AND g.call_id IS NULL LIMIT 1
      """)
    agents = try connection.prepare(
      """
      WITH met(channel_id, call_id) AS (
        SELECT id, call_id FROM channels WHERE call_id IN (?1, ?2)
        UNION
        SELECT m.channel_id, b.call_id FROM bridges b JOIN bridge_members m ON m.bridge_id = b.id
        WHERE b.call_id IN (?1, ?2))
      SELECT 1 FROM met one JOIN met other USING (channel_id)
        JOIN bridge_members m USING (channel_id) JOIN bridges b ON b.id = m.bridge_id
      WHERE one.call_id = ?1 AND other.call_id = ?2 AND b.type = 'agent_hold' LIMIT 1
      """)
    let columns = CDRRecord.columns.map { "\"\($0)\"" }.joined(separator: ", ")
    records = try connection.prepare(
      "SELECT id, \(columns) FROM cdrs WHERE channel_id = ?1 ORDER BY id")
    let any = try connection.prepare("SELECT id FROM cdrs WHERE server_id = ? LIMIT 1")
    any.bind(server, at: 1)
    keepsRecords = try any.step()
  }

  // MARK: One record

  /// Compares a record.
  ///
  /// - Returns: whether it tells of a time in a gap. Asterisk writes a channel's records when the
  ///   channel ends, so that the end of the channel counts too.
  func compare(
    _ record: CDRRecord, _ time: borrowing ObservedTime, _ findings: inout Findings
  ) throws -> Bool {
    let channel = try self.channel(of: record)
    var row: (fields: [String], store: [String?])?
    if let channel { row = try self.row(of: record, channel) }
    var place = time.place(record.startedAt, record.endedAt)
    if row == nil, place == .observed, let channel {
      // Records of those who were transferred come when their whole call has ended.
      let ended = try lastEnd(ofCall: channel.callID) ?? .epoch
      let isOpen = channel.endedAt == nil && !time.gaps.isEmpty
      if isOpen || time.isInGap(channel.endedAt ?? .epoch, channel.endedAt ?? .epoch)
        || time.isInGap(ended, ended)
      {
        place = .gap
      }
    }
    if record.uniqueid == nil { findings.explain(.noUniqueid) }
    switch (place, channel) {
    case (.outside, _): findings.outside += 1
    case (.gap, nil):
      let name = record.linkedid ?? record.uniqueid ?? record.channel
      if try channels.channel(uniqueid: name, from: record.startedAt, to: record.endedAt) == nil {
        findings.addGapCall(name)
      } else {
        findings.gapDifferences += 1
      }
    case (.partly, nil): findings.explain(.beginsWithin)
    case (.observed, nil): findings.add(named(.channelMissing, record))
    case (.gap, let channel?):
      let isOpen =
        channel.endedAt == nil || !["hangup", "cdr", "cel"].contains(channel.closedBy ?? "")
      if isOpen || (row == nil && keepsRecords) {
        findings.gapDifferences += 1
      } else {
        findings.records += 1
      }
    case (_, let channel?):
      findings.records += 1
      compareTimes(record, channel, isWhole: place == .observed, &findings)
      if place == .observed { try compareCall(record, channel, &findings) }
      // Of a channel that lasts beyond the last session no record has come yet.
      let isAwaited = row == nil && channel.endedAt == nil
      if time.isObserved(second: record.endedAt), !isAwaited {
        compare(record, channel, row, &findings)
      }
    }
    return place == .gap
  }

  /// The channel that a record is about; nil when the store has none.
  func channel(of record: CDRRecord) throws -> Channel? {
    if let uniqueid = record.uniqueid {
      return try channels.channel(
        uniqueid: uniqueid, from: record.startedAt, to: record.endedAt)
    }
    return try channels.channel(
      named: record.channel, from: record.startedAt, to: record.endedAt)
  }

  // MARK: Its parts

  private func compareTimes(
    _ record: CDRRecord, _ channel: Channel, isWhole: Bool, _ findings: inout Findings
  ) {
    func differ(_ field: String, _ store: String?, _ file: String) {
      var difference = named(.channelDiffers, record)
      difference.callID = channel.callID
      difference.field = field
      difference.store = store
      difference.file = file
      findings.add(difference)
    }
    if channel.name != record.channel { findings.explain(.renamed) }
    let late = ObservedTime.lateMax
    if record.startedAt < channel.startedAt - late, channel.openedBy == "newchannel" {
      differ("started_us", "\(channel.startedAt)", "\(record.startedAt)")
    } else if record.startedAt > channel.startedAt + late {
      findings.explain(.split)
    }
    // A channel may be up before its record says so, not after.
    if let answered = record.answeredAt, isWhole, channel.openedBy == "newchannel",
      channel.answeredAt.map({ $0 > answered + late }) ?? true
    {
      differ("answered_us", channel.answeredAt.map { "\($0)" }, "\(answered)")
    }
    if let ended = channel.endedAt {
      if record.endedAt > ended + late { differ("ended_us", "\(ended)", "\(record.endedAt)") }
    }
  }

  /// The other channel that a record names lies in the same call.
  private func compareCall(
    _ record: CDRRecord, _ channel: Channel, _ findings: inout Findings
  ) throws {
    // Two parties were connected.
    if record.answeredAt != nil, record.disposition == "ANSWERED", record.destinationChannel != nil,
      channel.endedAt != nil, let disposition = try disposition(ofCall: channel.callID),
      disposition != "answered"
    {
      findings.add(
        differing(.callDiffers, record, channel, "disposition", disposition, record.disposition))
    }
    if let other = record.destinationChannel,
      let there = try channels.channel(named: other, from: record.startedAt, to: record.endedAt),
      there.callID != channel.callID
    {
      if try areStrangers(channel, there) {
        findings.explain(.conference)
        return
      }
      if try haveSameAgent(channel, there) {
        findings.explain(.agentLogin)
        return
      }
      findings.add(differing(.callDiffers, record, channel, "dstchannel", "\(there.callID)", other))
    }
    if let linkedid = record.linkedid, linkedid != record.uniqueid,
      let first = try channels.channel(
        uniqueid: linkedid, from: record.startedAt, to: record.endedAt),
      first.callID != channel.callID
    {
      if try haveSameAgent(channel, first) {
        findings.explain(.agentLogin)
        return
      }
      findings.add(
        differing(.callDiffers, record, channel, "linkedid", "\(first.callID)", linkedid))
    }
  }

  private func lastEnd(ofCall id: Int64) throws -> Instant? {
    defer { ends.reset() }
    ends.bind(id, at: 1)
    return try ends.step() ? ends.optionalTime(at: 0) : nil
  }

  private func disposition(ofCall id: Int64) throws -> String? {
    defer { calls.reset() }
    calls.bind(id, at: 1)
    return try calls.step() ? calls.text(at: 0) : nil
  }

  /// Whether two channels met in a bridge that joins no calls: a conference, a parking lot.
  private func areStrangers(_ one: Channel, _ other: Channel) throws -> Bool {
    defer { bridges.reset() }
    bridges.bind(one.id, at: 1)
    bridges.bind(other.id, at: 2)
    return try bridges.step()
  }

  /// Whether an agent who waits on the line was in the calls of both, or is one of them.
  private func haveSameAgent(_ one: Channel, _ other: Channel) throws -> Bool {
    defer { agents.reset() }
    agents.bind(one.callID, at: 1)
    agents.bind(other.callID, at: 2)
    return try agents.step()
  }

  /// The row of `cdrs` that is most like a record, with the columns in which it differs; nil when
  /// there is none. It is not given again.
  private func row(
    of record: CDRRecord, _ channel: Channel
  ) throws -> (fields: [String], store: [String?])? {
    guard keepsRecords else { return nil }
    defer { records.reset() }
    records.bind(channel.id, at: 1)
    var best: (id: Int64, fields: [String], store: [String?])?
    while try records.step() {
      let id = records.int(at: 0)
      guard !matched.contains(id) else { continue }
      let store = CDRRecord.columns.indices.map { records.text(at: $0 + 1) }
      let fields = CDRRecord.columns.indices.filter {
        guard let file = record.values[$0] else { return false }
        // A server sends the last three only where cdr_manager.conf maps them.
        guard let ours = store[$0] else { return $0 < 18 && !file.isEmpty }
        return !isSame(CDRRecord.columns[$0], ours, file)
      }.map { CDRRecord.columns[$0] }
      if let found = best, found.fields.count <= fields.count { continue }
      best = (id, fields, store)
    }
    guard let best, !best.fields.contains("sequence"), !best.fields.contains("start") else {
      return nil
    }
    matched.insert(best.id)
    return (best.fields, best.store)
  }

  private func compare(
    _ record: CDRRecord, _ channel: Channel, _ row: (fields: [String], store: [String?])?,
    _ findings: inout Findings
  ) {
    guard keepsRecords else { return findings.explain(.unkeptRecords) }
    guard let row else {
      return findings.add(differing(.recordMissing, record, channel, nil, nil, nil))
    }
    for field in row.fields {
      let place = CDRRecord.columns.firstIndex(of: field)!
      findings.add(
        differing(.recordDiffers, record, channel, field, row.store[place], record.values[place]))
    }
  }

  /// Numbers may be written with a fraction (`CDR(billsec,f)`).
  private func isSame(_ column: String, _ store: String, _ file: String) -> Bool {
    if store == file { return true }
    guard column == "duration" || column == "billsec",
      let ours = Number.decimal(store, in: CDRRecord.numbers),
      let theirs = Number.decimal(file, in: CDRRecord.numbers)
    else { return false }
    return abs(ours - theirs) < 1
  }

  // MARK: The rest

  /// Tells which rows of `cdrs`, received in the time that the files cover, no file has.
  func tellRest(
    from first: Instant, to last: Instant, _ connection: borrowing Connection,
    _ time: borrowing ObservedTime, _ findings: inout Findings
  ) throws {
    let statement = try connection.prepare(
      """
      SELECT d.id, d.received_us, d.channel, d.uniqueid, c.call_id, d.channel_id
      FROM cdrs d LEFT JOIN channels c ON c.id = d.channel_id
      WHERE d.server_id = ? AND d.received_us BETWEEN ? AND ? ORDER BY d.id
      """)
    statement.bind(server, at: 1)
    statement.bind(first, at: 2)
    statement.bind(last, at: 3)
    while try statement.step() {
      let received = statement.time(at: 1)
      guard !matched.contains(statement.int(at: 0)), time.isObserved(second: received),
        received + ObservedTime.lateMax < last
      else { continue }
      var extra = Disagreement(.recordTooMany, at: received)
      extra.channel = statement.text(at: 2)
      extra.uniqueid = statement.text(at: 3)
      extra.callID = statement.optionalInt(at: 4)
      findings.add(extra)
    }
  }

  private func differing(
    _ kind: Disagreement.Kind, _ record: CDRRecord, _ channel: Channel, _ field: String?,
    _ store: String?, _ file: String?
  ) -> Disagreement {
    var difference = named(kind, record)
    difference.callID = channel.callID
    difference.field = field
    difference.store = store
    difference.file = file
    return difference
  }

  private func named(_ kind: Disagreement.Kind, _ record: CDRRecord) -> Disagreement {
    var difference = Disagreement(kind, at: record.startedAt)
    difference.channel = record.channel
    difference.uniqueid = record.uniqueid
    difference.file = record.disposition
    return difference
  }
}
