import AMI
import Normalization
import Store

/// The session that is being taken in: its row, and the bytes that are in no block yet.
struct OpenSession {
  /// As of the end of the last block that was made, but for its times.
  var row: SessionRow
  /// Whether the store has it already, so that its bytes are passed over.
  let isKnown: Bool
  /// Bytes of the stream, up to here, that have come by.
  private var received: Int64 = 0
  /// Bytes received that are in no block.
  private var pending: [UInt8] = []
  /// The stream's offset of the first of them: after the last block, unless bytes between are gone.
  private var pendingStart: Int64
  /// When these bytes came; shorter than `pending` while the time of the last is not known.
  private var chunks = ChunkTable()
  private var chartedBytes = 0
  private var frames: Int64 = 0
  private var cutFrames: Int64 = 0
  /// Frames in the pending bytes by the number of their event's name.
  private var eventCounts: [Int64] = []

  private let targets: Block.Targets

  init(_ row: SessionRow, isKnown: Bool, targets: Block.Targets) {
    self.row = row
    self.targets = targets
    self.isKnown = isKnown
    pendingStart = row.bytes
  }

  /// The stream's offset behind the last byte that came.
  var end: Int64 { pendingStart + Int64(pending.count) }

  /// Whether bytes are in no block yet.
  var hasPending: Bool { !pending.isEmpty }
  /// Whether what comes next was not taken in before.
  var isFresh: Bool { received >= end }

  /// The bytes come from another place of the stream: `offset` is that of the next one. Where that
  /// lies after the end, the bytes between are gone, and those before it must be in blocks.
  mutating func go(to offset: Int64) {
    received = offset
    guard offset > end else { return }
    precondition(pending.isEmpty, "a block would have a hole")
    pendingStart = offset
  }

  /// Those of the next bytes that no block holds.
  mutating func fresh(of bytes: [UInt8]) -> ArraySlice<UInt8> {
    let known = min(max(end - received, 0), Int64(bytes.count))
    received += Int64(bytes.count)
    return bytes[Int(known)...]
  }

  /// Takes bytes whose time is not known yet.
  mutating func append(_ bytes: ArraySlice<UInt8>) {
    pending += bytes
  }

  /// Takes bytes that were received at `time`.
  mutating func append(_ bytes: ArraySlice<UInt8>, at time: Int64) {
    pending += bytes
    chunks.append(bytes.count, at: time)
    chartedBytes += bytes.count
  }

  /// The bytes up to the offset `end` whose time was not known have this time.
  mutating func chart(upTo end: Int64, at time: Int64) {
    let length = Int(end - pendingStart) - chartedBytes
    chunks.extend(length, at: time)
    chartedBytes += length
  }

  /// Counts a frame; `event` is the number of its event's name.
  mutating func count(event: Int?, isDamaged: Bool) {
    frames += 1
    if isDamaged { cutFrames += 1 }
    guard let event else { return }
    while eventCounts.count <= event { eventCounts.append(0) }
    eventCounts[event] += 1
  }

  /// The numbers of event names mean other names from now on. To be said right behind a block.
  mutating func forgetEventNames() { eventCounts.removeAll() }

  /// Counts what was left of a frame when the stream ended.
  mutating func countUnfinished() { cutFrames += 1 }

  /// A block ends after a cut message only when it has so many bytes.
  private static let cutBytesMax = Int64(FrameBuffer.frameBytesMax)

  /// Whether a block should be sealed after the frame that was read last.
  func isDue(after frames: FrameReader, time: Int64) -> Bool {
    // The rest of a message that was too long belongs to its block: nobody could go on within it.
    guard !frames.isWithinOverlong else { return false }
    let size = frames.range.upperBound - pendingStart
    // Where a message was cut shows in the next one alone: a block that ended there would seem to
    // lack it.
    if frames.frame.damage == .cut, size < Self.cutBytesMax { return false }
    return size >= Int64(targets.bytes) || (size > 0 && time - chunks.firstAt >= targets.time)
  }

  /// Makes a block of the bytes up to the stream's offset `end`; nil when there are none.
  mutating func seal(upTo end: Int64, eventName: (Int) -> String) -> Block? {
    let size = Int(end - pendingStart)
    guard size > 0 else { return nil }
    var block = Block()
    block.serverID = row.serverID
    block.sessionID = row.id
    block.sessionOffset = pendingStart
    block.frames = frames
    block.eventNames = eventNames(eventName)
    block.chunks = chunks.split(at: size)
    chartedBytes -= size
    if size == pending.count {
      swap(&block.bytes, &pending)
    } else {
      block.bytes = Array(pending[..<size])
      pending.removeFirst(size)
    }
    row.bytes = end
    pendingStart = end
    row.frames += frames
    row.cutFrames += cutFrames
    frames = 0
    cutFrames = 0
    return block
  }

  private mutating func eventNames(_ eventName: (Int) -> String) -> String {
    let counts = eventCounts.indices.filter { eventCounts[$0] > 0 }.map {
      (name: eventName($0), count: eventCounts[$0])
    }
    for number in eventCounts.indices { eventCounts[number] = 0 }
    return BlockCensus.eventNames(counts)
  }

  /// Gives the last `length` bytes back: they belong to another session.
  mutating func giveBack(_ length: Int) -> [UInt8] {
    let rest = Array(pending.suffix(length))
    pending.removeLast(length)
    return rest
  }
}
