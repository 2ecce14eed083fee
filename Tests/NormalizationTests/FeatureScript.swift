import AMI
import Normalization
import Testing

/// Messages about what happens within calls.
extension Script {
  /// The rows that come out, which must be the same when the state is saved after every message.
  func undisturbedRows() throws -> RowLog {
    let log = try run()
    #expect(try run(disturbed: true).rows == log.rows)
    return log
  }

  /// Two channels that talk to each other.
  static func talk() -> Script {
    var script = Script()
    script.channel("1", "PJSIP/100-00000000", exten: "101")
    script.channel("2", "PJSIP/101-00000001", linkedid: "1")
    script.up("1")
    script.up("2")
    script.enter("2", "b")
    script.enter("1", "b")
    return script
  }

  /// A consultation by feature code: channel 2 of `talk` has 3 called by a Local channel.
  static func consultation() -> Script {
    var script = talk()
    script.channel("3", "Local/102@x-00000000;1", linkedid: "1", exten: "102")
    script.channel("3b", "Local/102@x-00000000;2", linkedid: "1", exten: "102")
    script.event(
      "VarSet",
      [
        "Channel": "Local/102@x-00000000;1", "Context": "x", "Exten": "102", "Uniqueid": "3",
        "Variable": "TRANSFERERNAME", "Value": "PJSIP/101-00000001",
      ])
    return script
  }

  mutating func variable(_ name: String, _ value: String, of id: String) {
    event("VarSet", ["Channel": "x", "Uniqueid": id, "Variable": name, "Value": value])
  }

  mutating func step(_ id: String, _ exten: String, _ application: String, _ data: String = "") {
    event(
      "Newexten",
      [
        "Channel": "x", "Uniqueid": id, "Exten": exten, "Application": application,
        "AppData": data,
      ])
  }

  mutating func blindTransfer(of id: String, by other: String, to exten: String, isExternal: String)
  {
    event(
      "BlindTransfer",
      [
        "Result": "Success", "TransfererChannel": "PJSIP/\(other)", "TransfererUniqueid": other,
        "TransfereeUniqueid": id, "IsExternal": isExternal, "Context": "x", "Extension": exten,
      ])
  }

  mutating func attendedTransfer(
    _ first: String, _ second: String, of id: String, _ more: KeyValuePairs<String, String>
  ) {
    var text = "Event: AttendedTransfer\r\nPrivilege: call,all\r\nResult: Success\r\n"
    text += "OrigTransfererChannel: x\r\nOrigTransfererUniqueid: \(first)\r\n"
    text += "SecondTransfererUniqueid: \(second)\r\nTransfereeUniqueid: \(id)\r\n"
    for (name, value) in more { text += "\(name): \(value)\r\n" }
    append(text)
  }

  mutating func parked(
    _ event: String, _ id: String, parker: String = "x", retriever: String = "none",
    duration: Int = 0
  ) {
    self.event(
      event,
      [
        "ParkeeChannel": "x", "ParkeeUniqueid": id, "RetrieverUniqueid": retriever,
        "ParkerDialString": parker, "Parkinglot": "default", "ParkingSpace": "701",
        "ParkingTimeout": "10", "ParkingDuration": "\(duration)",
      ])
  }

  mutating func parkedIsListed(_ id: String) {
    append(
      "Event: ParkedCall\r\nParkeeChannel: x\r\nParkeeUniqueid: \(id)\r\nParkinglot: default\r\n"
        + "ParkingSpace: 701\r\nParkingDuration: 2\r\nActionID: a\r\n")
  }

  mutating func conference(
    _ what: String, _ name: String, _ bridge: String, _ id: String?,
    _ more: KeyValuePairs<String, String> = [:]
  ) {
    var text = "Event: Confbridge\(what)\r\nPrivilege: call,all\r\nConference: \(name)\r\n"
    text += "BridgeUniqueid: \(bridge)\r\n"
    if let id { text += "Channel: x\r\nUniqueid: \(id)\r\nAdmin: No\r\n" }
    for (name, value) in more { text += "\(name): \(value)\r\n" }
    append(text)
  }

  /// The size of the state that is saved after the last message, in bytes.
  func stateSize() throws -> Int {
    var log = RowLog()
    var normalizer = Normalizer(server: 0)
    var nothing = Nothing()
    var buffer = FrameBuffer()
    var frame = Frame()
    var time: Int64 = 0
    buffer.append(bytes)
    while buffer.next(into: &frame) {
      time += 1_000_000
      normalizer.take(frame, at: time)
      try normalizer.drain(into: &log)
    }
    return normalizer.save(with: &nothing).count
  }
}
