import Glibc
import SQLite
import Store
import Support
import Testing

@testable import Reports

extension ReportsTests {
  @Suite struct StoreFileTests {
    let folder = TemporaryFolder()

    /// What opening the file says.
    private func refusal(_ path: String) -> ReportsError? {
      do throws(ReportsError) {
        _ = try StoreFile(path: path).size
        return nil
      } catch {
        return error
      }
    }

    private func write(_ bytes: [UInt8], to path: String) {
      let file = unsafe fopen(path, "w")!
      unsafe fwrite(bytes, 1, bytes.count, file)
      unsafe fclose(file)
    }

    @Test func `readers and writers agree on what a store is`() {
      #expect(StoreFile.applicationID == Schema.applicationID)
      #expect(StoreFile.version == Schema.version)
    }

    @Test func `a file that is not there is told with the way to make one`() {
      let error = refusal(folder.file("no.db"))
      #expect(error?.code == .input)
      #expect(error?.description.contains("there is no store at \(folder.path)/no.db") == true)
      #expect(error?.description.contains("amirec import") == true)
    }

    @Test func `what is no SQLite file is left alone`() {
      for bytes in [[], Array("Asterisk Call Manager/11.0.0\r\n".utf8), [0, 1, 2]] {
        let path = folder.file("other")
        write(bytes, to: path)
        #expect(refusal(path)?.description.contains("is no SQLite file") == true)
      }
      #expect(refusal(folder.path)?.code == .input)
    }

    @Test func `a database of something else is told apart`() throws {
      let path = folder.file("other.db")
      try Connection(path: path, mode: .create).execute("CREATE TABLE t (i)")
      #expect(refusal(path)?.description.contains("is an SQLite database, but no store") == true)
    }

    @Test(arguments: [
      (StoreFile.version + 1, "use a newer amirec"), (0, "brings it up to date"),
    ])
    func `a store of another version says what to do`(version: Int64, advice: String) throws {
      let store = try TestStore()
      try Connection(path: store.path, mode: .readWrite)
        .execute("PRAGMA user_version = \(version)")
      #expect(refusal(store.path)?.description.contains(advice) == true)
    }

    @Test func `a damaged store is told as one`() throws {
      let path = folder.file("damaged.db")
      write(Array("SQLite format 3\0".utf8) + [UInt8](repeating: 0xAA, count: 5000), to: path)
      #expect(refusal(path)?.description.contains("is damaged") == true)
    }

    @Test func `a reader does not change the file and does not block the writer`() throws {
      let store = try TestStore(Sample.sql)
      let writer = try Connection(path: store.path, mode: .readWrite)
      try writer.execute("BEGIN IMMEDIATE; DELETE FROM channels WHERE id = 71")
      let file = try StoreFile(path: store.path)
      #expect(try file.connection.integer("SELECT count(*) FROM channels WHERE id = 71") == 1)
      try writer.execute("COMMIT")
      #expect(try file.connection.integer("SELECT count(*) FROM channels WHERE id = 71") == 0)
      #expect(throws: SQLiteError.self) { try file.connection.execute("DELETE FROM channels") }
    }

    @Test func `rows that only the write-ahead log holds are seen`() throws {
      let store = try TestStore()
      let writer = try Connection(path: store.path, mode: .readWrite)
      try writer.execute(
        "PRAGMA wal_autocheckpoint = 0; INSERT INTO servers (id, name) VALUES (0, 'a')")
      let file = try StoreFile(path: store.path)
      #expect(try file.connection.integer("SELECT count(*) FROM servers") == 1)
      #expect(file.size > 4096)
    }

    @Test func `several statements and writing ones are refused`() throws {
      let store = try TestStore(Sample.sql)
      let target = folder.file("copy.db")
      for sql in [
        "DELETE FROM calls", "SELECT 1; SELECT 2", "", "-- nothing", "BEGIN",
        "VACUUM INTO '\(target)'", "ATTACH '\(target)' AS other", "CREATE TEMP TABLE t (i)",
        "INSERT INTO servers (id, name) VALUES (7, 'x') RETURNING id",
      ] {
        let error = #expect(throws: ReportsError.self, "\(sql)") {
          try Rows.write(
            sql, from: StoreFile(path: store.path), as: .csv, to: Output { _ in })
        }
        #expect(error?.code == .usage, "\(sql)")
      }
      #expect(unsafe access(target, F_OK) != 0)
      let error = #expect(throws: ReportsError.self) {
        try Rows.write(
          "SELECT absent", from: StoreFile(path: store.path), as: .csv, to: Output { _ in })
      }
      #expect(error?.code == .input)
      #expect(error?.description.contains("no such column: absent") == true)
    }
  }
}
