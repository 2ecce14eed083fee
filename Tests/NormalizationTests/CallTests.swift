import AMI
import Journal
import Normalization
import Support
import Testing

/// Rows by table and id, as texts.
struct RowLog: RowSink {
  private struct Text: FieldVisitor {
    var fields: [String] = []
    mutating func visit(_ value: inout Int64) { fields.append("\(value)") }
    mutating func visit(_ value: inout Int64?) { fields.append(value.map { "\($0)" } ?? "-") }
    mutating func visit(_ value: inout Bool) { fields.append(value ? "1" : "0") }
    mutating func visit(_ value: inout String) { fields.append(value) }
    mutating func visit(_ value: inout String?) { fields.append(value ?? "-") }
  }

  private(set) var rows: [String: [String: [String: String]]] = [:]

  mutating func write<R: Row>(_ row: inout R) {
    var text = Text()
    row.visit(&text)
    precondition(text.fields.count == R.columns.count, "\(R.table) shows its columns")
    rows[R.table, default: [:]][text.fields[0]] = Dictionary(
      uniqueKeysWithValues: zip(R.columns, text.fields))
  }

  mutating func merge(_ merge: inout CallMergeRow) {
    let (gone, kept) = ("\(merge.id)", "\(merge.callID)")
    rows["calls"]?[gone] = nil
    for table in ["channels", "dials", "bridges", "transfers", "queue_visits", "call_merges"] {
      for id in rows[table, default: [:]].keys where rows[table]![id]!["call_id"] == gone {
        rows[table]![id]!["call_id"] = kept
      }
    }
    write(&merge)
  }

  /// One column of a table by id.
  func column(_ name: String, of table: String) -> [String] {
    rows[table, default: [:]].sorted { Int($0.key)! < Int($1.key)! }.map { $0.value[name]! }
  }
}

/// Feeds messages to a normalizer, one a second.
struct Script {
  private(set) var bytes: [UInt8] = []

  init() {}

  mutating func event(_ name: String, _ headers: KeyValuePairs<String, String>) {
    event(name, headers.map { ($0.key, $0.value) })
  }

  mutating func event(_ name: String, _ headers: [(String, String)]) {
    var text = "Event: \(name)\r\nPrivilege: call,all\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    append(text)
  }

  /// A message of lines that end in CR LF.
  mutating func append(_ lines: String) { bytes += Array((lines + "\r\n").utf8) }

  mutating func channel(_ id: String, _ name: String, linkedid: String? = nil, exten: String = "") {
    event(
      "Newchannel",
      [
        "Channel": name, "ChannelState": "0", "CallerIDNum": id, "Exten": exten, "Uniqueid": id,
        "Linkedid": linkedid ?? id,
      ])
  }

  mutating func up(_ id: String) {
    event("Newstate", ["Channel": "x", "ChannelState": "6", "Uniqueid": id])
  }

  mutating func dial(_ id: String?, _ dest: String) {
    if let id {
      event(
        "DialBegin", ["Channel": "x", "Uniqueid": id, "DestChannel": "x", "DestUniqueid": dest])
    } else {
      event("DialBegin", ["DestChannel": "x", "DestUniqueid": dest])
    }
  }

  mutating func dialEnd(_ dest: String, _ status: String) {
    event("DialEnd", ["DestChannel": "x", "DestUniqueid": dest, "DialStatus": status])
  }

  mutating func enter(_ id: String, _ bridge: String, type: String = "basic") {
    event(
      "BridgeEnter",
      [
        "BridgeUniqueid": bridge, "BridgeType": type, "BridgeTechnology": "simple_bridge",
        "Channel": "x", "Uniqueid": id,
      ])
  }

  mutating func leave(_ id: String, _ bridge: String) {
    event("BridgeLeave", ["BridgeUniqueid": bridge, "Channel": "x", "Uniqueid": id])
  }

  mutating func hangup(_ id: String, cause: Int = 16) {
    event("Hangup", ["Channel": "x", "Uniqueid": id, "Cause": "\(cause)"])
  }

