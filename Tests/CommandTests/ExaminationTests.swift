import AMI
import Testing

@testable import amirec

/// What is judged from symptoms that no server of the tests can make.
@Suite struct ExaminationTests {
  private func check(_ name: String, _ change: (inout Symptoms) -> Void) throws -> Check {
    var symptoms = Symptoms(username: "recorder")
    change(&symptoms)
    return try #require(Examination(symptoms: symptoms).checks.first { $0.name == name })
  }

  @Test(arguments: [
    ("1.8.32.3", ["late-delivery", "stalls"]), ("13.25.0", ["late-delivery", "stalls"]),
    ("13.26.0", ["late-delivery"]), ("14.0.0", ["late-delivery", "stalls"]),
    ("15.0.0", ["cut-frames", "late-delivery", "stalls"]),
    ("16.2.9", ["cut-frames", "late-delivery", "stalls"]),
    ("16.3.0", ["cut-frames", "late-delivery"]), ("16.25.9", ["cut-frames", "late-delivery"]),
    ("16.26.0", ["late-delivery"]), ("17.9.4", ["cut-frames", "late-delivery"]),
    ("18.11.3", ["cut-frames", "late-delivery"]), ("18.12.0", ["late-delivery"]),
    ("19.3.2", ["cut-frames", "late-delivery"]), ("19.4.0", ["late-delivery"]),
    ("20.20.0", ["late-delivery"]), ("20.21.0", []), ("21.12.2", ["late-delivery"]),
    ("22.10.1", ["late-delivery"]), ("22.11.0", []), ("23.4.0", ["late-delivery"]),
    ("23.5.0", []), ("24.0.0", []),
  ])
  func `a version has the defects of its range`(_ text: String, _ names: [String]) throws {
    let version = try #require(AsteriskVersion(text))
    #expect(Defect.all.filter { $0.isIn(version) }.map(\.name) == names)
    #expect(
      Defect.allowsWriteTimeout(version)
        == !names.contains { $0 == "cut-frames" || $0 == "stalls" })
  }

  @Test func `a network without TLS is warned of, and the section says how to have it`() throws {
    let remote = try check("encryption") { symptoms in
      symptoms.link.isLocal = false
      symptoms.ownAddress = "192.0.2.7"
    }
    #expect(remote.verdict == .warning)
    #expect(remote.remedy?.lines.contains { $0.hasPrefix("tlsenable = yes") } == true)
    let plain = try check("encryption") {
      $0.link.isLocal = false
      $0.link.isPlain = true
    }
    #expect(plain.finding.contains("the secret and every call can be read"))
    let insecure = try check("encryption") {
      $0.link.isEncrypted = true
      $0.link.isInsecure = true
    }
    #expect(insecure.verdict == .warning)
    #expect(try check("encryption") { $0.link.isEncrypted = true }.verdict == .ok)
    let lines = ManagerSection(isLocal: false, address: "192.0.2.7").lines
    #expect(lines.contains { $0.hasPrefix("permit = 192.0.2.7/255.255.255.255 ") })
    #expect(!lines.contains { $0.hasPrefix("bindaddr") })
  }

  @Test func `a clock that is off, a slow network and a late event are warned of`() throws {
    let clock = try check("clock") { $0.clockAhead = .seconds(-3) }
    #expect(clock.verdict == .warning && clock.finding.contains("3000.0 ms behind"))
    #expect(try check("clock") { $0.clockAhead = .milliseconds(20) }.verdict == .ok)
    #expect(try check("clock") { _ in }.verdict == .warning)
    let slow = try check("round-trip") { $0.roundTrips = [.seconds(1), .seconds(2), .seconds(3)] }
    #expect(slow.verdict == .warning && slow.finding.contains("2000.0 ms"))
    #expect(try check("round-trip") { $0.roundTrips = [.seconds(1), .zero, .zero] }.verdict == .ok)
    #expect(try check("delivery") { $0.echo = .heard(after: .seconds(2)) }.verdict == .warning)
    #expect(try check("delivery") { $0.stampedDelay = .milliseconds(3) }.verdict == .ok)
    #expect(try check("delivery") { $0.echo = .notPermitted }.verdict == .warning)
  }

  @Test func `a certified release may have what its numbers lack`() throws {
    let check = try check("cut-frames") { $0.version = "18.9-cert4" }
    #expect(check.finding.hasSuffix("(this certified release may have the mend)"))
    #expect(try self.check("version") { $0.version = "GIT-master-0a1b" }.verdict == .warning)
  }

  @Test(arguments: [
    ("         read perm: system,call,all", ["system", "call"]),
    ("read perm: call,agent,all", ["call", "agent"]),
    ("read perm: system,call,log,verbose,command,agent,user,config,all", ["all"]),
    ("       read perm: <none>", []),
  ])
  func `the classes of manager show user are read`(_ line: String, _ classes: [String]) {
    let read = Visit.readClasses(in: ["", "       username: recorder", line, "write perm: all"])
    #expect(read == (classes == ["all"] ? Set(Examination.classes) : Set(classes)))
  }

  @Test func `no secret is kept of a file`() {
    var buffer = FrameBuffer()
    var frame = Frame()
    buffer.append(
      Array(
        """
        Response: Success\r\nCategory-000000: general\r\nLine-000000-000000: enabled=yes\r
        Category-000001: one\r\nLine-000001-000000: Secret=geheim\r
        Line-000001-000001: read=call\r\nLine-000001-000002: read=call, agent\r\n\r\n
        """.utf8))
    let isWhole = buffer.next(into: &frame)
    #expect(isWhole)
    let sections = ConfigSection.all(in: frame)
    #expect(sections.map(\.name) == ["general", "one"])
    #expect(sections.last?.variables.map(\.name) == ["read", "read"])
    #expect(sections.last?.last("read") == "call, agent")
    #expect(sections.first?.isTrue("enabled") == true)
    #expect(ConfigSection.list("call, Agent,") == ["call", "agent"])
  }
}
