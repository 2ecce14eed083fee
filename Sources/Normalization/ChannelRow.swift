import AMI

/// A row of `channels`; schema/0001-core.sql says what each column is.
public struct ChannelRow: Row, Sendable {
  public static let table = "channels"
  public static let columns = [
    "id", "server_id", "call_id", "name", "uniqueid", "linkedid", "technology", "endpoint",
    "caller_number", "caller_name", "connected_number", "account_code", "context", "exten", "state",
    "opened_by", "started_us", "answered_us", "ended_us", "closed_by", "cause", "cause_text",
    "tech_cause", "local_channel_id", "counts",
  ]
  public static let timeLines = [["started_us", "answered_us", "ended_us"]]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var callID: Int64 = 0
  var name = ""
  var uniqueid = ""
  var linkedid: String?
  var technology = ""
  var endpoint: String?
  var callerNumber: String?
  var callerName: String?
  var connectedNumber: String?
  var accountCode: String?
  var context: String?
  var exten: String?
  var state: Int64 = 0
  var openedBy = ""
  var startedAt = Instant.epoch
  var answeredAt: Instant?
  var endedAt: Instant?
  var closedBy: String?
  var cause: Int64?
  var causeText: String?
  var techCause: String?
  var localChannelID: Int64?
  var counts = true

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&callID)
    visitor.visit(&name)
    visitor.visit(&uniqueid)
    visitor.visit(&linkedid)
    visitor.visit(&technology)
    visitor.visit(&endpoint)
    visitor.visit(&callerNumber)
    visitor.visit(&callerName)
    visitor.visit(&connectedNumber)
    visitor.visit(&accountCode)
    visitor.visit(&context)
    visitor.visit(&exten)
    visitor.visit(&state)
    visitor.visit(&openedBy)
    visitor.visit(&startedAt)
    visitor.visit(&answeredAt)
    visitor.visit(&endedAt)
    visitor.visit(&closedBy)
    visitor.visit(&cause)
    visitor.visit(&causeText)
    visitor.visit(&techCause)
    visitor.visit(&localChannelID)
    visitor.visit(&counts)
  }
}

/// A channel that lives, or ended a moment ago: events about it may still come.
struct LiveChannel: Live {
  var row = ChannelRow()
  var id: Int64 { row.id }
  /// The slot of its call.
  var call = 0
  /// The session in which it was opened, or that listed it, by its place in the server's stream.
  var session = 0
  /// When an event last showed it.
  var seenAt = Instant.epoch
  /// When an event last showed it leaving a bridge.
  var leftBridgeAt = Instant.epoch
  /// What lists say of it.
  var sighting = Sighting()
  /// The slot of the dial that is reaching for it.
  var dial: Int?
  /// The slot of its stay in a bridge.
  var member: Int?
  /// The slot of the other half of a Local channel.
  var partner: Int?
  /// Whether it is the `;2` of a Local channel.
  var isFarHalf = false
  /// Whether an agent waits on it for callers.
  var isAgent = false
  /// What is remembered of it for the tables of what happens within calls.
  var features = ChannelFeatures()
  /// Whether the time is over in which events about it may come after its end.
  var isOver = false
  /// Whether it is forgotten: its other half was waited for, if it is half of a Local channel.
  var isExpired = false
  /// The clocks of its media streams.
  var clocks: [MediaClock] = []
  /// RTPAUDIOQOS as last set.
  var quality: String?
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&call)
    visitor.visit(&session)
    visitor.visit(&seenAt)
    visitor.visit(&leftBridgeAt)
    sighting.visit(&visitor)
    visitor.visit(&dial)
    visitor.visit(&member)
    visitor.visit(&partner)
    visitor.visit(&isFarHalf)
    visitor.visit(&isAgent)
    features.visit(&visitor)
    visitor.visit(&isOver)
    visitor.visit(&isExpired)
    visitor.visit(&clocks, filler: MediaClock())
    visitor.visit(&quality)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}

/// What a channel's name says: `TECHNOLOGY/ENDPOINT-SERIAL`, and for one half of a Local channel
/// `;1` or `;2` behind it (`,1` and `,2` in Asterisk 1.4).
///
/// **Source:** main/core_local.c, `local_new`; main/channel.c, `ast_channel_alloc`.
struct ChannelName {
  let technology: String
  let endpoint: String?
  /// For half of a Local channel: the name without the half, and which half it is.
  let localPair: (base: String, half: UInt8)?

  init(_ name: String) {
    let slash = name.firstIndex(of: "/") ?? name.endIndex
    technology = String(name[..<slash])
    var rest = slash < name.endIndex ? name[name.index(after: slash)...] : ""
    if technology == "Local", let half = rest.utf8.last, half == 0x31 || half == 0x32,
      let mark = rest.dropLast().last, mark == ";" || mark == ","
    {
      localPair = (String(name.dropLast(2)), half - 0x30)
      rest = rest.dropLast(2)
    } else {
      localPair = nil
    }
    let serial = rest.lastIndex(of: "-") ?? rest.endIndex
    endpoint = rest[..<serial].isEmpty ? nil : String(rest[..<serial])
  }
}
