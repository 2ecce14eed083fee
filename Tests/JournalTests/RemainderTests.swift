import Glibc
import Support
import Testing

@testable import Journal

/// What a store lacks of a journal, and journals that are taken away while they are written.
@Suite struct RemainderTests {
  /// A journal of two connections, made at noon and noon + 10, of 6 and 4 bytes, in segments of at
  /// most 4 bytes.
  private func journal(_ folder: TemporaryFolder) throws {
    var writer = try JournalWriter(folder: folder.path, at: noon, segmentBytes: 4)
    try writer.connect(at: noon)
    try writer.append("abcd", at: noon + 1)
    try writer.append("ef", at: noon + 2)
    try writer.disconnect(at: noon + 3)
    try writer.connect(at: noon + 10)
    try writer.append("ghij", at: noon + 11)
  }

  @Test(arguments: [
    ([6, 4], 0, nil), ([0, 0], 10, 1), ([3, 4], 3, 1), ([4, 4], 2, 2), ([5, 4], 1, 2),
    ([6, 0], 4, 11), ([6, 3], 1, 11), ([7, 9], 0, nil), ([0, 4], 6, 1),
  ])
  func `bytes that no block holds are counted, since the first of them came`(
    stored: [Int64], lacking: Int64, since: Int64?
  ) throws {
    let folder = TemporaryFolder()
    try journal(folder)
    let remainder = try JournalRemainder(of: folder.path) { connectedAt in
      connectedAt == noon ? stored[0] : connectedAt == noon + 10 ? stored[1] : 0
    }
    #expect(remainder.bytes == 10)
    #expect(remainder.lackingBytes == lacking)
    #expect(remainder.lackingSince == since.map { noon + $0 })
  }

  @Test func `a segment that goes on with a connection counts from where it does`() throws {
    let folder = TemporaryFolder()
    try journal(folder)
    try Segment.all(in: folder.path)[0].remove()
    let remainder = try JournalRemainder(of: folder.path) { $0 == noon ? 4 : 4 }
    #expect(remainder.bytes == 6)
    #expect(remainder.lackingBytes == 2, "e and f")
  }

  @Test func `bytes without a line count with the connection before them`() throws {
    let folder = TemporaryFolder()
    var writer = try JournalWriter(folder: folder.path, at: noon)
    try writer.connect(at: noon)
    try writer.append("abcd", at: noon + 1)
    let segment = try Segment.all(in: folder.path)[0]
    let file = unsafe open(segment.path, O_WRONLY | O_APPEND)
    #expect(unsafe write(file, "xy", 2) == 2)
    close(file)
    #expect(try JournalRemainder(of: folder.path) { _ in 4 }.lackingBytes == 2)
    #expect(try Segment.bytes(in: folder.path).all == 6)
    let position = JournalPosition(segment: segment.number, offset: 4)
    #expect(try Segment.bytes(in: folder.path, after: position).ahead == 2)
  }

  @Test func `there is nothing in a folder that does not exist`() throws {
    let remainder = try JournalRemainder(of: TemporaryFolder().file("none")) { _ in 0 }
    #expect(remainder.bytes == 0)
    #expect(remainder.lackingBytes == 0)
  }

  @Test func `a status file has one writer, and is read whole`() throws {
    let folder = TemporaryFolder()
    #expect(try StatusFile.read(in: folder.path) == nil)
    let file = try StatusFile(in: folder.path)
    try file.write("one")
    try file.write("two")
    #expect(try StatusFile.read(in: folder.path) == "two")
    #expect(throws: JournalError.self) { _ = try StatusFile(in: folder.path) }
    #expect(file.isThere)
    unsafe unlink(folder.file("status.lock"))
    #expect(!file.isThere)
  }

  @Test func `files that are written and not at their paths are noticed`() throws {
    let folder = TemporaryFolder()
    var writer = try JournalWriter(folder: folder.path, at: noon)
    #expect(writer.files.loss == nil)
    unsafe unlink(folder.file("lock"))
    #expect(writer.files.loss == .lock)
    try writer.retakeLock()
    #expect(writer.files.loss == nil)
    unsafe unlink(writer.files.segment.indexPath)
    #expect(writer.files.loss == .segment)
  }

  private func take(_ reader: inout JournalReader, _ read: inout [UInt8]) throws {
    var buffer: [UInt8] = []
    while try reader.next(into: &buffer) != nil { read += buffer }
  }

  @Test(arguments: [false, true])
  func `a journal whose folder is moved away is written anew, whoever reads it`(
    isOpen: Bool
  ) throws {
    let outer = TemporaryFolder()
    let folder = outer.file("journal/pbx1")
    var writer = try JournalWriter(folder: folder, at: noon)
    var reader = JournalReader(folder: folder)
    var read: [UInt8] = []
    try writer.connect(at: noon)
    try writer.append("abcd", at: noon + 1)
    if isOpen { try take(&reader, &read) }
    #expect(unsafe rename(outer.file("journal"), outer.file("moved")) == 0)
    try writer.append("ef", at: noon + 2)
    if isOpen { try take(&reader, &read) }
    #expect(writer.files.loss == .segment)
    let rescue = try writer.rescue()
    try writer.append("gh", at: noon + 3)
    try rescue.prepare()
    try writer.append("ij", at: noon + 4)
    try writer.complete(rescue, at: noon + 5)
    #expect(writer.files.loss == nil)
    try writer.append("kl", at: noon + 6)
    try take(&reader, &read)
    #expect(String(decoding: read, as: UTF8.self) == "abcdefghijkl")
    let remainder = try JournalRemainder(of: folder) { _ in 0 }
    #expect(remainder.lackingBytes == 12)
    #expect(throws: JournalError.self) { _ = try JournalWriter(folder: folder, at: noon) }
  }
}
