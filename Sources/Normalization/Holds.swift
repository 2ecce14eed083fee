import AMI

// Holds, recordings, originates and keys.

extension Normalizer {
  // MARK: Holds

  /// Before Asterisk 12 one event tells both ends of a hold, by its `Status`.
  mutating func hold(_ frame: borrowing Frame, at time: Instant) {
    if frame.has(.status, "Off") { return unhold(frame, at: time) }
    guard let channel = channel(frame, .main, at: time), channels[channel].row.endedAt == nil,
      channels[channel].features.hold == nil
    else { return }
    var hold = LiveHold()
    hold.row.id = features.holdIDs.next(serverID)
    hold.row.serverID = serverID
    hold.row.channelID = channels[channel].row.id
    hold.row.musicClass = frame.knownText(named: "MusicClass")
    hold.row.startedAt = time
    let slot = features.holds.insert(hold)
    features.holds.touch(slot)
    channels[channel].features.hold = slot
    queueHolds(channel, at: time)
    holdBegins(channel, at: time)
  }

  mutating func unhold(_ frame: borrowing Frame, at time: Instant) {
    guard let channel = knownChannel(frame, .uniqueid),
      let hold = channels[channel].features.hold
    else { return }
    end(hold: hold, of: channel, by: "unhold", at: time)
  }

  mutating func end(hold slot: Int, of channel: Int, by closedBy: String, at time: Instant) {
    features.holds[slot].row.endedAt = max(time, features.holds[slot].row.startedAt)
    features.holds[slot].row.closedBy = closedBy
    features.holds.touch(slot)
    channels[channel].features.hold = nil
    queueUnholds(channel, at: time)
    holdEnds(channel, at: time)
  }

  // MARK: Recordings

  mutating func recordingStarts(_ frame: borrowing Frame, _ kind: String, at time: Instant) {
    guard let channel = channel(frame, .main, at: time), channels[channel].row.endedAt == nil
    else { return }
    let slot = openRecording(kind, at: time)
    features.recordings[slot].row.channelID = channels[channel].row.id
    if kind == "mixmonitor" {
      features.recordings[slot].row.file = channels[channel].features.file
      channels[channel].features.file = nil
    } else {
      features.recordings[slot].row.file = channels[channel].features.monitorFile
      channels[channel].features.monitorFile = nil
    }
    channels[channel].features.recordings.append(slot)
    noteRecording(of: channel, features.recordings[slot].row.id)
  }

  /// A recording of a channel stops. Asterisk does not say which: of several it is taken for the
  /// oldest.
  mutating func recordingStops(_ frame: borrowing Frame, _ kind: String, at time: Instant) {
    guard let channel = knownChannel(frame, .uniqueid),
      let slot = channels[channel].features.recordings.first(where: {
        features.recordings[$0].row.kind == kind
      })
    else { return }
    channels[channel].features.recordings.removeFirst(of: slot)
    end(recording: slot, by: "stop", at: time)
  }

  /// The file of a recording that is about to start, or started just now.
  mutating func noteRecordingFile(_ frame: borrowing Frame) {
    guard let channel = knownChannel(frame, .uniqueid), let file = frame.knownText(of: .value)
    else { return }
    let latest = channels[channel].features.recordings.suffix(Ceilings.lookedThrough)
    if let slot = latest.last(where: {
      features.recordings[$0].row.kind == "mixmonitor" && features.recordings[$0].row.file == nil
    }) {
      features.recordings[slot].row.file = file
      features.recordings.touch(slot)
    } else {
      channels[channel].features.file = file
    }
  }

  /// A step Monitor(FORMAT,FILE,OPTIONS): its own event does not name the file.
  ///
  /// **Source:** res/res_monitor.c, `start_monitor_exec`.
  mutating func noteMonitorFile(_ frame: borrowing Frame, of channel: Int) {
    let arguments = (frame.text(of: .appData) ?? "")
      .split(omittingEmptySubsequences: false) { $0 == "," || $0 == "|" }
    guard arguments.count > 1, !arguments[1].isEmpty else { return }
    channels[channel].features.monitorFile = String(arguments[1])
  }

  mutating func openRecording(_ kind: String, at time: Instant) -> Int {
    var recording = LiveRecording()
    recording.row.id = features.recordingIDs.next(serverID)
    recording.row.serverID = serverID
    recording.row.kind = kind
    recording.row.startedAt = time
    let slot = features.recordings.insert(recording)
    features.openRecordings += 1
    features.recordings.touch(slot)
    return slot
  }

  mutating func end(recording slot: Int, by closedBy: String, at time: Instant) {
    features.openRecordings -= 1
    features.recordings[slot].row.endedAt = max(
      time, features.recordings[slot].row.startedAt)
    features.recordings[slot].row.closedBy = closedBy
    features.recordings.touch(slot)
  }

  // MARK: Originates

  mutating func originateResponse(_ frame: borrowing Frame, at time: Instant) {
    var row = OriginateRow()
    row.id = features.originateIDs.next(serverID)
    row.serverID = serverID
    row.receivedAt = time
    row.actionID = frame.knownText(of: .actionID)
    row.channel = frame.knownText(of: .channel)
    row.uniqueid = frame.knownText(of: .uniqueid).flatMap { $0 == "<null>" ? nil : $0 }
    row.channelID = knownChannel(frame, .uniqueid).map { channels[$0].row.id }
    row.context = frame.knownText(of: .context)
    row.exten = frame.knownText(of: .exten)
    row.application = frame.knownText(of: .application)
    row.data = frame.knownText(named: "Data")
    row.response = frame.knownText(of: .response)
    row.reason = frame.integer(of: .reason, in: Number.int)
    row.reasonWord = row.reason.flatMap { reasonWord($0) }
    if row.channelID == nil {
      features.early.expire(before: time - Self.lingerTime)
      note(.early, features.early.append(row, most: ceilings.early), at: time)
    }
    features.originates.append(row)
  }

  /// A result may come before the Newchannel of its channel: another thread of the server sends it.
  mutating func linkEarlyOriginates(to slot: Int, at time: Instant) {
    guard !features.early.isEmpty else { return }
    features.early.expire(before: time - Self.lingerTime)
    for var row in features.early.take(channels[slot].row.uniqueid) {
      row.channelID = channels[slot].row.id
      features.originates.append(row)
    }
  }

  /// **Source:** include/asterisk/frame.h, `ast_control_frame_type`; main/pbx.c,
  /// `ast_pbx_outgoing_exten`
  private func reasonWord(_ reason: Int64) -> String? {
    switch reason {
    case 0: "failed"
    case 1: "hangup"
    case 3: "no-answer"
    case 4: "answered"
    case 5: "busy"
    case 8: "congestion"
    default: nil
    }
  }

  // MARK: Keys

  mutating func dtmfEnd(_ frame: borrowing Frame, at time: Instant) {
    guard let channel = channel(frame, .main, at: time), let digit = frame.text(named: "Digit")
    else { return }
    var row = DTMFRow()
    row.id = features.keyIDs.next(serverID)
    row.serverID = serverID
    row.channelID = channels[channel].row.id
    row.receivedAt = time
    row.digit = options.dtmf ? digit : "*"
    row.direction = frame.knownText(named: "Direction")?.lowercased()
    row.duration = frame.integer(named: "DurationMs", in: Number.count)
    features.keys.append(row)
  }
}
