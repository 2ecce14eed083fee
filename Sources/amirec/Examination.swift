import AMI
import AMIClient

/// Judges what a visit found out: what this Asterisk and this user will not tell, and what would
/// make them.
struct Examination {
  /// The classes of events that tables are made of.
  static let neededClasses = [
    "system", "call", "agent", "user", "dtmf", "reporting", "cdr", "dialplan", "security",
  ]
  /// All classes.
  ///
  /// **Source:** `main/manager.c`, `perms`.
  static let classes =
    neededClasses + [
      "log", "verbose", "command", "config", "originate", "agi", "cc", "aoc", "test", "message",
    ]
  /// The classes that every version has.
  static let oldestClasses = ["system", "call", "log", "verbose", "command", "agent", "user"]
  /// From this version on queues tell everything, whatever their options.
  static let alwaysTelling = AsteriskVersion(12)
  /// What a clock may be off before times of two servers cannot be compared.
  static let clockLimit = Duration.seconds(1)
  /// What a Ping, or an event, may take.
  static let delayLimit = Duration.milliseconds(500)

  let symptoms: Symptoms

  /// All checks, in the order in which they are printed.
  var checks: [Check] {
    [connection, encryption, version] + defects + [
      readClasses, writeClasses, timestamps, eventFilters, disabledEvents,
    ] + [queueOptions, cdrs, cels].compactMap(\.self) + [
      writeTimeout, receiveBuffer, roundTrip, delivery, clock,
    ]
  }

  /// The section of `manager.conf` that this user should have.
  var section: ManagerSection {
    ManagerSection(
      username: symptoms.username, isLocal: symptoms.link.isLocal, address: symptoms.ownAddress,
      allowsWriteTimeout: symptoms.release.map(Defect.allowsWriteTimeout) ?? false)
  }

  /// A line for the user's section.
  private func userLine(_ line: String) -> Check.Remedy {
    Check.Remedy(file: "manager.conf", lines: ["[\(symptoms.username)]", line])
  }

  /// What it takes to read the user's section of `manager.conf`.
  private var sectionNeeds: String {
    "needs GetConfig: write class system or config"
      + (symptoms.link.isLocal || symptoms.link.isEncrypted ? "" : ", and TLS")
  }

  private func generalLine(_ line: String) -> Check.Remedy {
    Check.Remedy(file: "manager.conf", lines: ["[general]", line])
  }

  // MARK: The connection

  private var connection: Check {
    let link = symptoms.link.isEncrypted ? "TLS" : "TCP"
    let words = "logged in as \(symptoms.username) over \(link), \(symptoms.banner)"
    guard symptoms.general?.last("allowmultiplelogin") != nil,
      symptoms.general?.isTrue("allowmultiplelogin") == false
    else { return Check("connection", .ok, words) }
    return Check(
      "connection", .warning,
      words + "; allowmultiplelogin = no: only one program at a time can be this user",
      generalLine("allowmultiplelogin = yes"))
  }

  private var encryption: Check {
    let link = symptoms.link
    if link.isEncrypted {
      return link.isInsecure
        ? Check(
          "encryption", .warning,
          "tls_insecure = yes: whoever answers gets the login",
          .init(file: "amirec.conf", lines: ["tls_ca = FILE with the certificate to trust"]))
        : Check("encryption", .ok, "TLS, the server's certificate is checked")
    }
    if link.isLocal { return Check("encryption", .ok, "none, and none needed on this machine") }
    return Check(
      "encryption", .warning,
      link.isPlain
        ? "none: the secret and every call can be read on the way"
        : "none: every call can be read on the way; the secret is not sent as such",
      .init(
        file: "manager.conf",
        lines: ["[general]"] + section.general.filter { $0.hasPrefix("tls") }))
  }

  // MARK: The version

  private var version: Check {
    guard let text = symptoms.version else {
      return Check(
        "version", .missing,
        "unknown: CoreSettings is not answered, which needs the write class reporting or system",
        userLine(writeLine))
    }
    guard let release = symptoms.release else {
      return Check(
        "version", .warning, "Asterisk \(text): no release, so nobody knows its faults")
    }
    if release < Self.alwaysTelling {
      return Check(
        "version", .warning,
        "Asterisk \(text): before 12 it tells of no bridges, so that tables lack them")
    }
    return Check("version", .ok, "Asterisk \(text)")
  }

  private var defects: [Check] {
    guard let release = symptoms.release else { return [] }
    let tail = release.isCertified ? " (this certified release may have the mend)" : ""
    return Defect.all.filter { $0.isIn(release) }.map { defect in
      Check(defect.name, .warning, "Asterisk \(release): \(defect.meaning)\(tail)")
    }
  }

