import Glibc

/// A recorded transcript of actions (Tests/Fixtures/actions): what was sent, and all that came.
public struct Transcript: Sendable, CustomStringConvertible {
  /// `16/QueueStatus`.
  public let description: String

  /// All of them, of both versions.
  public static let all: [Transcript] = ["16", "22"].flatMap { version in
    names(in: "\(folder)/\(version)").sorted().map { Transcript("\(version)/\($0)") }
  }

  private static let folder = "\(Fixture.tests)/Fixtures/actions"

  /// The transcript `16/QueueStatus`.
  public init(_ name: String) { description = name }

  /// One action and all that came until the next was sent.
  public struct Step: Sendable {
    /// The remark before it, `no such queue`.
    public let remark: String
    /// What was sent, mostly one action.
    public let sent: [UInt8]
    /// What came.
    public let received: [UInt8]

    /// The headers that were sent, in order; nil unless it was one well-formed action.
    public var headers: [(name: String, value: String)]? {
      let text = String(decoding: sent, as: UTF8.self)
      guard text.utf8.count == sent.count, text.hasSuffix("\r\n\r\n") else { return nil }
      var headers: [(name: String, value: String)] = []
      for line in text.dropLast(2).split(separator: "\r\n", omittingEmptySubsequences: false) {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let value = line[line.index(after: colon)...].drop { $0 == " " }
        headers.append((String(line[..<colon]), String(value)))
      }
      return headers
    }
  }

  /// The actions, each with the remark before it. What came before the first is left out.
  public var steps: [Step] {
    var steps: [Step] = []
    var remark = ""
    var wasSent = false
    for (kind, line) in lines {
      switch kind {
      case .remark:
        remark = String(decoding: line, as: UTF8.self)
        wasSent = false
      case .sent:
        if !wasSent { steps.append(Step(remark: remark, sent: [], received: [])) }
        let last = steps.removeLast()
        steps.append(
          Step(remark: last.remark, sent: last.sent + line + [0x0a], received: last.received))
        wasSent = true
      case .received:
        wasSent = false
        guard let last = steps.popLast() else { continue }
        steps.append(
          Step(remark: last.remark, sent: last.sent, received: last.received + line + [0x0a]))
      }
    }
    return steps
  }

  /// What each side sent, in turns, as it was on the wire.
  public var passages: [(isSent: Bool, bytes: [UInt8])] {
    var passages: [(isSent: Bool, bytes: [UInt8])] = []
    for (kind, line) in lines where kind != .remark {
      let isSent = kind == .sent
      if passages.last?.isSent != isSent { passages.append((isSent, [])) }
      passages[passages.count - 1].bytes += line
      passages[passages.count - 1].bytes.append(0x0a)
    }
    return passages
  }

  private enum Kind { case sent, received, remark }

  private var lines: [(Kind, ArraySlice<UInt8>)] {
    let prefixBytes = 4
    // `S++` goes on with a line that held a bare line feed.
    let kinds: [(String, Kind)] = [
      ("C>> ", .sent), ("S<< ", .received), ("S++ ", .received), ("### ", .remark),
    ]
    return bytes().split(separator: 0x0a, omittingEmptySubsequences: false).compactMap { line in
      kinds.first { line.starts(with: $0.0.utf8) }.map { ($0.1, line.dropFirst(prefixBytes)) }
    }
  }

  private func bytes() -> [UInt8] {
    let path = "\(Self.folder)/\(description).txt"
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
      if name.hasSuffix(".txt") { names.append(String(name.dropLast(".txt".count))) }
    }
    return names
  }
}
