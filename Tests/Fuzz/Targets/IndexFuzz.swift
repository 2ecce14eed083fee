@testable internal import Journal

// The lines of an index. What must hold of any bytes:
//
// - a line that is read is written as a line that says the same, which is none too long to be read;
// - the line that is written is read and written as itself;
// - what a whole index says goes on without holes that lead back.

func fuzzIndex(_ input: [UInt8]) throws {
  for line in input.split(separator: 0x0A, omittingEmptySubsequences: false) {
    let bytes = Array(line)
    guard let read = IndexLine(bytes.span) else { continue }
    let written = bytesOf(read)
    require(written.count <= IndexLine.bytesMax + 1, "what was written is too long")
    guard let again = IndexLine(Array(written.dropLast()).span) else {
      fatalError("what was written is no line: \(String(decoding: written, as: UTF8.self))")
    }
    require(again == read, "what was written says something else")
    require(bytesOf(again) == written, "the same is written in two ways")
  }
}

private func bytesOf(_ line: IndexLine) -> [UInt8] {
  var bytes: [UInt8] = []
  line.write(to: &bytes)
  return bytes
}

/// A recording of any bytes with an index of any lines: all bytes come, once and in their order.
/// The bytes up to the first empty line are the index.
func fuzzRecording(_ input: [UInt8]) throws {
  let file = ScratchFile.path("recording.ami")
  let end = input.indices.dropLast().first { input[$0] == 0x0A && input[$0 + 1] == 0x0A }
  let index = end.map { input[...$0] } ?? []
  let bytes = Array(end.map { input[($0 + 2)...] } ?? input[...])
  ScratchFile.write(bytes, to: file)
  ScratchFile.write(index, to: ScratchFile.path("recording.idx"))
  do {
    let capture = try Capture(path: file)
    var heard: [UInt8] = []
    var piece: [UInt8] = []
    var records = 0
    while let record = try capture.next(into: &piece) {
      records += 1
      require(records <= 2 * input.count + 2, "it has no end")
      if case .bytes = record { heard += piece } else { require(piece.isEmpty, "bytes of nothing") }
    }
    let isPlain = !bytes.starts(with: [0x1F, 0x8B])
    require(!isPlain || heard == bytes, "\(heard.count) of \(bytes.count) bytes came")
  } catch {
    let isTold = error.code == .empty || error.code == .contradictoryIndex
    require(isTold, "\(error)")
  }
}
