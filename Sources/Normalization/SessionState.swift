import AMI

/// What is known of the server and of the connection to it.
struct SessionState: Visitable {
  /// The row in `sessions`.
  var id: Int64 = 0
  /// Counts the server's sessions.
  var number = 0
  /// When the session before ended; 0 while there was none.
  var endedAt = Instant.epoch
  /// By how much the clock was set, in milliseconds, since the server last said when it booted.
  var clockStepMs: Int64 = 0
  /// Whether the server announced its end.
  var isShuttingDown = false
  /// How many restarts of the server have been seen.
  var restarts = 0
  var facts = Normalizer.ServerFacts()

  mutating func begin(id: Int64) {
    self.id = id
    number += 1
    isShuttingDown = false
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&number)
    visitor.visit(&endedAt)
    visitor.visit(&clockStepMs)
    visitor.visit(&isShuttingDown)
    visitor.visit(&restarts)
    visitor.visit(&facts.systemName)
    visitor.visit(&facts.asteriskVersion)
    visitor.visit(&facts.amiVersion)
    visitor.visit(&facts.boot)
  }
}

extension Normalizer {
  /// The most by which a clock is taken to be set, in milliseconds: 10,000 years.
  static let stepMsMax: Int64 = 315_360_000_000_000

  /// FullyBooted follows every login: its Uptime tells a restart from a mere new connection.
  mutating func fullyBooted(_ frame: borrowing Frame, at time: Instant) {
    systemEvent(frame, at: time)
    guard let uptime = frame.seconds(of: .uptime) else { return }
    let bootedAt = time - uptime
    if let before = session.facts.boot, isAnotherBoot(bootedAt, before) {
      session.restarts += 1
      // What the new server has opened already was opened in this session.
      closeWhatRestartEnded(openedBefore: session.number, at: session.endedAt)
      session.facts.boot = bootedAt
    } else if session.facts.boot == nil || session.clockStepMs != 0 {
      session.facts.boot = bootedAt
    }
    session.clockStepMs = 0
  }

  /// Whether two times of a boot are those of two boots. Where the clock was set in between, one
  /// boot has two times.
  private func isAnotherBoot(_ one: Instant, _ before: Instant) -> Bool {
    guard one.distance(to: before) > Self.bootTolerance else { return false }
    guard session.clockStepMs != 0 else { return true }
    let step = TimeSpan.milliseconds(Int64(clamping: session.clockStepMs.magnitude))
    let moved = session.clockStepMs < 0 ? before - step : before + step
    return one.distance(to: moved) > Self.bootTolerance
  }

  /// What waits for a time waits no longer than it would have, now that the clock was set back.
  mutating func timeGoesBack(to time: Instant) {
    ended.bringBack(to: time)
    queueing.settled.bringBack(to: time)
    lists.reviewAt = min(lists.reviewAt, time)
    bringWrapUpsBack(from: session.endedAt, to: time)
  }

  mutating func shutdown(_ frame: borrowing Frame, at time: Instant) {
    systemEvent(frame, at: time)
    session.isShuttingDown = true
  }

  /// A server that went down took its channels and bridges with it, as far as they are of earlier
  /// sessions than `number`.
  mutating func closeWhatRestartEnded(openedBefore number: Int, at time: Instant) {
    closeQueueMembers(seenBefore: number, at: time)
    for slot in channels.inOrder
    where channels[slot].row.endedAt == nil && channels[slot].session < number {
      close(slot, at: max(time, channels[slot].row.startedAt), by: "restart")
    }
    for slot in bridges.inOrder
    where bridges[slot].row.endedAt == nil && bridges[slot].session < number {
      closeBridge(slot, at: max(time, bridges[slot].row.startedAt), by: "restart")
    }
    closeFeaturesThatRestartEnded(openedBefore: number, at: time)
    registrations.restart(
      openedBefore: number, at: time, in: session, ids: &counters.registrations,
      serverID: serverID)
    devices.restart(
      openedBefore: number, at: time, in: session, ids: &counters.deviceStates, serverID: serverID)
  }

  /// An answer to CoreSettings tells who the server is.
  mutating func learn(from frame: borrowing Frame, at time: Instant) {
    if frame.has(.response, "Error") { emptyList(frame, at: time) }
    guard let version = frame.knownText(of: .asteriskVersion) else { return }
    session.facts.asteriskVersion = version
    session.facts.systemName = frame.knownText(of: .systemName)
  }

  /// Of some lists Asterisk says in an error that they are empty.
  private mutating func emptyList(_ frame: borrowing Frame, at time: Instant) {
    guard let message = frame.text(of: .message) else { return }
    if message.hasPrefix("No Contacts found") { contactListComplete() }
    if message.hasPrefix("No active conferences") { conferencesAreMissing(in: -1, at: time) }
  }

  func amiVersion(of frame: borrowing Frame) -> String? {
    frame.headers.first.map { Text.decode(frame.bytes[$0.valueRange]) }?
      .split(separator: "/").last.map { String($0) }
  }
}
