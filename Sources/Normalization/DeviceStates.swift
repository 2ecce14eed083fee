import AMI

/// A row of `device_states`; schema/0004-devices.sql says what each column is.
public struct DeviceStateRow: IntervalRow, Sendable {
  public static let table = "device_states"
  public static let columns = [
    "id", "server_id", "device", "state", "asterisk_state", "opened_by", "started_us", "ended_us",
    "closed_by",
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var device = ""
  var state = ""
  var asteriskState = ""
  var openedBy = ""
  var startedAt = Instant.epoch
  var endedAt: Instant?
  var closedBy: String?

  func continues(_ row: DeviceStateRow) -> Bool { asteriskState == row.asteriskState }
  mutating func extend(by report: DeviceStateRow) -> Bool { false }
  mutating func inherit(from before: DeviceStateRow) {}

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&device)
    visitor.visit(&state)
    visitor.visit(&asteriskState)
    visitor.visit(&openedBy)
    visitor.visit(&startedAt)
    visitor.visit(&endedAt)
    visitor.visit(&closedBy)
  }
}

private let fleetingTechnologies = [
  "Local/", "CBAnn/", "CBRec/", "Surrogate/", "AsyncGoto/", "Message/", "Announcer/",
]

extension Normalizer {
  /// A device is in a state; most of these events repeat the one before.
  mutating func deviceState(_ frame: borrowing Frame, at time: Instant, isSnapshot: Bool) {
    guard let device = frame.text(of: .device), let word = frame.text(of: .state),
      !device.isEmpty
    else { return }
    if devices.repeats(device, at: time, in: session, isSame: { $0.asteriskState == word }) {
      return
    }
    if isIdle(word), isFleeting(device) { return devices.end(device, at: time) }
    var row = DeviceStateRow()
    row.device = device
    row.state = deviceState(word)
    row.asteriskState = word
    devices.observe(
      device, row, at: time, isSnapshot: isSnapshot, in: session, ids: &counters.deviceStates,
      serverID: serverID)
  }

  /// Whether it is a device of channels that Asterisk makes itself. There are as many such names as
  /// numbers dialled, so they have a state only while they are in use.
  ///
  /// **Source:** main/core_local.c; main/bridge_channel.c; apps/confbridge/conf_chan_announce.c and
  /// conf_chan_record.c; recordings.
  private func isFleeting(_ device: String) -> Bool {
    fleetingTechnologies.contains { device.hasPrefix($0) }
  }

  private func isIdle(_ word: String) -> Bool {
    word == "NOT_INUSE" || word == "UNKNOWN" || word == "INVALID"
  }

  /// Our word for a device state. **Source:** main/devicestate.c, `devstatestring`.
  private func deviceState(_ word: String) -> String {
    switch word {
    case "NOT_INUSE": "idle"
    case "INUSE": "in-use"
    case "RINGINUSE": "ringing-in-use"
    case "ONHOLD": "on-hold"
    default: word.lowercased()
    }
  }
}
