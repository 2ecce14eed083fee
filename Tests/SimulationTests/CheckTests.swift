import SQLite
import Testing

/// The checks of the simulation see what they are there for.
@Suite struct CheckTests {
  /// Two sessions with a time between them in which the server said more.
  private static let scenario = Scenario(
    seed: 0, servers: 1, blockBytes: 2_000, positionBytes: 1, segmentBytes: 8_000,
    hasClockSteps: false, hasFullDisks: false,
    steps: [
      .connect(0, .welcome), .speak(0, count: 40, seed: 1), .carry(0, bytes: 1 << 20), .work(20),
      .pass(2_000_000), .reset(0), .speak(0, count: 5, seed: 2), .pass(1_000_000),
      .connect(0, .welcome), .pass(1_500_000), .speak(0, count: 40, seed: 3),
      .carry(0, bytes: 1 << 20), .work(20),
    ])

  /// A store that lacks something, or says something else.
  private static let faults = [
    "DELETE FROM blocks WHERE id = (SELECT max(id) FROM blocks)",
    "DELETE FROM blocks WHERE id = (SELECT min(id) FROM blocks)",
    "UPDATE positions SET session_offset = session_offset + 1",
    "UPDATE positions SET session_offset = session_offset - 1",
    "DELETE FROM gaps",
    "UPDATE gaps SET reason = ''",
    "UPDATE gaps SET started_us = ended_us WHERE ended_us IS NOT NULL",
    "DELETE FROM channels WHERE id = (SELECT max(id) FROM channels)",
    "UPDATE channels SET started_us = started_us + 1 WHERE id = (SELECT min(id) FROM channels)",
    "UPDATE event_counts SET count = count + 1 WHERE id = (SELECT min(id) FROM event_counts)",
    "UPDATE event_counts SET name = 'Forged' WHERE id = (SELECT min(id) FROM event_counts)",
  ]

  @Test func `a world in which all is well passes`() async throws {
    let world = World(Self.scenario)
    try await world.run()
    try await world.check()
    #expect(!world.wires[0].losses.isEmpty)
  }

  @Test(arguments: faults) func `a store in which something is wrong does not`(
    fault: String
  ) async throws {
    let world = World(Self.scenario)
    try await world.run()
    try Connection(path: world.path, mode: .readWrite).execute(fault)
    await #expect(throws: (any Error).self) {
      try world.checkPositions()
      try await world.check()
    }
  }
}
