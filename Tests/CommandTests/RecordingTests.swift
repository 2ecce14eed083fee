import Support
import Testing

/// Every recording through the built `amirec`, held against the independent count of Tests/Oracle.
@Suite struct RecordingTests {
  @Test func `there are recordings of both versions`() {
    #expect(Fixture.recordings.count >= 27)
    #expect(Fixture.recordings.contains("mixed-16"))
    #expect(Fixture.recordings.contains("restart-22"))
  }

  @Test(arguments: Fixture.recordings)
  func `a recording comes back byte for byte, and its tables say what its bytes say`(
    name: String
  ) async throws {
    try await Place.two.held {
      let folder = TemporaryFolder()
      let store = folder.file("store.db")
      let imported = try await Program.built("amirec").run(
        ["import", Fixture.recording(name), "--db", store, "--tables", "cels"])
      // A stream that ends inside a message was cut.
      #expect(imported.status == (name.hasPrefix("slow-reader") ? 1 : 0), "\(imported.errors)")
      let compared = try await Oracle.compare(store: store, recording: Fixture.recording(name))
      #expect(compared.status == 0, "\(compared.output)\(compared.errors)")
    }
  }

  @Test func `a message that was cut is one message`() async throws {
    let folder = TemporaryFolder()
    write(
      "Asterisk Call Manager/11.0.0\r\nEvent: A\r\nPrivilege: call,all\r\n\r\nEvent: B\r\nPriv",
      to: folder.file("cut.ami"))
    let imported = try await Program.built("amirec").run(
      ["import", folder.file("cut.ami"), "--db", folder.file("store.db")])
    #expect(imported.output.contains("; 1 message was cut; incomplete: "), "\(imported.output)")
  }

  @Test func `a store that says something else is found out`() async throws {
    let folder = TemporaryFolder()
    let store = folder.file("store.db")
    let recording = Fixture.recording("agents-22")
    _ = try await Program.built("amirec").run(["import", recording, "--db", store])
    for change in [
      "UPDATE channels SET cause = 99 WHERE id = (SELECT max(id) FROM channels)",
      "UPDATE channels SET call_id = (SELECT min(id) FROM calls)",
      "DELETE FROM dials WHERE id = (SELECT min(id) FROM dials)",
      "UPDATE event_counts SET count = count + 1 WHERE name = 'Hangup'",
      "UPDATE cdrs SET billsec = billsec + 1 WHERE id = (SELECT min(id) FROM cdrs)",
    ] {
      let changed = folder.file("changed.db")
      let made = try await Oracle.python([
        "-c", Oracle.change, store, changed, change,
      ])
      #expect(made.status == 0, "\(made.errors)")
      let compared = try await Oracle.compare(store: changed, recording: recording)
      #expect(compared.status == 1, "\(change): \(compared.output)\(compared.errors)")
    }
  }
}
