import Glibc
import Support
import Testing

@testable import amirec

/// `amirec doctor` against a server of the tests that is well, and against such that are not.
@Suite(.serialized) struct DoctorTests {
  /// A server as it should be, but for what a test changes.
  struct Server {
    var version = "22.11.0"
    var user = ["secret=geheim", "read=all", "write=\(Server.write)", "writetimeout=5000"]
    var general = ["enabled=yes", "timestampevents=yes"]
    var classes = Set(["system", "call", "agent", "reporting", "user"])
    var shownClasses = "system,call,log,verbose,command,agent,user,config,dtmf,all"
    var greeting = ["FullyBooted|system", "SuccessfulAuth|security"]
    var stamps = true
    var echoes = true
    var queues: [String] = []
    var sendsCDRs = true

    static let write = "system,call,agent,reporting"

    private static let commands = [
      ("CoreSettings", ["system", "reporting"]), ("ModuleLoad", ["system"]),
      ("Bridge", ["call"]), ("Agents", ["agent"]), ("ConfbridgeListRooms", ["reporting"]),
      ("UserEvent", ["user"]), ("GetConfig", ["system", "config"]), ("Command", ["command"]),
      ("CreateConfig", ["config"]),
    ]

    func answer(_ action: [String: String]) -> String? {
      let start = "Response: Success\r\nActionID: %\r\n"
      switch action["Action"] {
      case "Login":
        let events = greeting.map { $0.split(separator: "|") }.map {
          event(String($0[0]), String($0[1]), "RemoteAddress: IPV4/TCP/192.0.2.7/40168\r\n")
        }
        return start + "Message: Authentication accepted\r\n\r\n" + events.joined()
      case "Ping": return start + "Ping: Pong\r\nTimestamp: \(Self.now)\r\n\r\n"
      case "CoreSettings":
        guard !classes.isDisjoint(with: ["system", "reporting"]) else { break }
        return start + "AMIversion: 11.0.0\r\nAsteriskVersion: \(version)\r\n\r\n"
      case "ListCommands":
        let lines = Self.commands.filter { !classes.isDisjoint(with: $0.1) }.map {
          "\($0.0): x  (Priv: \($0.1.joined(separator: ",")),all)\r\n"
        }
        return start + "Ping: x  (Priv: <none>)\r\n" + lines.joined() + "\r\n"
      case "GetConfig": return config(action)
      case "Command":
        return start + "Output:    read perm: \(shownClasses)\r\n\r\n"
      case "UserEvent":
        let event = event(
          "UserEvent", "user", "UserEvent: AmirecDoctor\r\nToken: \(action["Token"] ?? "")\r\n")
        return start + "Message: Event Sent\r\n\r\n" + (echoes ? event : "")
      default: return nil
      }
      return "Response: Error\r\nActionID: %\r\nMessage: Permission denied\r\n\r\n"
    }

    private func config(_ action: [String: String]) -> String {
      var sections: [(String, [String])] = []
      switch (action["Filename"], action["Category"]) {
      case ("manager.conf", "general"): sections = [("general", general)]
      case ("manager.conf", "recorder"): sections = [("recorder", user)]
      case ("cdr_manager.conf", _):
        sections = [("general", ["enabled=\(sendsCDRs ? "yes" : "no")"])]
      case ("queues.conf", _):
        sections = [
          ("general", []), ("support", queues),
          ("sales", ["eventwhencalled=vars", "eventmemberstatus=yes"]),
        ]
      default:
        return "Response: Error\r\nActionID: %\r\nMessage: Config file not found\r\n\r\n"
      }
      var text = "Response: Success\r\nActionID: %\r\n"
      for (number, (name, lines)) in sections.enumerated() {
        text += "Category-00000\(number): \(name)\r\n"
        for (line, words) in lines.enumerated() {
          text += "Line-00000\(number)-00000\(line): \(words)\r\n"
        }
      }
      return text + "\r\n"
    }

    private func event(_ name: String, _ privilege: String, _ more: String) -> String {
      "Event: \(name)\r\nPrivilege: \(privilege),all\r\n"
        + (stamps ? "Timestamp: \(Self.now)\r\n" : "") + more + "\r\n"
    }

    private static var now: String {
      var time = timespec()
      unsafe clock_gettime(CLOCK_REALTIME, &time)
      let digits = String(time.tv_nsec / 1_000)
      return "\(time.tv_sec).\(String(repeating: "0", count: 6 - digits.count))\(digits)"
    }
  }

  /// What doctor says of a server, and its exit code.
  private func examine(
    _ server: Server, _ arguments: [String] = [], secret: String = "geheim"
  ) async throws -> Outcome {
    let manager = FakeManager(
      secret: secret, eventsAtOnce: 0,
      answers: { [secret] action in
        if action["Action"] == "Login", action["Secret"] != secret { return nil }
        return server.answer(action)
      })
    return try await examine(port: manager.port, arguments)
  }

