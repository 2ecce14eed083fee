import Support
import Testing

@testable import Configuration

/// A configuration read in order to send actions.
@Suite struct ActingTests {
  private static let two = """
    [general]
    mask = ROOM, Exten
    [pbx1]
    host = a
    username = recorder
    secret_file = /nowhere/recorder
    action_username = operator
    [pbx2]
    host = b
    username = recorder
    """

  private func acting(
    on server: String?, _ variables: [String: String], in text: String = two
  ) throws(ConfigurationError) -> Configuration {
    try Configuration(
      text, name: "amirec.conf", environment: Environment(variables), for: .acting(on: server))
  }

  @Test func `the user for actions has a name and a secret of its own`() throws {
    let made = try acting(on: "pbx1", ["AMIREC_PBX1_ACTION_SECRET": "geheim"])
    #expect(made.servers.map(\.name) == ["pbx1"])
    #expect(made.serverNames == ["pbx1", "pbx2"])
    #expect(made.servers[0].username == "operator")
    #expect(made.servers[0].secret.text == "geheim")
    #expect(made.mask == ["ROOM", "Exten"])
    #expect(made.warnings == [])
  }

  @Test func `without one the recorder acts`() throws {
    let made = try acting(on: "pbx2", ["AMIREC_PBX2_SECRET": "anders"])
    #expect(made.servers[0].username == "recorder")
    #expect(made.servers[0].secret.text == "anders")
  }

  @Test func `the recorder's secret is not that of the user for actions`() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try acting(on: "pbx1", ["AMIREC_PBX1_SECRET": "geheim"])
    }
    #expect(
      error?.description == """
        amirec.conf:3: [pbx1] has no secret; name a file with action_secret_file, set \
        AMIREC_PBX1_ACTION_SECRET, or have systemd load the credential pbx1.action.secret
        """)
  }

  @Test func `who records needs no secret of the user for actions`() throws {
    let made = try configuration(
      ConfigurationTests.least
        + "action_username = operator\naction_secret_file = /nowhere/secret\n")
    #expect(made.servers[0].username == "recorder")
    #expect(made.servers[0].secret.text == "geheim")
    let error = #expect(throws: ConfigurationError.self) {
      try configuration(ConfigurationTests.least + "action_secret_file = /nowhere/secret\n")
    }
    #expect(
      error?.description
        == "amirec.conf:4: 'action_secret_file' is whose? Add action_username = …, or remove it")
  }

  @Test func `one of several servers must be named, and be there`() throws {
    let none = #expect(throws: ConfigurationError.self) { try acting(on: nil, [:]) }
    #expect(none?.isUsage == true)
    #expect(
      none?.description == "--server: amirec.conf has several servers; name one of pbx1, pbx2")
    let wrong = #expect(throws: ConfigurationError.self) { try acting(on: "pbx22", [:]) }
    #expect(
      wrong?.description
        == "--server: amirec.conf has no server 'pbx22'; the nearest is 'pbx2'")
    let only = try acting(
      on: nil, ["AMIREC_PBX1_SECRET": "geheim"], in: ConfigurationTests.least)
    #expect(only.servers.map(\.name) == ["pbx1"])
  }
}
