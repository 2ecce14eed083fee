/// What a world is like, and all that happens in it; follows from a seed.
struct Scenario: Sendable, CustomStringConvertible {
  let seed: UInt64
  let servers: Int
  /// Bytes after which a block is sealed, and after which a position is due.
  let blockBytes: Int
  let positionBytes: Int64
  let segmentBytes: Int64
  let hasClockSteps: Bool
  let hasFullDisks: Bool
  var steps: [Step]

  var description: String {
    "seed \(seed): \(servers) servers, blocks \(blockBytes), positions \(positionBytes), "
      + "segments \(segmentBytes)\n" + steps.map { "  \($0)" }.joined(separator: "\n")
  }
}

extension Scenario {
  /// The world of a seed.
  init(seed: UInt64) {
    var random = Seeded(seed)
    self.seed = seed
    servers = random.weighted([(3, 1), (2, 2), (1, 3)])
    blockBytes = random.pick([1, 700, 4_096, 30_000, 1 << 20])
    positionBytes = Int64(random.pick([1, 5_000, 60_000, 4 << 20]))
    segmentBytes = Int64(random.pick([500, 8_000, 64 << 20]))
    hasClockSteps = random.happens(35)
    hasFullDisks = random.happens(35)
    steps = []
    for line in 0..<servers { steps.append(.connect(line, .welcome)) }
    for _ in 0..<random.number(40...160) { add(&random) }
  }

  private enum Kind {
    case speak, carry, connect, reset, close, silence, reboot, pass, setClock, work, kill
    case killInWrite, stop, limitFiles, unlimitFiles, fillStore
  }

  private static let kinds: [(weight: Int, choice: Kind)] = [
    (30, .speak), (30, .carry), (14, .connect), (3, .reset), (2, .close), (1, .silence),
    (2, .reboot), (10, .pass), (3, .setClock), (20, .work), (3, .kill), (2, .killInWrite),
    (1, .stop), (2, .limitFiles), (3, .unlimitFiles), (2, .fillStore),
  ]

  private mutating func add(_ random: inout Seeded) {
    let line = random.number(0...servers - 1)
    switch random.weighted(Self.kinds) {
    case .speak:
      steps.append(.speak(line, count: random.number(1...12), seed: random.next()))
      if random.happens(60) { steps.append(.carry(line, bytes: 1 << 20)) }
    case .carry:
      let sizes = [1, 2, 3, 17, 100, 1_000, 5_000, 70_000, 1 << 20]
      steps.append(.carry(line, bytes: random.number(1...random.pick(sizes))))
    case .connect:
      let receptions: [(weight: Int, choice: Step.Reception)] = [
        (14, .welcome), (3, .unreachable), (1, .refused), (1, .stranger(random.next())),
      ]
      steps.append(.connect(line, random.weighted(receptions)))
    case .reset: steps.append(.reset(line))
    case .close: steps.append(.close(line))
    case .silence: steps.append(.silence(line))
    case .reboot: steps.append(.reboot(line, isOrderly: random.happens(60)))
    case .pass:
      let longest = random.pick([50, 1_000, 2_000, 30_000, 70_000, 4_000_000])
      steps.append(.pass(Int64(random.number(1...longest)) * 1_000))
    case .setClock:
      guard hasClockSteps else { return }
      let size = Int64(random.pick([300_000, 5_000_000, 90_000_000, 7_200_000_000]))
      steps.append(.setClock(random.happens(50) ? size : -size))
    case .work: steps.append(.work(random.number(1...20)))
    case .kill: steps.append(.kill)
    case .killInWrite: steps.append(.killInWrite(line, bytes: random.number(1...5_000)))
    case .stop: steps.append(.stop)
    case .limitFiles:
      guard hasFullDisks else { return }
      steps.append(.limitFiles(line, beyond: random.number(0...3_000)))
    case .unlimitFiles: if hasFullDisks { steps.append(.unlimitFiles) }
    case .fillStore: if hasFullDisks { steps.append(.fillStore(random.happens(40))) }
    }
  }
}
