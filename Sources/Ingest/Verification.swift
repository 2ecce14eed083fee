import AMI
import Normalization
import Store

/// Whether a store is as it must be: its blocks give back the stream and say rightly what is in
/// it, and every `Invariant` holds. Only reads, and may run while a collector writes.
public struct Verification: ~Copyable {
  /// One thing that was looked at.
  public struct Check: Sendable {
    /// What it is called.
    public let name: String
    /// What must be true.
    public let sentence: String
    /// What contradicts it: which row of which table, or which block in which way.
    public let contradictions: [String]
  }

  private let archive: Archive
  /// Is told after each block how many there are in all and were looked at.
  private let report: (_ done: Int, _ all: Int) throws -> Void

  /// Looks at the store at `path`.
  ///
  /// - Parameter report: is told how many blocks were looked at, and of how many; what it throws
  ///   ends the work.
  /// - Throws: `StoreError` when the store cannot be read.
  public static func run(
    path: String, report: @escaping (_ done: Int, _ all: Int) throws -> Void = { _, _ in }
  ) throws -> [Check] {
    let verification = try Verification(archive: Archive(path: path), report: report)
    return try verification.checks()
  }

  private consuming func checks() throws -> [Check] {
    let invariants = try archive.invariants()
    var checks = [
      Check(
        name: "blocks",
        sentence: "Every block gives back its bytes and times, and counts its messages rightly.",
        contradictions: try damagedBlocks())
    ]
    for invariant in invariants {
      checks.append(
        Check(
          name: invariant.name, sentence: invariant.sentence,
          contradictions: contradictions(of: invariant)))
    }
    return checks
  }

  /// What cannot even be looked up is a finding, too, and no reason not to look at the rest.
  private func contradictions(of invariant: Invariant) -> [String] {
    do {
      return try archive.contradictions(of: invariant)
    } catch {
      return ["cannot be looked up: \(error)"]
    }
  }

  // MARK: Blocks

  private func damagedBlocks() throws -> [String] {
    let sessions = try archive.sessions().map { try archive.blocks(ofSession: $0) }
    let all = sessions.reduce(0) { $0 + $1.count }
    var done = 0
    var found: [String] = []
    for blocks in sessions {
      var buffer = FrameBuffer()
      for id in blocks {
        do {
          if let contradiction = Self.contradiction(in: try archive.block(id), &buffer) {
            found.append("block \(id): \(contradiction)")
          }
        } catch let error as StoreError where error.code == .damaged {
          found.append("block \(id): cannot be read back")
          // Blocks begin where a message does.
          buffer = FrameBuffer()
        }
        done += 1
        try report(done, all)
      }
    }
    return found
  }

  /// What a block says of its messages that they do not.
  private static func contradiction(
    in block: Archive.StoredBlock, _ buffer: inout FrameBuffer
  ) -> String? {
    var frame = Frame()
    var frames: Int64 = 0
    var events: [ArraySlice<UInt8>: Int64] = [:]
    buffer.append(block.bytes)
    while buffer.next(into: &frame) {
      frames += 1
      guard frame.kind == .event, let name = frame.range(of: .event) else { continue }
      events[frame.bytes[name], default: 0] += 1
    }
    guard frames == block.frames else { return "\(frames) messages, not \(block.frames)" }
    let names = events.map { "\(JSONText.quoted(Text.decode($0.key))):\($0.value)" }.sorted()
    let counted = "{" + names.joined(separator: ",") + "}"
    return counted == block.eventNames ? nil : "other events than it says"
  }
}
