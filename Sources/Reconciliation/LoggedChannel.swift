import AMI

/// A channel as CDR and CEL files tell it. Times are exact of CEL, and whole seconds, cut, of CDRs.
struct LoggedChannel {
  /// How much is known.
  enum Source: String { case cdr, cel }

  var name: String
  /// Empty where only a dstchannel names it.
  var uniqueid: String
  var linkedid: String?
  /// What tells when it began: a CEL event, else a record. Nil when it began before the gap.
  var startedAt: Instant?
  var answeredAt: Instant?
  /// Nil when no file tells its end.
  var endedAt: Instant?
  var source: Source
  var cause: Int64?
  /// DIALSTATUS as it ended; only CEL tells.
  var dialStatus: String?
  var callerNumber: String?
  var callerName: String?
  var context: String?
  var exten: String?
  var accountCode: String?
  /// Whether it is half of a Local pair that leads on: it dialled, or was bridged.
  var leadsOn = false
  /// Whether it was called: by a dial, or by an originate.
  var wasDialled = false
  /// When it first met another channel in a bridge; only CEL tells.
  var metAt: Instant?

  /// The first and last moment known of it.
  var span: (first: Instant, last: Instant)
}

/// Puts CDRs and CEL events together to channels and calls.
struct LoggedCalls {
  /// The channels, in the order in which they were first told of.
  private(set) var channels: [LoggedChannel] = []
  /// Who is in which bridge, as far as the events tell.
  private var occupants: [String: Set<Int>] = [:]
  /// Channels that belong together.
  private var parents: [Int] = []
  private var byUniqueid: [String: Int] = [:]
  private var byLinkedid: [String: Int] = [:]
  /// Linkedids that agents hand from one caller to the next: they join nothing.
  private let handedOn: Set<String>
  /// By name; a name may come again after the server's restart.
  private var byName: [String: [Int]] = [:]

  /// Applications that bring strangers together, in a conference or with an agent who waits on the
  /// line: their CDRs join no calls.
  ///
  /// **Source:** apps/app_agent_pool.c; apps/app_confbridge.c; CDRs are made for each pair of a
  /// bridge, main/cdr.c.
  private static let meetings: Set<String> = [
    "AgentLogin", "AgentRequest", "ConfBridge", "MeetMe", "Page",
  ]

  init(_ records: [CDRRecord], _ events: [CELRecord]) {
    handedOn = Set(
      events.lazy.filter { $0.values[10] == "AgentLogin" }.map(\.linkedid)
        + records.lazy.filter { $0.values[7] == "AgentLogin" }.compactMap(\.linkedid))
    for event in events.sorted(by: { $0.time < $1.time }) { take(event) }
    let sorted = records.sorted {
      ($0.startedAt, $0.sequence ?? 0, $0.channel) < ($1.startedAt, $1.sequence ?? 0, $1.channel)
    }
    for record in sorted { take(record) }
    for record in sorted { join(record) }
  }

  /// The channels of each call, by the places of the channels.
  var calls: [[Int]] {
    var members: [Int: [Int]] = [:]
    var order: [Int] = []
    for place in channels.indices {
      let root = root(place)
      if members[root] == nil { order.append(root) }
      members[root, default: []].append(place)
    }
    return order.map { members[$0]! }
  }

  // MARK: Events

  private mutating func take(_ event: CELRecord) {
    guard !event.uniqueid.isEmpty, !event.channelName.isEmpty, event.type != "LINKEDID_END" else {
      return
    }
    let place = channel(
      event.uniqueid, event.channelName, event.linkedid, at: event.time, source: .cel)
    switch event.type {
    case "CHAN_START": channels[place].startedAt = event.time
    case "ANSWER": channels[place].answeredAt = channels[place].answeredAt ?? event.time
    case "BRIDGE_ENTER": enter(place, event)
    case "BRIDGE_EXIT": leave(place, event)
    case "HANGUP":
      channels[place].endedAt = event.time
      channels[place].cause = event.cause
      channels[place].dialStatus = event.extra(named: "dialstatus")
    case "CHAN_END": channels[place].endedAt = channels[place].endedAt ?? event.time
    default: break
    }
    if event.values[10].hasPrefix("AppDial") { channels[place].wasDialled = true }
    if event.values[10] == "Dial" || event.values[10] == "Queue" {
      channels[place].leadsOn = true
    }
    channels[place].span.last = max(channels[place].span.last, event.time)
    note(
      place, number: event.values[3], name: event.values[2], context: event.values[8],
      exten: event.values[7], account: event.values[13])
  }

  private mutating func enter(_ place: Int, _ event: CELRecord) {
    channels[place].leadsOn = true
    // Who waits in such a bridge hears nobody: parked calls, agents on the line.
    guard let bridge = event.bridge,
      event.extra(named: "bridge_technology") != "holding_bridge"
    else { return }
    occupants[bridge, default: []].insert(place)
    guard let all = occupants[bridge], all.count > 1 else { return }
    for other in all { channels[other].metAt = channels[other].metAt ?? event.time }
  }

  private mutating func leave(_ place: Int, _ event: CELRecord) {
    guard let bridge = event.bridge else { return }
    occupants[bridge]?.remove(place)
    if occupants[bridge]?.isEmpty == true { occupants[bridge] = nil }
  }