  /// 100 calls 101, who answers; they are not in a bridge yet.
  mutating func answeredCall() {
    channel("1", "PJSIP/100-00000000", exten: "101")
    channel("2", "PJSIP/101-00000001", linkedid: "1")
    dial("1", "2")
    up("2")
    dialEnd("2", "ANSWER")
    up("1")
  }

  /// What comes out; `trunks` as the server's administrator names them; `disturbed` saves and
  /// restores the state after every message; `restart` has the server announce its end and go.
  func run(
    trunks: Set<String> = [], disturbed: Bool = false, restart: Bool = false
  ) throws -> RowLog {
    var log = RowLog()
    var options = Normalizer.Options()
    options.trunks = trunks
    var normalizer = Normalizer(server: 0, options: options)
    normalizer.sessionBegan(id: 1, at: 0)
    var buffer = FrameBuffer()
    var frame = Frame()
    buffer.append(bytes)
    var time: Int64 = 1_000_000_000
    while buffer.next(into: &frame) {
      time += 1_000_000
      normalizer.take(frame, at: time)
      guard disturbed else { continue }
      try normalizer.drain(into: &log)
      var nothing = Nothing()
      let state = normalizer.save(with: &nothing)
      guard let restored = Normalizer(server: 0, restoring: state, with: &nothing) else {
        Issue.record("what was saved cannot be read")
        break
      }
      normalizer = restored
    }
    if restart {
      buffer.append(Array("Event: Shutdown\r\nPrivilege: system,all\r\n\r\n".utf8))
      while buffer.next(into: &frame) { normalizer.take(frame, at: time) }
      normalizer.sessionEnded(at: time + 1_000_000)
    }
    try normalizer.drain(into: &log)
    return log
  }
}

struct Nothing: Visitable {
  mutating func visit(_ visitor: inout some FieldVisitor) {}
}

@Suite struct CallTests {
  @Test func `an answered call is one call with its dial and its bridge`() throws {
    var script = Script()
    script.answeredCall()
    script.enter("2", "b")
    script.enter("1", "b")
    script.leave("1", "b")
    script.hangup("2")
    script.hangup("1")
    let log = try script.run()
    #expect(log.column("disposition", of: "calls") == ["answered"])
    #expect(log.column("channels", of: "calls") == ["2"])
    #expect(log.column("caller_number", of: "calls") == ["1"])
    #expect(log.column("dialled", of: "calls") == ["101"])
    #expect(log.column("cause", of: "calls") == ["16"])
    #expect(log.column("answered_us", of: "calls") == ["1008000000"])
    #expect(log.column("status", of: "dials") == ["ANSWER"])
    #expect(log.column("call_id", of: "bridges") == ["1"])
    #expect(log.column("left_us", of: "bridge_members") == ["1010000000", "1009000000"])
    #expect(log.column("endpoint", of: "channels") == ["100", "101"])
  }

  @Test(arguments: [
    ("BUSY", 17, "busy"), ("NOANSWER", 19, "no-answer"), ("CANCEL", 0, "cancelled"),
    ("CHANUNAVAIL", 20, "failed"), ("CONGESTION", 34, "failed"),
  ])
  func `a call that nobody answered says why`(status: String, cause: Int, disposition: String)
    throws
  {
    var script = Script()
    script.channel("1", "PJSIP/100-00000000", exten: "101")
    script.channel("2", "PJSIP/101-00000001", linkedid: "1")
    script.dial("1", "2")
    script.dialEnd("2", status)
    script.hangup("2", cause: cause)
    script.hangup("1", cause: cause)
    let log = try script.run()
    #expect(log.column("disposition", of: "calls") == [disposition])
  }

  @Test func `a caller who only heard announcements served himself`() throws {
    var script = Script()
    script.channel("1", "PJSIP/100-00000000", exten: "5000")
    script.up("1")
    script.hangup("1")
    let log = try script.run()
    #expect(log.column("disposition", of: "calls") == ["self-service"])
  }

