import Ingest
import Journal
import Support
import Testing

/// Who has not accepted the login says nothing of the PBX.
@Suite struct AdmissionTests {
  private static let forged =
    "Event: UserEvent\nPrivilege: user,all\nUserEvent: Forged\n\n"
    + "Event: FullyBooted\nPrivilege: system,all\nUptime: 5\n\n"
    + "Event: Newchannel\nPrivilege: call,all\nChannel: PJSIP/1-0\nUniqueid: 1\nLinkedid: 1\n\n"

  private func tables(_ bench: Bench) throws -> [String] {
    try bench.rows(
      """
      SELECT (SELECT count(*) FROM user_events) || ' ' || (SELECT count(*) FROM channels) || ' '
        || (SELECT count(*) FROM event_counts) || ' ' || (SELECT count(*) FROM system_events)
      """)
  }

  private var stream: Stream {
    var stream = Stream()
    stream.connect(1000)
    stream.receive(1000.1, "Asterisk Call Manager/11.0.0\n" + Self.forged)
    stream.receive(1000.2, "Response: Success\nActionID: challenge\nChallenge: 7\n\n" + Self.forged)
    stream.receive(1000.3, "Response: Error\nMessage: Authentication failed\n\n" + Self.forged)
    stream.disconnect(1001)
    stream.connect(1010)
    stream.receive(1010.1, "Asterisk Call Manager/11.0.0\n")
    stream.receive(1010.2, "Response: Success\nActionID: challenge\nChallenge: 7\n\n")
    stream.receive(
      1010.3, "Response: Success\nActionID: login\nMessage: Authentication accepted\n\n")
    stream.receive(1012, "Event: UserEvent\nPrivilege: user,all\nUserEvent: True\n\n")
    stream.disconnect(1013)
    return stream
  }

  @Test func `live, only the banner counts before the login was accepted`() throws {
    for stop in [nil, 3, 5, 9] {
      let bench = Bench()
      if let stop { _ = try bench.take(stream, stopAfter: stop, commitEvery: 1, source: .live) }
      _ = try bench.take(stream, commitEvery: 1, source: .live)
      #expect(try tables(bench) == ["1 0 1 0"])
      #expect(
        try bench.rows("SELECT logged_in_us IS NOT NULL FROM sessions ORDER BY id") == ["0", "1"])
      _ = try bench.rebuild()
      #expect(try tables(bench) == ["1 0 1 0"])
    }
  }

  @Test func `the bytes of a stranger are kept as they came, whatever they are`() throws {
    let gzip: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0] + (0..<200).map { UInt8($0) }
    let folder = TemporaryFolder()
    var writer = try JournalWriter(folder: folder.path, at: 1_000_000_000)
    try writer.connect(at: 1_000_000_000)
    try writer.append(gzip.span, at: 1_000_000_001)
    try writer.disconnect(at: 1_000_000_002)
    try writer.connect(at: 1_010_000_000)
    let second = stream.records[6].bytes
    try writer.append(second.span, at: 1_010_000_001)
    var reader = JournalReader(folder: folder.path)
    var bytes: [UInt8] = []
    var chunks: [[UInt8]] = []
    while let record = try reader.next(into: &bytes) {
      if case .bytes = record { chunks.append(bytes) }
    }
    #expect(chunks == [gzip, second])
  }

  @Test func `a recording of another program may begin with an event`() throws {
    let bench = Bench()
    var stream = Stream()
    stream.connect(1000)
    stream.receive(1001, Self.forged)
    stream.disconnect(1002)
    _ = try bench.take(stream)
    #expect(try tables(bench) == ["1 1 3 1"])
  }
}
