import Glibc
import Support
import Testing

@testable import Configuration

@Suite struct SecretTests {
  let folder = TemporaryFolder()

  /// Writes a file that its owner alone may read, unless told otherwise.
  private func write(_ text: String, to name: String, mode: mode_t = 0o600) -> String {
    let path = folder.file(name)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
    fchmod(descriptor, mode)
    let bytes = Array(text.utf8)
    let written = unsafe Glibc.write(descriptor, bytes, bytes.count)
    precondition(written == bytes.count)
    close(descriptor)
    return path
  }

  private func text(_ path: String) -> String {
    ConfigurationTests.least + "secret_file = \(path)\n"
  }

  @Test(arguments: ["geheim", "geheim\n", "geheim\r\n\n"])
  func `a file holds the secret and nothing else`(content: String) throws {
    let made = try configuration(text(write(content, to: "secret")), [:])
    #expect(made.servers[0].secret.text == "geheim")
    #expect(made.warnings == [])
  }

  @Test(arguments: [
    ("", "is empty; put the user's secret into it"), ("\n", "is empty"),
    ("one\ntwo\n", "has several lines"), (String(repeating: "x", count: 5_000), "too large"),
  ])
  func `a file that holds something else is refused`(content: String, message: String) {
    let path = write(content, to: "secret")
    let error = #expect(throws: ConfigurationError.self) { try configuration(text(path), [:]) }
    #expect(error?.description.contains(message) == true)
    #expect(error?.description.contains(path) == true)
    #expect(error?.place.line == 4)
  }

  @Test func `a missing file, and no secret at all, are named`() {
    let missing = #expect(throws: ConfigurationError.self) {
      try configuration(text("/nowhere"), [:])
    }
    #expect(
      missing?.description == """
        amirec.conf:4: the secret cannot be had from /nowhere: there is no such file; check its name
        """)
    let none = #expect(throws: ConfigurationError.self) {
      try configuration(ConfigurationTests.least, [:])
    }
    #expect(none?.description.contains("AMIREC_PBX1_SECRET") == true)
  }

  @Test(arguments: [0o644, 0o604, 0o444])
  func `a file that everybody may read is taken, and said to be exposed`(mode: mode_t) throws {
    let path = write("geheim", to: "secret", mode: mode)
    let made = try configuration(text(path), [:])
    #expect(made.servers[0].secret.text == "geheim")
    #expect(
      made.exposures == [
        "the secret in \(path) can be read by every user; chmod o= \(path), and take a new one"
      ])
    #expect(made.warnings == [])
  }

  @Test(arguments: [0o600, 0o640, 0o400, 0o440])
  func `what owner and group alone may read is not exposed`(mode: mode_t) throws {
    #expect(
      try configuration(text(write("geheim", to: "secret", mode: mode)), [:]).exposures == [])
  }

  @Test(arguments: [0o660, 0o620, 0o602, 0o666, 0o646])
  func `a file that others may write is refused`(mode: mode_t) throws {
    let path = write("geheim", to: "secret", mode: mode)
    let link = folder.file("link")
    unsafe symlink(path, link)
    for name in [path, link] {
      let error = #expect(throws: ConfigurationError.self) { try configuration(text(name), [:]) }
      #expect(error?.message.hasPrefix("\(name) can be written by others") == true)
      #expect(error?.description.contains("geheim") == false)
    }
    _ = write("geheim", to: "pbx1.secret", mode: mode)
    #expect(throws: ConfigurationError.self) {
      try configuration(ConfigurationTests.least, ["CREDENTIALS_DIRECTORY": folder.path])
    }
  }

  @Test func `a folder in which others may replace the secret is exposed`() throws {
    let path = write("geheim", to: "secret")
    for (mode, isOpen) in [(mode_t(0o777), true), (0o770, true), (0o1777, false), (0o755, false)] {
      unsafe chmod(folder.path, mode)
      let made = try configuration(text(path), [:])
      #expect(made.exposures.count == (isOpen ? 1 : 0), "\(String(mode, radix: 8))")
      #expect(
        made.exposures.allSatisfy { $0.contains("they may write in \(folder.path); chmod go-w ") })
    }
  }

  @Test func `what systemd hands over has the rights that systemd gave it`() throws {
    _ = write("geheim", to: "pbx1.secret", mode: 0o444)
    unsafe chmod(folder.path, 0o777)
    let made = try configuration(
      ConfigurationTests.least, ["CREDENTIALS_DIRECTORY": folder.path])
    #expect(made.servers[0].secret.text == "geheim")
    #expect(made.exposures == [])
  }

  @Test(arguments: [0o666, 0o664, 0o644])
  func `a configuration that others may write is exposed: it says where the secret goes`(
    mode: mode_t
  ) throws {
    let path = write(ConfigurationTests.least, to: "amirec.conf", mode: mode)
    let made = try Configuration(
      path: path, environment: Environment(["AMIREC_PBX1_SECRET": "geheim"]))
    #expect(made.exposures.count == (mode == 0o644 ? 0 : 1))
    #expect(made.exposures.allSatisfy { $0.contains("where the secrets are sent") })
  }

  @Test func `the environment is read where /proc is closed to the process itself`() {
    unsafe setenv("AMIREC_TEST_OF_ENVIRONMENT", "a=b", 1)
    defer { unsafe unsetenv("AMIREC_TEST_OF_ENVIRONMENT") }
    #expect(Environment.current.variables["AMIREC_TEST_OF_ENVIRONMENT"] == "a=b")
    #expect(Environment.current.variables["PATH"] == nil)
  }

  @Test func `a credential of systemd comes before the file, the environment before both`() throws {
    let path = write("of the file", to: "secret")
    _ = write("of the credential", to: "pbx1.secret")
    var variables = ["CREDENTIALS_DIRECTORY": folder.path]
    #expect(try configuration(text(path), variables).servers[0].secret.text == "of the credential")
    variables["AMIREC_PBX1_SECRET"] = "of the environment"
    #expect(try configuration(text(path), variables).servers[0].secret.text == "of the environment")
    variables = ["CREDENTIALS_DIRECTORY": "/nowhere"]
    #expect(try configuration(text(path), variables).servers[0].secret.text == "of the file")
  }

  @Test(arguments: ["secret", "password", "Secret"])
  func `a secret in the file is refused without being repeated`(key: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try configuration("[pbx1]\n\(key) = geheim\n")
    }
    #expect(error?.message.contains("secret_file") == true)
    #expect(error?.description.contains("geheim") == false)
  }

  @Test func `a secret is never printed`() throws {
    let made = try configuration(ConfigurationTests.least)
    var dumped = ""
    dump(made, to: &dumped)
    #expect(
      !"\(made) \(made.servers[0].secret) \(String(reflecting: made)) \(dumped)".contains("geheim"))
  }

  @Test(arguments: ["/nowhere/amirec.conf", "/tmp"])
  func `a file that cannot be read is named`(path: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(path: path, environment: Environment([:]))
    }
    #expect(error?.description.hasPrefix("\(path): it is a folder") == (path == "/tmp"))
    #expect(error?.description.hasPrefix("\(path): there is no such file") == (path != "/tmp"))
  }
}
