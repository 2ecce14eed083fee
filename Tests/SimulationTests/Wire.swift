import AMI
import NIOCore

@testable import AMIClient
@testable import amirecd

/// One server, the network before it, and what was sent and lost on the way.
struct Wire {
  /// A connection as the world knows it: the oracle for what the store holds of it.
  struct Attempt {
    /// As the collector was told, in microseconds since 1970.
    let connectedAt: Int64
    /// Length of what the server says until the login is accepted; nil where it is not.
    var greeting: Int?
    var isLoggedIn = false
    /// All that reached the collector.
    var delivered: [UInt8] = []
    /// Whether the journal may have failed to take some of it.
    var mayLack = false
  }

  /// Something the server said that did not arrive, and when.
  struct Loss {
    let at: Int64
    /// How many attempts there had been.
    let after: Int
  }

  let name: String
  var pbx: SimulatedPBX

  init(name: String, pbx: SimulatedPBX) {
    self.name = name
    self.pbx = pbx
  }

  /// Where it enters the journal; nil while that could not be opened.
  var inlet: Inlet?
  /// On a connection: what tells the time in it.
  var clock: SessionClock?
  var observer: Observer?
  var skew = ClockSkew()
  /// What was said and is under way.
  private(set) var underWay: [UInt8] = []
  /// When the first of that was said, or passed by what arrived last.
  private var underWaySince: Int64 = 0
  var attempts: [Attempt] = []
  var losses: [Loss] = []

  var isConnected: Bool { clock != nil }

  /// The time of the connection, or of the day where there is none.
  func now(_ reading: SessionClock.Reading) -> Int64 {
    guard var clock else { return reading.wall }
    _ = clock.advance(to: reading)
    return clock.now
  }

  /// The server says something at a time.
  mutating func say(_ words: [UInt8], at time: Int64) {
    if underWay.isEmpty { underWaySince = time }
    underWay += words
  }

  /// So many bytes of it arrive at a time.
  mutating func arrive(_ count: Int, at time: Int64) -> [UInt8] {
    let chunk = Array(underWay.prefix(count))
    underWay.removeFirst(chunk.count)
    underWaySince = time
    return chunk
  }

  /// The connection is gone, and what was under way with it.
  mutating func hangUp() {
    if !underWay.isEmpty { lose(at: underWaySince) }
    clock = nil
    observer = nil
    underWay = []
  }

  /// Something was said that will not arrive. Before the first login nothing can be missed.
  mutating func lose(at time: Int64) {
    guard attempts.contains(where: \.isLoggedIn) else { return }
    losses.append(Loss(at: time, after: attempts.count))
  }
}

extension Wire {
  mutating func begin(at reading: SessionClock.Reading, _ observer: Observer) {
    clock = SessionClock(reading)
    self.observer = observer
    skew = ClockSkew()
    attempts.append(Attempt(connectedAt: reading.wall))
  }

  /// The login is accepted, once these bytes have arrived.
  mutating func greet(_ words: [UInt8], at time: Int64) {
    say(words, at: time)
    attempts[attempts.count - 1].greeting = words.count
  }

  mutating func receive(_ chunk: [UInt8]) {
    attempts[attempts.count - 1].delivered += chunk
    let attempt = attempts[attempts.count - 1]
    if let greeting = attempt.greeting, attempt.delivered.count >= greeting {
      attempts[attempts.count - 1].isLoggedIn = true
    }
  }

  /// The journal did not take all.
  mutating func lackSome(at time: Int64) {
    attempts[attempts.count - 1].mayLack = true
    lose(at: time)
  }
}
