import AMI
import Glibc
import Support
import Testing

@testable import AMIClient

/// The recorded transcripts of actions (Tests/Fixtures/actions): what was sent, and all that came.
@Suite struct TranscriptTests {
  @Test(arguments: Transcript.all)
  func `every action of a transcript gets its answer, and each list all of its items`(
    _ transcript: Transcript
  ) {
    var actions = OpenActions<String>(listItemsMax: 100_000)
    var buffer = FrameBuffer()
    var frame = Frame()
    for (isSent, bytes) in transcript.passages {
      guard !isSent else {
        for actionID in actionIDs(in: bytes) {
          _ = actions.remove(actionID)
          actions.add(actionID, actionID)
        }
        continue
      }
      buffer.append(bytes)
      while buffer.next(into: &frame) {
        guard case .finished(let finished) = actions.take(frame) else { continue }
        guard case .answered(let answer) = finished.outcome,
          let count = answer.completion?.integer(of: .listItems)
        else { continue }
        // This one counts registrations, and not the AuthDetail between them.
        let isUneven = answer.completion!.has(.event, "OutboundRegistrationDetailComplete")
        let items = answer.items.filter { !isUneven || !$0.has(.event, "AuthDetail") }
        #expect(items.count == count, "\(transcript), \(finished.context)")
      }
    }
    // One action was sent with a second ActionID, which is not the one that counts.
    #expect(actions.removeAll().filter { $0 != "other" } == [], "\(transcript)")
  }

  private func actionIDs(in bytes: [UInt8]) -> [String] {
    bytes.split { $0 == 0x0d || $0 == 0x0a }.compactMap { line in
      let text = Text.decode(line)
      guard text.lowercased().hasPrefix("actionid:") else { return nil }
      return String(text.dropFirst("actionid:".count).drop { $0 == " " })
    }
  }
}

/// A transcript.
struct Transcript: CustomTestStringConvertible {
  let path: String

  var testDescription: String { path.split(separator: "/").suffix(2).joined(separator: "/") }

  static var all: [Transcript] {
    ["16", "22"].flatMap { version in
      let folder = "\(Fixture.tests)/Fixtures/actions/\(version)"
      return names(in: folder).sorted().map { Transcript(path: "\(folder)/\($0)") }
    }
  }

  /// What each side sent, in turns, as it was on the wire.
  var passages: [(isSent: Bool, bytes: [UInt8])] {
    let prefixBytes = 4
    var passages: [(isSent: Bool, bytes: [UInt8])] = []
    for line in bytes().split(separator: 0x0a, omittingEmptySubsequences: false) {
      let isSent = line.starts(with: "C>> ".utf8)
      guard isSent || line.starts(with: "S<< ".utf8) else { continue }
      if passages.last?.isSent != isSent { passages.append((isSent, [])) }
      passages[passages.count - 1].bytes += line.dropFirst(prefixBytes)
      passages[passages.count - 1].bytes.append(0x0a)
    }
    return passages
  }

  private func bytes() -> [UInt8] {
    let file = unsafe open(path, O_RDONLY)
    precondition(file >= 0, "no transcript \(path)")
    defer { close(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(file, &part, part.count)
      guard count > 0 else { return bytes }
      bytes += part[..<count]
    }
  }

  private static func names(in path: String) -> [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      if name.hasSuffix(".txt") { names.append(name) }
    }
    return names
  }
}
