import AMI
import AMIClient
import Support
import Testing

/// Every action that is declared, on a real server of the laboratory with its telephones
/// (`AMIREC_ASTERISK_PHONES`): what it does, and how it is refused.
@Suite(
  .serialized,
  .enabled(if: Server.given != nil && Server.hasPhones, "no AMIREC_ASTERISK_PHONES"))
struct ActionTests {
  private func version(_ talk: Talk) async throws -> AsteriskVersion {
    let settings = try await talk.ok("CoreSettings")
    let text = try #require(settings.response.text(named: "AsteriskVersion"))
    return try #require(AsteriskVersion(text))
  }

  /// What cannot be used here, and why.
  private static func exceptions(_ version: AsteriskVersion) -> [String: Set<String>] {
    [
      // A call of its own to name; in 16 the laboratory's NOTIFYs of options need a file.
      "PJSIPNotify": ["Channel", "Option"], "SIPnotify": ["Call-ID"],
      // Another place than the next is not given in the reference.
      "Park": ["ParkingSpace"], "Originate": version < AsteriskVersion(20) ? ["PreDialGoSub"] : [],
      "Filter": version < AsteriskVersion(22) ? ["MatchCriteria"] : [],
    ]
  }

  @Test func `every action has its effect, and every field is taken`() async throws {
    let server = try #require(Server.given)
    let talk = try await Talk.begin(server)
    let version = try await version(talk)
    try await talk.hangUpAll()
    let scenes = CallScenes.all(talk, server, version) + OtherScenes.all(talk, server, version)
    for (name, scene) in scenes {
      do {
        try await scene()
      } catch {
        Issue.record("\(name): \(error)")
      }
      try await talk.hangUpAll()
    }
    let used = talk.successes
    let exceptions = Self.exceptions(version)
    for action in ActionCatalogue.all {
      if let until = action.until.flatMap({ AsteriskVersion($0) }),
        version.numbers[0] > until.numbers[0]
      {
        continue
      }
      guard let fields = used[action.name] else {
        Issue.record("\(action.name) was not sent")
        continue
      }
      let missing = Set(action.parameters.map(\.name)).subtracting(fields)
        .subtracting(exceptions[action.name] ?? [])
      #expect(missing.isEmpty, "\(action.name)")
    }
    await talk.connection.logoff()
  }

  /// Each request of the recorded transcripts that was refused, sent again with channels that live
  /// now: refused with the same words.
  @Test func `every error of the transcripts comes back, word for word`() async throws {
    let server = try #require(Server.given)
    let talk = try await Talk.begin(server)
    let number = try await version(talk).numbers[0]
    let denied = try await Talk.begin(server, user: "readonly")
    try await talk.hangUpAll()
    let cases = Transcript.refusals(ofVersion: number)
    try #require(cases.count > 70)
    let local = try await talk.local("7000")
    let call = try await talk.call()
    _ = try? await talk.connection.send(
      DialplanExtensionAdd(
        context: "internal", exten: "5999", priority: .step(1), application: "NoOp"))
    var count = 0
    for refused in cases {
      let isMember = refused.file == "QueueAdd"
      if isMember {
        _ = try? await talk.connection.send(
          QueueAdd(queue: "support", interface: "Local/quiet.9@members/n"))
      }
      let action = refused.action(local: local, caller: call.caller, callee: call.callee)
      // What AMI cannot carry is not sent at all: other tests see to that.
      guard (try? action.encoded()) != nil else { continue }
      count += 1
      let user = refused.file == "PermissionDenied" ? denied : talk
      // A channel that was in an application stands under the name of its surrogate for a moment.
      let message = try await user.refusal(of: action)?.replacing("Surrogate/", with: "")
      #expect(
        message == refused.message(local: local, caller: call.caller, callee: call.callee),
        "\(refused.file): \(refused.title)")
      if isMember {
        _ = try? await talk.connection.send(
          QueueRemove(queue: "support", interface: "Local/quiet.9@members/n"))
      }
    }
    #expect(count > 70)
    try await talk.hangUpAll()
    await denied.connection.logoff()
    await talk.connection.logoff()
  }
}

/// A request of a transcript that Asterisk refused.
struct Transcript {
  let file: String
  let title: String
  private let lines: [String]
  private let words: String

  /// All of them, of Tests/Fixtures/actions for a version of Asterisk.
  static func refusals(ofVersion version: Int) -> [Transcript] {
    let folder = "\(Fixture.tests)/Fixtures/actions/\(version)"
    return files(in: folder).flatMap { refusals(in: "\(folder)/\($0)", String($0.dropLast(4))) }
  }

  private static func refusals(in path: String, _ file: String) -> [Transcript] {
    var requests: [String: (title: String, lines: [String])] = [:]
    var found: [Transcript] = []
    var title = ""
    var sent: [String] = []
    var received: [String] = []
    // By bytes: CR LF is one Character.
    for bytes in text(of: path).utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
      let raw = Substring(bytes)
      let line = raw.hasSuffix("\r") ? raw.dropLast() : raw
      let content = String(line.dropFirst(4))
      switch line.prefix(3) {
      case "###": title = content
      case "C>>":
        if !content.isEmpty {
          sent.append(content)
        } else {
          let id = sent.first { $0.hasPrefix("ActionID: ") } ?? ""
          requests[id] = (title, sent.filter { !$0.hasPrefix("ActionID: ") })
          sent = []
        }
      case "S<<":
        if !content.isEmpty {
          received.append(content)
          continue
        }
        let id = received.first { $0.hasPrefix("ActionID: ") } ?? "none"
        let message = received.first { $0.hasPrefix("Message: ") }?.dropFirst(9)
        if received.first == "Response: Error", let request = requests[id], let message {
          found.append(
            Transcript(
              file: file, title: request.title, lines: request.lines, words: String(message)))
        }
        received = []
      default: break
      }
    }
    return found.filter { $0.file != "Login" && $0.file != "Ping" }
  }

  /// The request, unchecked, with channels that live now in place of those of then.
  func action(local: String, caller: String, callee: String) -> Action {
    let pairs = lines.map { line -> (String, String) in
      let colon = line.firstIndex(of: ":") ?? line.endIndex
      return (
        String(line[..<colon]), String(line[colon...].dropFirst(2))
      )
    }
    return Action(
      pairs.first?.1 ?? "",
      pairs.dropFirst().map { Action.Field($0.0, place($0.1, local, caller, callee)) })
  }

  /// What Asterisk said, about these channels.
  func message(local: String, caller: String, callee: String) -> String {
    place(words, local, caller, callee)
  }

  private func place(_ text: String, _ local: String, _ caller: String, _ callee: String) -> String
  {
    text.replacing(#/Local\/hold\.0@callers-[0-9a-f]{8};1/#, with: local)
      .replacing(#/PJSIP\/100-[0-9a-f]{8}/#, with: caller)
      .replacing(#/PJSIP\/101-[0-9a-f]{8}/#, with: callee)
  }
}