  @Test(arguments: [
    ("PJSIP/trunk", "101", "inbound"), ("PJSIP/100", "trunk", "outbound"),
    ("PJSIP/100", "101", "internal"),
  ])
  func `a call's direction is told by its trunks`(
    caller: String, dialled: String, direction: String
  )
    throws
  {
    var script = Script()
    script.channel("1", "\(caller)-00000000", exten: "101")
    script.channel("2", "PJSIP/\(dialled)-00000001", linkedid: "1")
    script.dial("1", "2")
    #expect(try script.run(trunks: ["PJSIP/trunk"]).column("direction", of: "calls") == [direction])
    #expect(try script.run().column("direction", of: "calls") == ["-"])
  }

  @Test func `an attended transfer makes two calls one, the smaller id stays`() throws {
    var script = Script()
    script.channel("1", "PJSIP/100-00000000")
    script.channel("2", "PJSIP/101-00000001", linkedid: "1")
    script.channel("3", "PJSIP/101-00000002")
    script.channel("4", "PJSIP/102-00000003", linkedid: "3")
    script.dial("3", "4")
    script.event(
      "AttendedTransfer",
      [
        "Result": "Success", "OrigTransfererUniqueid": "2", "SecondTransfererUniqueid": "3",
        "TransfereeUniqueid": "1",
      ])
    for id in ["2", "3", "1", "4"] { script.hangup(id) }
    let log = try script.run()
    #expect(log.column("id", of: "calls") == ["1"])
    #expect(log.column("channels", of: "calls") == ["4"])
    #expect(log.column("call_id", of: "channels") == ["1", "1", "1", "1"])
    #expect(log.column("call_id", of: "dials") == ["1"])
    #expect(log.column("id", of: "call_merges") == ["2"])
  }

  @Test func `a transfer that failed joins nothing`() throws {
    var script = Script()
    script.channel("1", "PJSIP/100-00000000")
    script.channel("2", "PJSIP/101-00000001")
    script.event(
      "AttendedTransfer",
      ["Result": "Fail", "OrigTransfererUniqueid": "1", "SecondTransfererUniqueid": "2"])
    let log = try script.run()
    #expect(log.column("id", of: "calls") == ["1", "2"])
  }

  @Test func `a linkedid that a channel takes over joins, a forged one does not`() throws {
    var script = Script()
    script.channel("1", "PJSIP/100-00000000")
    script.channel("2", "PJSIP/101-00000001")
    script.channel("3", "PJSIP/102-00000002")
    script.event("VarSet", ["Channel": "x", "Uniqueid": "2", "Linkedid": "1"])
    script.event("UserEvent", ["UserEvent": "x", "Uniqueid": "3", "Linkedid": "1"])
    let log = try script.run()
    #expect(log.column("call_id", of: "channels") == ["1", "1", "3"])
  }

  @Test func `a conference joins no calls, a basic bridge does`() throws {
    for (type, calls) in [("base", ["1", "2"]), ("basic", ["1"])] {
      var script = Script()
      script.channel("1", "PJSIP/100-00000000")
      script.channel("2", "PJSIP/101-00000001")
      script.enter("1", "b", type: type)
      script.enter("2", "b", type: type)
      let log = try script.run()
      #expect(log.column("id", of: "calls") == calls)
    }
  }

  @Test func `channels that were in a bridge one after the other are two calls`() throws {
    var script = Script()
    script.channel("1", "PJSIP/100-00000000")
    script.channel("2", "PJSIP/101-00000001")
    script.enter("1", "b")
    script.leave("1", "b")
    script.enter("2", "b")
    let log = try script.run()
    #expect(log.column("id", of: "calls") == ["1", "2"])
  }

