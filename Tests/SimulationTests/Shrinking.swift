/// Finds a short list of steps that fails in the same way.
enum Shrinking {
  /// Runs at most, one world each.
  static let runsMax = 150

  /// Leaves out runs of steps, ever shorter ones, as long as the rest still fails.
  ///
  /// **Source:** Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing Input, 2002.
  static func shrink(_ scenario: Scenario, fails: (Scenario) async -> Bool) async -> Scenario {
    var best = scenario
    var runs = 0
    var length = max(1, best.steps.count / 2)
    while runs < runsMax {
      var isShorter = false
      var start = 0
      while start < best.steps.count, runs < runsMax {
        var candidate = best
        candidate.steps.removeSubrange(start..<min(start + length, best.steps.count))
        runs += 1
        if await fails(candidate) {
          best = candidate
          isShorter = true
        } else {
          start += length
        }
      }
      if length == 1, !isShorter { break }
      length = max(1, length / 2)
    }
    return best
  }
}