  private func examine(port: Int, _ arguments: [String]) async throws -> Outcome {
    let recording = Recording()
    recording.configure([("pbx1", port)])
    let made = unsafe mkdir(recording.folder.file("journal"), 0o700)
    precondition(made == 0)
    let outcome = try await Program.built("amirec").run(
      ["doctor", "--config", recording.configuration] + arguments,
      environment: ["AMIREC_PBX1_SECRET": "geheim"])
    #expect(
      !(outcome.output + outcome.errors).contains("geheim"), "the secret is nobody's business")
    return outcome
  }

  @Test func `a server that is well is called well`() async throws {
    let outcome = try await examine(Server())
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("\nok       version          Asterisk 22.11.0\n"))
    #expect(outcome.output.contains(" 0 warnings, 0 missing\n"), "\(outcome.output)")
    #expect(!outcome.output.contains("[recorder]"), "nothing is to be mended")
  }

  /// What is wrong with a server, and what is said of it.
  struct Trouble: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout Server) -> Void
    /// Begins of lines that must be printed.
    let lines: [String]
    let status: Int32

    init(
      _ name: String, _ lines: [String], status: Int32 = 1,
      _ change: @escaping @Sendable (inout Server) -> Void
    ) {
      testDescription = name
      self.change = change
      self.lines = lines
      self.status = status
    }
  }

  private static let troubles = [
    Trouble(
      "no timestamps",
      [
        "missing  timestamps       events carry no Timestamp",
        "                            timestampevents = yes\n",
      ]
    ) {
      $0.stamps = false
      $0.general = ["enabled=yes"]
    },
    Trouble(
      "a filter that does not stand in manager.conf",
      ["missing  event-filters    a UserEvent was sent"]
    ) {
      $0.echoes = false
    },
    Trouble(
      "a filter in manager.conf",
      [
        "missing  event-filters    what the filters of this user hold back is gone: eventfilter = !Event: RTCP"
      ]
    ) { $0.user.append("eventfilter=!Event: RTCP") },
    Trouble("disabled events", ["missing  disabled-events  nobody gets DTMFBegin,VarSet\n"]) {
      $0.general.append("disabledevents=DTMFBegin,VarSet")
    },
    Trouble(
      "few read classes",
      [
        "missing  read-classes     the user does not get events of the classes system, user, dtmf, ",
        "                            read = all\n",
      ]
    ) {
      $0.user[1] = "read=call,agent"
      $0.greeting = []
    },
    Trouble(
      "no event of any class, and nobody says why",
      ["missing  read-classes     what comes after every login did not come: system (FullyBooted)"]
    ) {
      $0.classes = ["reporting"]
      $0.greeting = []
    },
    Trouble(
      "the read classes that the command line tells",
      ["missing  read-classes     the user does not get events of the classes agent, "], status: 1
    ) {
      $0.classes = ["command", "call", "agent", "reporting"]
      $0.shownClasses = "system,call"
    },
    Trouble(
      "no write class for the questions",
      [
        "missing  write-classes    without system, call, agent these are not answered: ",
        "                            write = system,call,agent,reporting\n",
        "warning  event-filters    not tried: to send a UserEvent needs the write class user",
        "warning  disabled-events  not known (needs GetConfig",
      ]
    ) { $0.classes = ["reporting"] },
    Trouble(
      "filters that nobody may look up, though one event came back",
      [
        "warning  event-filters    the UserEvent that was sent came back; whether other events are "
          + "filtered is not known (needs GetConfig: write class system or config)\n"
      ]
    ) { $0.classes = ["call", "agent", "reporting", "user"] },
    Trouble(
      "write classes for more than questions",
      ["warning  write-classes    needless: command, config; whoever gets the secret"], status: 0
    ) {
      $0.classes.formUnion(["command", "config"])
      $0.user[2] = "write=all"
      $0.user[1] = "read=all"
    },
    Trouble(
      "an old version that is told to wait long",
      [
        "warning  cut-frames       Asterisk 16.2.1: ",
        "warning  late-delivery    Asterisk 16.2.1: ",
        "warning  stalls           Asterisk 16.2.1: ",
        "warning  writetimeout     5000 ms: this version may stall for as long",
        "                            writetimeout = 100\n",
      ], status: 0
    ) { $0.version = "16.2.1" },
    Trouble(
      "a new version that waits for nobody", ["warning  writetimeout     100 ms: "], status: 0
    ) { $0.user.removeLast() },
    Trouble(
      "queues that do not tell",
      [
        "warning  version          Asterisk 11.25.3: ",
        "missing  queue-options    before Asterisk 12 these queues do not tell whom they ring: support\n",
        "                            eventwhencalled = vars\n",
      ]
    ) { $0.version = "11.25.3" },
    Trouble("no call records", ["warning  cdr              Asterisk does not send"], status: 0) {
      $0.sendsCDRs = false
    },
    Trouble("one login at a time", ["warning  connection       logged in"], status: 0) {
      $0.general.append("allowmultiplelogin=no")
    },
  ]

  @Test(arguments: troubles) func `trouble is found, with what mends it`(
    _ trouble: Trouble
  ) async throws {
    var server = Server()
    trouble.change(&server)
    let outcome = try await examine(server)
    for line in trouble.lines { #expect(outcome.output.contains("\n" + line), "\(outcome.output)") }
    #expect(outcome.status == trouble.status, "\(outcome.output)")
  }

  @Test func `what is printed for manager conf is what README shows`() async throws {
    var server = Server()
    server.stamps = false
    server.general = []
    let outcome = try await examine(server)
    let block = ManagerSection().lines.joined(separator: "\n")
    #expect(outcome.output.contains("\n\n\(block)\n\n"), "\(outcome.output)")
    let root = Fixture.tests.dropLast("/Tests".count)
    let readme = String(decoding: content(of: "\(root)/README.md"), as: UTF8.self)
    #expect(readme.contains("\n```ini\n\(block)\n```\n"))
    let sample = String(decoding: content(of: "\(root)/etc/amirec.conf"), as: UTF8.self)
    #expect(sample.contains("write = \(Server.write)\n"))
  }

  @Test func `as JSON it is one object`() async throws {
    var server = Server()
    server.stamps = false
    server.general = []
    let outcome = try await examine(server, ["--json"])
    #expect(outcome.status == 1)
    let folder = TemporaryFolder()
    write(outcome.output, to: folder.file("doctor.json"))
    let read = try await Oracle.python([
      "-c",
      """
      import json, sys
      d = json.load(open(sys.argv[1]))
      s = d["servers"][0]
      c = {x["check"]: x for x in s["checks"]}
      print(s["name"], s["reached"], c["timestamps"]["status"], c["version"]["status"],
            c["timestamps"]["fix"]["lines"][-1], s["manager_conf"][0], d["missing"],
            [x["check"] for x in d["machine"]])
      """, folder.file("doctor.json"),
    ])
    #expect(
      read.output
        == "pbx1 True missing ok timestampevents = yes [general] 1 ['store', 'journal']\n",
      "\(read.errors)\(outcome.output)")
  }

  @Test func `who cannot be visited is said so, with exit code 3`() async throws {
    let refused = try await examine(Server(), secret: "another")
    #expect(refused.status == 3)
    #expect(refused.output.contains("missing  login            Asterisk refuses the login"))
    #expect(refused.output.ranges(of: "[recorder]").count == 1, "\(refused.output)")
    let nobody = try await examine(port: 1, [])
    #expect(nobody.status == 3)
    #expect(nobody.output.contains("missing  connection       nothing listens on 127.0.0.1:1;"))
    let silent = FakeManager(eventsAtOnce: 0)
    silent.fallSilent()
    let outcome = try await examine(port: silent.port, [])
    #expect(outcome.status == 3)
    #expect(outcome.output.contains("missing  connection       no login at 127.0.0.1:"))
    #expect(outcome.output.contains("\nthis machine\n"))
  }

  @Test func `a question that nobody asks is not missed`() async throws {
    var server = Server()
    server.classes = ["call"]
    let outcome = try await examine(server)
    #expect(outcome.output.contains("these are not answered: CoreSettings"), "\(outcome.output)")
    #expect(!outcome.output.contains("PJSIPShowRegistrationsOutbound"), "\(outcome.output)")
  }

  @Test func `a journal that amirecd will make is well, where it may`() {
    let folder = TemporaryFolder()
    let check = FolderCheck.check("journal", folder: folder.file("none/deeper"), isMade: true)
    #expect(check.verdict != .missing, "\(check.finding)")
    #expect(check.finding.hasPrefix(folder.path), "\(check.finding)")
    write("", to: folder.file("file"))
    for name in ["file/none", "file"] {
      let check = FolderCheck.check("journal", folder: folder.file(name), isMade: true)
      #expect(check.verdict == .missing, "\(check.finding)")
    }
    guard geteuid() != 0 else { return }
    let refused = FolderCheck.check("journal", folder: "/proc/none", isMade: true)
    #expect(refused.verdict == .missing)
    #expect(refused.remedy?.lines == ["install -d -o amirec -g amirec -m 750 /proc/none"])
  }

  @Test func `a server that is not in the configuration is a mistake`() async throws {
    let outcome = try await examine(port: 1, ["--server", "pbx9"])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("there is no server pbx9 in "))
    #expect(outcome.errors.hasSuffix("it has pbx1\n"))
  }

  @Test func `a folder that is not there is missing, with the command that makes it`() {
    let folder = TemporaryFolder()
    let check = FolderCheck.check("journal", folder: folder.file("none"))
    #expect(check.verdict == .missing)
    #expect(check.remedy?.lines.first?.hasSuffix(" \(folder.file("none"))") == true)
    #expect(FolderCheck.check("journal", folder: folder.path).verdict != .missing)
    write("", to: folder.file("file"))
    #expect(FolderCheck.check("store", folder: folder.file("file")).verdict == .missing)
    #expect(
      FolderCheck.check("store", folder: folder.path, file: folder.file("not yet")).verdict
        != .missing)
  }
}
