/// How long to wait before the next attempt to connect: longer after each, up to a limit, and never
/// quite regular, so that many recorders do not come at once when a server is back.
struct Backoff {
  /// The shortest wait.
  static let least = Duration.seconds(1)
  /// The longest wait.
  static let most = Duration.seconds(30)

  private var next = least

  /// The next wait: between half and all of 2, 4, 8, … seconds, within the limits.
  mutating func wait(using random: inout some RandomNumberGenerator) -> Duration {
    next = min(next * 2, Self.most)
    let part = Double.random(in: 0.5...1, using: &random)
    return max(Self.least, next * part)
  }

  /// Begins anew, after a session that lasted.
  mutating func reset() { next = Self.least }
}
