/// How long to wait before the next attempt to connect: longer after each, up to a limit, and never
/// quite regular, so that many recorders do not come at once when a server is back.
struct Backoff {
  /// Why an attempt was in vain.
  enum Cause {
    /// The server is away, or what answers is not what it should be: each moment is missing.
    case failure
    /// The login was refused. Many attempts lock an account, or have fail2ban shut this machine
    /// out: no more than four are made in the ten minutes that such guards look at.
    case refusal
  }

  /// The shortest wait.
  static let least = Duration.seconds(1)
  /// The longest wait after a failure.
  static let most = Duration.seconds(30)
  /// The longest first wait after a refusal.
  static let firstAfterRefusal = Duration.seconds(120)
  /// The longest wait after a refusal.
  static let mostAfterRefusal = Duration.seconds(600)

  private var nextAfterFailure = least * 2
  private var nextAfterRefusal = firstAfterRefusal

  /// The next wait: between half and all of 2, 4, 8, … seconds after failures, of 2, 4, 8, …
  /// minutes after refusals, within the limits. A failure between two refusals changes nothing for
  /// these.
  mutating func wait(
    after cause: Cause, using random: inout some RandomNumberGenerator
  ) -> Duration {
    let whole: Duration
    switch cause {
    case .failure:
      whole = min(nextAfterFailure, Self.most)
      nextAfterFailure = whole * 2
    case .refusal:
      whole = min(nextAfterRefusal, Self.mostAfterRefusal)
      nextAfterRefusal = whole * 2
    }
    return max(Self.least, whole * Double.random(in: 0.5...1, using: &random))
  }

  /// Begins anew, after a session that lasted.
  mutating func reset() { self = Backoff() }
}
