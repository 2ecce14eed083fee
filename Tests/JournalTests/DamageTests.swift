import CZlib
import Glibc
import Support
import Testing

@testable import Journal

@Suite struct DamageTests {
  static let stream = "Asterisk Call Manager/5\r\nEvent: A\r\n\r\n"
  static let index = """
    0 disconnect 1795392754.000001
    0 connect 1795392754.000002
    0 25 1795392754.000003
    25 10 1795392754.000004
    35 2 1795392754.000005
    37 disconnect 1795392754.000006

    """

  @Test func `a crash between any two bytes loses none that reached the file`() throws {
    let folder = TemporaryFolder()
    let stream = Array(Self.stream.utf8)
    let index = Array(Self.index.utf8)
    #expect(stream.count == 37)
    for bytes in 0...stream.count {
      folder.write(Array(stream.prefix(bytes)), to: "1795392754.ami")
      for indexBytes in 0...index.count {
        folder.write(Array(index.prefix(indexBytes)), to: "1795392754.idx")
        var reader = JournalReader(folder: folder.path)
        var read = try Playback(&reader)
        try reader.finish()
        let rest = try Playback(&reader)
        read.records += rest.records
        read.chunks += rest.chunks
        #expect(read.bytes == Array(stream.prefix(bytes)), "\(bytes) and \(indexBytes)")
        if bytes == 0, indexBytes < 31 { continue }
        let capture = try Playback(folder.file("1795392754.ami"))
        #expect(capture == read || rest.cutReason != nil, "\(bytes) and \(indexBytes)")
        #expect(capture.bytes == read.bytes)
        let promised = Self.promised(by: index.prefix(indexBytes))
        #expect((capture.cutReason != nil) == (promised > bytes), "\(bytes) and \(indexBytes)")
      }
    }
  }

  /// Up to where the whole lines of an index tell of bytes: counted without the code under test.
  private static func promised(by index: ArraySlice<UInt8>) -> Int {
    let text = String(decoding: index, as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    let ends = lines.map { $0.split(separator: " ").prefix(2).compactMap { Int($0) } }
    return ends.map { $0.reduce(0, +) }.max() ?? 0
  }

  @Test func `bytes past the last line count with the time of the file`() throws {
    let folder = TemporaryFolder()
    let path = folder.write("0123456789", to: "x.ami")
    folder.write("0 4 1795392754.000003\n4 6 1795", to: "x.idx")
    var times = [timespec(), timespec(tv_sec: 1_795_392_800, tv_nsec: 5_000)]
    unsafe utimensat(AT_FDCWD, path, &times, 0)
    let read = try Playback(path)
    #expect(
      read.records == [.bytes(at: 1_795_392_754_000_003), .bytes(at: 1_795_392_800_000_005)])
    #expect(read.chunks == [Array("0123".utf8), Array("456789".utf8)])
    #expect(read.cutReason == nil)
  }

  @Test func `bytes between two lines count with the later one`() throws {
    let folder = TemporaryFolder()
    let path = folder.write("0123456789", to: "x.ami")
    folder.write("0 4 1.000003\n6 disconnect 2.5\n6 connect 3\n8 2 4\n", to: "x.idx")
    let read = try Playback(path)
    #expect(
      read.records == [
        .bytes(at: 1_000_003), .bytes(at: 2_500_000), .disconnect(at: 2_500_000),
        .connect(at: 3_000_000), .bytes(at: 4_000_000), .bytes(at: 4_000_000),
      ])
    #expect(read.bytes == Array("0123456789".utf8))
  }

  @Test(arguments: [
    "0 4 5\n3 4 5\n", "0 4 5\nnonsense\n4 4 5\n", "0 4 5\n4 continue 5 4\n4 4 5\n",
    "-1 4 5\n0 4 5\n",
    "0 connect 5\n0 continue 5 0\n", "9223372036854775807 1 5\n0 1 5\n", "what is this\n",
    "0 4 5 \n4 4 5\n", "0  4 5\n4 4 5\n", "0 4 -5\n4 4 5\n", "0 4 5.1234567890\n4 4 5\n",
    "0 4 253402300800\n4 4 5\n", "\u{0}\u{0}\n0 4 5\n", "0 4 5\r\n4 4 5\r\n",
    "0 connected 5\n\n0 4 5\n",
  ])
  func `an index that contradicts itself is refused with what to do`(index: String) throws {
    let folder = TemporaryFolder()
    let path = folder.write("0123456789", to: "x.ami")
    folder.write(index, to: "x.idx")
    let error = #expect(throws: JournalError.self) { try Playback(path) }
    #expect(error?.code == .contradictoryIndex)
    #expect(error?.message.contains("rename") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test(arguments: [
    "0 4 5\n4 9223372036854775000 5\n", "0 4 5\n9223372036854775807 connect 5\n",
    "0 4 5\n4 7 5\n", "0 4 5\n11 disconnect 5\n",
  ])
  func `an index that promises more than there is gives what there is`(index: String) throws {
    let folder = TemporaryFolder()
    let path = folder.write("0123456789", to: "x.ami")
    folder.write(index, to: "x.idx")
    let read = try Playback(path)
    #expect(read.bytes == Array("0123456789".utf8))
    #expect(read.cutReason == "its index tells of more bytes than the 10 it holds")
  }

  @Test func `what is missing of a cut recording lasts as long as its index knows`() throws {
    let folder = TemporaryFolder()
    let path = folder.write("0123456789", to: "x.ami")
    folder.write("0 4 5\n4 6 7\n10 90 8.5\n100 disconnect 9\n", to: "x.idx")
    let capture = try Capture(path: path)
    #expect(capture.indexedUntil == 9_000_000)
    let bare = folder.write("0123456789", to: "y.ami")
    #expect(try Capture(path: bare).indexedUntil == nil)
  }

  @Test(arguments: [
    "0 4 5\n\u{0}\u{0}\u{0}\u{0}", "0 4 5\n4 4 5.\n", "0 4 5\n4 18446744073709551616 5\n",
    "0 4 5\n4 4", "0 4 5\n" + String(repeating: "9", count: 300_000) + "\n",
    "0 4 5\n" + String(repeating: "\u{0}", count: 70_000),
  ])
  func `a torn end of an index is dropped`(index: String) throws {
    let folder = TemporaryFolder()
    let path = folder.write("0123456789", to: "x.ami")
    folder.write(index, to: "x.idx")
    let read = try Playback(path)
    #expect(read.chunks == [Array("0123".utf8), Array("456789".utf8)])
    #expect(read.cutReason == nil)
  }

  @Test func `in a journal even an index that contradicts itself costs no byte`() throws {
    let folder = TemporaryFolder()
    folder.write("0123456789", to: "0000000007.ami")
    folder.write("0 4 5\n4 2 5\n3 2 5\n6 2 5\n", to: "0000000007.idx")
    folder.write("abc", to: "0000000008.ami")
    var reader = JournalReader(folder: folder.path)
    try reader.finish()
    let read = try Playback(&reader)
    #expect(read.bytes == Array("0123456789abc".utf8))
    #expect(read.chunks.count == 5)
    #expect(read.records[3] == .restart)
    #expect(reader.cutReason?.contains("goes back") == true)
  }

  @Test func `a chunk without end comes in pieces`() throws {
    let folder = TemporaryFolder()
    let stream = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }
    let path = folder.write(stream, to: "x.ami")
    folder.write("0 3000000 5\n", to: "x.idx")
    let read = try Playback(path)
    #expect(read.bytes == stream)
    #expect(read.chunks.map(\.count) == [1_048_576, 1_048_576, 902_848])
  }
}
