import AMI
import Normalization
import Store

/// Whether a store is in order: its blocks give back the stream and say rightly what is in it, and
/// every `Invariant` holds. Only reads, and may run while a collector writes.
///
/// What cannot be read is a finding, and no reason not to look at the rest.
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
  private var damage: [String] = []
  private var census = ServerCensus()

  private init(
    _ archive: consuming Archive, _ report: @escaping (_ done: Int, _ all: Int) throws -> Void
  ) {
    self.archive = archive
    self.report = report
  }

  /// Looks at the store at `path`.
  ///
  /// - Parameter report: is told how many blocks were looked at, and of how many; what it throws
  ///   ends the work.
  /// - Throws: `StoreError` when the store cannot be opened.
  public static func run(
    path: String, report: @escaping (_ done: Int, _ all: Int) throws -> Void = { _, _ in }
  ) throws -> [Check] {
    var verification = Verification(try Archive(path: path), report)
    return try verification.checks()
  }

  private mutating func checks() throws -> [Check] {
    let invariants = try archive.invariants()
    // A collector may write meanwhile: at least these events are in the blocks, or a session is
    // open.
    let before = try? archive.eventCounts()
    try readBlocks()
    return [
      Check(
        name: "blocks",
        sentence: "Every block gives back its bytes and times, and counts its messages rightly.",
        contradictions: damage),
      Check(
        name: "event-counts", sentence: "Events are counted as the blocks hold them.",
        contradictions: eventCountContradictions(before)),
      Check(
        name: "log-blocks", sentence: "Every block of lines that a fill used gives them back.",
        contradictions: lookUp { try archive.damagedLogBlocks().map { "log block \($0)" } }),
    ]
      + invariants.map { invariant in
        Check(
          name: invariant.name, sentence: invariant.sentence,
          contradictions: archive.contradictions(of: invariant))
      }
  }

  private func lookUp(_ body: () throws -> [String]) -> [String] {
    do { return try body() } catch { return ["cannot be looked up: \(error)"] }
  }

  // MARK: Blocks

  private mutating func readBlocks() throws {
    let map = try archive.map()
    damage += map.damagedTables.map { "\($0): rows cannot be read" }
    damage += map.misplaced.map { "block \($0.id): has no place in the stream" }
    let all = map.sessions.reduce(0) { $0 + $1.blocks.count }
    var done = 0
    for session in map.sessions {
      let skipped = (try? archive.skippedFrames(ofSession: session.id)) ?? []
      var reader = SessionReader(session, skipped)
      for piece in session.pieces {
        switch piece {
        case .hole(let hole): reader.restart(at: hole.bytes.upperBound)
        case .block(let place):
          try read(place, &reader)
          done += 1
          try report(done, all)
        }
      }
    }
  }

  private mutating func read(_ place: ArchiveMap.Place, _ reader: inout SessionReader) throws {
    let server = place.id >> 40
    do {
      let block = try archive.block(place.id)
      let found = reader.census(of: block)
      if found.frames != block.frames {
        damage.append("block \(place.id): \(found.frames) messages, not \(block.frames)")
      } else if found.eventNames != block.eventNames {
        damage.append("block \(place.id): other events than it says")
      }
      census.add(found.events, of: server)
    } catch let error as StoreError where error.code == .damaged {
      damage.append("block \(place.id): cannot be read back")
      reader.restart(at: place.bytes.upperBound)
      census.addDoubtful(try? archive.claimedEvents(ofBlock: place.id), of: server)
    }
  }

  // MARK: Event counts

  /// What came last is in the tables before its block is made: of a server with an open session
  /// more may be counted.
  private func eventCountContradictions(_ before: Archive.EventCounts?) -> [String] {
    lookUp {
      let after = try archive.eventCounts()
      return census.contradictions(to: after, before: before ?? after)
    }
  }
}
