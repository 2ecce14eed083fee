import CZlib
import Support
import Testing

@testable import Journal

@Suite struct CompressedTests {
  /// A gzip member with the bytes.
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = unsafe z_stream()
    var output = [UInt8](repeating: 0, count: bytes.count + 1_000)
    let code = unsafe deflateInit2_(
      &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(code == Z_OK)
    var input = bytes
    let capacity = output.count
    let count = unsafe input.withUnsafeMutableBufferPointer { input in
      unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe stream.next_in = input.baseAddress
        unsafe stream.avail_in = uInt(input.count)
        unsafe stream.next_out = output.baseAddress
        unsafe stream.avail_out = uInt(capacity)
        precondition(unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END)
        return unsafe capacity - Int(stream.avail_out)
      }
    }
    unsafe deflateEnd(&stream)
    return Array(output.prefix(count))
  }

  static let stream = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7 ^ $0) }

  @Test func `a compressed recording is known by its content`() throws {
    let folder = TemporaryFolder()
    let path = folder.write(Self.gzip(Self.stream), to: "x.log")
    let read = try Playback(path)
    #expect(read.bytes == Self.stream)
    #expect(read.chunks.map(\.count) == [262_144, 262_144, 175_712])
    #expect(read.records == [.bytes(at: nil), .bytes(at: nil), .bytes(at: nil)])
    #expect(read.cutReason == nil)
  }

  @Test func `the index of a compressed recording may be compressed too`() throws {
    let folder = TemporaryFolder()
    let path = folder.write(Self.gzip(Self.stream), to: "x.ami.gz")
    let index = "0 connect 1\n0 400000 2\n400000 300000 3\n"
    folder.write(Self.gzip(Array(index.utf8)), to: "x.idx.gz")
    let read = try Playback(path)
    #expect(read.bytes == Self.stream)
    #expect(
      read.records == [.connect(at: 1_000_000), .bytes(at: 2_000_000), .bytes(at: 3_000_000)])
    let capture = try Capture(path: path)
    #expect(capture.indexPath == folder.file("x.idx.gz"))
    #expect(capture.fileBytes == Int64(fileContent(path).count))
  }

  @Test func `a compressed recording of several members, padded, is one`() throws {
    let folder = TemporaryFolder()
    let bytes =
      Self.gzip(Array(Self.stream[..<300_000])) + Self.gzip([]) + [0, 0]
      + Self.gzip(Array(Self.stream[300_000...])) + [UInt8](repeating: 0, count: 200_000)
    let read = try Playback(folder.write(bytes, to: "x.ami.gz"))
    #expect(read.bytes == Self.stream)
    #expect(read.cutReason == nil)
  }

  @Test func `a compressed recording cut anywhere gives what was whole, and says that it is cut`()
    throws
  {
    let folder = TemporaryFolder()
    let whole = Self.gzip(Self.stream)
    var last = 0
    for count in Array(stride(from: 2, to: whole.count, by: 9_973)) + [whole.count - 1] {
      let path = folder.write(Array(whole.prefix(count)), to: "x.ami.gz")
      let read = try Playback(path)
      #expect(read.bytes.count >= last)
      last = read.bytes.count
      #expect(read.bytes == Array(Self.stream.prefix(last)))
      #expect(read.cutReason == "the gzip data ends too early", "\(count)")
    }
    #expect(last == Self.stream.count, "the last byte is of the trailer")
  }

  @Test func `a damaged compressed recording gives what comes before the damage`() throws {
    let folder = TemporaryFolder()
    var bytes = Self.gzip(Self.stream)
    bytes[bytes.count / 2] ^= 0xFF
    bytes[bytes.count / 2 + 1] ^= 0xFF
    let read = try Playback(folder.write(bytes, to: "x.ami.gz"))
    #expect(read.cutReason == "the gzip data is damaged")
    #expect(read.bytes.count > 100_000)
    bytes = Self.gzip(Self.stream)
    bytes[bytes.count - 6] ^= 1  // checksum
    #expect(
      try Playback(folder.write(bytes, to: "x.ami.gz")).cutReason == "the gzip data is damaged")
    bytes = Self.gzip(Self.stream) + Array("trailing".utf8)
    let trailing = try Playback(folder.write(bytes, to: "x.ami.gz"))
    #expect(trailing.bytes == Self.stream)
    #expect(trailing.cutReason == "something else follows the gzip data")
  }

  @Test func `what cannot be read is refused with what to do`() throws {
    let folder = TemporaryFolder()
    let empty = folder.write("", to: "empty.ami")
    let emptyCompressed = folder.write(Self.gzip([]), to: "empty.ami.gz")
    let index = folder.write("0 connect 5\n", to: "x.idx")
    let expected: [(String, JournalError.Code, String)] = [
      (folder.file("none.ami"), .unreadable, "there is no such file"),
      (folder.path, .unreadable, "it is a folder"),
      (empty, .empty, "it is empty"),
      (emptyCompressed, .empty, "it is empty"),
      (index, .unreadable, "give \(folder.file("x.ami")) instead"),
    ]
    for (path, code, words) in expected {
      let error = #expect(throws: JournalError.self) { try Playback(path) }
      #expect(error?.code == code)
      #expect(error?.message.contains(words) == true, "\(words)")
      #expect(error?.path == path)
    }
  }
}
