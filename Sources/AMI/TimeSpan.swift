/// How long something takes or lasts, in microseconds: zero or more, never less.
///
/// What is computed with it stays within what 64 bits hold: more than the longest span is the
/// longest span, less than nothing is nothing. Nothing traps.
public struct TimeSpan: Comparable, Hashable, Sendable {
  /// Microseconds, 0 and above.
  public let microseconds: Int64

  /// A span of so many microseconds; none for a number below zero.
  @inlinable public init(microseconds: Int64) { self.microseconds = max(microseconds, 0) }

  /// No time at all.
  @inlinable public static var zero: TimeSpan { TimeSpan(microseconds: 0) }
  /// The longest there is, 292,271 years.
  @inlinable public static var longest: TimeSpan { TimeSpan(microseconds: .max) }

  @inlinable public static func microseconds(_ count: Int64) -> TimeSpan {
    TimeSpan(microseconds: count)
  }
  @inlinable public static func milliseconds(_ count: Int64) -> TimeSpan {
    TimeSpan(microseconds: count) * 1_000
  }
  @inlinable public static func seconds(_ count: Int64) -> TimeSpan {
    TimeSpan(microseconds: count) * 1_000_000
  }
  @inlinable public static func hours(_ count: Int64) -> TimeSpan { seconds(count) * 3_600 }
  @inlinable public static func days(_ count: Int64) -> TimeSpan { hours(count) * 24 }

  /// Whole milliseconds, cut.
  @inlinable public var milliseconds: Int64 { microseconds / 1_000 }
  /// The same without what a whole millisecond lacks.
  @inlinable public var inMilliseconds: TimeSpan { .milliseconds(milliseconds) }
  /// Whole seconds, cut.
  @inlinable public var seconds: Int64 { microseconds / 1_000_000 }

  @inlinable public static func < (one: TimeSpan, other: TimeSpan) -> Bool {
    one.microseconds < other.microseconds
  }

  @inlinable public static func + (one: TimeSpan, other: TimeSpan) -> TimeSpan {
    let (sum, isBeyond) = one.microseconds.addingReportingOverflow(other.microseconds)
    return isBeyond ? .longest : TimeSpan(microseconds: sum)
  }

  @inlinable public static func += (span: inout TimeSpan, other: TimeSpan) { span = span + other }

  @inlinable public static func - (one: TimeSpan, other: TimeSpan) -> TimeSpan {
    // Both are zero or more: their difference has no overflow.
    TimeSpan(microseconds: one.microseconds &- other.microseconds)
  }

  /// How far two spans are from being equal.
  @inlinable public func distance(to other: TimeSpan) -> TimeSpan {
    max(self, other) - min(self, other)
  }

  @inlinable public static func * (span: TimeSpan, factor: Int64) -> TimeSpan {
    if factor <= 0 { return .zero }
    let (product, isBeyond) = span.microseconds.multipliedReportingOverflow(by: factor)
    return isBeyond ? .longest : TimeSpan(microseconds: product)
  }
}
