import AMI
import Testing

/// A frame as text, for comparison: kind, damage, then `name=value` of each header.
func describe(_ frame: Frame) -> [String] {
  ["\(frame.kind) \(frame.damage)"]
    + frame.headers.map {
      Text.decode(frame.bytes[$0.nameRange]) + "=" + Text.decode(frame.bytes[$0.valueRange])
    }
}

/// The whole frames of a stream, as values.
func wholeFrames(of text: String) -> [Frame] {
  var buffer = FrameBuffer()
  var frame = Frame()
  var result: [Frame] = []
  buffer.append(Array(text.utf8))
  while buffer.next(into: &frame) { result.append(frame) }
  return result
}

/// The frames of a stream that comes in pieces of the given sizes, used in turn.
func frames(of bytes: [UInt8], pieces: [Int] = [Int.max]) -> [[String]] {
  var buffer = FrameBuffer()
  var frame = Frame()
  var result: [[String]] = []
  var position = 0
  var turn = 0
  while position < bytes.count {
    let size = min(pieces[turn % pieces.count], bytes.count - position)
    buffer.append(bytes[position..<position + size])
    while buffer.next(into: &frame) { result.append(describe(frame)) }
    position += size
    turn += 1
  }
  if buffer.finish(into: &frame) { result.append(describe(frame)) }
  return result
}

func frames(of text: String) -> [[String]] { frames(of: Array(text.utf8)) }