  private var writeTimeout: Check {
    guard let release = symptoms.release else {
      return Check("writetimeout", .warning, "without a version there is no advice")
    }
    let isLongFine = Defect.allowsWriteTimeout(release)
    let wanted = isLongFine ? "writetimeout = \(ManagerSection.writeTimeout)" : "writetimeout = 100"
    guard let user = symptoms.user else {
      return Check(
        "writetimeout", .warning,
        "not known (\(sectionNeeds)); it should be \(wanted)", userLine(wanted))
    }
    let milliseconds = user.last("writetimeout").flatMap { Int($0) } ?? 100
    switch (isLongFine, milliseconds) {
    case (true, ..<1_000):
      return Check(
        "writetimeout", .warning,
        "\(milliseconds) ms: Asterisk cuts amirecd off when it cannot send for as long",
        userLine(wanted))
    case (false, 101...):
      return Check(
        "writetimeout", .warning,
        "\(milliseconds) ms: this version may stall for as long, with its calls", userLine(wanted))
    default: return Check("writetimeout", .ok, "\(milliseconds) ms")
    }
  }

  // MARK: What the user may

  private var writeLine: String { "write = \(Snapshot.classes.joined(separator: ","))" }

  private var readClasses: Check {
    guard let granted = symptoms.readClasses else { return readClassesByEvents }
    let missing = Self.neededClasses.filter { !granted.contains($0) }
    let others = Self.classes.filter { !granted.contains($0) && !missing.contains($0) }
    if !missing.isEmpty {
      return Check(
        "read-classes", .missing,
        "the user does not get events of the classes \(missing.joined(separator: ", "))",
        userLine("read = all"))
    }
    if !others.isEmpty, symptoms.user != nil {
      return Check(
        "read-classes", .warning,
        "the stream lacks the classes \(others.joined(separator: ", ")), of which no table is made",
        userLine("read = all"))
    }
    return Check("read-classes", .ok, "events of every class")
  }

  /// Where nothing says which classes the user may read: those that came, and those that should
  /// have come after a login.
  private var readClassesByEvents: Check {
    let seen = symptoms.seenClasses
    var absent: [String] = []
    if symptoms.release.map({ $0 >= AsteriskVersion(11) }) ?? true {
      if symptoms.events["FullyBooted"] == nil { absent.append("system (FullyBooted)") }
      if symptoms.events["SuccessfulAuth"] == nil { absent.append("security (SuccessfulAuth)") }
    }
    guard absent.isEmpty else {
      return Check(
        "read-classes", .missing,
        "what comes after every login did not come: \(absent.joined(separator: ", "))",
        userLine("read = all"))
    }
    let unknown = Self.neededClasses.filter { !seen.contains($0) }
    guard !unknown.isEmpty else { return Check("read-classes", .ok, "events of every class came") }
    return Check(
      "read-classes", .warning,
      "came: \(seen.sorted().joined(separator: ", ")); whether \(unknown.joined(separator: ", ")) "
        + "would is not known (\(sectionNeeds))",
      userLine("read = all"))
  }

  private var writeClasses: Check {
    guard let commands = symptoms.commands, !commands.isEmpty else {
      return Check("write-classes", .warning, "not known: ListCommands is not answered")
    }
    let granted = commands.grantedClasses
    let refused = Snapshot.refused(by: commands, withSecrets: symptoms.asksForSecrets)
    let missing = Snapshot.classes.filter { name in
      !granted.contains(name) && refused.contains { $0.classes.contains(name) }
    }
    if !missing.isEmpty {
      return Check(
        "write-classes", .missing,
        "without \(missing.joined(separator: ", ")) these are not answered: "
          + refused.map(\.action).joined(separator: ", "), userLine(writeLine))
    }
    // UserEvent is what this check itself sends.
    let needless = granted.subtracting(Snapshot.classes + ["user"]).sorted()
    guard needless.isEmpty else {
      return Check(
        "write-classes", .warning,
        "needless: \(needless.joined(separator: ", ")); whoever gets the secret may do all that",
        userLine(writeLine))
    }
    return Check("write-classes", .ok, "\(granted.sorted().joined(separator: ", "))")
  }

  // MARK: What events tell

  private var timestamps: Check {
    let line = generalLine("timestampevents = yes")
    let count = symptoms.events.values.reduce(0, +)
    if symptoms.stampedEvents > 0 { return Check("timestamps", .ok, "events carry a Timestamp") }
    if count == 0, let general = symptoms.general, general.isTrue("timestampevents") {
      return Check("timestamps", .ok, "events carry a Timestamp, says manager.conf")
    }
    if count == 0, symptoms.general == nil {
      return Check("timestamps", .warning, "not known: no event came", line)
    }
    return Check(
      "timestamps", .missing, "events carry no Timestamp, so how late they come is not seen", line)
  }

  private var eventFilters: Check {
    let filters = (symptoms.user?.variables ?? []).filter { $0.name.hasPrefix("eventfilter") }
    guard filters.isEmpty else {
      let words = filters.map { $0.value.isEmpty ? $0.name : "\($0.name) = \($0.value)" }
      return Check(
        "event-filters", .missing,
        "what the filters of this user hold back is gone: \(words.joined(separator: "; "))",
        userLine("; no eventfilter"))
    }
    switch symptoms.echo {
    case .heard where symptoms.user == nil:
      return Check(
        "event-filters", .warning,
        "the UserEvent that was sent came back; whether other events are filtered is not known "
          + "(\(sectionNeeds))", userLine("; no eventfilter"))
    case .heard: return Check("event-filters", .ok, "the UserEvent that was sent came back")
    case .unheard:
      return Check(
        "event-filters", .missing,
        "a UserEvent was sent and did not come back within \(Visit.echoLimit): an eventfilter, "
          + "disabledevents, or no read class user", userLine("read = all ; and no eventfilter"))
    case .notPermitted where symptoms.user != nil:
      return Check("event-filters", .ok, "manager.conf has none for this user")
    case .notPermitted, nil:
      return Check(
        "event-filters", .warning,
        "not tried: to send a UserEvent needs the write class user, which is needed for nothing else",
        userLine("\(writeLine),user ; as long as this is tried"))
    }
  }

