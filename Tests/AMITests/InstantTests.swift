import AMI
import Testing

/// Times and spans, everywhere between the limits of 64 bits.
@Suite struct InstantTests {
  private static let numbers: [Int64] = [
    .min, .min + 1, -(1 << 53), -1_000_001, -1_000_000, -1, 0, 1, 999_999, 1_000_000,
    1_795_392_754_466_711, 1 << 53, .max / 1_000_000, .max / 2, .max - 1, .max,
  ]

  @Test func `no sum, difference or product of any times and spans traps, and each is ordered`() {
    for one in Self.numbers {
      for other in Self.numbers {
        let (time, span) = (Instant(microseconds: one), TimeSpan(microseconds: other))
        #expect(time + span >= time && time - span <= time)
        #expect(span + TimeSpan(microseconds: one) >= span)
        #expect(span - TimeSpan(microseconds: one) <= span)
        #expect((span * one) >= .zero)
        let second = Instant(microseconds: other)
        #expect(time.since(second) == (time > second ? time.distance(to: second) : .zero))
        #expect(time.distance(to: second) == second.distance(to: time))
        #expect(TimeSpan.seconds(one).seconds >= 0 && TimeSpan.milliseconds(other) >= .zero)
        #expect(Instant.seconds(one) <= .last)
        #expect(time.cut(to: .hours(1)) <= time)
      }
    }
  }

  @Test func `what is within the limits is exact`() {
    let time = Instant(microseconds: 1_795_392_754_466_711)
    #expect((time + .milliseconds(1_500)).microseconds == 1_795_392_755_966_711)
    #expect((time - .seconds(2)).microseconds == 1_795_392_752_466_711)
    #expect((time + .hours(1)).since(time) == .seconds(3_600))
    #expect(TimeSpan.days(30).seconds == 2_592_000)
    #expect(TimeSpan(microseconds: 1_999).milliseconds == 1)
    #expect(TimeSpan(microseconds: 1_999).inMilliseconds.microseconds == 1_000)
    #expect(time.cut(to: .seconds(1)).microseconds == 1_795_392_754_000_000)
    #expect(Instant(microseconds: -1).cut(to: .hours(1)).microseconds == -3_600_000_000)
    #expect(Instant.seconds(-5).microseconds == -5_000_000)
    #expect("\(time)" == "1795392754466711")
  }

  @Test func `beyond the limits there is the limit`() {
    #expect(Instant(microseconds: .max) + .seconds(1) == .last)
    #expect(Instant(microseconds: .min) - .seconds(1) == .first)
    #expect(Instant.last.since(.first) == .longest)
    #expect(TimeSpan.seconds(.max) == .longest)
    #expect(TimeSpan.longest + .seconds(1) == .longest)
    #expect(TimeSpan.seconds(1) - .seconds(2) == .zero)
    #expect(TimeSpan(microseconds: -5) == .zero)
    #expect(TimeSpan.seconds(1) * -3 == .zero)
  }
}
