import AMI
import Testing

@Suite struct ActionTests {
  @Test func `an action is its name, its ActionID and its fields, in order`() throws {
    var action = Action("Originate", [.init("Channel", "PJSIP/100"), .init("Async", "true")])
    action.actionID = "7"
    #expect(
      try text(action)
        == "Action: Originate\r\nActionID: 7\r\nChannel: PJSIP/100\r\nAsync: true\r\n\r\n")
  }

  @Test func `without an ActionID none is sent`() throws {
    #expect(try text(Action("Ping")) == "Action: Ping\r\n\r\n")
  }

  @Test func `names may repeat, values may be empty, hold colons and any script`() throws {
    let action = Action(
      "Setvar", [.init("Variable", "a=1"), .init("Variable", ""), .init("Value", "탱이: 1")])
    #expect(
      try text(action)
        == "Action: Setvar\r\nVariable: a=1\r\nVariable: \r\nValue: 탱이: 1\r\n\r\n")
  }

  @Test(arguments: ["\r", "\n", "\0", "a\r\nAction: Command\r\nCommand: x", "end\n"])
  func `a value cannot end its line`(_ value: String) {
    expect(Action("Setvar", [.init("Value", value)]), .lineEndInValue, at: "Value")
    expect(Action("Ping\(value)"), .lineEndInValue, at: "Action")
    var action = Action("Ping")
    action.actionID = value
    expect(action, .lineEndInValue, at: "ActionID")
  }

  @Test func `a name that is no name is refused`() {
    expect(Action(""), .emptyName, at: "Action")
    expect(Action("A", [.init("", "v")]), .emptyName, at: "number 1")
    expect(Action("A", [.init("B", ""), .init("C:D", "v")]), .colonInName, at: "number 2")
    expect(Action("A", [.init("B\r\nC", "v")]), .lineEndInName, at: "number 1")
    expect(Action("A", [.init(" B", "v")]), .spaceAroundName, at: "number 1")
    expect(Action("A", [.init("B ", "v")]), .spaceAroundName, at: "number 1")
    expect(Action("A", [.init("ActionId", "v")]), .reservedName, at: "ActionId")
    expect(Action("A", [.init("ACTION", "v")]), .reservedName, at: "ACTION")
  }

  @Test func `a line of 1024 bytes with its line end is the longest`() throws {
    let name = "Value"
    let longest = 1024 - "Value: \r\n".utf8.count
    let action = Action("Setvar", [.init(name, String(repeating: "x", count: longest))])
    #expect(try action.encoded().count == "Action: Setvar\r\n".utf8.count + 1024 + 2)
    expect(
      Action("Setvar", [.init(name, String(repeating: "x", count: longest + 1))]),
      .lineTooLong(1025), at: name)
    expect(
      Action("Setvar", [.init(name, String(repeating: "é", count: 600))]),
      .lineTooLong(1209), at: name)
  }

  @Test func `128 lines are the most`() throws {
    let fields = Array(repeating: Action.Field("Variable", "a=1"), count: 127)
    #expect(try text(Action("Originate", fields)).hasSuffix("a=1\r\n\r\n"))
    var action = Action("Originate", fields)
    action.actionID = "1"
    expect(action, .tooManyHeaders(129), at: nil)
  }

  @Test func `an error is one line and never tells a value`() {
    let values = ["hush\n", String(repeating: "hush", count: 400)]
    for value in values {
      let fields: [Action.Field] = [.init("Secret", value), .init("a\nhush", "v")]
      for field in fields {
        let error = #expect(throws: ActionError.self) { try Action("A", [field]).encoded() }
        #expect(error.map { !"\($0)".contains("hush") && !"\($0)".contains("\n") } == true)
      }
    }
  }

  private func text(_ action: Action) throws -> String {
    String(decoding: try action.encoded(), as: UTF8.self)
  }

  private func expect(
    _ action: Action, _ code: ActionError.Code, at header: String?,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: ActionError.self, sourceLocation: sourceLocation) {
      try action.encoded()
    }
    #expect(error?.code == code, sourceLocation: sourceLocation)
    #expect(error?.header == header, sourceLocation: sourceLocation)
  }
}
