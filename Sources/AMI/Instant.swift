/// A point in time, in microseconds since 1970 (UTC, without leap seconds).
///
/// What is computed with it stays within what 64 bits hold: a sum beyond that is the last or the
/// first time there is. Nothing that a server, a file or a clock says can make it trap.
public struct Instant: Comparable, Hashable, Sendable, CustomStringConvertible {
  /// Microseconds since 1970.
  public var microseconds: Int64

  @inlinable public init(microseconds: Int64) { self.microseconds = microseconds }

  /// Its microseconds since 1970, as digits.
  public var description: String { "\(microseconds)" }

  /// 1970-01-01 00:00:00: also what stands for no time where none is known.
  @inlinable public static var epoch: Instant { Instant(microseconds: 0) }
  /// Before every other time.
  @inlinable public static var first: Instant { Instant(microseconds: .min) }
  /// After every other time.
  @inlinable public static var last: Instant { Instant(microseconds: .max) }

  /// A time in whole seconds since 1970.
  @inlinable public static func seconds(_ seconds: Int64) -> Instant {
    seconds < 0 ? .epoch - .seconds(0 &- seconds) : .epoch + .seconds(seconds)
  }

  @inlinable public static func < (one: Instant, other: Instant) -> Bool {
    one.microseconds < other.microseconds
  }

  @inlinable public static func + (time: Instant, span: TimeSpan) -> Instant {
    let (sum, isBeyond) = time.microseconds.addingReportingOverflow(span.microseconds)
    return isBeyond ? .last : Instant(microseconds: sum)
  }

  @inlinable public static func - (time: Instant, span: TimeSpan) -> Instant {
    let (rest, isBeyond) = time.microseconds.subtractingReportingOverflow(span.microseconds)
    return isBeyond ? .first : Instant(microseconds: rest)
  }

  /// How long it has been since an earlier time; nothing where that was not earlier: a clock may
  /// have been set back in between.
  @inlinable public func since(_ earlier: Instant) -> TimeSpan {
    self <= earlier ? .zero : distance(to: earlier)
  }

  /// How far two times lie apart, whichever comes first.
  @inlinable public func distance(to other: Instant) -> TimeSpan {
    let (early, late) = self < other ? (self, other) : (other, self)
    let (span, isBeyond) = late.microseconds.subtractingReportingOverflow(early.microseconds)
    return TimeSpan(microseconds: isBeyond ? .max : span)
  }

  /// The last time not after this one that is a whole number of `span` since 1970; `span` is above
  /// zero.
  @inlinable public func cut(to span: TimeSpan) -> Instant {
    let rest = microseconds % span.microseconds
    return self - TimeSpan(microseconds: rest < 0 ? rest &+ span.microseconds : rest)
  }
}
