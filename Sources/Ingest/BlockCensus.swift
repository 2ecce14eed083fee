import AMI
import Normalization

/// What the row of a block says of its messages: how many end in it, and how many events of each
/// name are among them.
struct BlockCensus {
  private(set) var frames: Int64 = 0
  /// By the name as text, in UTF-8: two texts that only look the same are two names.
  private(set) var events: [[UInt8]: Int64] = [:]

  /// Counts a message; one that was kept from the normalizer is no event of any name.
  mutating func count(_ frame: borrowing Frame, isRead: Bool) {
    frames += 1
    guard isRead, frame.kind == .event, let name = frame.range(of: .event) else { return }
    events[Array(Text.decode(frame.bytes[name]).utf8), default: 0] += 1
  }

  /// As in `blocks.event_names`.
  var eventNames: String {
    Self.eventNames(events.map { (String(decoding: $0.key, as: UTF8.self), $0.value) })
  }

  /// JSON object: how many events of each name.
  static func eventNames(_ counts: [(name: String, count: Int64)]) -> String {
    let entries = counts.map { "\(JSONText.quoted($0.name)):\($0.count)" }.sorted {
      // Texts that only look the same are equal to `<`.
      $0 == $1 ? $0.utf8.lexicographicallyPrecedes($1.utf8) : $0 < $1
    }
    return "{" + entries.joined(separator: ",") + "}"
  }
}
