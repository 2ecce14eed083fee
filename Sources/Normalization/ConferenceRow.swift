import AMI

/// A row of `conferences`: one conference; schema/0003-call-features.sql says what each column is.
public struct ConferenceRow: Row, Sendable {
  public static let table = "conferences"
  public static let columns = [
    "id", "server_id", "bridge_id", "name", "opened_by", "started_us", "ended_us", "closed_by",
  ]
  public static let timeLines = [["started_us", "ended_us"]]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var bridgeID: Int64?
  var name = ""
  var openedBy = ""
  var startedAt = Instant.epoch
  var endedAt: Instant?
  var closedBy: String?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&bridgeID)
    visitor.visit(&name)
    visitor.visit(&openedBy)
    visitor.visit(&startedAt)
    visitor.visit(&endedAt)
    visitor.visit(&closedBy)
  }
}

/// A row of `conference_members`: one stay of one channel in a conference;
/// schema/0003-call-features.sql says what each column is.
public struct ConferenceMemberRow: Row, Sendable {
  public static let table = "conference_members"
  public static let columns = [
    "id", "server_id", "conference_id", "channel_id", "joined_us", "left_us", "admin", "muted",
    "muted_ms", "talking_ms",
  ]
  public static let timeLines = [["joined_us", "left_us"]]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var conferenceID: Int64 = 0
  var channelID: Int64 = 0
  var joinedAt: Instant?
  var leftAt: Instant?
  var isAdmin: Int64?
  var isMuted: Int64?
  var mutedTime = TimeSpan.zero
  var talkingTime = TimeSpan.zero

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&conferenceID)
    visitor.visit(&channelID)
    visitor.visit(&joinedAt)
    visitor.visit(&leftAt)
    visitor.visit(&isAdmin)
    visitor.visit(&isMuted)
    visitor.visit(milliseconds: &mutedTime)
    visitor.visit(milliseconds: &talkingTime)
  }
}

/// A conference that goes on.
struct LiveConference: Live {
  var row = ConferenceRow()
  var id: Int64 { row.id }
  /// Its bridge; nil where the version, or an answer, names none.
  var bridgeUniqueid: String?
  /// Slots of the stays that go on.
  var members: [Int] = []
  /// The slot of its recording.
  var recording: Int?
  /// The session in which it was opened, or that listed it.
  var session = 0
  /// What lists say of it.
  var sighting = Sighting()
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&bridgeUniqueid)
    visitor.visit(&members)
    visitor.visit(&recording)
    visitor.visit(&session)
    sighting.visit(&visitor)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}

/// A stay in a conference that goes on, or ended and was not written yet.
struct LiveConferenceMember: Live {
  var row = ConferenceMemberRow()
  var id: Int64 { row.id }
  /// Slots of its channel and its conference.
  var channel = 0
  var conference = 0
  /// The session in which it was opened, or that listed it.
  var session = 0
  /// What lists say of it.
  var sighting = Sighting()
  /// Since when it has been muted, or talked.
  var mutedSince: Instant?
  var talkingSince: Instant?
  var isChanged = false
  var isUsed = false

  mutating func visit(_ visitor: inout some FieldVisitor) {
    row.visit(&visitor)
    visitor.visit(&channel)
    visitor.visit(&conference)
    visitor.visit(&session)
    sighting.visit(&visitor)
    visitor.visit(&mutedSince)
    visitor.visit(&talkingSince)
    visitor.visit(&isChanged)
    visitor.visit(&isUsed)
  }
}
