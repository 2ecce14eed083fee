import AMI
import SQLite
import Store

/// Fills `cdrs`, and `cels` where the store keeps that table.
struct RecordFill {
  private let writer: FillWriter

  init(_ writer: FillWriter) {
    self.writer = writer
  }

  func apply(_ records: [CDRRecord], _ events: [CELRecord]) throws {
    let store = writer.store
    for record in records {
      let channel = try store.integer(
        """
        SELECT id FROM channels WHERE server_id = ? AND uniqueid = ?
        ORDER BY abs(started_us - ?) LIMIT 1
        """, .integer(writer.server), .text(record.uniqueid ?? ""), .time(record.startedAt))
      let isThere = try store.integer(
        """
        SELECT 1 FROM cdrs WHERE (channel_id = ?1 OR (?1 IS NULL AND channel_id IS NULL))
          AND server_id = ?2 AND channel IS ?3 AND start IS ?4 AND "end" IS ?5
          AND coalesce(dstchannel, '') = ?6 AND (sequence IS ?7 OR ?7 IS NULL) LIMIT 1
        """, Value(channel), .integer(writer.server), .text(record.channel),
        Value(record.values[9]), Value(record.values[11]),
        .text(record.destinationChannel ?? ""), Value(record.sequence))
      guard isThere == nil else { continue }
      try insert(record, channel)
    }
    try apply(events)
  }

  private func insert(_ record: CDRRecord, _ channel: Int64?) throws {
    let v = record.values
    func number(_ place: Int) -> Value {
      Value(v[place].flatMap { Number.decimal($0, in: CDRRecord.numbers) }.map { Int64($0) })
    }
    try writer.insert(
      "cdrs",
      [
        "channel_id": Value(channel), "received_us": .time(record.endedAt),
        "accountcode": Value(v[0]), "src": Value(v[1]), "dst": Value(v[2]),
        "dcontext": Value(v[3]), "clid": Value(v[4]), "channel": Value(v[5]),
        "dstchannel": Value(v[6]), "lastapp": Value(v[7]), "lastdata": Value(v[8]),
        "start": Value(v[9]), "answer": Value(v[10]), "end": Value(v[11]), "duration": number(12),
        "billsec": number(13), "disposition": Value(v[14]), "amaflags": Value(v[15]),
        "userfield": Value(v[16]), "uniqueid": Value(v[17]), "linkedid": Value(v[18]),
        "peeraccount": Value(v[19]), "sequence": number(20), "filled_by": .text("cdr"),
      ])
  }

  /// Events for a store that keeps `cels`; one that has a like is there already.
  private func apply(_ events: [CELRecord]) throws {
    let comparison = try EventComparison(writer.store.connection, server: writer.server)
    for event in events where comparison.isKept(event) == false {
      let v = event.values
      try writer.insert(
        "cels",
        [
          "received_us": .time(event.time), "eventtype": .text(v[0]), "eventtime": .text(v[1]),
          "cid_name": .text(v[2]), "cid_num": .text(v[3]), "cid_ani": .text(v[4]),
          "cid_rdnis": .text(v[5]), "cid_dnid": .text(v[6]), "exten": .text(v[7]),
          "context": .text(v[8]), "channame": .text(v[9]), "appname": .text(v[10]),
          "appdata": .text(v[11]), "amaflags": .text(v[12]), "accountcode": .text(v[13]),
          "uniqueid": .text(v[14]), "linkedid": .text(v[15]), "peer": .text(v[16]),
          "userdeftype": .text(v[17]), "userfield": .text(v[18]), "extra": .text(v[19]),
          "filled_by": .text("cel"),
        ])
    }
  }
}
