import AMI

/// A row of `bridges`; schema/0001-core.sql says what each column is.
public struct BridgeRow: Row, Sendable {
  public static let table = "bridges"
  public static let columns = [
    "id", "server_id", "call_id", "bridge_uniqueid", "type", "technology", "creator", "name",
    "opened_by", "started_us", "ended_us", "closed_by",
  ]
  public static let timeLines = [["started_us", "ended_us"]]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var callID: Int64?
  var bridgeUniqueid = ""
  var type: String?
  var technology: String?
  var creator: String?
  var name: String?
  var openedBy = ""
  var startedAt = Instant.epoch
  var endedAt: Instant?
  var closedBy: String?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&callID)
    visitor.visit(&bridgeUniqueid)
    visitor.visit(&type)
    visitor.visit(&technology)
    visitor.visit(&creator)
    visitor.visit(&name)
    visitor.visit(&openedBy)
    visitor.visit(&startedAt)
    visitor.visit(&endedAt)
    visitor.visit(&closedBy)
  }
}

/// A row of `bridge_members`: one stay of one channel in one bridge.
public struct BridgeMemberRow: Row, Sendable {
  public static let table = "bridge_members"
  public static let columns = [
    "id", "server_id", "bridge_id", "channel_id", "opened_by", "entered_us", "left_us",
    "closed_by",
  ]
  public static let timeLines = [["entered_us", "left_us"]]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var bridgeID: Int64 = 0
  var channelID: Int64 = 0
  var openedBy = ""
  var enteredAt = Instant.epoch
  var leftAt: Instant?
  var closedBy: String?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&bridgeID)
    visitor.visit(&channelID)
    visitor.visit(&openedBy)
    visitor.visit(&enteredAt)
    visitor.visit(&leftAt)
    visitor.visit(&closedBy)
  }
}

/// A bridge that exists.
struct LiveBridge: Live {
  var row = BridgeRow()
  var id: Int64 { row.id }
  /// Slots of the stays that go on.
  var members: [Int] = []
  /// The last session that told of it, by its place in the server's stream.
  var session = 0
  /// When an event last showed it.
  var seenAt = Instant.epoch
  /// When an event last showed a channel leaving it.
  var leftAt = Instant.epoch
  /// Whether it is one of two channels that ends with either (Asterisk before 12).
  var isPair = false
  /// What lists say of it.
  var sighting = Sighting()
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&members)
    visitor.visit(&session)
    visitor.visit(&seenAt)
    visitor.visit(&leftAt)
    visitor.visit(&isPair)
    sighting.visit(&visitor)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }

  /// Whether its members talk to each other as one call: conferences, parking lots and bridges that
  /// only hold channels join strangers.
  ///
  /// **Source:** main/bridge_basic.c names the type `basic`; technologies change while it lives.
  var joinsCalls: Bool { row.type == "basic" }

  /// Whether its members hear each other at all; not, while that is not known.
  var connectsParties: Bool { row.type != nil && row.technology != "holding_bridge" }
}

/// A stay that goes on, or ended and was not written yet.
struct LiveMember: Live {
  var row = BridgeMemberRow()
  var id: Int64 { row.id }
  /// Slots of its channel and its bridge.
  var channel = 0
  var bridge = 0
  /// Whether somebody else hears it.
  var isTalking = false
  /// The session in which it entered, or that listed it.
  var session = 0
  /// What lists say of it.
  var sighting = Sighting()
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&channel)
    visitor.visit(&bridge)
    visitor.visit(&isTalking)
    visitor.visit(&session)
    sighting.visit(&visitor)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}
