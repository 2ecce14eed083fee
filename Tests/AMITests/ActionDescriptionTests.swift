import AMI
import Testing

@Suite struct ActionDescriptionTests {
  @Test func `a typed action is sent as its fields`() throws {
    let pause = QueuePause(queue: "support", interface: "PJSIP/100", paused: true, reason: "lunch")
    #expect(
      try text(pause.action())
        == "Action: QueuePause\r\nInterface: PJSIP/100\r\nPaused: true\r\nQueue: support\r\n"
        + "Reason: lunch\r\n\r\n")
  }

  @Test func `names are found in any case, and the nearest for a typo`() {
    #expect(ActionCatalogue.action(named: "queuepause")?.name == "QueuePause")
    #expect(ActionCatalogue.action(named: "QueuePuse") == nil)
    #expect(ActionCatalogue.names(near: "QueuePuse").first == "QueuePause")
    #expect(ActionCatalogue.names(near: "zzz") == [])
  }

  @Test func `free fields get Asterisk's spelling`() throws {
    let pause = ActionCatalogue.action(named: "QueuePause")!
    #expect(
      try text(pause.action([.init("interface", "a"), .init("PAUSED", "Yes")]))
        == "Action: QueuePause\r\nInterface: a\r\nPaused: true\r\n\r\n")
  }

  @Test func `a wrong field is named`() {
    let pause = QueuePause.description
    expect(pause, [("Paused", "true")], .missing, "Interface")
    expect(
      pause, [("Interfase", "a"), ("Paused", "true")],
      .unknownField(of: "QueuePause", nearest: ["Interface"]), "Interfase")
    expect(pause, [("Interface", "a"), ("Paused", "maybe")], .unfitValue(.flag), "Paused")
    expect(
      pause, [("Interface", "a"), ("Paused", "1"), ("paused", "0")], .repeated, "Paused")
    expect(Originate.description, [("Channel", "a")], .noneOf(["Exten", "Application"]), nil)
    expect(
      Originate.description, [("Channel", "a"), ("Exten", "1")], .missingWith("Exten"), "Context")
  }

  private func text(_ action: Action) throws -> String {
    String(decoding: try action.encoded(), as: UTF8.self)
  }

  private func expect(
    _ description: ActionDescription, _ fields: [(String, String)], _ code: ActionError.Code,
    _ header: String?, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: ActionError.self, sourceLocation: sourceLocation) {
      try description.action(fields.map { Action.Field($0, $1) })
    }
    #expect(error?.code == code, sourceLocation: sourceLocation)
    #expect(error?.header == header, sourceLocation: sourceLocation)
  }
}
