import AMI

/// A row of `cdrs`: one call detail record as Asterisk wrote it. An empty field is an empty text,
/// as in Asterisk's own files.
///
/// **Source:** cdr/cdr_manager.c.
public struct CDRRow: Row, Sendable {
  public static let table = "cdrs"
  public static let columns = [
    "id", "server_id", "channel_id", "received_us",
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp",
    "lastdata", "start", "answer", "end", "duration", "billsec", "disposition", "amaflags",
    "userfield", "uniqueid", "linkedid", "peeraccount", "sequence",
  ]

  /// The headers that give the columns behind the first four.
  static let headers: [HeaderName] = [
    .accountCode, .source, .destination, .destinationContext, .callerID, .channel,
    .destinationChannel, .lastApplication, .lastData, .startTime, .answerTime, .endTime,
    .duration, .billableSeconds, .disposition, .amaFlags, .userField, .uniqueid, .linkedid,
    .peerAccount, .sequence,
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var channelID: Int64?
  var receivedAt = Instant.epoch
  /// The columns behind the first four; nil where the record has no such header.
  var fields = [String?](repeating: nil, count: headers.count)

  /// Of the channel that it describes.
  var uniqueid: String? { fields[Self.headers.firstIndex(of: .uniqueid)!] }

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&channelID)
    visitor.visit(&receivedAt)
    for position in fields.indices {
      switch Self.headers[position] {
      case .duration, .billableSeconds, .sequence:
        var number = fields[position].flatMap { Number.integer($0, in: Number.int) }
        visitor.visit(&number)
        fields[position] = number.map { String($0) }
      default: visitor.visit(&fields[position])
      }
    }
  }
}

/// A row of `cels`: one event of Asterisk's channel event log.
///
/// **Source:** cel/cel_manager.c.
public struct CELRow: Row, Sendable {
  public static let table = "cels"
  public static let columns = [
    "id", "server_id", "received_us",
    "eventtype", "eventtime", "cid_name", "cid_num", "cid_ani", "cid_rdnis", "cid_dnid", "exten",
    "context", "channame", "appname", "appdata", "amaflags", "accountcode", "uniqueid",
    "linkedid", "peer", "peeraccount", "userdeftype", "userfield", "extra",
  ]

  /// The headers that give the columns behind the first three.
  static let headers: [HeaderName] = [
    .eventName, .eventTime, .callerIDName, .callerIDNum, .callerIDani, .callerIDrdnis,
    .callerIDdnid, .exten, .context, .channel, .application, .appData, .amaFlags, .accountCode,
    .uniqueid, .linkedid, .peer, .peerAccount, .userDefType, .userField, .extra,
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var receivedAt = Instant.epoch
  /// The columns behind the first three; nil where the event has no such header.
  var fields: [String?] = []

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&receivedAt)
    for position in fields.indices { visitor.visit(&fields[position]) }
  }
}
