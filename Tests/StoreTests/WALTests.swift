import SQLite
import Support
import Testing

@testable import Store

@Suite struct WALTests {
  @Test func `a WAL is emptied when no reader needs it, and never waited for`() throws {
    let folder = TemporaryFolder()
    let store = try Store(path: folder.file("store.db"))
    try store.begin()
    for number in 0..<100 { _ = try store.server(named: "pbx\(number)") }
    try store.commit()
    #expect(store.walBytes > 0)
    do {
      let reader = try Connection(path: store.path, mode: .readOnly)
      try reader.execute("BEGIN; SELECT count(*) FROM servers")
      try store.begin()
      _ = try store.server(named: "later")
      try store.commit()
      #expect(try !store.truncateWAL(), "the reader has not seen the last of it")
      #expect(store.walBytes > 0)
    }
    #expect(try store.truncateWAL())
    #expect(store.walBytes == 0)
    #expect(Directory.files(in: folder.path).contains("store.db-wal"), "its file stays")
  }

  @Test func `what the blocks hold of a connection is told by its server and its time`() throws {
    let folder = TemporaryFolder()
    let store = try Store(path: folder.file("store.db"))
    let server = try store.server(named: "pbx1")
    var row = SessionRow(
      id: 1, serverID: server, connectedAt: 77, source: "live", sourceName: nil,
      timeSource: "received")
    row.bytes = 5
    try store.begin()
    try store.write(&row)
    try store.commit()
    #expect(try store.storedBytes(ofServer: "pbx1", connectedAt: 77) == 5)
    #expect(try store.storedBytes(ofServer: "pbx1", connectedAt: 78) == 0)
    #expect(try store.storedBytes(ofServer: "pbx2", connectedAt: 77) == 0)
  }
}
