import AMI

/// A row of `registrations`; schema/0004-devices.sql says what each column is.
public struct RegistrationRow: IntervalRow, Sendable {
  public static let table = "registrations"
  public static let columns = [
    "id", "server_id", "kind", "technology", "name", "endpoint", "aor", "section", "state",
    "asterisk_state", "cause", "address", "round_trip_us", "opened_by", "started_us", "ended_us",
    "closed_by",
  ]

  /// What has states, and the word for it in `kind`.
  enum Kind: String {
    /// An address at which an endpoint of chan_pjsip registered, or a static one.
    case contact
    /// An endpoint of chan_pjsip: up while one of its contacts is.
    case endpoint
    /// A peer of chan_sip or chan_iax2.
    case peer
    /// A registration of this server with another one.
    case registration
  }

  var id: Int64 = 0
  var serverID: Int64 = 0
  var kind = ""
  var technology: String?
  var name = ""
  var endpoint: String?
  var aor: String?
  var section: String?
  var state = ""
  var asteriskState = ""
  var cause: String?
  var address: String?
  var roundTrip: Int64?
  var openedBy = ""
  var startedAt = Instant.epoch
  var endedAt: Instant?
  var closedBy: String?

  /// What tells it from others of its server.
  var key: String {
    "\(kind) \(technology ?? "") \(aor ?? "") \(name) \(kind == "registration" ? address ?? "" : "")"
  }

  func continues(_ row: RegistrationRow) -> Bool {
    state == row.state && (address == nil || row.address == nil || address == row.address)
  }

  mutating func extend(by report: RegistrationRow) -> Bool {
    let before = (address, roundTrip, section, cause)
    address = report.address ?? address
    roundTrip = report.roundTrip ?? roundTrip
    section = report.section ?? section
    cause = cause ?? report.cause
    return before != (address, roundTrip, section, cause)
  }

  mutating func inherit(from before: RegistrationRow) {
    endpoint = endpoint ?? before.endpoint
    section = section ?? before.section
    // Only its registration tells where a peer is; whether it answers there is told without.
    if ["reachable", "lagged", "unreachable"].contains(state) {
      address = address ?? before.address
    }
  }

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&kind)
    visitor.visit(&technology)
    visitor.visit(&name)
    visitor.visit(&endpoint)
    visitor.visit(&aor)
    visitor.visit(&section)
    visitor.visit(&state)
    visitor.visit(&asteriskState)
    visitor.visit(&cause)
    visitor.visit(&address)
    visitor.visit(&roundTrip)
    visitor.visit(&openedBy)
    visitor.visit(&startedAt)
    visitor.visit(&endedAt)
    visitor.visit(&closedBy)
  }
}
