import AMI

/// A row of `user_events`; schema/0004-devices.sql says what each column is.
public struct UserEventRow: Row, Sendable {
  public static let table = "user_events"
  public static let columns = [
    "id", "server_id", "channel_id", "received_us", "name", "channel", "uniqueid", "action_id",
    "headers",
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var channelID: Int64?
  var receivedAt = Instant.epoch
  var name = ""
  var channel: String?
  var uniqueid: String?
  var actionID: String?
  var headers = ""

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&channelID)
    visitor.visit(&receivedAt)
    visitor.visit(&name)
    visitor.visit(&channel)
    visitor.visit(&uniqueid)
    visitor.visit(&actionID)
    visitor.visit(&headers)
  }
}

extension Normalizer {
  /// What a dialplan or a client said.
  ///
  /// Asterisk's own headers end with the first `UserEvent`: what follows was written by whoever
  /// raised the event, whatever it is called. An event of the dialplan has its channel before that;
  /// one of a client has none, and the ActionID of its action behind it. Before Asterisk 12 the
  /// channel's `Uniqueid` alone stood right behind the name.
  ///
  /// **Source:** apps/app_userevent.c; main/manager_channels.c, `channel_user_event`;
  /// main/manager.c, `action_userevent`; recordings.
  mutating func userEvent(_ frame: borrowing Frame, at time: Instant) {
    guard let end = frame.headers.firstIndex(where: { $0.name == .userEvent }) else { return }
    var row = UserEventRow()
    row.id = counters.userEvents.next(serverID)
    row.serverID = serverID
    row.receivedAt = time
    row.name = Text.decode(frame.bytes[frame.headers[end].valueRange])
    for header in frame.headers[..<end] {
      switch header.name {
      case .channel: row.channel = Text.decode(frame.bytes[header.valueRange])
      case .uniqueid: row.uniqueid = Text.decode(frame.bytes[header.valueRange])
      default: break
      }
    }
    var own = frame.headers[(end + 1)...]
    if row.channel == nil, let first = own.first, first.name == .uniqueid, isFirstGeneration {
      row.uniqueid = Text.decode(frame.bytes[first.valueRange])
      own = own.dropFirst()
    }
    var headers = HeaderJSON()
    for header in own {
      let value = Text.decode(frame.bytes[header.valueRange])
      if row.uniqueid == nil, row.actionID == nil, header.name == .actionID { row.actionID = value }
      headers.add(Text.decode(frame.bytes[header.nameRange]), value)
    }
    row.headers = headers.pairs
    row.channelID = row.uniqueid.flatMap { channelByUniqueid[$0] }.map { channels[$0].row.id }
    userEvents.append(row)
  }

  /// Whether the server speaks AMI 1.x: Asterisk before 12.
  private var isFirstGeneration: Bool { session.facts.amiVersion?.hasPrefix("1.") ?? false }
}
