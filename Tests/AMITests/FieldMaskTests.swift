import AMI
import Testing

/// What of an action is written down, and what is not.
@Suite struct FieldMaskTests {
  @Test(arguments: [
    ("Login", "Secret", "s3"), ("Login", "Key", "d0"), ("Login", "SECRET", "s3"),
    ("X", "Password", "a"), ("X", "vmPassword", "a"), ("X", "AuthToken", "a"), ("X", "PIN", "1"),
    ("ConfbridgeX", "roomPin", "1"), ("X", "Account", "a"), ("X", "account", "a"),
  ])
  func `a secret is hidden, whatever the case of its name`(
    _ action: String, _ name: String, _ value: String
  ) {
    let masked = FieldMask(["ACCOUNT"]).masked(Action(action, [.init(name, value)]))
    #expect(masked.fields == [.init(name, "***")])
  }

  @Test(arguments: [
    ("Hangup", "Channel", "PJSIP/100-1"), ("DBPut", "Key", "100"), ("dbget", "key", "100"),
    ("X", "Keypad", "1"), ("X", "Spinning", "1"), ("X", "Compass", "n"), ("X", "Account", ""),
    ("SIPnotify", "Variable", "Event=check-sync"), ("X", "Passive", "yes"),
  ])
  func `anything else is shown`(_ action: String, _ name: String, _ value: String) {
    let whole = Action(action, [.init(name, value)])
    #expect(FieldMask().masked(whole) == whole)
  }

  @Test(arguments: [
    ("A=1,PIN=2", "A=1,PIN=***"), ("PIN=2,A=1", "PIN=***"), ("__SECRET=a\"b,c\"", "__SECRET=***"),
    ("A=1,B=PIN=2", "A=1,B=PIN=2"), ("a=1| TOKEN=x", "a=1| TOKEN=***"), ("A", "A"), ("", ""),
    ("_ROOM=5", "_ROOM=***"), ("GLOBAL(ROOM)=5", "GLOBAL(ROOM)=***"),
    ("A=1,SHARED(__room,PJSIP/1-1)=5", "A=1,SHARED(__room,PJSIP/1-1)=***"),
    ("GLOBAL(ROOMS)=5", "GLOBAL(ROOMS)=5"), ("\"ROOM=5\"", "\"ROOM=***"),
  ])
  func `a variable is hidden from its equals sign on`(_ value: String, _ shown: String) {
    let masked = FieldMask(["room"]).masked(Action("Originate", [.init("Variable", value)]))
    #expect(masked.fields == [.init("Variable", shown)])
  }

  @Test func `a function around the name of a hidden variable does not show its value`() {
    for name in ["MYPIN", "GLOBAL(MYPIN)", "global( __mypin )", "SHARED(MYPIN,SIP/1-1)"] {
      let set = Action("Setvar", [.init("Variable", name), .init("Value", "888")])
      #expect(FieldMask(["MYPIN"]).masked(set).fields.map(\.value) == [name, "***"])
    }
  }

  @Test(arguments: [
    ("No such command 'secret cmd' (type 'core show help secret')", "No such command '***'"),
    ("Channel does not exist: secret cmd", "Channel does not exist: ***"),
    ("secrets cmds", "secrets cmds"), ("", ""),
  ])
  func `what Asterisk repeats of a hidden value is hidden`(_ text: String, _ shown: String) {
    let action = Action("Command", [.init("Command", "secret cmd")])
    #expect(FieldMask(["command"]).masked(text, of: action).hasPrefix(shown))
    #expect(!FieldMask(["command"]).masked(text, of: action).contains("'secret"))
    #expect(FieldMask().masked(text, of: action) == text)
  }

  @Test func `of hidden variables each value is hidden, but not within another number`() {
    let action = Action("Originate", [.init("Variable", "A=7,PIN=8,B=99")])
    #expect(
      FieldMask().masked("7: 8, B=99, 8/99 of 899 or 80", of: action)
        == "7: ***, ***, ***/*** of 899 or 80")
  }

  @Test func `a value is hidden where another field says that it is a secret`() {
    let mask = FieldMask()
    let set = Action("setvar", [.init("Variable", "USER_PIN"), .init("Value", "1234")])
    #expect(mask.masked(set).fields[1].value == "***")
    let harmless = Action("Setvar", [.init("Variable", "USER"), .init("Value", "1234")])
    #expect(mask.masked(harmless) == harmless)
    let put = Action(
      "DBPut", [.init("Family", "pins"), .init("Key", "passwords"), .init("Val", "1")])
    #expect(mask.masked(put).fields.map(\.value) == ["pins", "passwords", "***"])
    let update = Action(
      "UpdateConfig",
      [
        .init("Var-000000", "secret"), .init("Value-000000", "x"), .init("Var-000001", "host"),
        .init("Value-000001", "y"),
      ])
    #expect(mask.masked(update).fields.map(\.value) == ["secret", "***", "host", "y"])
  }
}