  @Test func `a Local channel that leads to others counts nowhere, one that talks counts once`()
    throws
  {
    for (leads, counts) in [(false, ["1", "0"]), (true, ["0", "0"])] {
      var script = Script()
      script.channel("1", "Local/100@x-00000000;1")
      script.channel("1b", "Local/100@x-00000000;2", linkedid: "1")
      if leads { script.enter("1b", "b") }
      script.hangup("1")
      script.hangup("1b")
      let log = try script.run()
      #expect(log.column("counts", of: "channels") == counts)
      #expect(log.column("local_channel_id", of: "channels") == ["2", "1"])
      #expect(log.column("channels", of: "calls") == [counts[0]])
    }
  }

  @Test func `a half that becomes a conduit long after the other half ended still tells`() throws {
    var script = Script()
    script.channel("1", "Local/100@x-00000000;1")
    script.channel("1b", "Local/100@x-00000000;2", linkedid: "1")
    script.hangup("1")
    for _ in 0..<30 { script.event("Nothing", [:]) }
    script.enter("1b", "b")
    let log = try script.run()
    #expect(log.column("counts", of: "channels") == ["0", "0"])
  }

  @Test func `an event about a channel that ended a moment ago changes nothing but is understood`()
    throws
  {
    var script = Script()
    script.channel("1", "PJSIP/100-00000000")
    script.hangup("1", cause: 17)
    script.event("Newstate", ["Channel": "x", "ChannelState": "6", "Uniqueid": "1"])
    script.event("Cdr", ["UniqueID": "1", "Duration": "3", "Sequence": "9"])
    let log = try script.run()
    #expect(log.column("state", of: "channels") == ["0"])
    #expect(log.column("channel_id", of: "cdrs") == ["1"])
    #expect(log.column("duration", of: "cdrs") == ["3"])
  }

  @Test func `a record that comes before its channel is linked when that is announced`() throws {
    var script = Script()
    script.event("Cdr", ["UniqueID": "1"])
    script.channel("1", "PJSIP/100-00000000")
    #expect(try script.run().column("channel_id", of: "cdrs") == ["1"])
    #expect(try script.run(disturbed: true).column("channel_id", of: "cdrs") == ["1"])
  }

  @Test func `list items and forged headers open no channels`() throws {
    var normalizer = Normalizer(server: 0)
    var log = RowLog()
    var buffer = FrameBuffer()
    var frame = Frame()
    buffer.append(
      Array("Event: Newchannel\r\nActionID: 1\r\nChannel: x\r\nUniqueid: 1\r\n\r\n".utf8))
    while buffer.next(into: &frame) { normalizer.take(frame, at: 1) }
    try normalizer.drain(into: &log)
    #expect(log.column("id", of: "channels").isEmpty)
    #expect(log.column("list_items", of: "event_counts") == ["1"])
  }

  @Test func `what ended is forgotten`() throws {
    var script = Script()
    for number in 0..<50 {
      script.channel("\(number)", "PJSIP/1-\(number)")
      script.hangup("\(number)")
    }
    for _ in 0..<20 { script.event("Nothing", [:]) }
    let disturbed = try script.run(disturbed: true)
    #expect(try script.run().rows == disturbed.rows)
    #expect(disturbed.rows["channels"]?.count == 50)
  }

  @Test func `saved and restored after every message of a real recording, nothing differs`() throws
  {
    // The transfers of a recording have it all: merges, Local pairs, swaps, conferences, queues.
    // Those of the telephones that come and go have what is no call.
    for recording in ["transfers-16", "registrations-16"] {
      let script = try Script(recording: recording, messages: 4000)
      #expect(try script.run(disturbed: true).rows == script.run().rows)
    }
  }
}

extension Script {
  /// The first messages of a fixture.
  init(recording: String, messages: Int) throws {
    let capture = try Capture(path: Fixture.recording(recording))
    var buffer = FrameBuffer()
    var frame = Frame()
    var bytes: [UInt8] = []
    var count = 0
    while count < messages, try capture.next(into: &bytes) != nil {
      buffer.append(bytes)
      while count < messages, buffer.next(into: &frame) {
        self.bytes += frame.bytes
        count += 1
      }
    }
  }
}
