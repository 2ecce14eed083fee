import Glibc
import Support
import Testing

/// `amirec doctor`, and what amirecd asks after a login, against a real Asterisk (`Server`).
@Suite(
  .serialized, .enabled(if: Server.given != nil, "no AMIREC_ASTERISK_HOST, _PORT, _USER, _SECRET"))
struct LiveDoctorTests {
  @Test func `doctor finds a real server as it is`() async throws {
    let server = try #require(Server.given)
    let collector = try Collector(
      ["host = \(server.host)", "port = \(server.port)"], user: server.user, secret: server.secret)
    let isRecording = try await collector.waits(
      for: "SELECT count(*) FROM sessions WHERE logged_in_us > 0")
    #expect(isRecording)
    let outcome = try await Program.built("amirec").run(
      ["doctor", "--config", collector.folder.file("amirec.conf")])
    let lines = outcome.output.split(separator: "\n").map(String.init)
    for begin in [
      "ok       connection       logged in as \(server.user) over TCP, Asterisk Call Manager/",
      "ok       version          Asterisk ", "ok       read-classes     events of every class",
      "ok       event-filters    the UserEvent that was sent came back",
      "ok       disabled-events  none", "ok       round-trip ", "ok       delivery ",
      "ok       clock ", "ok       store ", "ok       journal ",
    ] {
      #expect(lines.contains { $0.hasPrefix(begin) }, "\(begin)\n\(outcome.output)")
    }
    // Whether events carry times is for the server's owner to decide.
    let missing = lines.filter { $0.hasPrefix("missing  ") }
    #expect(missing.allSatisfy { $0.hasPrefix("missing  timestamps ") }, "\(outcome.output)")
    #expect(outcome.status == (missing.isEmpty ? 0 : 1), "\(outcome.output)\(outcome.errors)")
    #expect(!(outcome.output + outcome.errors).contains(server.secret))

    let ended = await collector.stop()
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(ended.errors.contains("asked what is there: "), "\(ended.errors)")
    #expect(!ended.errors.contains("what is there is not known in full"), "\(ended.errors)")
    let items = try await collector.number("SELECT sum(list_items) FROM event_counts")
    #expect(items > 0, "no list was answered")
    // All that was sent by doctor is one event that every client gets.
    #expect(
      try await collector.number("SELECT count(*) FROM user_events WHERE name = 'AmirecDoctor'")
        == 1)
  }
}
