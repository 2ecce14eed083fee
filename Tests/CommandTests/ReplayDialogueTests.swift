import Testing

@testable import amirec

@Suite struct ReplayDialogueTests {
  private var dialogue = ReplayDialogue(challenge: 42)

  @Test mutating func `any user logs in, and a second login changes nothing`() {
    let first = ask("Action: Login\r\nActionID: 1\r\nUsername: anna\r\nSecret: x\r\n\r\n")
    #expect(first.effects == [.loggedIn(user: "anna")])
    #expect(
      first.answers
        == "Response: Success\r\nActionID: 1\r\nMessage: Authentication accepted\r\n\r\n")
    let second = ask("Action: Login\r\nUsername: otto\r\nSecret: x\r\n\r\n")
    #expect(second.effects == [.none])
    #expect(second.answers == "Response: Success\r\nMessage: Already authenticated\r\n\r\n")
  }

  @Test mutating func `a challenge is for MD5`() {
    #expect(
      ask("Action: Challenge\r\nAuthType: md5\r\n\r\n").answers
        == "Response: Success\r\nChallenge: 42\r\n\r\n")
    #expect(ask("Action: Challenge\r\n\r\n").answers.hasPrefix("Response: Error\r\n"))
  }

  @Test mutating func `before the login nothing else is allowed`() {
    for name in ["Ping", "QueueStatus"] {
      #expect(
        ask("Action: \(name)\r\nActionID: 7\r\n\r\n").answers
          == "Response: Error\r\nActionID: 7\r\nMessage: Permission denied\r\n\r\n")
    }
  }

  @Test mutating func `actions may be typed: any case, line feeds alone, split anywhere`() {
    _ = ask("action:login\nusername:anna\n\n")
    #expect(
      ask("ACTION: ping\nActionID: a: 1 \n\n").answers
        == "Response: Success\r\nActionID: a: 1 \r\nPing: Pong\r\nTimestamp: 1.000042\r\n\r\n")
    #expect(ask("Action: Lo").effects == [])
    #expect(ask("goff\r").effects == [])
    #expect(ask("\n\r\n").effects == [.loggedOff])
  }

  @Test mutating func `several actions in one piece are answered in their order`() {
    let all = ask("Action: Login\r\n\r\nAction: Nonsense\r\n\r\nX: 1\r\n\r\n")
    #expect(all.effects == [.loggedIn(user: ""), .none, .none])
    #expect(all.answers.contains("This is a replay"))
    #expect(all.answers.hasSuffix("Message: Missing action in request\r\n\r\n"))
  }

  @Test mutating func `who sends without end is no client`() {
    let line = Array(repeating: UInt8(ascii: "x"), count: 1024)
    var isClient = true
    var count = 0
    while isClient, count < 1000 {
      isClient = dialogue.take(line)
      count += 1
    }
    #expect(count == ReplayDialogue.actionBytesMax / 1024 + 1)
  }

  private mutating func ask(
    _ text: String
  ) -> (effects: [ReplayDialogue.Effect], answers: String) {
    let isClient = dialogue.take(text.utf8)
    #expect(isClient)
    var effects: [ReplayDialogue.Effect] = []
    var answers: [UInt8] = []
    while let effect = dialogue.next(at: 1_000_042, into: &answers) { effects.append(effect) }
    return (effects, String(decoding: answers, as: UTF8.self))
  }
}