  private var disabledEvents: Check {
    guard let general = symptoms.general else {
      return Check(
        "disabled-events", .warning, "not known (needs GetConfig: write class system or config)")
    }
    let names = general.all("disabledevents").filter { !$0.isEmpty }
    guard names.isEmpty else {
      return Check(
        "disabled-events", .missing, "nobody gets \(names.joined(separator: ", "))",
        generalLine("; no disabledevents"))
    }
    return Check("disabled-events", .ok, "none")
  }

  private var queueOptions: Check? {
    guard let release = symptoms.release, release < Self.alwaysTelling else { return nil }
    let lines = ["eventwhencalled = vars", "eventmemberstatus = yes"]
    guard let muted = symptoms.mutedQueues else {
      return Check(
        "queue-options", .warning, "not known (needs GetConfig: write class system or config)",
        .init(file: "queues.conf", lines: lines))
    }
    guard !muted.isEmpty else { return Check("queue-options", .ok, "queues tell of their members") }
    return Check(
      "queue-options", .missing,
      "before Asterisk 12 these queues do not tell whom they ring: \(muted.joined(separator: ", "))",
      .init(file: "queues.conf", lines: muted.flatMap { ["[\($0)]"] + lines }))
  }

  private var cdrs: Check? {
    symptoms.sendsCDRs.map { sends in
      sends
        ? Check("cdr", .ok, "Asterisk sends its call records")
        : Check(
          "cdr", .warning, "Asterisk does not send its call records: the table cdrs stays empty",
          .init(file: "cdr_manager.conf", lines: ["[general]", "enabled = yes"]))
    }
  }

  private var cels: Check? {
    symptoms.sendsCELs.map { sends in
      sends
        ? Check("cel", .ok, "Asterisk sends its channel events")
        : Check(
          "cel", .missing,
          "amirec.conf asks for the table cels, and Asterisk does not send what it is made of",
          .init(
            file: "cel.conf",
            lines: ["[general]", "enable = yes", "events = ALL", "[manager]", "enabled = yes"]))
    }
  }

  // MARK: Time

  private var receiveBuffer: Check {
    guard let buffer = symptoms.receiveBuffer else {
      return Check("receive-buffer", .warning, "not known")
    }
    guard buffer.bytes < ReceiveBuffer.wanted else {
      return Check("receive-buffer", .ok, "\(buffer)")
    }
    return Check(
      "receive-buffer", .warning,
      "\(buffer): the system holds less than \(ReceiveBuffer.wanted) bytes while amirecd is busy",
      .init(
        file: "/etc/sysctl.d/60-amirec.conf",
        lines: ["net.core.rmem_max = \(ReceiveBuffer.wanted)"]))
  }

  private var roundTrip: Check {
    let sorted = symptoms.roundTrips.sorted()
    guard !sorted.isEmpty else {
      return Check("round-trip", .warning, "no Ping was answered in time; Asterisk is busy")
    }
    let median = sorted[sorted.count / 2]
    return Check(
      "round-trip", median > Self.delayLimit ? .warning : .ok,
      "a Ping takes \(Self.milliseconds(median)) (up to \(Self.milliseconds(sorted.last!)))")
  }

  private var delivery: Check {
    let time: Duration
    if case .heard(let after)? = symptoms.echo {
      time = after
    } else if let delay = symptoms.stampedDelay {
      // Of two clocks and half a Ping: what is less than nothing is nothing.
      time = max(delay, .zero)
    } else {
      return Check("delivery", .warning, "not known: no UserEvent came back, and no Timestamp")
    }
    return Check(
      "delivery", time > Self.delayLimit ? .warning : .ok,
      "an event took \(Self.milliseconds(time)) from its making to here")
  }

  private var clock: Check {
    guard let ahead = symptoms.clockAhead else {
      return Check("clock", .warning, "not known: the answer to Ping carries no Timestamp")
    }
    let amount = ahead < .zero ? .zero - ahead : ahead
    let words = "the server's is \(Self.milliseconds(amount)) \(ahead < .zero ? "behind" : "ahead")"
    return Check(
      "clock", amount > Self.clockLimit ? .warning : .ok,
      amount > Self.clockLimit ? words + "; have both machines follow NTP" : words)
  }

  /// A time in milliseconds, with one decimal.
  static func milliseconds(_ duration: Duration) -> String {
    "\((duration / .microseconds(100)).rounded() / 10) ms"
  }
}