  private mutating func note(
    _ place: Int, number: String?, name: String?, context: String?, exten: String?,
    account: String?
  ) {
    func known(_ text: String?) -> String? {
      text.flatMap { $0.isEmpty || $0 == "<unknown>" ? nil : $0 }
    }
    channels[place].callerNumber = channels[place].callerNumber ?? known(number)
    channels[place].callerName = channels[place].callerName ?? known(name)
    channels[place].context = channels[place].context ?? known(context)
    channels[place].exten = channels[place].exten ?? known(exten)
    channels[place].accountCode = channels[place].accountCode ?? known(account)
  }

  /// The channel with a uniqueid, made when it was not known.
  private mutating func channel(
    _ uniqueid: String, _ name: String, _ linkedid: String?, at time: Instant,
    source: LoggedChannel.Source
  ) -> Int {
    let place: Int
    if let known = byUniqueid[uniqueid] {
      place = known
    } else {
      place = add(uniqueid, name, linkedid, at: time, source: source)
      byUniqueid[uniqueid] = place
    }
    if let linkedid, !linkedid.isEmpty {
      if handedOn.contains(linkedid) { return place }
      channels[place].linkedid = linkedid
      if let other = byLinkedid[linkedid] {
        unite(place, other)
      } else {
        byLinkedid[linkedid] = place
      }
    }
    return place
  }

  private mutating func add(
    _ uniqueid: String, _ name: String, _ linkedid: String?, at time: Instant,
    source: LoggedChannel.Source
  ) -> Int {
    channels.append(
      LoggedChannel(
        name: name, uniqueid: uniqueid, linkedid: linkedid, source: source, span: (time, time)))
    parents.append(channels.count - 1)
    byName[name, default: []].append(channels.count - 1)
    return channels.count - 1
  }

  // MARK: Records

  private mutating func take(_ record: CDRRecord) {
    let isKnown = record.uniqueid.map { byUniqueid[$0] != nil } ?? false
    let place = channel(
      record.uniqueid ?? "", record.channel, record.linkedid, at: record.startedAt, source: .cdr)
    channels[place].span.first = min(channels[place].span.first, record.startedAt)
    channels[place].span.last = max(channels[place].span.last, record.endedAt)
    if record.destinationChannel != nil { channels[place].leadsOn = true }
    if record.values[7]?.hasPrefix("AppDial") == true { channels[place].wasDialled = true }
    let caller = CallerID(record.callerID)
    note(
      place, number: record.source, name: caller.name, context: record.context,
      exten: record.destination, account: record.accountCode)
    // CEL knows better.
    guard !isKnown || channels[place].source == .cdr else { return }
    channels[place].startedAt = min(channels[place].startedAt ?? .last, record.startedAt)
    channels[place].endedAt = max(channels[place].endedAt ?? .first, record.endedAt)
    if let answered = record.answeredAt {
      channels[place].answeredAt = min(channels[place].answeredAt ?? .last, answered)
    }
  }

  /// The channel that a record names as the other side belongs to the same call.
  private mutating func join(_ record: CDRRecord) {
    guard let name = record.destinationChannel,
      let here = record.uniqueid.flatMap({ byUniqueid[$0] })
        ?? byName[record.channel]?.last
    else { return }
    let isMeeting = Self.meetings.contains(record.values[7] ?? "")
    let near = byName[name]?.first {
      channels[$0].span.first <= record.endedAt + ObservedTime.lateMax
        && (channels[$0].endedAt == nil
          || channels[$0].span.last >= record.startedAt - ObservedTime.lateMax)
    }
    if let near {
      if channels[near].uniqueid.isEmpty { extend(near, record) }
      if !isMeeting { unite(here, near) }
      return
    }
    guard !isMeeting else { return }
    let place = add("", name, record.linkedid, at: record.startedAt, source: .cdr)
    extend(place, record)
    unite(here, place)
  }

  /// What a record tells of a channel that has none of its own.
  private mutating func extend(_ place: Int, _ record: CDRRecord) {
    channels[place].startedAt = min(channels[place].startedAt ?? .last, record.startedAt)
    channels[place].endedAt = max(channels[place].endedAt ?? .first, record.endedAt)
    channels[place].span.last = max(channels[place].span.last, record.endedAt)
    if record.disposition == "ANSWERED", let answered = record.answeredAt {
      channels[place].answeredAt = min(channels[place].answeredAt ?? .last, answered)
    }
  }

  // MARK: Sets

  private func root(_ place: Int) -> Int {
    var root = place
    while parents[root] != root { root = parents[root] }
    return root
  }

  private mutating func unite(_ one: Int, _ other: Int) {
    let (a, b) = (root(one), root(other))
    if a != b { parents[max(a, b)] = min(a, b) }
  }
}

/// A caller as a CDR's clid has it: `"Anna" <100>`.
struct CallerID {
  let name: String?

  init(_ text: String?) {
    guard let text, let end = text.lastIndex(of: "<") else {
      name = nil
      return
    }
    var part = text[..<end]
    while part.last == " " { part.removeLast() }
    if part.count >= 2, part.first == "\"", part.last == "\"" { part = part.dropFirst().dropLast() }
    name = part.isEmpty ? nil : String(part)
  }
}
