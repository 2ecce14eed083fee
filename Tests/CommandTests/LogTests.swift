import Display
import Glibc
import Logging
import Support
import Testing

/// What a server says reaches the log and the terminal as text, whatever it is.
@Suite(.serialized) struct LogTests {
  /// What a terminal would obey, in UTF-8 and as single bytes.
  private static let evil = [
    "\u{1B}[31mRED\u{1B}]0;title\u{7}", "\u{9B}2J\u{85}next", "\u{202E}drawkcab\u{2066}",
    "a\rb\u{8}\u{7F}c\u{0}d", String(repeating: "\u{1B}c", count: 20_000),
  ]

  private func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }

  /// Every line can be shown, is of a bounded length, and begins as a line of the log.
  private func check(_ errors: String, at location: SourceLocation = #_sourceLocation) {
    for line in lines(errors) {
      #expect(
        !line.unicodeScalars.contains(where: VisibleText.isUnsafe), "\(line.prefix(300))",
        sourceLocation: location)
      #expect(line.utf8.count < 8 * VisibleText.lineCharactersMax, sourceLocation: location)
      #expect(line.hasPrefix("20"), "\(line.prefix(300))", sourceLocation: location)
    }
  }

  @Test(arguments: evil.indices)
  func `a banner of any bytes is logged as text`(index: Int) async throws {
    let manager = FakeManager(banner: "Asterisk Call Manager/\(Self.evil[index])\r\n")
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("said") { running.errors.contains(" pbx1: ") }
    running.signal(SIGTERM)
    let outcome = await running.ended()
    #expect(outcome.status == 0)
    check(outcome.errors)
  }

  @Test(arguments: evil.indices)
  func `a refusal of any bytes is logged, and shown by status, doctor and action, as text`(
    index: Int
  ) async throws {
    let evil = Self.evil[index]
    let manager = FakeManager { headers in
      guard headers["Action"] == "Login" else { return nil }
      return "Response: Error\r\nActionID: %\r\nMessage: No \(evil)\r\n\r\n"
    }
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let running = try recording.start()
    try await eventually("stored") {
      guard running.errors.contains("refuses the login") else { return false }
      return try await Program.built("amirec").run(["status", "--db", recording.store])
        .output.contains("refuses the login")
    }
    let amirec = Program.built("amirec")
    let shown = [
      try await amirec.run(["status", "--db", recording.store]),
      try await amirec.run(["status", "--db", recording.store, "--format", "json"]),
      try await amirec.run(
        ["doctor", "--config", recording.configuration], environment: recording.environment),
      try await amirec.run(
        ["action", "Ping", "--config", recording.configuration],
        environment: recording.environment),
      try await amirec.run([
        "sql", "SELECT error FROM actions", "--db", recording.store,
      ]),
    ]
    for outcome in shown {
      let text = outcome.output + outcome.errors
      #expect(text.contains("refuses the login"))
      #expect(
        !text.unicodeScalars.contains { $0 != "\n" && VisibleText.isUnsafe($0) },
        "\(text.prefix(300))")
      #expect(text.utf8.count < 100_000)
    }
    running.signal(SIGTERM)
    let outcome = await running.ended()
    check(outcome.errors)
  }

  @Test func `answers to an action and reports of names show no command to a terminal`()
    async throws
  {
    let evil = Self.evil.dropLast().joined(separator: " ")
    let manager = FakeManager(eventsAtOnce: 0) { headers in
      guard headers["Action"] == "CoreStatus" else { return nil }
      return "Response: Success\r\nActionID: %\r\nX\(evil): \(evil)\r\n\r\n"
    }
    let recording = Recording()
    recording.configure([("pbx1", manager.port)])
    let outcome = try await Program.built("amirec").run(
      ["action", "CoreStatus", "--config", recording.configuration],
      environment: recording.environment)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("RED"))
    #expect(
      !outcome.output.unicodeScalars.contains { $0 != "\n" && VisibleText.isUnsafe($0) })
  }
}
