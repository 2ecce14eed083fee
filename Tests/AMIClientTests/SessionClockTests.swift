import Testing

@testable import AMIClient

/// The time of a connection, by what the machine's two clocks say.
@Suite struct SessionClockTests {
  private static let start = SessionClock.Reading(wall: 1_000_000_000_000_000, boot: 5_000_000)

  private func reading(after seconds: Double, wallAhead: Double = 0, duration: Int64 = 1)
    -> SessionClock.Reading
  {
    let passed = Int64((seconds * 1_000_000).rounded())
    return SessionClock.Reading(
      wall: Self.start.wall + passed + Int64((wallAhead * 1_000_000).rounded()),
      boot: Self.start.boot + passed, duration: duration)
  }

  @Test func `it begins as the wall clock and goes on as the other`() {
    var clock = SessionClock(Self.start)
    #expect(clock.now == Self.start.wall)
    #expect(clock.advance(to: reading(after: 10)) == nil)
    #expect(clock.now == Self.start.wall + 10_000_000)
  }

  @Test(arguments: [7200.0, -7200, 30, -30, 0.3, -0.3, -93_600])
  func `a step of the wall clock is told once and changes no time`(step: Double) {
    var clock = SessionClock(Self.start)
    #expect(clock.advance(to: reading(after: 1)) == nil)
    #expect(clock.advance(to: reading(after: 2, wallAhead: step)) == Int64(step * 1_000_000))
    #expect(clock.now == Self.start.wall + 2_000_000)
    #expect(clock.advance(to: reading(after: 3, wallAhead: step)) == nil)
    #expect(clock.advance(to: reading(after: 4)) == -Int64(step * 1_000_000))
    #expect(clock.now == Self.start.wall + 4_000_000)
    #expect(clock.stepped == 0)
  }

  @Test func `a difference that the reading itself explains is no step`() {
    var clock = SessionClock(Self.start)
    #expect(clock.advance(to: reading(after: 1, wallAhead: 0.2)) == nil)
    #expect(clock.advance(to: reading(after: 2, wallAhead: 5, duration: 5_000_000)) == nil)
    #expect(clock.advance(to: reading(after: 3)) == nil)
  }

  @Test func `time never goes back, even if the clock below should`() {
    var clock = SessionClock(Self.start)
    _ = clock.advance(to: reading(after: 5))
    _ = clock.advance(to: reading(after: 4))
    #expect(clock.now == Self.start.wall + 5_000_000)
  }

  @Test func `what the machine says is of this day, and quickly read`() {
    let reading = SessionClock.Reading.now
    #expect(reading.wall > 1_700_000_000_000_000)
    #expect(reading.boot > 0)
    #expect(reading.duration >= 0)
  }
}
