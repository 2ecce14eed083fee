/// The version of a server as `CoreSettings` tells it (`AsteriskVersion`), as numbers that compare.
///
/// | written | numbers |
/// |---|---|
/// | `22.10.1+dfsg-1` | 22, 10, 1 |
/// | `1.8.9.3` | 1, 8, 9, 3 |
/// | `certified/18.9-cert4`, `18.9-cert4` | 18, 9, and it is certified |
/// | `GIT-18-dc1a2cb` | 18 |
/// | `GIT-master-0a1b2c3`, `SVN-trunk-r12` | none: no version |
///
/// **Source:** `build_tools/make_version`; recorded answers of Asterisk 16 and 22.
public struct AsteriskVersion: Sendable, Comparable, CustomStringConvertible {
  /// The numbers: 22, 10, 1. Never empty.
  public let numbers: [Int]
  /// Whether it is a certified release: it may have mends that its numbers do not tell.
  public let isCertified: Bool

  /// A version of these numbers, such as 16.3.
  public init(_ numbers: Int...) {
    precondition(!numbers.isEmpty, "a version has numbers")
    self.numbers = numbers
    isCertified = false
  }

  /// Reads what `CoreSettings` tells; nil where it holds no version.
  public init?(_ text: String) {
    let lowered = text.lowercased()
    let isBranch = lowered.hasPrefix("git-") || lowered.hasPrefix("svn-")
    var numbers: [Int] = []
    var rest = lowered.utf8.drop { $0 < 0x30 || $0 > 0x39 }
    if isBranch, lowered.contains("master") || lowered.contains("trunk") { return nil }
    while true {
      let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
      guard let number = Int(Substring(digits)) else { break }
      numbers.append(number)
      rest = rest.dropFirst(digits.count)
      guard rest.first == UInt8(ascii: ".") else { break }
      rest = rest.dropFirst()
    }
    guard !numbers.isEmpty else { return nil }
    self.numbers = numbers
    isCertified = lowered.contains("cert")
  }

  /// The numbers with points: `22.10.1`.
  public var description: String { numbers.map(String.init).joined(separator: ".") }

  /// By the numbers; what is not there counts as 0.
  public static func < (one: AsteriskVersion, other: AsteriskVersion) -> Bool {
    let count = max(one.numbers.count, other.numbers.count)
    return one.padded(count).lexicographicallyPrecedes(other.padded(count))
  }

  /// Whether neither comes before the other: 16.3 and 16.3.0 are equal.
  public static func == (one: AsteriskVersion, other: AsteriskVersion) -> Bool {
    !(one < other) && !(other < one)
  }

  private func padded(_ count: Int) -> [Int] {
    numbers + Array(repeating: 0, count: count - numbers.count)
  }
}
