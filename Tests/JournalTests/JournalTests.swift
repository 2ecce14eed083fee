import Glibc
import Support
import Testing

@testable import Journal

/// A time in 2026, in microseconds since 1970.
let noon: Int64 = 1_795_392_754_466_711

@Suite struct JournalTests {
  @Test func `what is written is read back`() throws {
    let folder = TemporaryFolder()
    do {
      var writer = try JournalWriter(folder: folder.file("a/b/pbx1"), at: noon)
      try writer.disconnect(at: noon + 1)
      try writer.connect(at: noon + 2)
      try writer.append("Asterisk Call Manager/11.0.0\r\n", at: noon + 3)
      try writer.append("", at: noon + 4)
      try writer.append("Response: Success\r\n\r\n", at: noon + 999_999)
      try writer.disconnect(at: noon + 1_000_000)
    }
    var reader = JournalReader(folder: folder.file("a/b/pbx1"))
    let read = try Playback(&reader)
    #expect(
      read.records == [
        .disconnect(at: noon + 1), .connect(at: noon + 2), .bytes(at: noon + 3),
        .bytes(at: noon + 999_999), .disconnect(at: noon + 1_000_000),
      ])
    #expect(read.chunks[2] == Array("Asterisk Call Manager/11.0.0\r\n".utf8))
    #expect(read.chunks[3] == Array("Response: Success\r\n\r\n".utf8))
    #expect(reader.position.offset == 51)
    let segment = try #require(try Segment.all(in: folder.file("a/b/pbx1")).first)
    #expect(segment.name == "1795392754")
    #expect(try Playback(segment.path) == read, "a segment is a capture")
    #expect(
      String(decoding: fileContent(segment.indexPath), as: UTF8.self) == """
        0 disconnect 1795392754.466712
        0 connect 1795392754.466713
        0 30 1795392754.466714
        30 21 1795392755.466710
        51 disconnect 1795392755.466711

        """)
  }

  @Test func `a full segment is followed by one that continues the session`() throws {
    let folder = TemporaryFolder()
    var writer = try JournalWriter(folder: folder.path, at: noon, segmentBytes: 10)
    var reader = JournalReader(folder: folder.path)
    try writer.connect(at: noon)
    for number in 0..<7 { try writer.append("frame\r", at: noon + 1 + Int64(number)) }
    try writer.disconnect(at: noon + 9)
    try writer.connect(at: noon + 10)
    let read = try Playback(&reader)
    #expect(
      read.records == [
        .connect(at: noon), .bytes(at: noon + 1), .bytes(at: noon + 2),
        .resume(connectedAt: noon, sessionOffset: 12), .bytes(at: noon + 3), .bytes(at: noon + 4),
        .resume(connectedAt: noon, sessionOffset: 24), .bytes(at: noon + 5), .bytes(at: noon + 6),
        .resume(connectedAt: noon, sessionOffset: 36), .bytes(at: noon + 7),
        .disconnect(at: noon + 9), .restart, .connect(at: noon + 10),
      ])
    #expect(read.bytes.count == 42)
    let segments = try Segment.all(in: folder.path)
    #expect(segments.map(\.number) == (0..<5).map { noon / 1_000_000 + $0 })
    #expect(reader.position == writer.position)
    #expect(try reader.bytesAhead() == 0)
    #expect(try JournalReader(folder: folder.path).bytesAhead() == 42)
    try Segment.removeAll(in: folder.path, before: reader.position)
    #expect(try Segment.all(in: folder.path) == [segments[4]])
    #expect(try Segment.numbers(in: folder.path, suffix: ".idx") == [segments[4].number])
  }

  @Test func `a session that begins in a half full segment begins a new one`() throws {
    let folder = TemporaryFolder()
    var writer = try JournalWriter(folder: folder.path, at: noon, segmentBytes: 10)
    try writer.connect(at: noon)
    try writer.append("12345", at: noon)
    try writer.disconnect(at: noon)
    try writer.connect(at: noon)
    #expect(try Segment.all(in: folder.path).count == 2)
    #expect(writer.position.offset == 0)
  }

  @Test func `records are read as they are written`() throws {
    let folder = TemporaryFolder()
    var writer = try JournalWriter(folder: folder.path, at: noon, segmentBytes: 100)
    var reader = JournalReader(folder: folder.path)
    var buffer: [UInt8] = []
    #expect(try reader.next(into: &buffer) == nil)
    try writer.connect(at: noon)
    #expect(try reader.next(into: &buffer) == .connect(at: noon))
    for number in 0..<100 {
      let text = String(repeating: "x", count: number)
      if number > 0 {
        try writer.append(text, at: noon + Int64(number))
        var record = try reader.next(into: &buffer)
        if case .resume = record { record = try reader.next(into: &buffer) }
        #expect(record == .bytes(at: noon + Int64(number)))
        #expect(buffer == Array(text.utf8))
      }
      #expect(try reader.next(into: &buffer) == nil)
      #expect(buffer.isEmpty)
      #expect(reader.position == writer.position)
    }
  }

  @Test func `reading begins again at any position`() throws {
    let folder = TemporaryFolder()
    var writer = try JournalWriter(folder: folder.path, at: noon, segmentBytes: 20)
    for session in 0..<4 {
      try writer.connect(at: noon + Int64(session))
      for _ in 0..<session { try writer.append("0123456", at: noon + 5) }
      try writer.disconnect(at: noon + 6)
    }
    var whole = JournalReader(folder: folder.path)
    let all = try Playback(&whole)
    var reader = JournalReader(folder: folder.path)
    var buffer: [UInt8] = []
    var count = 0
    while try reader.next(into: &buffer) != nil {
      count += 1
      var again = JournalReader(folder: folder.path, from: reader.position)
      #expect(try Playback(&again).records == Array(all.records[count...]))
    }
    #expect(count == all.records.count)
  }

  @Test func `within a chunk reading begins with the rest of it`() throws {
    let folder = TemporaryFolder()
    var writer = try JournalWriter(folder: folder.path, at: noon)
    try writer.connect(at: noon)
    let start = writer.position
    try writer.append("0123456", at: noon + 1)
    try writer.append("789", at: noon + 2)
    var reader = JournalReader(
      folder: folder.path,
      from: JournalPosition(segment: start.segment, offset: 5, indexOffset: start.indexOffset))
    let read = try Playback(&reader)
    #expect(read.chunks == [Array("56".utf8), Array("789".utf8)])
    #expect(read.records == [.bytes(at: noon + 1), .bytes(at: noon + 2)])
  }

  @Test func `the journals in a folder are those with segments`() throws {
    let folder = TemporaryFolder()
    for name in ["b", "a"] { _ = try JournalWriter(folder: folder.file(name), at: noon) }
    unsafe mkdir(folder.file("empty"), 0o700)
    folder.write("", to: "1795392754.ami")
    #expect(try Segment.journals(in: folder.path) == ["a", "b"])
    #expect(try Segment.journals(in: folder.file("none")) == [])
  }

  @Test func `a reader that is told where the journal ends reads no new writer's segment`() throws {
    let folder = TemporaryFolder()
    var reader = JournalReader(folder: folder.path)
    let last: Int64
    do {
      var writer = try JournalWriter(folder: folder.path, at: noon)
      try writer.connect(at: noon)
      try writer.append("old", at: noon)
      last = writer.position.segment
    }
    var writer = try JournalWriter(folder: folder.path, at: noon)
    try writer.connect(at: noon + 1)
    try writer.append("new", at: noon + 1)
    try reader.finish(after: last)
    #expect(try Playback(&reader).bytes == Array("old".utf8))
    var next = JournalReader(folder: folder.path, from: reader.position)
    #expect(
      try Playback(&next).records == [.restart, .connect(at: noon + 1), .bytes(at: noon + 1)])
    #expect(try reader.holds(connection: noon))
    #expect(try !next.holds(connection: noon + 2))
  }

  @Test func `a second writer is turned away`() throws {
    let folder = TemporaryFolder()
    let writer = try JournalWriter(folder: folder.path, at: noon)
    let error = #expect(throws: JournalError.self) {
      _ = try JournalWriter(folder: folder.path, at: noon)
    }
    #expect(error?.code == .locked)
    #expect(error?.description.contains("another program records into this journal") == true)
    #expect(writer.isConnected == false)
  }

  @Test func `a new writer begins a new segment and removes what a crash left over`() throws {
    let folder = TemporaryFolder()
    folder.write("0 connect 5.000000\n", to: "1795392799.idx")
    folder.write("kept", to: "1795392800.ami")
    folder.write("not ours", to: "1795392801.amix")
    let writer = try JournalWriter(folder: folder.path, at: noon)
    #expect(writer.position.segment == 1_795_392_801, "numbers ascend though the clock went back")
    #expect(try Segment.numbers(in: folder.path, suffix: ".idx") == [1_795_392_801])
    #expect(fileContent(folder.file("1795392800.ami")) == Array("kept".utf8))
  }

  @Test func `a disk that catches up with a journal finds its files`() throws {
    let folder = TemporaryFolder()
    var sync = JournalSync(folder: folder.path)
    try sync.sync()
    var writer = try JournalWriter(folder: folder.path, at: noon, segmentBytes: 1)
    try writer.connect(at: noon)
    try sync.sync()
    try writer.append("1", at: noon)
    try writer.append("2", at: noon)
    try Segment.removeAll(in: folder.path, before: writer.position)
    try sync.sync()
  }
}
