import AMI
import Testing

@testable import AMIClient

@Suite struct OpenActionsTests {
  @Test func `a response finishes its action and no other`() {
    var actions = open("1", "2")
    #expect(finished(&actions, "Response: Success\r\nActionID: 2\r\nPing: Pong\r\n\r\n") == ["2"])
    #expect(finished(&actions, "Response: Success\r\nActionID: 3\r\n\r\n") == [])
    #expect(finished(&actions, "Response: Success\r\n\r\n") == [])
    #expect(finished(&actions, "Response: Success\r\nActionID: 1\r\n\r\n") == ["1"])
    #expect(actions.count == 0)
  }

  @Test func `a list is collected up to its end, through live events and other answers`() throws {
    var actions = open("1", "2")
    let stream =
      "Response: Success\r\nActionID: 1\r\nEventList: start\r\nMessage: will follow\r\n\r\n"
      + "Event: ParkedCall\r\nActionID: 1\r\nParkinglot: a\r\n\r\n"
      + "Event: ParkedCall\r\nPrivilege: call,all\r\nParkinglot: live\r\n\r\n"
      + "Response: Success\r\nActionID: 2\r\n\r\n"
      + "Event: ParkedCall\r\nParkinglot: b\r\nActionID: 1\r\n\r\n"
      + "Event: ParkedCallsComplete\r\nActionID: 1\r\nEventList: Complete\r\nListItems: 2\r\n\r\n"
    let done = outcomes(&actions, stream)
    #expect(done.map(\.context) == ["2", "1"])
    guard case .answered(let answer) = done[1].outcome else {
      Issue.record("no answer")
      return
    }
    #expect(answer.items.map { $0.text(named: "Parkinglot") } == ["a", "b"])
    #expect(answer.completion?.text(of: .listItems) == "2")
  }

  @Test(arguments: [
    ("Queue status will follow", "QueueMember", "QueueStatusComplete"),
    ("Peer status list will follow", "PeerEntry", "PeerlistComplete"),
    ("Channel status will follow", "Status", "StatusComplete"),
  ])
  func `before AMI 2 a list is announced by its message`(
    _ message: String, _ item: String, _ end: String
  ) {
    var actions = open("1")
    let head = "Response: Success\r\nActionID: 1\r\nMessage: \(message)\r\n\r\n"
    #expect(finished(&actions, head + "Event: \(item)\r\nActionID: 1\r\n\r\n") == [])
    #expect(finished(&actions, "Event: \(end)\r\nActionID: 1\r\n\r\n") == ["1"])
  }

  @Test func `DBGet without a terminator ends with its one item`() {
    var actions = open("1")
    let answer =
      "Response: Success\r\nActionID: 1\r\nMessage: Result will follow\r\n\r\n"
      + "Event: DBGetResponse\r\nVal: v\r\nActionID: 1\r\n\r\n"
    #expect(finished(&actions, answer) == ["1"])
    actions = open("1")
    let marked = answer.replacing("Message", with: "EventList: start\r\nMessage")
    #expect(finished(&actions, marked) == [])
  }

  @Test func `the output of a command is no list, even if there is none`() {
    var actions = open("1", "2")
    let empty = "Response: Success\r\nActionID: 1\r\nMessage: Command output follows\r\n\r\n"
    #expect(finished(&actions, empty) == ["1"])
    let old = "Response: Follows\r\nPrivilege: Command\r\nActionID: 2\r\nx\n--END COMMAND--\r\n\r\n"
    #expect(finished(&actions, old) == ["2"])
  }

  @Test func `an error ends its action, a list too`() {
    var actions = open("1")
    let done = outcomes(
      &actions, "Response: Error\r\nActionID: 1\r\nMessage: No such channel\r\n\r\n")
    guard case .refused(let response) = done.first?.outcome else {
      Issue.record("not refused")
      return
    }
    #expect(response.text(of: .message) == "No such channel")
  }

  @Test func `a live event with the ActionID of an action is not its answer`() {
    var actions = open("1")
    let stream =
      "Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: 1\r\nResponse: Failure\r\n\r\n"
      + "Event: UserEvent\r\nPrivilege: user,all\r\nActionID: 1\r\nEventList: Complete\r\n\r\n"
      + "Event: Early\r\nActionID: 1\r\nEventList: Complete\r\n\r\n"
    #expect(finished(&actions, stream) == [])
    #expect(finished(&actions, "Response: Success\r\nActionID: 1\r\n\r\n") == ["1"])
  }

  @Test func `an item with a Privilege of one word is an item`() {
    var actions = open("1")
    let list =
      "Response: Success\r\nActionID: 1\r\nEventList: start\r\n\r\n"
      + "Event: Status\r\nPrivilege: Call\r\nActionID: 1\r\n\r\n"
      + "Event: StatusComplete\r\nActionID: 1\r\nEventList: Complete\r\nItems: 1\r\n\r\n"
    guard case .answered(let answer) = outcomes(&actions, list).first?.outcome else {
      Issue.record("no answer")
      return
    }
    #expect(answer.items.count == 1)
  }

  @Test(arguments: [(2, 10_000), (100, 60)])
  func `a list longer than a limit is given up`(items: Int, bytes: Int) {
    var actions = open("1", limit: items, bytesMax: bytes)
    let item = "Event: Item\r\nActionID: 1\r\n\r\n"
    let head = "Response: Success\r\nActionID: 1\r\nEventList: start\r\n\r\n"
    #expect(finished(&actions, head + item + item) == [])
    guard case .overlong = outcomes(&actions, item).first?.outcome else {
      Issue.record("still collecting")
      return
    }
    #expect(actions.count == 0)
  }

  private func open(
    _ ids: String..., limit: Int = 100, bytesMax: Int = 10_000
  ) -> OpenActions<String> {
    var limits = Limits()
    limits.listItemsMax = limit
    limits.listBytesMax = bytesMax
    var actions = OpenActions<String>(limits)
    for id in ids { actions.add(id, id) }
    return actions
  }

  private func finished(_ actions: inout OpenActions<String>, _ text: String) -> [String] {
    outcomes(&actions, text).map(\.context)
  }

  private func outcomes(
    _ actions: inout OpenActions<String>, _ text: String
  ) -> [OpenActions<String>.Finished] {
    var buffer = FrameBuffer()
    buffer.append(Array(text.utf8))
    var frame = Frame()
    var done: [OpenActions<String>.Finished] = []
    while buffer.next(into: &frame) {
      if case .finished(let finished) = actions.take(frame) { done.append(finished) }
    }
    return done
  }
}
