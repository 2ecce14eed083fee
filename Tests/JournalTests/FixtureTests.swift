import Support
import Testing

@testable import Journal

@Suite struct FixtureTests {
  /// Recordings of real servers that have an index.
  static let captures = ["agents-16", "mixed-22", "restart-16", "restart-22", "registrations-22"]

  static func path(_ name: String) -> String {
    let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return "/\(tests)/Fixtures/captures/\(name).ami.gz"
  }

  @Test(arguments: captures)
  func `a recording of a real server gives every line of its index`(name: String) throws {
    let capture = try Capture(path: Self.path(name))
    let index = try #require(capture.indexPath)
    // The lines, as the records and chunks say that they are.
    var lines = ""
    var offset = 0
    var buffer: [UInt8] = []
    while let record = try capture.next(into: &buffer) {
      var line: [UInt8] = []
      switch record {
      case .connect(let time):
        IndexLine(offset: Int64(offset), kind: .connect, time: time).write(to: &line)
      case .disconnect(let time):
        IndexLine(offset: Int64(offset), kind: .disconnect, time: time).write(to: &line)
      case .bytes(let time):
        let kind = IndexLine.Kind.chunk(length: Int64(buffer.count))
        IndexLine(offset: Int64(offset), kind: kind, time: try #require(time)).write(to: &line)
      case .step(let time, let step):
        IndexLine(offset: Int64(offset), kind: .step(by: step), time: time).write(to: &line)
      case .resume, .restart: Issue.record("no recording begins in a session")
      }
      offset += buffer.count
      lines += String(decoding: line, as: UTF8.self)
    }
    #expect(capture.cutReason == nil)
    var text: [UInt8] = []
    let source = try ByteSource(path: index)
    _ = try source.take(100_000_000, into: &text)
    #expect(lines == String(decoding: text, as: UTF8.self))
    #expect(capture.fileBytesRead == capture.fileBytes)
  }
}
