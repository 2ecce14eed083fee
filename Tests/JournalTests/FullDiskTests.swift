import Glibc
import Support
import Testing

@testable import Journal

/// A limit on the size of files stands for a full disk: the system takes part of a write, then
/// none.
@Suite struct FullDiskTests {
  private static func limitFiles(to bytes: UInt) {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: bytes, rlim_max: .max)
    precondition(unsafe setrlimit(__rlimit_resource_t(1), &limit) == 0)  // RLIMIT_FSIZE
  }

  @Test func `a disk that takes only part of a chunk costs no byte that it took`() async {
    await #expect(processExitsWith: .success) {
      let folder = TemporaryFolder()
      var writer = try JournalWriter(folder: folder.path, at: noon)
      try writer.connect(at: noon)
      Self.limitFiles(to: 1_000)
      try writer.append(String(repeating: "a", count: 600), at: noon + 1)
      let failure = #expect(throws: JournalError.self) {
        try writer.append(String(repeating: "b", count: 600), at: noon + 2)
      }
      #expect(failure?.code == .tooLarge)
      try writer.disconnect(at: noon + 3)
      Self.limitFiles(to: .max)
      try writer.connect(at: noon + 4)
      try writer.append("c", at: noon + 5)
      var reader = JournalReader(folder: folder.path)
      let read = try Playback(&reader)
      #expect(
        read.records == [
          .connect(at: noon), .bytes(at: noon + 1), .bytes(at: noon + 3), .disconnect(at: noon + 3),
          .restart, .connect(at: noon + 4), .bytes(at: noon + 5),
        ])
      #expect(try Segment.all(in: folder.path).count == 2, "the next session has a new segment")
      #expect(read.chunks.map(\.count) == [0, 600, 400, 0, 0, 0, 1])
    }
  }

  @Test func `a session's end that the disk did not take is written later`() async {
    await #expect(processExitsWith: .success) {
      let folder = TemporaryFolder()
      var writer = try JournalWriter(folder: folder.path, at: noon)
      try writer.connect(at: noon)
      try writer.append("a", at: noon + 1)
      let size = writer.position.indexOffset
      Self.limitFiles(to: UInt(size) + 10)  // part of a line
      #expect(throws: JournalError.self) { try writer.append("b", at: noon + 2) }
      #expect(writer.position.indexOffset == size, "a torn line is taken back")
      Self.limitFiles(to: 20)  // no line at all, in no segment
      #expect(throws: JournalError.self) { try writer.disconnect(at: noon + 3) }
      #expect(throws: JournalError.self) { try writer.connect(at: noon + 4) }
      #expect(try Segment.numbers(in: folder.path, suffix: ".idx").count == 1)
      Self.limitFiles(to: .max)
      try writer.disconnect(at: noon + 5)
      try writer.connect(at: noon + 6)
      var reader = JournalReader(folder: folder.path)
      let read = try Playback(&reader)
      #expect(read.bytes == Array("ab".utf8))
      #expect(
        read.records.prefix(2) + read.records.dropFirst(3) == [
          .connect(at: noon), .bytes(at: noon + 1), .resume(connectedAt: noon, sessionOffset: 2),
          .disconnect(at: noon + 3), .disconnect(at: noon + 5), .connect(at: noon + 6),
        ])
    }
  }
}
