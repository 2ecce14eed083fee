import AMI
import Testing

@Suite struct LoginTests {
  @Test func `plain: banner, Login, accepted`() throws {
    var login = Login(username: "recorder", secret: "hush", authentication: .plain)
    let frames = frames(of: "Asterisk Call Manager/11.0.0\r\nResponse: Success\r\n\r\n")
    #expect(
      try sent(login.receive(frames[0]))
        == "Action: Login\r\nActionID: login\r\nUsername: recorder\r\nSecret: hush\r\n"
        + "Events: on\r\n\r\n")
    #expect(login.banner == "Asterisk Call Manager/11.0.0")
    guard case .accepted(isRepeated: false) = login.receive(frames[1]) else {
      Issue.record("not accepted")
      return
    }
  }

  @Test func `MD5: banner, Challenge, digest, Login, accepted`() throws {
    var login = Login(username: "recorder", secret: "hush", authentication: .md5)
    let frames = frames(
      of: "Asterisk Call Manager/1.1\r\nResponse: Success\r\nActionID: challenge\r\n"
        + "Challenge: 670024040\r\n\r\nResponse: Success\r\nMessage: Authentication accepted\r\n\r\n"
    )
    #expect(
      try sent(login.receive(frames[0]))
        == "Action: Challenge\r\nActionID: challenge\r\nAuthType: MD5\r\n\r\n")
    guard case .digest(challenge: "670024040") = login.receive(frames[1]) else {
      Issue.record("no digest asked for")
      return
    }
    #expect(
      try sent(.send(login.login(digest: "00ff")))
        == "Action: Login\r\nActionID: login\r\nUsername: recorder\r\nAuthType: MD5\r\n"
        + "Key: 00ff\r\nEvents: on\r\n\r\n")
    guard case .accepted(isRepeated: false) = login.receive(frames[2]) else {
      Issue.record("not accepted")
      return
    }
  }

  @Test(arguments: ["Response: Error\r\nMessage: Permission denied", "Response: Success"])
  func `a server without Challenge gets the secret only where it may be sent`(
    answer: String
  ) throws {
    let frames = frames(of: "Asterisk Call Manager/1.0\r\n\(answer)\r\n\r\n")
    var login = Login(
      username: "recorder", secret: "hush", authentication: .md5, maySendSecret: true)
    _ = login.receive(frames[0])
    #expect(try sent(login.receive(frames[1])).contains("\r\nSecret: hush\r\n"))
    login = Login(username: "recorder", secret: "hush", authentication: .md5)
    _ = login.receive(frames[0])
    guard case .unproven = login.receive(frames[1]) else {
      Issue.record("the secret was sent")
      return
    }
  }

  @Test func `a refusal carries Asterisk's message`() {
    var login = Login(username: "recorder", secret: "hush", authentication: .plain)
    let frames = frames(
      of: "Asterisk Call Manager/11.0.0\r\nResponse: Error\r\nActionID: login\r\n"
        + "Message: Authentication failed\r\n\r\n")
    _ = login.receive(frames[0])
    guard case .refused(message: "Authentication failed") = login.receive(frames[1]) else {
      Issue.record("not refused")
      return
    }
  }

  @Test func `a connection that is logged in already is accepted and said to be`() {
    var login = Login(username: "recorder", secret: "hush", authentication: .plain)
    let frames = frames(
      of: "Asterisk Call Manager/11.0.0\r\nResponse: Success\r\n"
        + "Message: Already authenticated\r\n\r\n")
    _ = login.receive(frames[0])
    guard case .accepted(isRepeated: true) = login.receive(frames[1]) else {
      Issue.record("not accepted")
      return
    }
  }

  @Test func `events before the answer change nothing`() throws {
    let event = "Event: FullyBooted\r\nPrivilege: system,all\r\n\r\n"
    var login = Login(username: "recorder", secret: "hush", authentication: .md5)
    let frames = frames(
      of: "Asterisk Call Manager/11.0.0\r\n" + event
        + "Response: Success\r\nChallenge: 1\r\n\r\n" + event + "Response: Success\r\n\r\n")
    let steps = frames[1...4].map { $0 }
    _ = login.receive(frames[0])
    guard case .wait = login.receive(steps[0]), case .digest = login.receive(steps[1]) else {
      Issue.record("the challenge was not taken")
      return
    }
    _ = login.login(digest: "00")
    guard case .wait = login.receive(steps[2]), case .accepted = login.receive(steps[3]) else {
      Issue.record("the answer was not taken")
      return
    }
  }

  @Test func `what does not begin with the banner is no AMI server`() {
    var login = Login(username: "recorder", secret: "hush", authentication: .plain)
    guard case .foreign = login.receive(frames(of: "Response: Success\r\n\r\n")[0]) else {
      Issue.record("taken for a server")
      return
    }
  }

  @Test func `a foreign server is known by its first wrong byte, however slowly it speaks`() {
    let outcomes = ["Asterisk Call Manager/1.1\r\nEvent", "SSH-2.0", "Asterisk Cakes", ""].map {
      var login = Login(username: "u", secret: "s", authentication: .plain)
      return $0.utf8.map { login.canBegin(with: [$0]) }
    }
    #expect(!outcomes[0].contains(false))
    #expect(outcomes[1][0] == false)
    #expect(outcomes[2].firstIndex(of: false) == 11)
  }

  @Test func `a digest that was not asked for is our mistake`() async {
    await #expect(processExitsWith: .failure) {
      var login = Login(username: "u", secret: "s", authentication: .plain)
      _ = login.login(digest: "00")
    }
  }

  private func sent(_ step: Login.Step) throws -> String {
    guard case .send(let action) = step else { return "" }
    return String(decoding: try action.encoded(), as: UTF8.self)
  }

  private func frames(of text: String) -> [Frame] {
    var buffer = FrameBuffer()
    buffer.append(Array(text.utf8))
    var frames: [Frame] = []
    var frame = Frame()
    while buffer.next(into: &frame) { frames.append(frame) }
    return frames
  }
}
