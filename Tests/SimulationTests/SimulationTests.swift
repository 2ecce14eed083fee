import Glibc
import Support
import Testing

/// Worlds that follow from seeds: whatever happens in them, what arrived is kept, what did not is
/// known, and the rows are those of a collector that nothing ever happened to.
///
/// SIMULATION_SEED runs one world, SIMULATION_SEEDS so many of each share; a failure names its seed
/// and a short list of steps.
@Suite struct SimulationTests {
  /// Worlds of each share, unless SIMULATION_SEEDS says otherwise.
  static let seedsDefault: UInt64 = 30
  /// Shares run in processes of their own: what ends one of them ends no other tests.
  static let shares: UInt64 = 4

  @Test(arguments: 0..<shares) func `nothing is lost or doubled in any world`(share: UInt64) async {
    await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      [share = share as UInt64] in
      let count = number("SIMULATION_SEEDS") ?? Self.seedsDefault
      let one = number("SIMULATION_SEED")
      let first = (number("SIMULATION_FIRST") ?? 1) + share * count
      for seed in one.map({ $0...$0 }) ?? first...first + count - 1 {
        say("simulation: seed \(seed)\n")
        await Self.simulate(Scenario(seed: seed))
        if one != nil { break }
      }
    }
  }

  private static func simulate(_ scenario: Scenario) async {
    guard let failure = await failure(of: scenario) else { return }
    let short = await Shrinking.shrink(scenario) { await self.failure(of: $0) != nil }
    let last = await self.failure(of: short, keepsFiles: true) ?? failure
    Issue.record("\(failure)\nshrunk: \(last)\n\(short)")
  }

  /// What should not be in a world; nil where all is well.
  private static func failure(of scenario: Scenario, keepsFiles: Bool = false) async -> String? {
    let world = World(scenario)
    do {
      try await world.run()
      try await world.check()
      return nil
    } catch {
      world.unlimitFiles()
      guard keepsFiles else { return "\(error)" }
      world.folder.keep()
      return "\(error)\nfiles: \(world.folder.path)"
    }
  }
}

private func number(_ name: String) -> UInt64? {
  unsafe getenv(name).flatMap { unsafe UInt64(String(cString: $0)) }
}

/// Said before a world begins: one that ends the process is known by it.
private func say(_ words: String) {
  let bytes = Array(words.utf8)
  _ = unsafe write(2, bytes, bytes.count)
}