@Suite struct FrameBufferTests {
  @Test func `a banner is one line, an empty line ends a message, stray empty lines are nothing`() {
    let text =
      "Asterisk Call Manager/5.0.4\r\nResponse: Success\r\nMessage: Hi\r\n\r\n\r\n\r\nEvent: A\r\n\r\n"
    #expect(
      frames(of: text) == [
        ["banner none", "=Asterisk Call Manager/5.0.4"],
        ["response none", "Response=Success", "Message=Hi"],
        ["event none", "Event=A"],
      ])
  }

  @Test func `names may be empty, values may hold colons and one space is not part of them`() {
    #expect(
      frames(of: "Event: UserEvent\r\n: :Lead: colon\r\nA:b\r\nB:  c\r\nEmpty: \r\nBare:\r\n\r\n")
        == [
          [
            "event none", "Event=UserEvent", "=:Lead: colon", "A=b", "B= c", "Empty=", "Bare=",
          ]
        ])
  }

  @Test func `a line without a colon is kept, and after a bare LF it continues the value`() {
    #expect(
      frames(of: "Event: A\r\nno colon\r\nValue: one\ntwo\n\nthree\r\nNext: x\nOther: y\r\n\r\n")
        == [
          [
            "event none", "Event=A", "=no colon", "Value=one\ntwo\n\nthree", "Next=x", "Other=y",
          ]
        ])
  }

  @Test func `a value that ends in a bare LF before the empty line ends the message`() {
    #expect(
      frames(of: "Response: Error\r\nMessage: No Contacts found\n\r\nEvent: A\r\n\r\n") == [
        ["response none", "Response=Error", "Message=No Contacts found"],
        ["event none", "Event=A"],
      ])
  }

  @Test func `the output of Response Follows is one value with its empty lines`() {
    let text =
      "Response: Follows\r\nPrivilege: Command\r\nActionID: 7\r\nName: x\n\nlast\n--END COMMAND--\r\n\r\n"
      + "Response: Follows\r\nPrivilege: Command\r\nno newline--END COMMAND--\r\n\r\nEvent: A\r\n\r\n"
    #expect(
      frames(of: text) == [
        [
          "response none", "Response=Follows", "Privilege=Command", "ActionID=7",
          "=Name: x\n\nlast",
        ],
        ["response none", "Response=Follows", "Privilege=Command", "=no newline"],
        ["event none", "Event=A"],
      ])
  }

  @Test func `a message cut in the middle of a line is split from the next and marked`() {
    let text =
      "Event: Newstate\r\nPrivilege: call,all\r\nChannel: PJSIP/1Event: Hangup\r\nPrivilege: call,all\r\n"
      + "Cause: 16\r\n\r\n"
      + "Event: A\r\nPrivilege: call,all\r\nChannelStEvent: B\r\nPrivilege: call,all\r\n\r\n"
      + "Event: NewsEvent: C\r\nPrivilege: call,all\r\n\r\n"
      + "Event: D\r\nPrivilege: call,all\r\nX: 1\r\nEvent: E\r\nPrivilege: call,all\r\n\r\n"
    #expect(
      frames(of: text) == [
        ["event cut", "Event=Newstate", "Privilege=call,all", "Channel=PJSIP/1"],
        ["event none", "Event=Hangup", "Privilege=call,all", "Cause=16"],
        ["event cut", "Event=A", "Privilege=call,all", "ChannelSt="],
        ["event none", "Event=B", "Privilege=call,all"],
        ["event cut", "Event=News"],
        ["event none", "Event=C", "Privilege=call,all"],
        ["event cut", "Event=D", "Privilege=call,all", "X=1"],
        ["event none", "Event=E", "Privilege=call,all"],
      ])
  }

  @Test func `half a value is not found by its name`() {
    let frames = wholeFrames(
      of: "Event: A\r\nPrivilege: x,all\r\nUniqueid: 17Event: B\r\nPrivilege: x,all\r\n\r\n")
    #expect(frames[0].value(of: .uniqueid) == nil)
    #expect(frames[0].text(of: .event) == "A")
    #expect(frames[1].text(of: .event) == "B")
  }

  @Test(arguments: [
    "Event: Hangup\r\nPrivilege: call,all\r\nUniqueid: 2.2\r\n",
    "Said: whateverEvent: Hangup\r\nPrivilege: call,all\r\nUniqueid: 2.2\r\n",
    "Asterisk Call Manager/11.0.0\r\nEvent: Hangup\r\nPrivilege: call,all\r\nUniqueid: 2.2\r\n",
  ])
  func `what a UserEvent forges comes after the real headers, splits nothing and is marked`(
    words: String
  ) {
    let frames = wholeFrames(
      of: "Event: UserEvent\r\nPrivilege: user,all\r\nUniqueid: 1.1\r\n" + words
        + "\r\nEvent: A\r\n\r\n")
    #expect(frames.map(\.kind) == [.event, .event])
    #expect(frames[0].text(of: .event) == "UserEvent")
    #expect(frames[0].text(of: .uniqueid) == "1.1")
    #expect(frames[0].texts(named: "uniqueid") == ["1.1", "2.2"])
    #expect(frames.map(\.damage) == [.cut, .none])
  }

  @Test func `a UserEvent that was cut before anybody's words is split from the next`() {
    #expect(
      frames(of: "Event: UserEventEvent: B\r\nPrivilege: x,all\r\n\r\n") == [
        ["event cut", "Event=UserEvent"], ["event none", "Event=B", "Privilege=x,all"],
      ])
  }

  @Test func `a list item has no Privilege, an OriginateResponse is an event`() {
    let frames = wholeFrames(
      of: "Event: ParkedCall\r\nActionID: 1\r\n\r\n"
        + "Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: 1\r\nResponse: Failure\r\n\r\n"
    )
    #expect(frames.map(\.isListItem) == [true, false])
    #expect(frames[1].kind == .event)
  }

  @Test func `another banner within a message is another connection`() {
    #expect(
      frames(of: "Event: A\r\nX: 1\r\nAsterisk Call Manager/5\r\nEvent: B\r\n\r\n") == [
        ["event cut", "Event=A", "X=1"], ["banner none", "=Asterisk Call Manager/5"],
        ["event none", "Event=B"],
      ])
  }

  @Test func `what is left at the end of the stream is unfinished`() {
    #expect(
      frames(of: "Event: A\r\n\r\nEvent: B\r\nChan") == [
        ["event none", "Event=A"], ["event unfinished", "Event=B", "=Chan"],
      ])
  }

  @Test(arguments: [[4096], [1 << 20], [7, 100_000, 1]])
  func `a message beyond the limit is cut there and the stream goes on`(pieces: [Int]) {
    var bytes = Array("Event: Big\r\n".utf8)
    let line = Array(("Line: " + String(repeating: "x", count: 70_000) + "\r\n").utf8)
    while bytes.count <= FrameBuffer.frameBytesMax + 100_000 { bytes += line }
    bytes += Array("\r\nEvent: Next\r\n\r\n".utf8)
    let found = frames(of: bytes, pieces: pieces)
    #expect(found.count == 2)
    #expect(found.first?.first == "event overlong")
    #expect(found.first?.count == 2 + (FrameBuffer.frameBytesMax - 12) / line.count)
    #expect(found.last == ["event none", "Event=Next"])
  }

  @Test func `an endless line does not grow the buffer for ever`() {
    var buffer = FrameBuffer()
    var frame = Frame()
    var given = 0
    buffer.append(Array("Event: Big\r\nLine: ".utf8))
    let piece = [UInt8](repeating: 0x78, count: 1 << 20)
    for _ in 0..<40 {
      buffer.append(piece)
      while buffer.next(into: &frame) { given += 1 }
      #expect(buffer.pendingBytes <= FrameBuffer.frameBytesMax + piece.count)
    }
    buffer.append(Array("\r\n\r\nEvent: Next\r\n\r\n".utf8))
    while buffer.next(into: &frame) { given += 1 }
    #expect(given == 2)
    #expect(frame.text(of: .event) == "Next")
  }

  @Test func `any two pieces give the same frames`() {
    let bytes = Array(
      ("Asterisk Call Manager/5\r\nEvent: A\r\nV: one\ntwo\r\n\r\n\r\n"
        + "Response: Follows\r\nActionID: 1\r\nx\n\ny\n--END COMMAND--\r\n\r\n"
        + "Event: B\r\nPrivilege: call,all\r\nCh: PEvent: C\r\nPrivilege: call,all\r\n\r\nEvent: D\r\nQ")
        .utf8)
    let whole = frames(of: bytes)
    for split in 1..<bytes.count {
      #expect(frames(of: bytes, pieces: [split, bytes.count]) == whole)
    }
    #expect(frames(of: bytes, pieces: [1]) == whole)
  }
}
